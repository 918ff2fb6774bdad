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
    /// The version differs. Contains the current document, or `None` if there is none.
    Stale(Option<VersionedSettings>),
}

/// Stores one document per realm, and the instant of the last upkeep.
///
/// # Contract
///
/// 29. `put_needs_the_version`: `expect: None` creates and never overwrites. `Some` replaces only that version.
/// 56. `note_upkeep_needs_the_note`: like a purge, the note belongs to the whole store, not to a realm. A call replaces
///     only the expected note (`None`: no note), whether the new one is earlier or later. If any number of callers
///     expect the same note, one call returns true. The others return false and write nothing. After a call has
///     returned true, every handle of the database reads its note, also after the database is opened again.
///
/// Clauses 51 to 53 of [`ClientStore`](crate::store::ClientStore) apply here too.
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

    /// The noted instant of the last upkeep. `None` if no upkeep was ever noted. Never read from a replica.
    async fn last_upkeep(&self) -> Result<Option<Timestamp>, StoreError>;

    /// Notes an upkeep if the stored note equals `expect`. Otherwise returns false and writes nothing.
    async fn note_upkeep(&self, expect: Option<Timestamp>, at: Timestamp) -> Result<bool, StoreError>;
}
