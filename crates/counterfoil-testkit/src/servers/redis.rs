//! Temporary Redis servers: single servers, and clusters of three primaries with one replica each.

mod cluster;
mod node;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use node::{Folder, Maker, Node, settings};

pub use cluster::RedisCluster;

/// A single Redis or Valkey server. It stores its data in an append-only file and makes no snapshots.
#[derive(Debug)]
pub struct RedisServer {
    node: Node,
    _folder: Folder,
}

impl RedisServer {
    /// Starts a Redis server.
    ///
    /// # Panics
    ///
    /// If the programs are missing (the message names the package), or if the server does not start. A test that cannot
    /// run must not pass.
    #[must_use]
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts a Redis server with additional settings. If one of them is also a default setting, the additional value
    /// applies.
    ///
    /// # Panics
    ///
    /// For the same reasons as [`RedisServer::start`].
    #[must_use]
    pub fn start_with(others: &[(&str, &str)]) -> Self {
        Self::start_of(Maker::Redis, others)
    }

    /// Starts a Valkey server.
    ///
    /// # Panics
    ///
    /// For the same reasons as [`RedisServer::start`].
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

    /// The server's port on 127.0.0.1.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.node.port
    }

    /// The server's URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.node.port)
    }

    /// The folder that contains the server's data and its `log`.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.node.folder
    }

    /// Runs `redis-cli` and returns its output.
    ///
    /// # Panics
    ///
    /// If `redis-cli` cannot be run.
    #[must_use]
    pub fn cli(&self, arguments: &[&str]) -> String {
        self.node.cli(arguments)
    }

    /// If `full` is true, makes every write to the disk fail, as on a full disk. If `full` is false, lets writes
    /// succeed again.
    ///
    /// # Panics
    ///
    /// If `prlimit` cannot be run.
    pub fn fill_disk(&self, full: bool) {
        let room = if full { "--fsize=1:" } else { "--fsize=unlimited:" };
        let set = Command::new("prlimit").args([room, "--pid", self.node.pid().trim()]).status();
        assert!(set.expect("prlimit runs").success(), "prlimit: the server's pid is not known");
    }

    /// Suspends the server for this time. Its connections stay open, and nothing is answered.
    ///
    /// # Panics
    ///
    /// If `kill` cannot be run.
    pub fn suspend_for(&self, time: Duration) {
        self.node.signal("STOP");
        std::thread::sleep(time);
        self.node.signal("CONT");
    }

    /// Kills the server with `kill -9`.
    pub fn kill(&mut self) {
        self.node.kill();
    }

    /// Starts the server again with its stored data. If the server still runs, kills it first.
    ///
    /// # Panics
    ///
    /// If the server does not start again.
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
