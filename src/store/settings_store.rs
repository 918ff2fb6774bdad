//! The store of settings and switches.

use async_trait::async_trait;

use crate::store::error::StoreError;
use crate::types::ids::Version;
use crate::types::realm::Realm;
use crate::types::settings::{StoredSettings, VersionedSettings};
use crate::types::time::Timestamp;

/// The result of [`SettingsStore::put_settings`].
#[derive(Clone, Debug)]
#[must_use]
pub enum SettingsPut {
    /// The document was written. Contains its new version.
    Done(Version),
    /// The stored version is not the expected version. Nothing was written. Contains the current document, or `None` if
    /// there is none.
    Stale(Option<VersionedSettings>),
}

/// Stores one document of settings for each realm. Also stores when the library last did its periodic upkeep.
///
/// # Contract
///
/// Every method is one atomic step.
///
/// 29. `put_needs_the_version`: with `expect: None`, a put creates a document and never overwrites one. With `Some`, it
///     replaces a document only if the stored version is the expected version. After a put has returned, every later
///     read through any handle of the store sees its effect. So a read must not use a replica or a cache. A store keeps
///     the members of a document that this version of the library does not know ([`StoredSettings::unknown`]).
/// 56. `note_upkeep_needs_the_note`: the stored instant of the last upkeep belongs to the whole store, not to a realm.
///     A call replaces this instant only if it equals `expect` (`None` means that no instant is stored). The new
///     instant may be earlier or later than the old one. If several concurrent calls expect the same instant, one of
///     them returns true. The others return false and write nothing. After a call has returned true, every handle of
///     the database reads the new instant, even after the database was closed and opened again.
///
/// Clauses 51 to 53 of [`ClientStore`](crate::store::ClientStore) also apply to this trait.
///
/// # Errors
///
/// Every method returns [`StoreError`] only if it cannot answer.
#[async_trait]
pub trait SettingsStore: Send + Sync + 'static {
    /// Returns the stored document of the realm. `None` if nothing is stored.
    async fn settings(&self, realm: &Realm) -> Result<Option<VersionedSettings>, StoreError>;

    /// Replaces the realm's document if its version is `expect`. If `expect` is `None`, creates a document that does
    /// not exist yet.
    async fn put_settings(
        &self,
        realm: &Realm,
        expect: Option<Version>,
        settings: &StoredSettings,
    ) -> Result<SettingsPut, StoreError>;

    /// Returns the stored instant of the last upkeep. `None` if no upkeep was ever stored. The read never uses a
    /// replica.
    async fn last_upkeep(&self) -> Result<Option<Timestamp>, StoreError>;

    /// Stores `at` as the instant of the last upkeep, and returns true. If the stored instant does not equal `expect`,
    /// writes nothing and returns false. `expect: None` means that no instant is stored.
    async fn note_upkeep(&self, expect: Option<Timestamp>, at: Timestamp) -> Result<bool, StoreError>;
}
