//! Sends HTTP/1.1 over a socket, so that a case can send malformed and incomplete requests.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::case::{Body, Send};

/// A response. `Date` and the headers about the connection are left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// The headers, in the order of their names.
    pub headers: Vec<(String, String)>,
    pub text: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(own, _)| own == name).map(|(_, value)| value.as_str());
        let value = values.next();
        assert!(values.next().is_none(), "{name} stands twice: {self:?}");
        value
    }

    /// Returns the last part of a problem's `type`, or the `error` of RFC 6749 §5.2.
    pub fn problem(&self) -> Option<String> {
        let json: serde_json::Value = serde_json::from_str(&self.text).ok()?;
        let kind = json["type"].as_str().and_then(|kind| kind.strip_prefix("urn:counterfoil:problem:"));
        kind.or(json["error"].as_str()).map(str::to_owned)
    }
}

/// Sends a request and reads the whole response.
pub async fn exchange(address: SocketAddr, send: &Send) -> Answer {
    let mut stream = TcpStream::connect(address).await.expect("connected");
    stream.write_all(written(send).as_bytes()).await.expect("sent");
    let mut bytes = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(30), stream.read_to_end(&mut bytes)).await;
    read.expect("an answer in time").expect("an answer");
    let text = String::from_utf8(bytes).expect("UTF-8");
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer to {send:?}: {text:?}"));
    read_answer(head, body)
}

pub fn written(send: &Send) -> String {
    let Send { method, path, hosts, headers, body } = send;
    let mut text = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
    for host in *hosts {
        write!(text, "host: {host}\r\n").expect("text");
    }
    for (name, value) in headers {
        write!(text, "{name}: {value}\r\n").expect("text");
    }
    match body {
        Body::None => text.push_str("\r\n"),
        Body::Text(body) => write!(text, "content-length: {}\r\n\r\n{body}", body.len()).expect("text"),
        Body::Announced(length) => write!(text, "content-length: {length}\r\n\r\n").expect("text"),
        Body::Chunked(body) => {
            text.push_str("transfer-encoding: chunked\r\n\r\n");
            let (one, two) = body.split_at(body.len() / 2);
            for piece in [one, two].into_iter().filter(|piece| !piece.is_empty()) {
                write!(text, "{:x}\r\n{piece}\r\n", piece.len()).expect("text");
            }
            text.push_str("0\r\n\r\n");
        }
    }
    text
}

fn read_answer(head: &str, body: &str) -> Answer {
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).expect("a status").parse().expect("a number");
    let named = lines.map(|line| line.split_once(": ").expect("a header"));
    let all: Vec<_> = named.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
    let chunked = all.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked");
    let mut headers: Vec<_> = all
        .into_iter()
        .filter(|(name, _)| !["date", "connection", "keep-alive", "transfer-encoding"].contains(&name.as_str()))
        .collect();
    headers.sort();
    Answer { status, headers, text: if chunked { joined(body) } else { body.to_owned() } }
}

fn joined(mut body: &str) -> String {
    let mut text = String::new();
    while let Some((length, rest)) = body.split_once("\r\n") {
        let length = usize::from_str_radix(length, 16).expect("a length");
        if length == 0 {
            break;
        }
        text.push_str(&rest[..length]);
        body = rest[length..].strip_prefix("\r\n").expect("the end of a piece");
    }
    text
}
