//! The demo's key ring, from the file that `options.rs` or `store.rs` chooses.

use std::path::PathBuf;

use counterfoil::KeyRing;
use counterfoil::crypto::KeyFile;

use crate::error::StartError;

/// Opens the key ring in a file, or creates it. Without a file the ring lives as long as the process.
///
/// # Errors
///
/// [`StartError`] if the file cannot be read or created, is not a key ring, or is writable by others.
pub fn key_ring(path: Option<PathBuf>) -> Result<KeyRing, StartError> {
    match path {
        None => Ok(KeyRing::generate_from_system()?),
        Some(path) => Ok(KeyFile::new(path).open_or_create()?),
    }
}
