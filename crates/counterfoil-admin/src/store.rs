//! The store that the arguments name.

use std::io::Read as _;
use std::path::Path;

use counterfoil_stores::{AnyStore, Opening, StoreUrl, holds_password};

use crate::cli::Cli;
use crate::failure::Failure;

/// The longest file that is read, in bytes.
const LONGEST: u64 = 1024 * 1024;

/// The text of a file, or of standard input for `-`.
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

/// A URL out of an argument or a file.
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
    /// The URL of the store.
    pub(crate) fn url(&self) -> Result<StoreUrl, Failure> {
        url(self.store.as_deref(), self.store_file.as_deref(), "store")
    }

    /// How stores are opened: no file is created by a wrong name.
    pub(crate) fn opening(&self) -> Opening {
        Opening::default().volatile(self.volatile)
    }

    /// Opens the store.
    pub(crate) async fn open(&self) -> Result<AnyStore, Failure> {
        self.url()?.open(&self.opening()).await.map_err(Failure::failed)
    }
}
