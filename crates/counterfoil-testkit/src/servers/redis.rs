//! Temporary Redis servers: a single one, or three primaries with a replica each.

use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::ports::free_redis_port;

/// What to install where the programs are missing.
const MISSING: &str =
    "the Redis programs (redis-server, redis-cli) are not here: `apt-get install redis-server`, or `.ci/servers`";

const MISSING_VALKEY: &str = "the Valkey programs (valkey-server, valkey-cli) are not here: `.ci/servers` installs them, for Debian 12 from its backports";

/// Whose programs are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Maker {
    Redis,
    Valkey,
}

impl Maker {
    const fn server(self) -> &'static str {
        match self {
            Self::Redis => "redis-server",
            Self::Valkey => "valkey-server",
        }
    }

    const fn cli(self) -> &'static str {
        match self {
            Self::Redis => "redis-cli",
            Self::Valkey => "valkey-cli",
        }
    }

    fn check(self) {
        let missing = if self == Self::Redis { MISSING } else { MISSING_VALKEY };
        assert!(runs(self.server()) && runs(self.cli()), "{missing}");
    }
}

/// Holds a server's life on the pipe to this process: it ends with the value, and with the process, however that ends.
/// A write that the disk refuses must fail and not end the server, hence XFSZ.
const KEEPER: &str = r#"trap '' INT TERM XFSZ; folder=$1; shift; "$@" >>"$folder/log" 2>&1 & server=$!; echo $server >"$folder/pid"; cat >/dev/null; kill -KILL $server 2>/dev/null; wait $server 2>/dev/null"#;

/// The same for a folder, which goes when the servers in it are gone.
const FOLDER_KEEPER: &str =
    r#"trap '' INT TERM; cat >/dev/null; for turn in 1 2 3; do sleep 0.2; rm -rf "$1" 2>/dev/null; done"#;

/// How long a node waits for a silent one before it counts as failed.
const NODE_TIMEOUT: &str = "1000";
/// How long a server may take to start, and a cluster to settle.
const PATIENCE: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(20);

/// A folder that goes with the value and with the process.
#[derive(Debug)]
struct Folder {
    path: PathBuf,
    keeper: Child,
}

impl Folder {
    /// In memory where the system has a folder for that.
    fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let made = Command::new("mktemp").arg("-d").arg(parent.join("counterfoil-redis-XXXXXX")).output();
        let path = PathBuf::from(String::from_utf8_lossy(&made.expect("mktemp runs").stdout).trim());
        assert!(path.is_dir(), "mktemp made no folder");
        let keeper = Command::new("sh").arg("-c").arg(FOLDER_KEEPER).arg("sh").arg(&path).stdin(Stdio::piped()).spawn();
        Self { path, keeper: keeper.expect("sh runs") }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ended = self.keeper.wait();
    }
}

/// One server process on a free port of 127.0.0.1, which can be killed and started again on what it kept.
#[derive(Debug)]
struct Node {
    maker: Maker,
    port: u16,
    folder: PathBuf,
    arguments: Vec<String>,
    keeper: Option<Child>,
}

impl Node {
    fn start(maker: Maker, folder: &Path, arguments: Vec<String>) -> Self {
        maker.check();
        for _ in 0..5 {
            let port = free_redis_port();
            let folder = folder.join(port.to_string());
            std::fs::create_dir_all(&folder).expect("a folder");
            let mut node = Self { maker, port, folder, arguments: arguments.clone(), keeper: None };
            node.spawn();
            if node.listens() {
                return node;
            }
        }
        panic!("the server did not start in {}", folder.display());
    }

    fn spawn(&mut self) {
        let keeper = Command::new("sh")
            .args(["-c", KEEPER, "sh"])
            .arg(&self.folder)
            .args([self.maker.server(), "--bind", "127.0.0.1", "--port", &self.port.to_string(), "--dir"])
            .arg(&self.folder)
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .spawn();
        self.keeper = Some(keeper.expect("sh runs"));
    }

    fn listens(&self) -> bool {
        patiently(|| self.cli(&["PING"]).trim() == "PONG" || self.log().contains("Failed listening"))
            && self.cli(&["PING"]).trim() == "PONG"
    }

    fn kill(&mut self) {
        let Some(mut keeper) = self.keeper.take() else { return };
        let _killed = Command::new("kill").args(["-KILL", self.pid().trim()]).stderr(Stdio::null()).status();
        drop(keeper.stdin.take());
        let _ended = keeper.wait();
        // The port is the kernel's for a moment longer than the process.
        patiently(|| TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err());
    }

    fn restart(&mut self) {
        self.kill();
        self.spawn();
        assert!(self.listens(), "the server did not come back:\n{}", self.log());
    }

