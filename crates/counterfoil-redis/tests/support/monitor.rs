//! Records the commands that a server receives.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpStream};

/// A connection over which a server reports every command that it executes.
pub struct Monitor {
    heard: BufReader<TcpStream>,
    port: u16,
}

impl Monitor {
    /// Begins to record the commands of the server on this port.
    pub fn of(port: u16) -> Self {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).expect("a connection");
        stream.write_all(b"MONITOR\r\n").expect("sent");
        let mut heard = BufReader::new(stream);
        let mut line = String::new();
        heard.read_line(&mut line).expect("an answer");
        assert_eq!(line.trim(), "+OK");
        Self { heard, port }
    }

    /// Returns the commands that clients have sent since the recording began. Leaves out the commands that scripts ran.
    pub fn sent(mut self) -> Vec<String> {
        let mut last = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).expect("a connection");
        last.write_all(b"ECHO the-end\r\n").expect("sent");
        let mut sent = Vec::new();
        loop {
            let mut line = Vec::new();
            self.heard.read_until(b'\n', &mut line).expect("a line");
            let line = String::from_utf8_lossy(&line).into_owned();
            if line.contains("\"the-end\"") {
                return sent;
            }
            if !line.contains(" lua]") {
                sent.push(line);
            }
        }
    }
}
