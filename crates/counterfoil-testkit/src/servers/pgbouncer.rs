//! PgBouncer in front of a PostgreSQL server.

use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::ports::free_port;
use super::postgres::{as_somebody, folder};

/// A shell script that runs the pooler and ends it as soon as the [`PgBouncer`] is dropped or the test process ends.
/// The script notices this because the pipe from the test process closes.
const KEEPER: &str = r#"
trap '' INT TERM
folder=$1; shift
"$@" >>"$folder/log" 2>&1 & pooler=$!
read -r _nothing
kill -KILL "$pooler" 2>/dev/null
wait
rm -rf "$folder"
"#;

/// A PgBouncer pooler. The user `postgres` connects without a password.
#[derive(Debug)]
pub struct PgBouncer {
    port: u16,
    keeper: Child,
}

impl PgBouncer {
    /// Starts a pooler in front of port `server` of 127.0.0.1. `mode` is its setting `pool_mode`, and `ignored` its
    /// setting `ignore_startup_parameters`.
    ///
    /// # Panics
    ///
    /// If the program is missing or does not start. The message names the package to install, or contains the log.
    #[must_use]
    pub fn to(server: u16, mode: &str, ignored: &str) -> Self {
        let program =
            ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].map(PathBuf::from).into_iter().find(|path| path.is_file());
        let program = program.expect("pgbouncer is not here: `apt-get install pgbouncer`, or `.ci/servers`");
        let (folder, port) = (folder(), free_port());
        let users = folder.join("users");
        let settings = format!(
            "[databases]\n* = host=127.0.0.1 port={server}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\n\
             auth_type = trust\nauth_file = {}\npool_mode = {mode}\nignore_startup_parameters = {ignored}\n",
            users.display()
        );
        std::fs::write(&users, "\"postgres\" \"\"\n").expect("a file");
        std::fs::write(folder.join("settings"), settings).expect("a file");
        let pooler = as_somebody(&program, &folder);
        let mut keeper = Command::new("sh");
        keeper.arg("-c").arg(KEEPER).arg("sh").arg(&folder).arg(pooler.get_program()).args(pooler.get_args());
        let keeper = keeper.arg(folder.join("settings")).stdin(Stdio::piped()).spawn().expect("sh runs");
        let pooler = Self { port, keeper };
        for _ in 0..400 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return pooler;
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        panic!("pgbouncer did not start:\n{}", std::fs::read_to_string(folder.join("log")).unwrap_or_default());
    }

    /// The port to connect to.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for PgBouncer {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ended = self.keeper.wait();
    }
}
