//! Where settings and switches are kept.

use async_trait::async_trait;

use crate::store::error::StoreError;
use crate::types::ids::Version;
use crate::types::realm::Realm;
use crate::types::settings::{StoredSettings, VersionedSettings};
use crate::types::time::Timestamp;

/// What became of a `put`.
#[derive(Clone, Debug)]
#[must_use]
pub enum SettingsPut {
    /// Written, under that version.
    Done(Version),
    /// The version is another: what stands there.
    Stale(Option<VersionedSettings>),
}

/// Keeps one document a realm, and the instant of the last upkeep.
///
/// # Contract
///
/// 29. `put_needs_the_version`: `expect: None` creates and never overwrites; `Some` replaces only that version.
/// 56. `note_upkeep_needs_the_note`: the instant belongs to the whole store, not to a realm, as a purge does. A note takes the place of exactly what is
///     expected (`None`: of nothing), earlier or later; of any number of racers with one expectation one is true, the rest are false and write
///     nothing. What a returned note wrote is read by every handle of the database, and stands when it is opened again.
///
/// Clauses 51 to 53 of [`ClientStore`](crate::store::ClientStore) hold here too.
///
/// # Errors
///
/// Every method returns [`StoreError`] where it cannot answer, and for nothing else.
#[async_trait]
pub trait SettingsStore: Send + Sync + 'static {
    /// What is stored for the realm.
    async fn settings(&self, realm: &Realm) -> Result<Option<VersionedSettings>, StoreError>;

    /// Creates or replaces.
    async fn put_settings(
        &self,
        realm: &Realm,
        expect: Option<Version>,
        settings: &StoredSettings,
    ) -> Result<SettingsPut, StoreError>;

    /// The instant of the last upkeep, as it was noted; `None` where none ever was. Never from a replica.
    async fn last_upkeep(&self) -> Result<Option<Timestamp>, StoreError>;

    /// Notes an upkeep where what stands is `expect` still. Else false, and nothing is written.
    async fn note_upkeep(&self, expect: Option<Timestamp>, at: Timestamp) -> Result<bool, StoreError>;
}
