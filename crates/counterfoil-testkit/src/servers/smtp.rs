//! A mail server that runs Python's aiosmtpd.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use super::ports::free_port;

/// The message that names the package to install if the program is missing.
const MISSING: &str = "python3 with aiosmtpd is not here: `apt-get install python3-aiosmtpd`, or `.ci/servers`";

const SERVER: &str = include_str!("smtp_server.py");

/// A mail that the server accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenMail {
    /// The recipients of the envelope.
    pub to: Vec<String>,
    /// The headers and the body, as received.
    pub data: String,
}

/// A mail server on the loopback interface. It accepts every mail by default. It ends when it is dropped or when this
/// process ends.
#[derive(Debug)]
pub struct Smtp {
    port: u16,
    pipes: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
    server: Child,
}

impl Smtp {
    /// Starts a server on a free port.
    ///
    /// # Panics
    ///
    /// If the server cannot be started. The message names the packages to install.
    #[must_use]
    pub fn start() -> Self {
        Self::start_at(free_port())
    }

    /// Starts a server on this port, for example on the port of a server that ended.
    ///
    /// # Panics
    ///
    /// For the same reasons as [`Smtp::start`].
    #[must_use]
    pub fn start_at(port: u16) -> Self {
        // The system's Python comes first, because Debian's package of aiosmtpd is installed for it.
        let python = ["/usr/bin/python3", "python3"].into_iter().find(|python| {
            let has = Command::new(python).args(["-c", "import aiosmtpd"]).stderr(Stdio::null()).status();
            has.is_ok_and(|status| status.success())
        });
        let mut server = Command::new(python.expect(MISSING))
            .args(["-c", SERVER, &port.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect(MISSING);
        let (stdin, stdout) = (server.stdin.take().expect("piped"), server.stdout.take().expect("piped"));
        let mut stdout = BufReader::new(stdout);
        let mut ready = String::new();
        stdout.read_line(&mut ready).expect("a line");
        assert_eq!(ready, "ready\n", "the mail server did not start");
        Self { port, pipes: Mutex::new((stdin, stdout)), server }
    }

    /// The port on 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The server's URL: `smtp://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// Sets the server's reply to every further mail for the recipient `to`, for example `550 5.1.1 no such user`.
    pub fn answer(&self, to: &str, answer: &str) {
        self.command(&json!({"to": to, "answer": answer}));
    }

    /// Makes the server wait for `time` before it accepts each further mail.
    pub fn take_time(&self, time: Duration) {
        self.command(&json!({"seconds": time.as_secs_f64()}));
    }

    /// The mails that the server accepted since the last call.
    ///
    /// # Panics
    ///
    /// If the server has died.
    pub fn taken(&self) -> Vec<TakenMail> {
        let mails = self.command(&json!({"take": true}));
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let mail = |mail: &Value| TakenMail {
            to: mail["to"].as_array().expect("recipients").iter().map(text).collect(),
            data: text(&mail["data"]),
        };
        mails.as_array().expect("mails").iter().map(mail).collect()
    }

    fn command(&self, command: &Value) -> Value {
        let mut pipes = self.pipes.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(pipes.0, "{command}").expect("the mail server listens");
        let mut line = String::new();
        pipes.1.read_line(&mut line).expect("the mail server answers");
        serde_json::from_str(&line).expect("JSON")
    }
}

impl Drop for Smtp {
    fn drop(&mut self) {
        let _ended = self.server.kill();
        let _code = self.server.wait();
    }
}
