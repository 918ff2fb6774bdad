//! A demo as a process, and requests to it.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder};
use serde_json::Value;
use tempfile::TempDir;

/// The client of the demo that rotates its refresh tokens, as `Basic` sends it.
const ROTATING: (&str, &str) = ("rotating", "rotating-secret-for-the-demo-only");
/// The client of the demo that keeps its refresh token.
const REUSING: (&str, &str) = ("test.token", "a7d849366d224f8eb521ccf696925627");

/// A running demo. It is stopped when it is dropped.
pub(crate) struct Node {
    name: &'static str,
    child: Child,
    folder: TempDir,
    port: u16,
    client: Client,
}

impl Node {
    /// Starts a demo that uses this store and this key ring file.
    pub(crate) fn start(name: &'static str, program: &Path, flags: &[&str], store: &str, keys: &Path) -> Self {
        let folder = TempDir::new().expect("a folder");
        let log = std::fs::File::create(folder.path().join("log")).expect("a log");
        let mut command = Command::new(program);
        for variable in ["ISSUER", "SMTP", "POLICY", "TRUSTED_PROXIES"] {
            command.env_remove(format!("COUNTERFOIL_{variable}"));
        }
        command.args(flags).current_dir(folder.path()).env_remove("RUST_LOG").env("COUNTERFOIL_LISTEN", "127.0.0.1:0");
        command.env("COUNTERFOIL_STORE", store).env("COUNTERFOIL_KEYS", keys);
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log).spawn().expect("the demo starts");
        let mut node = Self { name, child, folder, port: 0, client: Client::new() };
        node.port = node.first_line().rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
        node
    }

    /// The first line that the demo prints. It ends with the port.
    fn first_line(&mut self) -> String {
        let (lines, said) = mpsc::channel();
        let out = self.child.stdout.take().expect("a pipe");
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                let _unread = lines.send(line);
            }
        });
        said.recv_timeout(Duration::from_secs(60))
            .unwrap_or_else(|_| panic!("{} did not start: {}", self.name, self.log()))
    }

    /// Returns the last 20 lines of the demo's log, for the message of a failed test.
    fn log(&self) -> String {
        let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        lines[lines.len().saturating_sub(20)..].join("\n")
    }

    /// Sends a request. Returns the status and the body, which is `null` if it is empty.
    async fn send(&self, request: RequestBuilder) -> (u16, Value) {
        let response = request.send().await.unwrap_or_else(|error| panic!("{}: {error}\n{}", self.name, self.log()));
        let (status, path) = (response.status().as_u16(), response.url().path().to_owned());
        let text = response.text().await.expect("a body");
        assert!(status < 500, "{}, {path}: {status} {text}\n{}", self.name, self.log());
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// Calls the management API with a bearer token.
    pub(crate) async fn call(&self, method: Method, path: &str, token: &str, body: Option<Value>) -> (u16, Value) {
        let request = self.client.request(method, format!("http://127.0.0.1:{}/api/v1/{path}", self.port));
        let request = request.header("authorization", format!("Bearer {token}"));
        self.send(match body {
            Some(body) => request.header("content-type", "application/json").body(body.to_string()),
            None => request,
        })
        .await
    }

    /// Sends a form to `/token` or `/revoke`. If `reuses` is true, the client is [`REUSING`], and otherwise
    /// [`ROTATING`].
    pub(crate) async fn form(&self, path: &str, reuses: bool, fields: &[(&str, &str)]) -> (u16, Value) {
        let (id, secret) = if reuses { REUSING } else { ROTATING };
        let body = counterfoil_upgrade_tests::scene::form(fields);
        let request = self.client.post(format!("http://127.0.0.1:{}{path}", self.port)).basic_auth(id, Some(secret));
        self.send(request.header("content-type", "application/x-www-form-urlencoded").body(body)).await
    }

    /// Whether the demo accepts a bearer token.
    pub(crate) async fn accepts(&self, token: &str) -> bool {
        match self.call(Method::GET, "whoami", token, None).await.0 {
            200 => true,
            401 => false,
            other => panic!("{}: {other}", self.name),
        }
    }

    /// Sends SIGTERM to the process, waits until it has ended, and checks that it ended without an error.
    pub(crate) fn stop(mut self) {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().expect("kill runs");
        assert!(asked.success() && self.child.wait().expect("a child").success(), "{}", self.log());
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}
