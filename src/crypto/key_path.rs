//! Key rings in files. A file is created once, and read at each start.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::crypto::entropy::{NoEntropy, SystemEntropy};
use crate::crypto::key_ring::{KeyRing, KeyRingError};
use crate::types::secret::Secret;

/// The longest file that is read, in bytes. More than a thousand keys fit in it.
const LONGEST: u64 = 64 * 1024;

/// A file that contains a key ring.
///
/// ```
/// use counterfoil::crypto::KeyFile;
/// use counterfoil::KeyRing;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = std::env::temp_dir().join(format!("counterfoil-doc-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let path = folder.join("keys");
/// # let _ = std::fs::remove_file(&path);
/// let first = KeyRing::open_or_create(&path)?;
/// let second = KeyFile::new(&path).allow_group_readable().open_or_create()?;
/// assert_eq!(first.to_text().expose_secret(), second.to_text().expose_secret());
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
pub struct KeyFile {
    path: PathBuf,
    group_readable: bool,
}

/// Why no key ring was read from a file or written to it. The error never contains the file's content.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// The file cannot be read.
    #[error("key file {} cannot be read", path.display())]
    Read {
        /// The path of the file.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// The file cannot be created.
    #[error("key file {} cannot be made", path.display())]
    Create {
        /// The path of the file.
        path: PathBuf,
        /// The error of the operating system.
        source: io::Error,
    },
    /// Users other than the owner have more access to the file than the [`KeyFile`] allows.
    #[error("key file {} is open to others (mode {mode:03o}): chmod 600", path.display())]
    OpenToOthers {
        /// The path of the file.
        path: PathBuf,
        /// The permission bits of the file.
        mode: u32,
    },
    /// The file contains no valid key ring.
    #[error("key file {} holds no key ring", path.display())]
    Ring {
        /// The path of the file.
        path: PathBuf,
        /// The broken rule.
        source: KeyRingError,
    },
    /// The file is longer than 64 KiB, or is not a regular file.
    #[error("key file {} is no file of at most 64 KiB", path.display())]
    NoFile {
        /// The path of the file.
        path: PathBuf,
    },
    /// The operating system has no random bytes for a new ring.
    #[error("no key was made")]
    NoEntropy(#[from] NoEntropy),
}

impl KeyRing {
    /// Reads the ring in that file. If the file does not exist, creates a new ring and writes it to the file with mode
    /// 0600. If several processes do this at the same time, all of them get the same ring.
    ///
    /// Back up the file. If it is lost, every credential in the store is refused.
    ///
    /// # Errors
    ///
    /// [`KeyFileError`] if the file cannot be read or created, is accessible to other users, is longer than 64 KiB, is
    /// not a regular file, or contains no valid key ring. Also if there are no random bytes for a new ring.
    pub fn open_or_create(path: impl Into<PathBuf>) -> Result<Self, KeyFileError> {
        KeyFile::new(path).open_or_create()
    }
}

impl KeyFile {
    /// The key file at that path. On Unix, the file is refused if users other than its owner have access to it.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), group_readable: false }
    }

    /// Also accepts a file that other users can read, if only its owner can write it. Orchestrators mount secrets in
    /// this way (mode 0440 or 0444).
    #[must_use]
    pub fn allow_group_readable(self) -> Self {
        Self { group_readable: true, ..self }
    }

    /// Reads the ring in the file. If the file does not exist, creates it with a new ring. See
    /// [`KeyRing::open_or_create`].
    ///
    /// # Errors
    ///
    /// [`KeyFileError`] for the same reasons as [`KeyRing::open_or_create`]. After [`KeyFile::allow_group_readable`], a
    /// file that other users can only read is accepted.
    pub fn open_or_create(&self) -> Result<KeyRing, KeyFileError> {
        if let Some(ring) = self.open()? {
            return Ok(ring);
        }
        let ring = KeyRing::generate(&SystemEntropy)?;
        match self.create(&ring.to_text()) {
            Ok(()) => Ok(ring),
            // Another process created the file first: use the ring in that file.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                let gone = || io::Error::new(ErrorKind::NotFound, "it was made and removed meanwhile");
                self.open()?.ok_or_else(|| KeyFileError::Read { path: self.path.clone(), source: gone() })
            }
            Err(source) => Err(KeyFileError::Create { path: self.path.clone(), source }),
        }
    }

    /// Reads the ring in the file. `None` if the file does not exist.
    ///
    /// # Errors
    ///
    /// [`KeyFileError`] if the file cannot be read, is longer than 64 KiB, is not a regular file, or contains no valid
    /// key ring. Also if other users have access to the file, except for access that [`KeyFile::allow_group_readable`]
    /// allows.
    pub fn open(&self) -> Result<Option<KeyRing>, KeyFileError> {
        let path = || self.path.clone();
        let unreadable = |source| KeyFileError::Read { path: path(), source };
        let file = match File::open(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(unreadable)?,
        };
        let about = file.metadata().map_err(unreadable)?;
        if !about.is_file() || about.len() > LONGEST {
            return Err(KeyFileError::NoFile { path: path() });
        }
        self.check_access(&about)?;
        // The text is allocated at full size, so that no reallocation leaves a partial copy in memory.
        let mut text = String::with_capacity(usize::try_from(LONGEST).unwrap_or_default());
        file.take(LONGEST).read_to_string(&mut text).map_err(unreadable)?;
        let ring = KeyRing::from_text(&Secret::from(text));
        ring.map(Some).map_err(|source| KeyFileError::Ring { path: path(), source })
    }

    #[cfg(unix)]
    fn check_access(&self, about: &fs::Metadata) -> Result<(), KeyFileError> {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = about.permissions().mode() & 0o777;
        let forbidden = if self.group_readable { 0o033 } else { 0o077 };
        if mode & forbidden == 0 {
            return Ok(());
        }
        Err(KeyFileError::OpenToOthers { path: self.path.clone(), mode })
    }

    #[cfg(not(unix))]
    fn check_access(&self, _about: &fs::Metadata) -> Result<(), KeyFileError> {
        Ok(())
    }

    /// Creates the file in one atomic step: writes a file with another name, and then links it to the path. Fails if
    /// the path exists.
    fn create(&self, text: &Secret) -> io::Result<()> {
        let mut name = self.path.as_os_str().to_owned();
        name.push(format!(".{}.{:?}", std::process::id(), std::thread::current().id()));
        let draft = Path::new(&name);
        let _stale = fs::remove_file(draft);
        let written = new_file(draft).and_then(|mut file| {
            file.write_all(text.expose_secret().as_bytes())?;
            file.sync_all()?;
            fs::hard_link(draft, &self.path)
        });
        let _leftover = fs::remove_file(draft);
        written
    }
}

