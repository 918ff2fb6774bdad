//! Opens the key ring of the demo. The modules `options` and `store` determine its file.

use std::path::PathBuf;

use counterfoil::KeyRing;
use counterfoil::crypto::KeyFile;

use crate::error::StartError;

/// Opens the key ring in the file `path`. Creates the file if it does not exist. If `path` is `None`, makes a key ring
/// that is lost when the process ends.
///
/// # Errors
///
/// [`StartError`] if the file cannot be read or created, contains no valid key ring, or can be read or written by other
/// users.
pub fn key_ring(path: Option<PathBuf>) -> Result<KeyRing, StartError> {
    match path {
        None => Ok(KeyRing::generate_from_system()?),
        Some(path) => Ok(KeyFile::new(path).open_or_create()?),
    }
}
