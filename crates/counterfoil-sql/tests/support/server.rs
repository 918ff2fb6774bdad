//! A PostgreSQL server to throw away.

use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// What to install where the programs are missing.
const MISSING: &str =
    "the PostgreSQL server's programs (initdb, postgres) are not here: `apt-get install postgresql`, or `.ci/servers`";

/// Holds the server's life on the pipe to this process: it ends with the value, and with the process, however that ends.
const KEEPER: &str = r#"trap '' INT TERM; folder=$1; shift; "$@" >"$folder/log" 2>&1 & server=$!; cat >/dev/null; kill -QUIT $server 2>/dev/null; wait $server; rm -rf "$folder""#;

/// A server of its own on a free port of 127.0.0.1, in a folder of its own, open to its superuser `postgres` without a password. Its data is not flushed to
/// the disk: it is for tests of what a server does, not of what a power cut leaves.
#[derive(Debug)]
pub struct PostgresServer {
    folder: PathBuf,
    port: u16,
    keeper: Child,
}

impl PostgresServer {
    /// Makes and starts one.
    ///
    /// # Panics
    ///
    /// Where the programs are missing, naming the package, and where the server does not start, with its log: a test that cannot run must not pass.
    #[must_use]
    pub fn start() -> Self {
        let programs = programs().expect(MISSING);
        let folder = folder();
        let data = folder.join("data");
        let initialise = as_somebody(&programs.join("initdb"), &folder)
            .args([
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
                "--pgdata",
            ])
            .arg(&data)
            .output()
            .expect("initdb runs");
        assert!(initialise.status.success(), "initdb: {}", String::from_utf8_lossy(&initialise.stderr));
        for _ in 0..5 {
            if let Some(server) = Self::listen(&programs, &folder, &data) {
                return server;
            }
        }
        let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
        let _removed = std::fs::remove_dir_all(&folder);
        panic!("the server did not start:\n{log}");
    }

    /// Starts on a port that is free now; `None` where somebody else took it meanwhile.
    fn listen(programs: &Path, folder: &Path, data: &Path) -> Option<Self> {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
        let mut server = as_somebody(&programs.join("postgres"), folder);
        server.arg("-D").arg(data).arg("-p").arg(port.to_string()).arg("-k").arg(folder);
        for setting in ["listen_addresses=127.0.0.1", "max_connections=500", "fsync=off", "deadlock_timeout=100ms"] {
            server.arg("-c").arg(setting);
        }
        let keeper = Command::new("sh")
            .arg("-c")
            .arg(KEEPER)
            .arg("sh")
            .arg(folder)
            .arg(server.get_program())
            .args(server.get_args())
            .stdin(Stdio::piped())
            .spawn()
            .expect("sh runs");
        let started = Self { folder: folder.to_owned(), port, keeper };
        for _ in 0..600 {
            let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
            if log.contains("ready to accept connections") && TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Some(started);
            }
            if log.contains("FATAL") {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        // The keeper would remove the folder, which the next try needs.
        std::mem::forget(started);
        None
    }

    /// Its port on 127.0.0.1.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The folder that holds its data and, as `log`, what it says.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ended = self.keeper.wait();
    }
}

/// Where Debian, or the path, has them; the newest.
fn programs() -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|versions| versions.flatten().map(|version| version.path().join("bin")).collect())
        .unwrap_or_default();
    folders.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    folders
        .into_iter()
        .rev()
        .chain(std::env::split_paths(&path))
        .find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
}

fn folder() -> PathBuf {
    let made = Command::new("mktemp").args(["-d", "-t", "counterfoil-postgres-XXXXXX"]).output().expect("mktemp runs");
    let folder = PathBuf::from(String::from_utf8_lossy(&made.stdout).trim());
    assert!(folder.is_dir(), "mktemp made no folder");
    if let Some(somebody) = somebody() {
        let given = Command::new("chown").arg(somebody).arg(&folder).status().expect("chown runs");
        assert!(given.success(), "chown gives the folder away");
    }
    folder
}

/// The server refuses to run as root: then another user runs it.
fn somebody() -> Option<&'static str> {
    let id = |arguments: &[&str]| {
        let output = Command::new("id").args(arguments).output().expect("id runs");
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    if id(&["-u"]).as_deref() != Some("0") {
        return None;
    }
    Some(if id(&["-u", "postgres"]).is_some() { "postgres" } else { "nobody" })
}

fn as_somebody(program: &Path, folder: &Path) -> Command {
    let mut command = match somebody() {
        None => Command::new(program),
        Some(somebody) => {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", somebody, "--regid"]);
            let group = Command::new("id").args(["-g", somebody]).output().expect("id runs");
            command.arg(String::from_utf8_lossy(&group.stdout).trim()).arg("--clear-groups").arg(program);
            command
        }
    };
    command.current_dir(folder).env_remove("PGDATA").env("LC_ALL", "C.UTF-8");
    command
}
