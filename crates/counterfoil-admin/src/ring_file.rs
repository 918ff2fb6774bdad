//! Changes the file of a key ring. A lock allows one change at a time. Each change replaces the file atomically and
//! keeps the previous ring in a second file.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use counterfoil::{KeyRing, Secret};

use crate::failure::Failure;

/// The locked file of a key ring. While this value exists, no other process of this tool changes the file.
pub(crate) struct RingFile {
    /// The path of the key ring file, without symbolic links. If the argument of the tool is a symbolic link, this is
    /// the link's target.
    path: PathBuf,
    lock: PathBuf,
}

impl RingFile {
    /// Locks the ring by creating `FILE.lock`. If this lock file exists already, another process changes the ring or
    /// was killed while it did, and the result is an error. The lock file is removed when the returned value is
    /// dropped.
    pub(crate) fn lock(file: &Path) -> Result<Self, Failure> {
        let path = match fs::canonicalize(file) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(Failure::NotFound(format!("no file {}", file.display())));
            }
            canonical => canonical.map_err(|error| failed(file, &error))?,
        };
        let lock = beside(&path, ".lock");
        match private(&lock) {
            Ok(_empty) => Ok(Self { path, lock }),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(Failure::refused(format!(
                "{} exists: another command changes the ring; if none runs, one was killed, so remove that file",
                lock.display()
            ))),
            Err(error) => Err(failed(&lock, &error)),
        }
    }

    /// Replaces the ring in the file atomically, so no reader finds an incomplete ring. The file keeps its owner and
    /// its mode. The previous ring is kept in `FILE.old`.
    pub(crate) fn replace(&self, ring: &KeyRing) -> Result<(), Failure> {
        let replaced = || {
            let before = Secret::from(fs::read_to_string(&self.path)?);
            self.write(&beside(&self.path, ".old"), before.expose_secret().as_bytes(), true)?;
            self.write(&self.path, ring.to_text().expose_secret().as_bytes(), false)?;
            // The renamed files have their new names on the disk only after the folder was written to the disk.
            self.path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
        };
        replaced().map_err(|error| failed(&self.path, &error))
    }

    /// Writes the content to a temporary file, then renames this file to `path`. If `for_owner` is true, the file has
    /// mode 0600. Otherwise it has the mode of the key ring file.
    fn write(&self, path: &Path, content: &[u8], for_owner: bool) -> io::Result<()> {
        let draft = beside(path, &format!(".{}", std::process::id()));
        let written = private(&draft).and_then(|mut file| {
            self.keep_owner(&file, for_owner)?;
            file.write_all(content)?;
            file.sync_all()
        });
        let moved = written.and_then(|()| fs::rename(&draft, path));
        if moved.is_err() {
            let _leftover = fs::remove_file(&draft);
        }
        moved
    }

    /// Gives `file` the owner and the group of the key ring file. Also gives it the mode of the key ring file, unless
    /// `for_owner` is true.
    #[cfg(unix)]
    fn keep_owner(&self, file: &File, for_owner: bool) -> io::Result<()> {
        use std::os::unix::fs::{MetadataExt as _, fchown};
        let (ring, own) = (fs::metadata(&self.path)?, file.metadata()?);
        if (ring.uid(), ring.gid()) != (own.uid(), own.gid()) {
            fchown(file, Some(ring.uid()), Some(ring.gid()))?;
        }
        if for_owner { Ok(()) } else { file.set_permissions(ring.permissions()) }
    }

    #[cfg(not(unix))]
    fn keep_owner(&self, _file: &File, _for_owner: bool) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for RingFile {
    fn drop(&mut self) {
        let _kept = fs::remove_file(&self.lock);
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn failed(path: &Path, error: &io::Error) -> Failure {
    Failure::failed(format!("{}: {error}", path.display()))
}

/// Creates a file with mode 0600. If the file exists already, the result is an error.
fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
