//! PostgreSQL servers. `initdb` creates them, and a user other than root runs them.

#[cfg(feature = "tls")]
mod certificates;
mod processes;
mod somebody;

use std::io::Write as _;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::ports::free_port;

#[cfg(feature = "tls")]
use certificates::certificates;
use processes::{children, runs, signal};

pub(super) use somebody::{as_somebody, folder};

/// The message that names the package to install if the programs are missing.
const MISSING: &str =
    "the PostgreSQL server's programs (initdb, postgres) are not here: `apt-get install postgresql`, or `.ci/servers`";

/// A shell script that starts the server each time it reads a line from the pipe to the test process. The pipe closes
/// when the [`Postgres`] is dropped or the test process ends. The script then stops the server and removes the folder.
const KEEPER: &str = r#"
trap '' INT TERM
folder=$1; shift
server=
while read -r order; do
  [ -z "$server" ] || wait "$server" 2>/dev/null
  "$@" >>"$folder/log" 2>&1 & server=$!
done
kill -QUIT "$server" 2>/dev/null
kill -CONT "$server" 2>/dev/null
wait
rm -rf "$folder"
"#;

/// A PostgreSQL server. Its superuser `postgres` connects without a password. The server flushes its writes to the
/// disk, as a server in production does.
#[derive(Debug)]
pub struct Postgres {
    folder: PathBuf,
    port: u16,
    keeper: Child,
}

/// The settings of a server that is not started yet.
#[derive(Clone, Debug, Default)]
pub struct PostgresSetup {
    settings: Vec<String>,
    largest_file: Option<u64>,
    #[cfg(feature = "tls")]
    tls: bool,
}

impl PostgresSetup {
    /// Adds a setting of `postgresql.conf`.
    #[must_use]
    pub fn setting(mut self, name: &str, value: &str) -> Self {
        self.settings.push(format!("{name}={value}"));
        self
    }

    /// Limits the size of each file of the server to `bytes`. A table that grows beyond it gets the error of a full
    /// disk. The limit must be at least 2 MiB, because the server's own files need almost that much.
    #[must_use]
    pub const fn largest_file(mut self, bytes: u64) -> Self {
        self.largest_file = Some(bytes);
        self
    }

    /// Adds TLS with a certificate for `localhost`. It is signed by an authority that exists only for this server: see
    /// [`Postgres::authority`].
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls(mut self) -> Self {
        self.tls = true;
        self
    }

    /// Creates and starts the server.
    ///
    /// # Panics
    ///
    /// If the programs are missing or the server does not start, because a test that cannot run must not pass. The
    /// message names the package to install, or contains the log.
    #[must_use]
    #[cfg_attr(not(feature = "tls"), allow(unused_mut, reason = "certificates are settings too"))]
    pub fn start(mut self) -> Postgres {
        let programs = programs().expect(MISSING);
        let folder = folder();
        let data = folder.join("data");
        let made = as_somebody(&programs.join("initdb"), &folder)
            .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"])
            .args(self.largest_file.map(|_| "--wal-segsize=1"))
            .arg("--pgdata")
            .arg(&data)
            .output()
            .expect("initdb runs");
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        #[cfg(feature = "tls")]
        if self.tls {
            self.settings.extend(certificates(&folder));
        }
        self.start_in(&programs, folder)
    }

    /// Starts the server with the data in `folder`.
    fn start_in(mut self, programs: &Path, folder: PathBuf) -> Postgres {
        let common = ["listen_addresses=127.0.0.1", "max_connections=500", "deadlock_timeout=100ms"];
        self.settings.splice(0..0, common.map(str::to_owned));
        for _ in 0..5 {
            let port = free_port();
            let server = Postgres { keeper: self.keeper(programs, &folder, port), folder: folder.clone(), port };
            if server.listens_after(0) {
                return server;
            }
            // The server did not start, usually because another process has taken the port. The keeper must not end,
            // because it would remove the folder that the next attempt needs.
            std::mem::forget(server);
        }
        let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
        let _removed = std::fs::remove_dir_all(&folder);
        panic!("the server did not start:\n{log}");
    }

    fn keeper(&self, programs: &Path, folder: &Path, port: u16) -> Child {
        let mut server = as_somebody(&programs.join("postgres"), folder);
        server.arg("-D").arg(folder.join("data")).arg("-p").arg(port.to_string()).arg("-k").arg(folder);
        for setting in &self.settings {
            server.arg("-c").arg(setting);
        }
        let mut keeper = Command::new("sh");
        keeper.arg("-c").arg(KEEPER).arg("sh").arg(folder);
        if let Some(bytes) = self.largest_file {
            keeper.arg("prlimit").arg(format!("--fsize={bytes}:{bytes}"));
        }
        keeper.arg(server.get_program()).args(server.get_args());
        keeper.current_dir(folder).env_remove("PGDATA").env("LC_ALL", "C.UTF-8");
        let mut keeper = keeper.stdin(Stdio::piped()).spawn().expect("sh runs");
        keeper.stdin.as_mut().expect("a pipe").write_all(b"start\n").expect("the keeper lives");
        keeper
    }
}

