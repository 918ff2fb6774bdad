//! Tests that commands which only read change neither a real store nor the mode of its file, and that a new file is
//! private.

use std::fs;

use counterfoil_testkit::servers::Postgres;
use counterfoil_testkit::servers::redis::RedisServer;
use tempfile::TempDir;

use crate::tool::{Service, text, tool};

/// Commands that must create no schema in an empty store. Most of them only read.
const LOOKS: [&[&str]; 6] = [
    &["census"],
    &["list", "clients"],
    &["list", "service-accounts"],
    &["purge", "--dry-run"],
    &["revoke", "subject", "7", "--dry-run"],
    &["revoke", "credential", "0000000000000000000001", "--yes"],
];

fn files(folder: &TempDir) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder.path()).expect("a folder");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

#[test]
fn host_61_no_command_but_migrate_and_copy_creates_a_schema() {
    let (postgres, redis) = (Postgres::setup().setting("fsync", "off").start(), RedisServer::start());
    let folder = TempDir::new().expect("a folder");
    let (sqlite, redb) = (folder.path().join("empty.db"), folder.path().join("none.redb"));
    fs::write(&sqlite, "").expect("an empty database");
    let prefixed = format!("{}?prefix=billing", redis.url());
    for url in [
        format!("postgres://postgres@127.0.0.1:{}/postgres", postgres.port()),
        redis.url(),
        prefixed,
        format!("sqlite://{}", sqlite.display()),
        format!("redb://{}", redb.display()),
    ] {
        for _twice in 0..2 {
            for look in LOOKS {
                let run = tool(&[&["--store", url.as_str()], look].concat());
                assert!(run.code == 1 && run.err.contains("run `counterfoil-admin migrate`"), "{look:?} {}", run.err);
            }
        }
        let migrated = tool(&["--store", &url, "migrate"]);
        assert!(migrated.code == 0 && migrated.err.contains("migrated 1 store"), "{}", migrated.err);
        assert_eq!(tool(&["--store", &url, "census"]).code, 0);
    }
    assert_eq!(files(&folder), [sqlite, redb], "no log is left beside the files");
}

#[test]
fn host_61_a_plan_of_a_copy_creates_no_target() {
    let service = Service::on_sqlite();
    service.token("ci");
    let (folder, redis) = (TempDir::new().expect("a folder"), RedisServer::start());
    let targets = [
        format!("sqlite://{}", folder.path().join("new.db").display()),
        format!("redb://{}", folder.path().join("new.redb").display()),
        format!("{}?prefix=new", redis.url()),
    ];
    for to in &targets {
        for _twice in 0..2 {
            let plan = tool(&["--json", "--store", &service.url, "copy", "--to", to, "--dry-run"]);
            assert_eq!((plan.code, plan.json()["families"].as_u64()), (0, Some(1)), "{}", plan.err);
        }
        assert!(files(&folder).is_empty());
        assert_eq!(tool(&["--store", to, "census"]).code, 1, "there is no store yet");
        assert_eq!(tool(&["--store", &service.url, "copy", "--to", to, "--verify"]).code, 1);
    }
    for to in &targets {
        let done = tool(&["--store", &service.url, "copy", "--to", to, "--yes"]);
        assert!(done.code == 0 && done.err.contains("copied 1 families"), "{}", done.err);
    }
    assert_eq!(tool(&["--store", &redis.url(), "census"]).code, 1, "another prefix is another store");
}

#[cfg(unix)]
#[test]
fn host_61_a_look_leaves_the_mode_of_a_file_and_a_new_file_is_private() {
    use crate::tool::{mode, set_mode};
    let service = Service::on_sqlite();
    service.token("ci");
    let file = service.folder.path().join("service.db");
    set_mode(&file, 0o640);
    let content = fs::read(&file).expect("a file");
    assert_eq!(tool(&["--store", &service.url, "list", "clients"]).code, 0);
    assert_eq!((mode(&file), fs::read(&file).expect("a file") == content), (0o640, true));
    let redb = service.folder.path().join("new.redb");
    assert_eq!(tool(&["--store", &format!("redb://{}", text(&redb)), "migrate"]).code, 0);
    assert_eq!(mode(&redb), 0o600);
}
