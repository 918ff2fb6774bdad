//! The demo's key ring.

use std::path::PathBuf;

use counterfoil::KeyRing;
use counterfoil::crypto::KeyFile;

use crate::error::StartError;

/// The ring of that file, or a new one in it. Without a file the ring lives as long as the process.
///
/// # Errors
///
/// [`StartError`] where the file cannot be read or made, is no key ring, or can be written by others.
pub fn key_ring(path: Option<PathBuf>) -> Result<KeyRing, StartError> {
    match path {
        None => Ok(KeyRing::generate_from_system()?),
        Some(path) => Ok(KeyFile::new(path).open_or_create()?),
    }
}