fn new_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::collections::BTreeSet;
    use std::os::unix::fs::PermissionsExt as _;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    /// A folder that is removed when the test ends.
    struct Folder(PathBuf);

    impl Folder {
        fn new() -> Self {
            static MADE: AtomicU32 = AtomicU32::new(0);
            let name = format!("counterfoil-keys-{}-{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
            let path = std::env::temp_dir().join(name);
            fs::create_dir_all(&path).expect("a folder");
            Self(path)
        }

        fn file(&self) -> PathBuf {
            self.0.join("keys")
        }

        fn mode(&self, mode: u32) {
            fs::set_permissions(self.file(), fs::Permissions::from_mode(mode)).expect("its owner may");
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _kept = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn fault_d2_a_ring_is_made_once_for_its_owner_alone_and_read_at_each_start() {
        let folder = Folder::new();
        let first = KeyRing::open_or_create(folder.file()).expect("made");
        let mode = fs::metadata(folder.file()).expect("a file").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600);
        let again = KeyRing::open_or_create(folder.file()).expect("read");
        assert_eq!(first.to_text().expose_secret(), again.to_text().expose_secret());
        assert_eq!(fs::read_dir(&folder.0).expect("a folder").count(), 1, "no draft is left");
    }

    #[test]
    fn fault_d2_all_that_start_at_once_get_one_ring() {
        let folder = Folder::new();
        let start = |_| {
            std::thread::spawn({
                let path = folder.file();
                move || KeyRing::open_or_create(path).expect("a ring").to_text().expose_secret().to_owned()
            })
        };
        let starts: Vec<_> = (0..16).map(start).collect();
        let rings: BTreeSet<String> = starts.into_iter().map(|start| start.join().expect("a ring")).collect();
        assert_eq!(rings.len(), 1);
        assert_eq!(fs::read_dir(&folder.0).expect("a folder").count(), 1, "no draft is left");
    }

    #[test]
    fn fault_g13_a_mounted_secret_is_accepted_where_the_host_says_so() {
        let folder = Folder::new();
        let (strict, lenient) = (KeyFile::new(folder.file()), KeyFile::new(folder.file()).allow_group_readable());
        strict.open_or_create().expect("made");
        for (mode, by_strict, by_lenient) in [
            (0o400, true, true),
            (0o440, false, true),
            (0o444, false, true),
            (0o460, false, false),
            (0o446, false, false),
        ] {
            folder.mode(mode);
            assert_eq!(strict.open().is_ok(), by_strict, "{mode:o}");
            assert_eq!(lenient.open().is_ok(), by_lenient, "{mode:o}");
        }
        folder.mode(0o644);
        let message = strict.open().err().map(|error| error.to_string()).unwrap_or_default();
        assert!(message.ends_with("is open to others (mode 644): chmod 600"), "{message}");
    }

    #[test]
    fn what_is_no_key_file_is_told_and_left_alone() {
        let folder = Folder::new();
        assert!(matches!(KeyFile::new(&folder.0).open(), Err(KeyFileError::NoFile { .. })), "a folder");
        for (text, wrong) in [("", "empty"), ("1:AAAA\n", "short"), ("\u{0}", "garbage")] {
            fs::write(folder.file(), text).expect("written");
            folder.mode(0o600);
            assert!(matches!(KeyRing::open_or_create(folder.file()), Err(KeyFileError::Ring { .. })), "{wrong}");
            assert_eq!(fs::read_to_string(folder.file()).expect("text"), text, "{wrong}");
        }
        fs::write(folder.file(), "1:".repeat(40_000)).expect("written");
        assert!(matches!(KeyRing::open_or_create(folder.file()), Err(KeyFileError::NoFile { .. })), "too long");
        let nowhere = KeyRing::open_or_create(folder.0.join("no such folder").join("keys"));
        assert!(matches!(nowhere, Err(KeyFileError::Create { .. })));
    }
}
