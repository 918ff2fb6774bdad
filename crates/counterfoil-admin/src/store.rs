//! The store that the arguments name.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use counterfoil_stores::{AnyStore, Opening, StoreUrl, holds_password};

use crate::cli::Cli;
use crate::failure::Failure;

/// The maximum length of a file that the tool reads, in bytes.
const LONGEST: u64 = 1024 * 1024;

/// Returns the content of a text file. The path `-` means standard input.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    if path.as_os_str() == "-" {
        return text(std::io::stdin(), path);
    }
    text(File::open(path).map_err(|error| named(path, &error))?, path)
}

/// Returns the content of a text file that contains a secret. Returns an error if anyone but its owner can read the
/// file. The path `-` means standard input.
fn read_secret(path: &Path) -> Result<String, Failure> {
    if path.as_os_str() == "-" {
        return text(std::io::stdin(), path);
    }
    let file = File::open(path).map_err(|error| named(path, &error))?;
    #[cfg(unix)]
    {
        let about = file.metadata().map_err(|error| named(path, &error))?;
        let mode = std::os::unix::fs::PermissionsExt::mode(&about.permissions()) & 0o777;
        if mode & 0o077 != 0 {
            let path = path.display();
            return Err(Failure::refused(format!("{path} is open to others (mode {mode:03o}): chmod 600")));
        }
    }
    text(file, path)
}

fn named(path: &Path, error: &std::io::Error) -> Failure {
    Failure::failed(format!("{}: {error}", path.display()))
}

/// Reads the whole text. Returns an error if it is longer than [`LONGEST`].
fn text(from: impl Read, path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    let length = from.take(LONGEST + 1).read_to_string(&mut text).map_err(|error| named(path, &error))?;
    if u64::try_from(length).is_ok_and(|length| length <= LONGEST) {
        Ok(text)
    } else {
        Err(Failure::refused(format!("{} is longer than {LONGEST} bytes", path.display())))
    }
}

/// Returns the URL of a store, either from an argument or from a file. A password in the argument is an error. `name`
/// is the name of the argument, for the message.
pub(crate) fn url(argument: Option<&str>, file: Option<&Path>, name: &str) -> Result<StoreUrl, Failure> {
    let text = match (argument, file) {
        (Some(url), _) if holds_password(url) => {
            return Err(Failure::Usage(format!(
                "a password in --{name} is seen by every user of this machine: use --{name}-file"
            )));
        }
        (Some(url), _) => url.to_owned(),
        (None, Some(file)) => read_secret(file)?.trim().to_owned(),
        (None, None) => return Err(Failure::Usage(format!("give --{name} or --{name}-file"))),
    };
    match text.parse() {
        Ok(StoreUrl::Memory) => Err(Failure::Usage("a store in memory ends with this program".into())),
        Ok(url) => Ok(url),
        Err(invalid) => Err(Failure::Usage(invalid.to_string())),
    }
}

impl Cli {
    /// Returns the URL of the store that `--store` or `--store-file` names.
    pub(crate) fn url(&self) -> Result<StoreUrl, Failure> {
        url(self.store.as_deref(), self.store_file.as_deref(), "store")
    }

    /// Returns the options with which most commands open a store. With these options, opening creates no file, and does
    /// not create or update a schema. Only `migrate` and `copy` do that.
    pub(crate) fn opening(&self) -> Opening {
        Opening::default().unchanged().volatile(self.volatile)
    }

    /// Opens the store with the options of [`opening`](Self::opening).
    pub(crate) async fn open(&self) -> Result<AnyStore, Failure> {
        Ok(self.url()?.open(&self.opening()).await?)
    }
}
