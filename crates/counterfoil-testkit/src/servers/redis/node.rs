//! One Redis process and its folder.

use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::servers::ports::free_redis_port;

/// The message that names the package to install if the programs are missing.
const MISSING: &str =
    "the Redis programs (redis-server, redis-cli) are not here: `apt-get install redis-server`, or `.ci/servers`";

const MISSING_VALKEY: &str = "the Valkey programs (valkey-server, valkey-cli) are not here: `.ci/servers` installs them, \
                              for Debian 12 from its backports";

/// The kind of server: Redis or Valkey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Maker {
    Redis,
    Valkey,
}

impl Maker {
    pub(super) const fn server(self) -> &'static str {
        match self {
            Self::Redis => "redis-server",
            Self::Valkey => "valkey-server",
        }
    }

    pub(super) const fn cli(self) -> &'static str {
        match self {
            Self::Redis => "redis-cli",
            Self::Valkey => "valkey-cli",
        }
    }

    pub(super) fn check(self) {
        let missing = if self == Self::Redis { MISSING } else { MISSING_VALKEY };
        assert!(runs(self.server()) && runs(self.cli()), "{missing}");
    }
}

/// A shell script that runs a server and ends it as soon as the [`Node`] is dropped or the test process ends. The
/// script notices this because the pipe from the test process closes. It ignores the signal XFSZ, so that a write to a
/// full disk fails but does not end the server.
pub(super) const KEEPER: &str = r#"trap '' INT TERM XFSZ; folder=$1; shift; "$@" >>"$folder/log" 2>&1 & server=$!; echo $server >"$folder/pid"; cat >/dev/null; kill -KILL $server 2>/dev/null; wait $server 2>/dev/null"#;

/// A shell script that removes a folder as soon as the [`Folder`] is dropped or the test process ends. It tries three
/// times, because the servers in the folder can still be writing to it.
pub(super) const FOLDER_KEEPER: &str =
    r#"trap '' INT TERM; cat >/dev/null; for turn in 1 2 3; do sleep 0.2; rm -rf "$1" 2>/dev/null; done"#;

/// The time in milliseconds after which a node treats another node that does not answer as failed.
pub(super) const NODE_TIMEOUT: &str = "1000";
/// The longest time that a server may take to start, or a cluster to become complete.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);
pub(super) const PAUSE: Duration = Duration::from_millis(20);

/// A folder that is removed when this value is dropped or the test process ends.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) path: PathBuf,
    pub(super) keeper: Child,
}

impl Folder {
    /// Creates a folder, in a file system in memory if there is one (`/dev/shm`).
    pub(super) fn new() -> Self {
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

/// One server process on a free port of 127.0.0.1. It can be killed and started again with its stored data.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) maker: Maker,
    pub(super) port: u16,
    pub(super) folder: PathBuf,
    pub(super) arguments: Vec<String>,
    pub(super) keeper: Option<Child>,
}

impl Node {
    pub(super) fn start(maker: Maker, folder: &Path, arguments: Vec<String>) -> Self {
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

    pub(super) fn spawn(&mut self) {
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

    pub(super) fn listens(&self) -> bool {
        patiently(|| self.cli(&["PING"]).trim() == "PONG" || self.log().contains("Failed listening"))
            && self.cli(&["PING"]).trim() == "PONG"
    }

    pub(super) fn kill(&mut self) {
        let Some(mut keeper) = self.keeper.take() else { return };
        self.signal("KILL");
        drop(keeper.stdin.take());
        let _ended = keeper.wait();
        // The kernel may keep the port open for a moment after the process has ended.
        patiently(|| TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_err());
    }

    /// Sends a signal to the server, if it still runs.
    pub(super) fn signal(&self, name: &str) {
        let signal = format!("-{name}");
        let sent = Command::new("kill").args([&signal, self.pid().trim()]).stderr(Stdio::null()).status();
        let _may_be_gone = sent.expect("kill runs");
    }

    pub(super) fn restart(&mut self) {
        self.kill();
        self.spawn();
        assert!(self.listens(), "the server did not come back:\n{}", self.log());
    }

    pub(super) fn cli(&self, arguments: &[&str]) -> String {
        let output = Command::new(self.maker.cli())
            .args(["-p", &self.port.to_string()])
            .args(arguments)
            .stderr(Stdio::null())
            .output();
        String::from_utf8_lossy(&output.expect("redis-cli runs").stdout).into_owned()
    }

    pub(super) fn pid(&self) -> String {
        std::fs::read_to_string(self.folder.join("pid")).unwrap_or_default()
    }

    pub(super) fn log(&self) -> String {
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

/// Whether the program can be run.
pub(super) fn runs(program: &str) -> bool {
    let status = Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}

/// Checks a condition repeatedly until it is true, for at most [`PATIENCE`]. Returns whether it became true.
pub(super) fn patiently(mut is_so: impl FnMut() -> bool) -> bool {
    let turns = PATIENCE.as_millis() / PAUSE.as_millis();
    for _ in 0..turns {
        if is_so() {
            return true;
        }
        std::thread::sleep(PAUSE);
    }
    false
}

pub(super) fn settings(settings: &[(&str, &str)]) -> Vec<String> {
    settings.iter().flat_map(|(name, value)| [format!("--{name}"), (*value).to_owned()]).collect()
}
