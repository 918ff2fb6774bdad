//! Sends bytes over a raw socket and reads the response.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// A response, split at the empty line between head and body.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

/// Sends bytes to a port of 127.0.0.1. Reads the response until the server closes the connection.
pub fn send(port: u16, bytes: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("connected");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("a time-out");
    stream.set_nodelay(true).expect("no delay");
    // The server may close the connection while the test still writes.
    let _cut_off = stream.write_all(bytes);
    let mut read = Vec::new();
    let mut piece = [0; 16 * 1024];
    loop {
        match stream.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => read.extend_from_slice(&piece[..count]),
            // The server resets a connection if it has not read all bytes. The response is complete nevertheless.
            Err(_) if !read.is_empty() => break,
            Err(error) => panic!("no answer: {error}"),
        }
    }
    let text: String = read.iter().map(|&byte| char::from(byte)).collect();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Answer { status: status.unwrap_or_else(|| panic!("no status: {text:?}")), head: head.into(), body: body.into() }
}
