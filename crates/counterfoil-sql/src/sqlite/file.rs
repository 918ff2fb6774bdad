//! The database file. This module sets its permissions, and checks that the file was not replaced.
//!
//! The process keeps a file open even if the file was removed or replaced. Without a check it would continue to read
//! and write the old file. All acknowledged writes would then be lost when the process ends. Therefore each call checks
//! the path. The check never opens the file, because closing the file would release the locks of the whole process.

use std::fs::{Metadata, metadata};
use std::io;
use std::path::{Path, PathBuf};

use sqlx::sqlite::SqliteConnectOptions;

/// The file that the connections of the store have open.
#[derive(Debug)]
pub(super) struct OpenFile {
    path: PathBuf,
    log: PathBuf,
    identity: Identity,
}

/// The device and inode number of a file. Another file at the same path has another identity.
#[cfg(unix)]
type Identity = (u64, u64);
#[cfg(not(unix))]
type Identity = ();

#[cfg(unix)]
fn identity(file: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt as _;
    (file.dev(), file.ino())
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Identity {}

impl OpenFile {
    /// Records which file is at the path now.
    pub(super) fn at(path: PathBuf) -> io::Result<Self> {
        let identity = identity(&metadata(&path)?);
        Ok(Self { log: beside(&path, "-wal"), path, identity })
    }

    /// Returns an error if another file or no file is at the path.
    pub(super) fn stands(&self) -> Result<(), sqlx::Error> {
        let stands = metadata(&self.path).is_ok_and(|file| identity(&file) == self.identity);
        if stands { Ok(()) } else { Err(gone(&self.path)) }
    }

    /// Like [`stands`](Self::stands). Also checks that the write-ahead log exists, because it contains the newest
    /// commits.
    pub(super) fn stands_with_its_log(&self) -> Result<(), sqlx::Error> {
        self.stands()?;
        if metadata(&self.log).is_ok() { Ok(()) } else { Err(gone(&self.log)) }
    }
}

fn gone(path: &Path) -> sqlx::Error {
    let name = path.file_name().unwrap_or_default().display();
    let what = format!(
        "the file {name} was removed or replaced while it was open: move the same file back, or stop the service \
         before another file is used"
    );
    sqlx::Error::Configuration(io::Error::new(io::ErrorKind::NotFound, what).into())
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Takes away the permissions of other users on the file, its write-ahead log and its shared-memory index. If the file
/// is missing and SQLite would create it, this function creates it first with mode 0600, because a file that SQLite
/// creates is readable for everybody. If the path is a link, SQLite puts the log and the index into the folder of the
/// link's target.
#[cfg(unix)]
pub(super) fn keep_private(options: &SqliteConnectOptions) -> io::Result<()> {
    use std::fs::{OpenOptions, Permissions, canonicalize, set_permissions};
    use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};

    let path = options.get_filename();
    if creates(options) && !in_memory(path) && metadata(path).is_err() {
        // The path can be a link to a missing file, which must be created with mode 0600 too. `create_new` would refuse
        // such a link.
        OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(path)?;
    }
    let file = canonicalize(path).unwrap_or_else(|_| path.to_owned());
    for path in [beside(&file, "-wal"), beside(&file, "-shm"), file] {
        let Ok(file) = metadata(&path) else { continue };
        let mode = file.permissions().mode();
        if file.is_file() && mode & 0o077 != 0 {
            match set_permissions(&path, Permissions::from_mode(mode & 0o700)) {
                // The file belongs to another user, who shares it with the user of this process. Only the owner can
                // change the permissions of the file, so the file is used as it is.
                Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {}
                changed => changed?,
            }
        }
    }
    Ok(())
}

#[cfg(not(unix))]
pub(super) fn keep_private(_: &SqliteConnectOptions) -> io::Result<()> {
    Ok(())
}

fn in_memory(path: &Path) -> bool {
    path.as_os_str().is_empty() || path.to_str().is_some_and(|path| path.starts_with(':') || path.starts_with("file:"))
}

/// Whether the options tell SQLite to create a missing file. The options have no getter for this setting, but their
/// `Debug` output contains the setting.
#[cfg(unix)]
fn creates(options: &SqliteConnectOptions) -> bool {
    format!("{options:?}") == format!("{:?}", options.clone().create_if_missing(true))
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs::metadata;
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use sqlx::sqlite::SqliteConnectOptions;
    use tempfile::TempDir;

    use super::keep_private;

    /// Checks a link whose target does not exist: `keep_private` creates the target, with mode 0600. If SQLite created
    /// the target, everybody could open it until its mode is changed.
    #[test]
    fn fault_d8_a_file_behind_a_link_is_made_private_before_sqlite_opens_it() {
        let folder = TempDir::new().expect("a folder");
        let (link, file) = (folder.path().join("linked.db"), folder.path().join("counterfoil.db"));
        symlink(&file, &link).expect("a link to no file");
        let options = SqliteConnectOptions::new().filename(&link);
        keep_private(&options).expect("nothing is to be made");
        assert!(!file.exists(), "none is asked for");
        keep_private(&options.create_if_missing(true)).expect("made");
        assert_eq!(metadata(&file).expect("the file").permissions().mode() & 0o777, 0o600);
    }
}
