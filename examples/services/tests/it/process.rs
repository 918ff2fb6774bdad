//! Runs a program as a process on a free port, and sends requests to it.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A running program that serves HTTP or gRPC. It is killed on drop.
pub(crate) struct Process {
    child: Child,
    /// The base URL: `http://127.0.0.1:PORT`.
    pub(crate) url: String,
}

/// Sets the folder and the environment variables of a program.
fn with(command: &mut Command, folder: &Path, variables: &[(&str, &str)]) {
    command.current_dir(folder).env("LISTEN", "127.0.0.1:0").envs(variables.iter().copied()).stdin(Stdio::null());
}

/// Makes the command for a program that should end by itself. If it does not end, it is killed after a minute.
pub(crate) fn command(program: &str, folder: &Path, variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new("timeout");
    command.args(["60", program]);
    with(&mut command, folder, variables);
    command
}

/// Runs a program until it ends, and returns its output. Fails if the program fails.
pub(crate) fn run(program: &str, folder: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> String {
    let output = command(program, folder, variables).args(arguments).output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}

impl Process {
    /// Starts a program and waits until it prints its address.
    pub(crate) fn start(program: &str, folder: &Path, variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(program);
        with(&mut command, folder, variables);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("text");
        let url = line.trim().strip_prefix("listening on ").unwrap_or_else(|| panic!("it did not start: {line:?}"));
        Self { child, url: url.to_owned() }
    }

    /// Stops the program as Ctrl-C does, and waits until it has ended. Send a request first. Before the program has
    /// answered a request, it possibly does not listen for signals yet, and the signal would kill it.
    pub(crate) fn stop(self) {
        self.stop_by("-INT");
    }

    /// Stops the program as systemd does. Otherwise like [`stop`](Self::stop).
    pub(crate) fn terminate(self) {
        self.stop_by("-TERM");
    }

    fn stop_by(mut self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status();
        assert!(sent.expect("kill").success());
        assert!(self.child.wait().expect("a status").success(), "it did not stop by itself");
    }

    /// Sends a request. Returns the status, the challenge and the body.
    pub(crate) async fn send(&self, method: &str, path: &str, token: &str, body: Option<String>) -> Answer {
        let method = method.parse().expect("a method");
        let mut request = reqwest::Client::new().request(method, format!("{}{path}", self.url));
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some(body) = body {
            let kind = if body.starts_with(['[', '{']) { "json" } else { "x-www-form-urlencoded" };
            request = request.header("content-type", format!("application/{kind}")).body(body);
        }
        let response = request.send().await.expect("an answer");
        let challenge =
            response.headers().get("www-authenticate").map(|value| value.to_str().expect("text").to_owned());
        let status = response.status().as_u16();
        Answer { status, challenge: challenge.unwrap_or_default(), body: response.text().await.expect("text") }
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        self.send("GET", path, token, None).await
    }

    pub(crate) async fn post(&self, path: &str, token: &str, body: &str) -> Answer {
        self.send("POST", path, token, Some(body.to_owned())).await
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// The answer to a request.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) challenge: String,
    pub(crate) body: String,
}

impl Answer {
    /// Returns the text of the member `name` of the body. The body is a JSON object.
    pub(crate) fn member(&self, name: &str) -> String {
        let body: serde_json::Value = serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"));
        body[name].as_str().unwrap_or_else(|| panic!("no {name}: {self:?}")).to_owned()
    }
}