    fn cli(&self, arguments: &[&str]) -> String {
        let output = Command::new(self.maker.cli())
            .args(["-p", &self.port.to_string()])
            .args(arguments)
            .stderr(Stdio::null())
            .output();
        String::from_utf8_lossy(&output.expect("redis-cli runs").stdout).into_owned()
    }

    fn pid(&self) -> String {
        std::fs::read_to_string(self.folder.join("pid")).unwrap_or_default()
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        if let Some(mut keeper) = self.keeper.take() {
            drop(keeper.stdin.take());
            let _ended = keeper.wait();
        }
    }
}

/// Whether a program is there.
fn runs(program: &str) -> bool {
    let status = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// Looks again until it is so; whether it became so.
fn patiently(mut is_so: impl FnMut() -> bool) -> bool {
    let turns = PATIENCE.as_millis() / PAUSE.as_millis();
    for _ in 0..turns {
        if is_so() {
            return true;
        }
        std::thread::sleep(PAUSE);
    }
    false
}

fn settings(settings: &[(&str, &str)]) -> Vec<String> {
    settings.iter().flat_map(|(name, value)| [format!("--{name}"), (*value).to_owned()]).collect()
}

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

/// Three primaries with a replica each, in append-only mode.
#[derive(Debug)]
pub struct RedisCluster {
    nodes: Vec<Node>,
    _folder: Folder,
}

impl RedisCluster {
    /// Starts one and waits until every replica's link is up.
    ///
    /// # Panics
    ///
    /// As for [`RedisServer::start`], and where the six do not find together.
    #[must_use]
    pub fn start() -> Self {
        let folder = Folder::new();
        let arguments = settings(&[
            ("appendonly", "yes"),
            ("save", ""),
            ("cluster-enabled", "yes"),
            ("cluster-node-timeout", NODE_TIMEOUT),
            ("repl-diskless-sync-delay", "0"),
            ("enable-debug-command", "local"),
        ]);
        let nodes: Vec<Node> = (0..6).map(|_| Node::start(Maker::Redis, &folder.path, arguments.clone())).collect();
        let addresses = nodes.iter().map(|node| format!("127.0.0.1:{}", node.port));
        let made = Command::new("redis-cli")
            .args(["--cluster", "create"])
            .args(addresses)
            .args(["--cluster-replicas", "1", "--cluster-yes"])
            .output()
            .expect("redis-cli runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stdout));
        let cluster = Self { nodes, _folder: folder };
        cluster.settle();
        cluster
    }

    /// Where its nodes are.
    #[must_use]
    pub fn urls(&self) -> Vec<String> {
        self.nodes.iter().map(|node| format!("redis://127.0.0.1:{}", node.port)).collect()
    }

    /// How many nodes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Never.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// The folder of a node.
    #[must_use]
    pub fn folder(&self, node: usize) -> &Path {
        &self.nodes[node].folder
    }

    /// What `redis-cli` prints for that node.
    ///
    /// # Panics
    ///
    /// Where it cannot be run.
    #[must_use]
    pub fn cli(&self, node: usize, arguments: &[&str]) -> String {
        self.nodes[node].cli(arguments)
    }

    /// The nodes that are primaries now.
    ///
    /// # Panics
    ///
    /// Where `redis-cli` cannot be run.
    #[must_use]
    pub fn primaries(&self) -> Vec<usize> {
        (0..self.nodes.len()).filter(|node| self.cli(*node, &["ROLE"]).starts_with("master")).collect()
    }

    /// Waits until every node agrees on a whole cluster of three primaries and every replica's link is up: before that
    /// nobody may be elected when the next one dies.
    ///
    /// # Panics
    ///
    /// Where that takes more than a minute.
    pub fn settle(&self) {
        assert!(
            patiently(|| self.is_settled()),
            "the cluster does not settle:\n{}",
            self.cli(0, &["CLUSTER", "NODES"])
        );
    }

    fn is_settled(&self) -> bool {
        let whole = |node: &Node| {
            let info = node.cli(&["CLUSTER", "INFO"]);
            let nodes = node.cli(&["CLUSTER", "NODES"]);
            info.contains("cluster_state:ok") && !nodes.contains("fail")
        };
        let (mut followed, mut linked) = (0, 0);
        for node in &self.nodes {
            let info = node.cli(&["INFO", "replication"]);
            followed += usize::from(
                info.contains("role:master") && info.contains("connected_slaves:1") && info.contains("state=online"),
            );
            linked += usize::from(info.contains("role:slave") && info.contains("master_link_status:up"));
        }
        followed == 3 && linked == 3 && self.nodes.iter().all(whole)
    }

    /// `kill -9` of a node.
    pub fn kill(&mut self, node: usize) {
        self.nodes[node].kill();
    }

    /// Starts a node again on what it kept.
    ///
    /// # Panics
    ///
    /// Where it does not come back.
    pub fn restart(&mut self, node: usize) {
        self.nodes[node].restart();
    }
}

#[cfg(test)]
mod tests {
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
