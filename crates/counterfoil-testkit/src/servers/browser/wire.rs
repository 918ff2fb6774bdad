//! A client for the part of WebDriver (W3C, 2018) that the tests need. It sends JSON over HTTP/1.1 on the loopback
//! interface. A client from crates.io would add a TLS stack, and a licence that `deny.toml` does not allow.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// The time that a page may take to load.
const PATIENCE: Duration = Duration::from_secs(60);

/// An error of WebDriver. It has a code, such as `no such element`, and the driver's message.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) code: String,
    message: String,
}

impl Refusal {
    /// Whether the command failed because the browser shows an error page of its own instead of the requested page.
    pub(super) fn tells_of_an_error_page(&self) -> bool {
        self.code == "unknown error" && self.message.contains("about:neterror")
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}: {}", self.code, self.message)
    }
}

/// Sends a command and returns the `value` of the answer.
pub(super) fn command(port: u16, method: &str, path: &str, body: Option<&Value>) -> Result<Value, Refusal> {
    let body = body.map(ToString::to_string).unwrap_or_default();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the driver listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    stream.set_nodelay(true).expect("no delay");
    stream.write_all((head + &body).as_bytes()).expect("the driver reads");
    let (status, text) = answer(BufReader::new(stream));
    let answer: Value =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {method} {path}: {text}"));
    let value = &answer["value"];
    if status == 200 {
        return Ok(value.clone());
    }
    let part = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
    // Only the first line is used, because the driver's stack trace follows.
    let message = part("message").lines().next().unwrap_or_default().to_owned();
    Err(Refusal { code: part("error"), message })
}

/// Reads the status and the body of a response. The driver keeps the connection open after the response, so the end of
/// the body follows from the header `Content-Length`.
fn answer(mut stream: BufReader<TcpStream>) -> (u16, String) {
    let mut line = || {
        let mut line = String::new();
        stream.read_line(&mut line).expect("the driver answers");
        line.trim_end().to_owned()
    };
    let first = line();
    let status = first.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    let mut length = 0;
    loop {
        let header = line();
        let Some((name, value)) = header.split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().expect("a length");
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).expect("a whole body");
    (status, String::from_utf8(body).expect("UTF-8"))
}
