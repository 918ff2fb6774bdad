//! Tests a start that must wait for its store, a log that nobody reads, and the files that are left after a stop.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::Stdio;
use std::time::Duration;

use serde_json::json;

use crate::support::tempfile::TempDir;
use crate::support::{Server, program, text};

#[tokio::test(flavor = "multi_thread")]
async fn fault_g4_a_log_without_a_reader_fails_no_request_and_no_stop() {
    let mut server = Server::start_in(TempDir::new().expect("a folder"), |command| {
        command.env("COUNTERFOIL_STORE", "memory:").env("RUST_LOG", "debug").stderr(Stdio::piped());
    });
    server.leave_stderr();
    for _ in 0..3 {
        let access = server.access("ivan", "ivan").await;
        assert_eq!(server.call("GET", "/api/v1/whoami", &access, None).await.0, 200);
        let wrong = [("grant_type", "password"), ("username", "ivan"), ("password", "wrong")];
        assert_eq!(server.token(&wrong).await.0, 400);
    }
    server.signal("TERM");
    assert_eq!(server.ended().code(), Some(0));
}

/// Sends `count` requests that are refused and logged. Checks that none of them waits until somebody reads the log.
async fn refuse(server: &Server, count: usize) {
    let (client, mut callers) = (reqwest::Client::new(), tokio::task::JoinSet::new());
    for _ in 0..8 {
        let request = client.get(server.url("/api/v1/whoami")).bearer_auth("no-token").timeout(Duration::from_secs(10));
        callers.spawn(async move {
            for _ in 0..count / 8 {
                let answer = request.try_clone().expect("no body").send().await;
                assert_eq!(answer.expect("no request waits for a reader of the log").status(), 401);
            }
        });
    }
    callers.join_all().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_g4_a_log_that_stalls_holds_up_no_request_and_no_stop_and_tells_what_was_lost() {
    let mut server = Server::start_in(TempDir::new().expect("a folder"), |command| {
        command.env("COUNTERFOIL_STORE", "memory:").env("RUST_LOG", "debug").stderr(Stdio::piped());
    });
    let mut unread = BufReader::new(server.stderr());
    // These requests write more log lines than the pipe and the queue can hold.
    refuse(&server, 2_400).await;
    server.access("ivan", "ivan").await;
    assert_eq!(server.call("GET", "/healthz", "", None).await.0, 200);
    // From now on the log is read again.
    let reading = tokio::task::spawn_blocking(move || {
        let mut line = String::new();
        while !line.contains("log lines were lost") {
            line.clear();
            assert!(unread.read_line(&mut line).expect("a line") > 0, "it was told");
        }
        (line, unread)
    });
    let (output, still_open) =
        tokio::time::timeout(Duration::from_secs(10), reading).await.expect("it is told").expect("no panic");
    let output: serde_json::Value = serde_json::from_str(&output).expect("JSON");
    assert!(output["fields"]["lost"].as_u64().is_some_and(|lost| lost > 0), "{output}");
    refuse(&server, 2_400).await;
    server.signal("TERM");
    assert_eq!(server.ended().code(), Some(0));
    drop(still_open);
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_g8_a_copy_of_the_database_after_a_stop_is_whole() {
    let server = Server::start_in(TempDir::new().expect("a folder"), |_| {});
    let ivan = server.access("ivan", "ivan").await;
    let (_, made) =
        server.call("POST", "/api/v1/me/tokens", &ivan, Some(json!({"label": "kept", "expires_in_days": 1}))).await;
    let (left, copy) = (server.stop(), TempDir::new().expect("a folder"));
    let names: Vec<_> = std::fs::read_dir(left.path())
        .expect("a folder")
        .map(|file| file.expect("a file").file_name().into_string().expect("text"))
        .collect();
    assert!(!names.iter().any(|name| name.ends_with("-wal") || name.ends_with("-shm")), "{names:?}");
    for name in ["counterfoil-demo.db", "counterfoil-demo.db.keys"] {
        std::fs::copy(left.path().join(name), copy.path().join(name)).expect("copied");
    }
    let again = Server::start_in(copy, |_| {});
    assert_eq!(again.call("GET", "/api/v1/whoami", &text(&made, "token"), None).await.0, 200);
}

#[test]
fn fault_g8_a_stop_during_the_start_leaves_a_whole_database_or_none() {
    for milliseconds in [0, 50, 200, 600] {
        let folder = TempDir::new().expect("a folder");
        let mut demo = program(folder.path()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        std::thread::sleep(Duration::from_millis(milliseconds));
        stop(&mut demo);
        let path = folder.path().join("counterfoil-demo.db");
        let left = std::fs::metadata(&path).map_or(0, |file| file.len());
        let wal = folder.path().join("counterfoil-demo.db-wal");
        // If the signal arrives after the start of SQLite but before the process has installed its signal handlers, a
        // WAL remains. Only a signal at 0 ms can arrive so early.
        assert!(!wal.exists() || milliseconds == 0, "after {milliseconds} ms: {left} bytes and a WAL");
    }
}

/// Sends SIGTERM and waits until the process has ended. Returns its exit code, or `None` if the signal killed it.
fn stop(demo: &mut std::process::Child) -> Option<i32> {
    let id = demo.id().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &id]).status().expect("kill runs").success());
    for _ in 0..500 {
        if let Some(status) = demo.try_wait().expect("a child") {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("it does not stop within 10 s");
}

#[test]
fn fault_g12_a_start_that_waits_for_a_database_says_so_and_can_be_stopped() {
    // This server accepts connections but never answers.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let folder = TempDir::new().expect("a folder");
    let mut command = program(folder.path());
    command.env("COUNTERFOIL_STORE", format!("postgres://user:hunter2@127.0.0.1:{port}/none"));
    let mut demo = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the demo starts");
    let mut said = String::new();
    BufReader::new(demo.stderr.take().expect("a pipe")).read_line(&mut said).expect("a line");
    assert!(said.contains("COUNTERFOIL_STORE") && !said.contains("hunter2"), "{said}");
    assert_eq!(stop(&mut demo), Some(0));
    drop(silent);
}
