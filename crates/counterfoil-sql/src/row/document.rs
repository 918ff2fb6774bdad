//! Decodes registrations and settings, which are documents with a version.

use counterfoil::client::{Registration, VersionedRegistration};
use counterfoil::settings::{StoredSettings, VersionedSettings};
use counterfoil::store::StoreError;
use counterfoil::types::Version;

use super::SqlRow;
use super::columns::{corrupt, version};

/// Reads the columns `version` and `document`.
fn document(row: &impl SqlRow) -> Result<(Version, &str), StoreError> {
    let text = text(row, "document").ok_or_else(|| StoreError::corrupt(None, corrupt("document")))?;
    Ok((version(row)?, text))
}

pub(super) fn text<'a>(row: &'a impl SqlRow, column: &str) -> Option<&'a str> {
    row.position(column).and_then(|at| row.text(at).ok()).flatten()
}

pub(crate) fn client(row: &impl SqlRow) -> Result<VersionedRegistration, StoreError> {
    let (version, text) = document(row)?;
    let registration = Registration::from_document(text).map_err(|invalid| StoreError::corrupt(None, invalid))?;
    Ok(VersionedRegistration { version, registration })
}

pub(crate) fn settings(row: &impl SqlRow) -> Result<VersionedSettings, StoreError> {
    let (version, text) = document(row)?;
    let settings = StoredSettings::from_document(text).map_err(|invalid| StoreError::corrupt(None, invalid))?;
    Ok(VersionedSettings { version, settings })
}
