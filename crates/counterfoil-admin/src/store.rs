//! The store that the arguments name.

use std::io::Read as _;
use std::path::Path;

use counterfoil_stores::{AnyStore, Opening, StoreUrl, holds_password};

use crate::cli::Cli;
use crate::failure::Failure;

/// The maximum number of bytes that are read from a file. The rest of a longer file is ignored.
const LONGEST: u64 = 1024 * 1024;

/// Returns the text of a file. The path `-` means standard input.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    let mut text = String::new();
    if path.as_os_str() == "-" {
        std::io::stdin().take(LONGEST).read_to_string(&mut text).map_err(Failure::failed)?;
    } else {
        let named = |error: std::io::Error| Failure::failed(format!("{}: {error}", path.display()));
        std::fs::File::open(path).map_err(named)?.take(LONGEST).read_to_string(&mut text).map_err(named)?;
    }
    Ok(text)
}

/// Returns the URL from an argument, or from a file.
pub(crate) fn url(argument: Option<&str>, file: Option<&Path>, name: &str) -> Result<StoreUrl, Failure> {
    let text = match (argument, file) {
        (Some(url), _) if holds_password(url) => {
            return Err(Failure::Usage(format!(
                "a password in --{name} is seen by every user of this machine: use --{name}-file"
            )));
        }
        (Some(url), _) => url.to_owned(),
        (None, Some(file)) => read(file)?.trim().to_owned(),
        (None, None) => return Err(Failure::Usage(format!("give --{name} or --{name}-file"))),
    };
    match text.parse() {
        Ok(StoreUrl::Memory) => Err(Failure::Usage("a store in memory ends with this program".into())),
        Ok(url) => Ok(url),
        Err(invalid) => Err(Failure::Usage(invalid.to_string())),
    }
}

impl Cli {
    /// Returns the URL of the store.
    pub(crate) fn url(&self) -> Result<StoreUrl, Failure> {
        url(self.store.as_deref(), self.store_file.as_deref(), "store")
    }

    /// Returns the options for opening a store. They create no file, so that a mistyped path is an error.
    pub(crate) fn opening(&self) -> Opening {
        Opening::default().volatile(self.volatile)
    }

    /// Opens the store.
    pub(crate) async fn open(&self) -> Result<AnyStore, Failure> {
        self.url()?.open(&self.opening()).await.map_err(Failure::failed)
    }
}
