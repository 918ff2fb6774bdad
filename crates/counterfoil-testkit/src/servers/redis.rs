//! Temporary Redis servers: a single one, or three primaries with a replica each.

mod cluster;
mod node;

use std::path::Path;
use std::process::Command;

use node::{Folder, Maker, Node, settings};

pub use cluster::RedisCluster;

/// A server alone, with an append-only file, without snapshots.
#[derive(Debug)]
pub struct RedisServer {
    node: Node,
    _folder: Folder,
}

impl RedisServer {
    /// Starts one.
    ///
    /// # Panics
    ///
    /// Where the programs are missing, naming the package, and where the server does not start: a test that cannot run
    /// must not pass.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// The same with other settings, which go before the server's own.
    ///
    /// # Panics
    ///
    /// As for [`RedisServer::start`].
    #[must_use]
    pub fn start_with(others: &[(&str, &str)]) -> Self {
        Self::start_of(Maker::Redis, others)
    }

    /// A Valkey server.
    ///
    /// # Panics
    ///
    /// As for [`RedisServer::start`].
    #[must_use]
    pub fn start_valkey() -> Self {
        Self::start_of(Maker::Valkey, &[])
    }

    fn start_of(maker: Maker, others: &[(&str, &str)]) -> Self {
        let folder = Folder::new();
        let mut arguments = settings(&[("appendonly", "yes"), ("save", ""), ("enable-debug-command", "local")]);
        arguments.extend(settings(others));
        Self { node: Node::start(maker, &folder.path, arguments), _folder: folder }
    }

    /// Its port on 127.0.0.1.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.node.port
    }

    /// Where it is.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.node.port)
    }

    /// The folder that holds its data and, as `log`, what it says.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.node.folder
    }

    /// What `redis-cli` prints.
    ///
    /// # Panics
    ///
    /// Where it cannot be run.
    #[must_use]
    pub fn cli(&self, arguments: &[&str]) -> String {
        self.node.cli(arguments)
    }

    /// The disk takes nothing more, or has room again.
    ///
    /// # Panics
    ///
    /// Where `prlimit` cannot be run.
    pub fn fill_disk(&self, full: bool) {
        let room = if full { "--fsize=1:" } else { "--fsize=unlimited:" };
        let set = Command::new("prlimit").args([room, "--pid", self.node.pid().trim()]).status();
        assert!(set.expect("prlimit runs").success(), "prlimit: the server's pid is not known");
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        self.node.kill();
    }

    /// Starts it again on what it kept, killing it first where it lives.
    ///
    /// # Panics
    ///
    /// Where it does not come back.
    pub fn restart(&mut self) {
        self.node.restart();
    }
}

#[cfg(test)]
mod tests {
    use std::net::{Ipv4Addr, TcpStream};

    use super::*;

    #[test]
    fn a_server_that_was_killed_comes_back_with_what_it_kept_and_ends_with_its_value() {
        let mut server = RedisServer::start_with(&[("appendfsync", "always")]);
        assert_eq!(server.cli(&["SET", "a", "b"]).trim(), "OK");
        server.kill();
        assert_eq!(server.cli(&["GET", "a"]), "");
        server.restart();
        assert_eq!(server.cli(&["GET", "a"]).trim(), "b");
        let (folder, port) = (server.folder().to_owned(), server.port());
        drop(server);
        assert!(!folder.exists() && TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err());
    }
}
