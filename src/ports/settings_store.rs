//! Where settings and switches are kept.

use async_trait::async_trait;

use crate::ports::store_error::StoreError;
use crate::words::ids::Version;
use crate::words::realm::Realm;
use crate::words::settings::{StoredSettings, VersionedSettings};

/// What became of a `put`.
#[derive(Clone, Debug)]
#[must_use]
pub enum SettingsPut {
    /// Written, under that version.
    Done(Version),
    /// The version is another: what stands there.
    Stale(Option<VersionedSettings>),
}

/// Keeps one document a realm.
///
/// # Contract
///
/// 29. `put_needs_the_version`: `expect: None` creates and never overwrites; `Some` replaces only that version.
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
}
