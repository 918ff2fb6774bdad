//! Opens the key ring of the demo. `options.rs` or `store.rs` chooses its file.

use std::path::PathBuf;

use counterfoil::KeyRing;
use counterfoil::crypto::KeyFile;

use crate::error::StartError;

/// Opens the key ring in a file. If the file does not exist, creates it. If `path` is `None`, the ring is lost when the
/// process ends.
///
/// # Errors
///
/// [`StartError`] if the file cannot be read or created, contains no key ring, or can be written by other users.
pub fn key_ring(path: Option<PathBuf>) -> Result<KeyRing, StartError> {
    match path {
        None => Ok(KeyRing::generate_from_system()?),
        Some(path) => Ok(KeyFile::new(path).open_or_create()?),
    }
}