impl Postgres {
    /// Starts a server with default settings.
    ///
    /// # Panics
    ///
    /// For the same reasons as [`PostgresSetup::start`].
    #[must_use]
    pub fn start() -> Self {
        PostgresSetup::default().start()
    }

    /// Returns settings, which can be changed before the server starts.
    #[must_use]
    pub fn setup() -> PostgresSetup {
        PostgresSetup::default()
    }

    /// Starts a streaming standby of this server, which answers reads. Replication is asynchronous by default. The
    /// setting `synchronous_standby_names` of this server can make it synchronous.
    ///
    /// # Panics
    ///
    /// If the data cannot be copied, or if the standby does not start.
    #[must_use]
    pub fn standby(&self) -> Self {
        let programs = programs().expect(MISSING);
        let folder = folder();
        let copied = as_somebody(&programs.join("pg_basebackup"), &folder)
            .args([
                "--host=127.0.0.1",
                "--username=postgres",
                "--write-recovery-conf",
                "--checkpoint=fast",
                "--no-sync",
            ])
            .arg(format!("--port={}", self.port))
            .arg("--pgdata")
            .arg(folder.join("data"))
            .output()
            .expect("pg_basebackup runs");
        assert!(copied.status.success(), "pg_basebackup: {}", String::from_utf8_lossy(&copied.stderr));
        PostgresSetup::default().start_in(&programs, folder)
    }

    /// The server's port on 127.0.0.1.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The path of the server's log.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// The path of the certificate of the authority that signed the server's certificate.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn authority(&self) -> PathBuf {
        self.folder.join("authority.pem")
    }

    /// Kills all processes of the server with `kill -9`. Suspends the main process first, so that it starts no further
    /// processes in the meantime.
    ///
    /// # Panics
    ///
    /// If the server does not run, or if a process does not end.
    pub fn kill(&self) {
        let all = self.suspend();
        signal("KILL", &all);
        for _ in 0..1_000 {
            if !all.iter().any(|process| runs(*process)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("the server does not die");
    }

    /// Suspends all processes of the server for this time. Its connections stay open, and nothing is answered.
    ///
    /// # Panics
    ///
    /// If the server does not run.
    pub fn suspend_for(&self, time: Duration) {
        let all = self.suspend();
        signal("STOP", &all);
        std::thread::sleep(time);
        signal("CONT", &all);
    }

    /// Suspends the main process, so that it starts no further processes. Returns the ids of all processes.
    fn suspend(&self) -> Vec<u32> {
        let file = std::fs::read_to_string(self.folder.join("data/postmaster.pid")).expect("it runs");
        let first: u32 = file.lines().next().and_then(|line| line.trim().parse().ok()).expect("a process id");
        signal("STOP", &[first]);
        let mut all = children(first);
        all.push(first);
        all
    }

    /// Starts the server again after [`kill`](Self::kill), with the same folder and port. Waits until the server has
    /// recovered.
    ///
    /// # Panics
    ///
    /// If the server does not start again. The message has its log.
    pub fn start_again(&mut self) {
        let said = self.said().len();
        self.order();
        assert!(self.listens_after(said), "the server does not come back:\n{}", self.said());
    }

    fn order(&mut self) {
        let keeper = self.keeper.stdin.as_mut().expect("the keeper listens");
        keeper.write_all(b"start\n").expect("the keeper lives");
    }

    fn said(&self) -> String {
        std::fs::read_to_string(self.log()).unwrap_or_default()
    }

    /// Waits until the server accepts connections. Returns false if that takes too long or the server fails. `said` is
    /// the length of the server's log before the start: only later messages count.
    fn listens_after(&self, said: usize) -> bool {
        for _ in 0..2_400 {
            let log = self.said();
            let log = log.get(said..).unwrap_or_default();
            if log.contains("ready to accept") && TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return true;
            }
            if log.contains("could not bind") || log.contains("could not create any TCP/IP sockets") {
                return false;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        false
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ended = self.keeper.wait();
    }
}

/// The folder of the newest PostgreSQL server that Debian's packages installed. If there is none, the folder in `PATH`
/// that contains the programs. `None` if the programs are missing.
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
