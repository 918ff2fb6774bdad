//! The key ring's file: made on the first start, and readable by its owner alone.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use counterfoil::{KeyRing, Secret};

use crate::error::StartError;

/// The ring of that file, or a new one in it. Without a file the ring lives as long as the process.
///
/// # Errors
///
/// [`StartError`] where the file cannot be read or made, is no key ring, or can be read by others.
pub fn key_ring(path: Option<&Path>) -> Result<KeyRing, StartError> {
    let Some(path) = path else { return Ok(KeyRing::generate_from_system()?) };
    let wrong = |what: &dyn std::fmt::Display| StartError::Keys { path: path.to_owned(), what: what.to_string() };
    match read(path) {
        Ok(text) => KeyRing::from_text(&text).map_err(|error| wrong(&error)),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let ring = KeyRing::generate_from_system()?;
            match write(path, &ring.to_text()) {
                Ok(()) => {
                    tracing::info!(path = %path.display(), "made a key ring");
                    Ok(ring)
                }
                // Another process made it meanwhile: its ring is the ring.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                    let text = read(path).map_err(|error| wrong(&error))?;
                    KeyRing::from_text(&text).map_err(|error| wrong(&error))
                }
                Err(error) => Err(wrong(&error)),
            }
        }
        Err(error) => Err(wrong(&error)),
    }
}

fn read(path: &Path) -> std::io::Result<Secret> {
    let mut file = fs::File::open(path)?;
    if file.metadata()?.permissions().mode() & 0o077 != 0 {
        return Err(std::io::Error::new(ErrorKind::PermissionDenied, "others may read it: chmod 600"));
    }
    let mut text = String::with_capacity(4096);
    file.read_to_string(&mut text)?;
    Ok(Secret::from(text))
}

/// Whole or not at all: under another name first, then linked to where nothing may stand yet.
fn write(path: &Path, text: &Secret) -> std::io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}", std::process::id()));
    let draft = Path::new(&name);
    let _stale = fs::remove_file(draft);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(draft)?;
    let written = file
        .write_all(text.expose_secret().as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::hard_link(draft, path));
    fs::remove_file(draft)?;
    written
}
