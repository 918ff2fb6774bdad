//! Tests third-party clients with their default settings, as public and as confidential clients (faults C1, C2 and C3).
//! The server must accept the requests that these clients make by default. If the server refuses a client, the client
//! must not try again with other requests.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use counterfoil_testkit::servers::{Browser, Engine};
use serde_json::json;

use super::tool;
use crate::support::{Server, tempfile};

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/clients").join(name)
}

/// Returns the path of a file that `.ci/clients` installs.
fn installed(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../clients").join(name);
    assert!(path.exists(), "{name} is missing: run `.ci/clients`, which installs it into target/clients");
    path
}

/// Runs a client. Checks that it succeeds and prints "as expected".
fn run(command: &mut Command, package: &str) {
    let output = command.output().unwrap_or_else(|error| panic!("{error}: `apt-get install {package}`"));
    let said = String::from_utf8_lossy(&output.stdout);
    let complained = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.contains("as expected"), "{said}\n{complained}");
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_c3_x_oauth2_of_go_needs_one_probe_for_public_and_confidential_clients() {
    let server = Server::start("memory:");
    let built = tempfile::TempDir::new().expect("a folder");
    let program = built.path().join("probe");
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../clients/go");
    let mut go = Command::new("go");
    // Go must use the sources of the library that Debian installs, and must download nothing.
    go.env("GO111MODULE", "off").env("GOPATH", "/usr/share/gocode").env("GOCACHE", cache).env("GOFLAGS", "");
    let output = go.args(["build", "-o"]).arg(&program).arg(script("probe.go")).output();
    let output = output.expect("go is missing: `apt-get install golang-go golang-golang-x-oauth2-dev`");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    run(Command::new(&program).arg(server.url("")), "golang-go");
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_c3_clients_of_pypi_work_by_default() {
    let server = Server::start("memory:");
    run(Command::new(tool("python")).arg(script("defaults.py")).arg(server.url("")), "python3");
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_c3_client_oauth2_of_npm_works_by_default() {
    let server = Server::start("memory:");
    let modules = installed("npm/node_modules");
    run(Command::new("node").env("NODE_PATH", modules).arg(script("owner.js")).arg(server.url("")), "npm");
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_c1_the_jdks_client_is_challenged_only_without_credentials() {
    let server = Server::start("memory:");
    run(Command::new("java").arg(script("Signin.java")).arg(server.url("")), "default-jdk-headless");
}

/// Makes a proxy that forwards connections to `port`. Returns the proxy's own port, and the bytes that clients send
/// through it.
fn overheard(port: u16) -> (u16, Arc<Mutex<Vec<u8>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let own = listener.local_addr().expect("an address").port();
    let heard = Arc::new(Mutex::new(Vec::new()));
    let all = Arc::clone(&heard);
    std::thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let server = TcpStream::connect(("127.0.0.1", port)).expect("connected");
            let back = (server.try_clone().expect("a socket"), client.try_clone().expect("a socket"));
            let all = Arc::clone(&all);
            std::thread::spawn(move || passed(client, server, |bytes| all.lock().expect("heard").extend(bytes)));
            std::thread::spawn(move || passed(back.0, back.1, |_| {}));
        }
    });
    (own, heard)
}

fn passed(mut from: TcpStream, mut to: TcpStream, hear: impl Fn(&[u8])) {
    let mut piece = [0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut piece) {
        hear(&piece[..count]);
        if to.write_all(&piece[..count]).is_err() {
            break;
        }
    }
    let _closed = to.shutdown(Shutdown::Write);
}

const FETCH: &str = "const done = arguments[arguments.length - 1];
fetch(arguments[0], arguments[1]).then(
    answer => answer.json().then(body => done([answer.status, answer.headers.get('www-authenticate'), body.error || null])),
    error => done(['failed', String(error), null]));";

#[tokio::test(flavor = "multi_thread")]
async fn fault_c1_a_browser_is_not_made_to_ask_for_a_password_and_sends_none_afterwards() {
    let server = Server::start("memory:");
    let (port, heard) = overheard(server.port);
    tokio::task::spawn_blocking(move || {
        let browser = Browser::start(Engine::Chromium, "en");
        browser.goto(&format!("http://127.0.0.1:{port}/healthz"));
        let fetched = |path: &str, with: serde_json::Value| browser.script_that_calls_back(FETCH, &[json!(path), with]);
        let form = |client: &str| {
            json!({
                "method": "POST",
                "headers": {"content-type": "application/x-www-form-urlencoded"},
                "body": format!("grant_type=password&username=ivan&password=ivan&{client}"),
            })
        };
        for client in ["client_id=rotating&client_secret=wrong", "client_id=nobody", "client_id=rotating"] {
            assert_eq!(fetched("/token", form(client)), json!([400, null, "invalid_client"]), "{client}");
        }
        assert_eq!(fetched("/token", form("client_id=public-app"))[0], 200);
        assert_eq!(fetched("/api/v1/whoami", json!({}))[0], 401, "nothing was remembered");
    })
    .await
    .expect("the browser's part");
    let heard = String::from_utf8_lossy(&heard.lock().expect("heard")).to_ascii_lowercase();
    assert_eq!(heard.matches("post /token http/1.1").count(), 4, "no request was sent again");
    assert!(heard.contains("get /api/v1/whoami") && !heard.contains("authorization:"), "{heard}");
}
