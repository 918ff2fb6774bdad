//! Lets PostgreSQL run as a user other than root. PostgreSQL refuses to run as root.

use std::path::{Path, PathBuf};
use std::process::Command;

pub(in crate::servers) fn folder() -> PathBuf {
    let made = Command::new("mktemp").args(["-d", "-t", "counterfoil-postgres-XXXXXX"]).output().expect("mktemp runs");
    let folder = PathBuf::from(String::from_utf8_lossy(&made.stdout).trim());
    assert!(folder.is_dir(), "mktemp made no folder");
    give_away(&folder);
    folder
}

pub(super) fn give_away(path: &Path) {
    if let Some(somebody) = somebody() {
        let given = Command::new("chown").arg(somebody).arg(path).status().expect("chown runs");
        assert!(given.success(), "chown gives {} away", path.display());
    }
}

/// The user who runs the server if this process runs as root. `None` if this process runs as another user.
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

pub(in crate::servers) fn as_somebody(program: &Path, folder: &Path) -> Command {
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
