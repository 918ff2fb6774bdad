//! The store of client registrations.

use std::num::NonZeroU32;

use async_trait::async_trait;

use crate::store::error::StoreError;
use crate::store::page::Page;
use crate::types::client::{ClientId, Registration, VersionedRegistration};
use crate::types::ids::Version;
use crate::types::realm::Realm;

/// The result of a `put`.
#[derive(Clone, Debug)]
#[must_use]
#[expect(clippy::large_enum_variant, reason = "one answer to a rare write; a box would cost every store a line")]
pub enum ClientPut {
    /// Written. Contains the new version.
    Done(Version),
    /// The version differs, or the id is taken when `put` should create. Contains the current registration, or `None`
    /// if there is none.
    Stale(Option<VersionedRegistration>),
    /// Another registration uses the internal id, or a removed registration used it.
    Retired,
}

/// Stores client registrations, one document for each (realm, client id).
///
/// # Contract
///
/// 29. `put_needs_the_version`: `expect: None` creates and never overwrites. `Some` replaces only that version. The
///     versions of a client id only grow, even if the client is removed, so an old version never matches again.
/// 30. `removed_internal_ids_never_return`: after `remove`, a `put` of the same internal id into the same realm is
///     always `Retired`. Of any number of registrations with the same internal id, one is created. Another realm may
///     use the same id.
/// 47. `client_pages_have_an_end`: a walk along `next` returns every registration that exists during the whole walk,
///     once, in order, and ends with `next == None`. A page may be short.
/// 51. `sibling_outage_is_unavailable`: an outage is `Unavailable`, never reported as absence. `maybe_done` is true
///     whenever the request may have been sent.
/// 52. `sibling_garbage_is_corrupt`: a registration that does not decode is `Corrupt`, and pages count it. A `put` that
///     creates never overwrites it.
/// 53. `sibling_cut_off_is_all_or_nothing`: if a future is dropped at any await, all of its step takes effect or
///     nothing, at once or shortly after. The next user of the connection is not affected.
///
/// # Errors
///
/// Every method returns [`StoreError`] only if it cannot answer.
#[async_trait]
pub trait ClientStore: Send + Sync + 'static {
    /// One registration.
    async fn client(&self, realm: &Realm, id: &ClientId) -> Result<Option<VersionedRegistration>, StoreError>;

    /// A page of registrations in ascending order of client id, after the id `after`. A registration that does not
    /// decode is skipped and counted in [`Page::corrupt`].
    async fn clients(
        &self,
        realm: &Realm,
        after: Option<&ClientId>,
        limit: NonZeroU32,
    ) -> Result<Page<VersionedRegistration, ClientId>, StoreError>;

    /// Creates or replaces a registration.
    async fn put_client(
        &self,
        realm: &Realm,
        expect: Option<Version>,
        registration: &Registration,
    ) -> Result<ClientPut, StoreError>;

    /// Removes the registration if its version is `expect`, and retires its internal id. Returns false if the stored
    /// version is different, or nothing is stored.
    async fn remove_client(&self, realm: &Realm, id: &ClientId, expect: Version) -> Result<bool, StoreError>;
}
