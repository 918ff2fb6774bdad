//! Runs the demo as a process, and sends requests to it over a socket.

pub mod wire;

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

/// The `Authorization` header of the client `test.token`, as in the example that 12d Synergy documents.
pub const SEED_CLIENT: &str = "Basic dGVzdC50b2tlbjphN2Q4NDkzNjZkMjI0ZjhlYjUyMWNjZjY5NjkyNTYyNw==";

/// A demo process on a free port of 127.0.0.1, with its own folder. The process stops when this value is dropped.
pub struct Server {
    child: Child,
    pub folder: TempDir,
    pub port: u16,
    pub greeting: Vec<String>,
}

/// Returns a command that runs the demo. The demo listens on a free port and puts its files into `folder`.
pub fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_counterfoil-demo"));
    command.current_dir(folder).env("COUNTERFOIL_LISTEN", "127.0.0.1:0");
    for name in ["STORE", "ISSUER", "SMTP", "KEYS", "POLICY", "TRUSTED_PROXIES"] {
        command.env_remove(format!("COUNTERFOIL_{name}"));
    }
    command.env_remove("RUST_LOG");
    command
}

impl Server {
    /// Starts a demo that uses this store.
    pub fn start(store: &str) -> Self {
        let folder = TempDir::new().expect("a folder");
        Self::start_in(folder, |command| {
            command.env("COUNTERFOIL_STORE", store);
        })
    }

    /// Starts a demo in this folder. `with` can change the command first.
    pub fn start_in(folder: TempDir, with: impl FnOnce(&mut Command)) -> Self {
        let mut command = program(folder.path());
        let log = std::fs::File::options().create(true).append(true).open(folder.path().join("log")).expect("a log");
        command.stdout(Stdio::piped()).stderr(log).stdin(Stdio::null());
        with(&mut command);
        let mut child = command.spawn().expect("the demo starts");
        let out = child.stdout.take().expect("a pipe");
        let (lines, greeting) = mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                if lines.send(line).is_err() {
                    break;
                }
            }
        });
        let mut said = Vec::new();
        // Waits for the last line of the banner. In a debug build, hashing the six passwords takes some time.
        while !said.last().is_some_and(|line: &String| line.starts_with("These passwords")) {
            match greeting.recv_timeout(Duration::from_secs(60)) {
                Ok(line) => said.push(line),
                Err(_) => {
                    let _ended = child.kill();
                    panic!("the demo did not start: {said:?}\n{}", log_of(folder.path()));
                }
            }
        }
        let port = said[0].rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port in the first line");
        Self { child, folder, port, greeting: said }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Returns the log. The demo writes a log line shortly after the response, in another thread. So this method waits
    /// until the log no longer grows.
    pub fn log(&self) -> String {
        let mut log = log_of(self.folder.path());
        for _ in 0..100 {
            std::thread::sleep(Duration::from_millis(20));
            let more = log_of(self.folder.path());
            if more == log {
                break;
            }
            log = more;
        }
        log
    }

    /// Returns the resident memory of the process in KiB.
    pub fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("a process");
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).expect("VmRSS");
        line.split_whitespace().nth(1).and_then(|size| size.parse().ok()).expect("a size")
    }

    /// Closes the pipe to which the process writes its standard error.
    pub fn leave_stderr(&mut self) {
        drop(self.child.stderr.take().expect("a pipe"));
    }

    /// Returns the pipe to which the process writes its standard error.
    pub fn stderr(&mut self) -> std::process::ChildStderr {
        self.child.stderr.take().expect("a pipe")
    }

    /// Sends a signal to the process.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status();
        assert!(status.expect("kill runs").success());
    }

    /// Waits for at most ten seconds until the process has ended. Fails if it has not.
    pub fn ended(&mut self) -> ExitStatus {
        for _ in 0..100 {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("it did not stop within 10 s\n{}", self.log());
    }

    /// Stops the demo. Returns its folder.
    pub fn stop(mut self) -> TempDir {
        self.signal("TERM");
        assert!(self.ended().success());
        let empty = TempDir::new().expect("a folder");
        std::mem::replace(&mut self.folder, empty)
    }

    pub async fn token(&self, form: &[(&str, &str)]) -> (u16, Value) {
        self.form("/token", SEED_CLIENT, form).await
    }

    /// Signs in through the client of the example that 12d Synergy documents. Returns the response.
    pub async fn sign_in(&self, name: &str, password: &str) -> Value {
        let form = [("grant_type", "password"), ("username", name), ("password", password), ("remember", "true")];
        let (status, tokens) = self.token(&form).await;
        assert_eq!(status, 200, "{tokens}");
        tokens
    }

    /// Signs in with the same client as [`sign_in`](Self::sign_in). Returns the access token.
    pub async fn access(&self, name: &str, password: &str) -> String {
        text(&self.sign_in(name, password).await, "access_token")
    }

    pub async fn form(&self, path: &str, authorization: &str, form: &[(&str, &str)]) -> (u16, Value) {
        let body: String =
            form.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect::<Vec<_>>().join("&");
        let request = reqwest::Client::new()
            .post(self.url(path))
            .header("authorization", authorization)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        answered(request).await
    }

    pub async fn call(&self, method: &str, path: &str, token: &str, body: Option<Value>) -> (u16, Value) {
        let method = method.parse().expect("a method");
        let mut request = reqwest::Client::new().request(method, self.url(path));
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        answered(request).await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

async fn answered(request: reqwest::RequestBuilder) -> (u16, Value) {
    let response = request.send().await.expect("an answer");
    let status = response.status().as_u16();
    let text = response.text().await.expect("a body");
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

/// Returns the text of the member `name` of a JSON object.
pub fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no {name}: {value}")).to_owned()
}

/// Percent-encodes all bytes except ASCII letters and digits.
pub fn escaped(value: &str) -> String {
    value
        .bytes()
        .map(|byte| match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

fn log_of(folder: &Path) -> String {
    let mut text = String::new();
    if let Ok(mut log) = std::fs::File::open(folder.join("log")) {
        let _read = log.read_to_string(&mut text);
    }
    text
}

/// Runs the demo with settings that are invalid. Checks that it fails, and returns its standard error.
pub fn refused(with: impl FnOnce(&mut Command)) -> String {
    let folder = TempDir::new().expect("a folder");
    let mut command = program(folder.path());
    with(&mut command);
    let output = command.output().expect("the demo runs");
    assert!(!output.status.success(), "it started");
    assert!(output.stdout.is_empty(), "it says nothing of listening");
    String::from_utf8(output.stderr).expect("text")
}

/// Returns the root folder of the project.
pub fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

pub use tempfile;
