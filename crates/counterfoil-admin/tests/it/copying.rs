//! Tests of `copy` between real stores.

use std::process::{Command, Stdio};

use counterfoil_conformance::sample::most;
use counterfoil_testkit::servers::Postgres;
use counterfoil_testkit::servers::redis::RedisServer;
use tempfile::TempDir;

use crate::tool::{RUNTIME, Service, open, tool};

#[test]
fn host_61_a_service_moves_from_sqlite_to_postgresql_to_redis_to_redb() {
    let service = Service::on_sqlite();
    let (token, id) = service.token("ci");
    let (ended, ended_id) = service.token("ended");
    assert_eq!(tool(&["--store", &service.url, "revoke", "credential", &ended_id, "--yes"]).code, 0);
    let (postgres, redis) = (Postgres::setup().setting("fsync", "off").start(), RedisServer::start());
    let redb = format!("redb://{}", service.folder.path().join("service.redb").display());
    let postgres = format!("postgres://postgres@127.0.0.1:{}/postgres", postgres.port());
    let mut from = service.url.clone();
    for to in [postgres, redis.url(), redb] {
        let run = |arguments: &[&str]| tool(&[&["--json", "--store", &from, "copy", "--to", &to], arguments].concat());
        assert_eq!(run(&[]).code, 3, "not confirmed");
        let plan = run(&["--dry-run"]);
        assert_eq!((plan.code, plan.json()["families"].as_u64()), (0, Some(2)), "{}", plan.err);
        let done = run(&["--yes"]);
        assert_eq!((done.code, done.json()["already_there"].as_u64()), (0, Some(0)), "{}", done.err);
        assert_eq!(run(&["--yes"]).json()["already_there"], 2);
        assert_eq!(run(&["--verify"]).json()["result"], "equal");
        service.serve_on(&to, async |counterfoil, _| {
            assert!(counterfoil.verify(&token).await.is_ok());
            assert!(counterfoil.verify(&ended).await.is_err());
        });
        let listed = tool(&["--json", "--store", &to, "list", "tokens", "--subject", "7"]).json();
        assert_eq!(listed[0]["id"], id.as_str());
        from = to;
    }
    let other = Service::on_sqlite();
    other.token("of its own");
    let refused = tool(&["--store", &from, "copy", "--to", &other.url, "--yes"]);
    assert_eq!(refused.code, 5, "{}", refused.err);
    assert_eq!(tool(&["--store", &from, "copy", "--to", &other.url, "--verify"]).code, 5);
}

#[test]
fn host_61_a_copy_that_is_killed_is_continued() {
    let service = Service::on_sqlite();
    let tokens: Vec<_> = (0..40).map(|number| service.token(&format!("token {number}")).0).collect();
    let folder = TempDir::new().expect("a folder");
    let to = format!("sqlite://{}", folder.path().join("copy.db").display());
    let arguments = ["--store", &service.url, "copy", "--to", &to, "--yes"];
    let mut killed = 0;
    RUNTIME.block_on(async {
        let target = open(&to).await;
        for part in 1..=4 {
            let mut child = Command::new(env!("CARGO_BIN_EXE_counterfoil-admin"))
                .args(arguments)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("the tool");
            // Kills the copying process as soon as the target contains some more families.
            while child.try_wait().expect("a child").is_none() {
                if target.families().families(None, most(100)).await.expect("a store").items.len() >= part * 8 {
                    break;
                }
            }
            child.kill().expect("a child");
            killed += u32::from(!child.wait().expect("a child").success());
        }
        target.close().await;
    });
    let done = tool(&arguments);
    assert!(done.code == 0 && killed > 0, "{killed} were killed: {}", done.err);
    service.serve_on(&to, async |counterfoil, _| {
        for token in &tokens {
            assert!(counterfoil.verify(token).await.is_ok());
        }
    });
}
