//! The store of settings and switches.

use async_trait::async_trait;

use crate::store::error::StoreError;
use crate::types::ids::Version;
use crate::types::realm::Realm;
use crate::types::settings::{StoredSettings, VersionedSettings};
use crate::types::time::Timestamp;

/// The result of a `put`.
#[derive(Clone, Debug)]
#[must_use]
pub enum SettingsPut {
    /// Written. Contains the new version.
    Done(Version),
    /// The stored version is not the expected version. Contains the current document, or `None` if there is none.
    Stale(Option<VersionedSettings>),
}

/// Stores one document of settings per realm, and the instant of the last upkeep.
///
/// # Contract
///
/// 29. `put_needs_the_version`: with `expect: None` a document is created, and none is overwritten. With `Some`, only
///     that version is replaced.
/// 56. `note_upkeep_needs_the_note`: the note of the last upkeep belongs to the whole store, not to a realm. A call
///     replaces only the expected note (`None` means that there is no note). The new note may be earlier or later than
///     the old one. If several callers expect the same note, one call returns true. The others return false and write
///     nothing. After a call has returned true, every handle of the database reads the new note, even after the
///     database was closed and opened again.
///
/// Clauses 51 to 53 of [`ClientStore`](crate::store::ClientStore) also apply to this trait.
///
/// # Errors
///
/// Every method returns [`StoreError`] only if it cannot answer.
#[async_trait]
pub trait SettingsStore: Send + Sync + 'static {
    /// The stored document of the realm.
    async fn settings(&self, realm: &Realm) -> Result<Option<VersionedSettings>, StoreError>;

    /// Creates or replaces the document.
    async fn put_settings(
        &self,
        realm: &Realm,
        expect: Option<Version>,
        settings: &StoredSettings,
    ) -> Result<SettingsPut, StoreError>;

    /// The noted instant of the last upkeep. `None` if no upkeep was ever noted. The read never uses a replica.
    async fn last_upkeep(&self) -> Result<Option<Timestamp>, StoreError>;

    /// Notes an upkeep if the stored note equals `expect`. Otherwise returns false and writes nothing.
    async fn note_upkeep(&self, expect: Option<Timestamp>, at: Timestamp) -> Result<bool, StoreError>;
}
