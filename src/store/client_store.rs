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
    /// Written, with this version.
    Done(Version),
    /// The version differs or, when creating, the id is taken. Contains the current registration; `None` if there is
    /// none.
    Stale(Option<VersionedRegistration>),
    /// The internal id is used by another registration, or was used by a removed one.
    Retired,
}

/// Stores client registrations, one document each, under (realm, client id).
///
/// # Contract
///
/// 29. `put_needs_the_version`: `expect: None` creates and never overwrites; `Some` replaces only that version. The
///     versions of one id only grow, also across removal, so an old version never matches again.
/// 30. `removed_internal_ids_never_return`: after `remove`, a `put` with that internal id into the same realm is
///     `Retired`, permanently. Of any number of registrations with one internal id, one is created. Another realm may
///     use the same id.
/// 47. `client_pages_have_an_end`: a walk by `next` returns every registration that existed throughout, once, in
///     order, and ends with `next == None`. A page may be short.
/// 51. `sibling_outage_is_unavailable`: an outage is `Unavailable`, never reported as absence. `maybe_done` is true
///     whenever the request may have been sent.
/// 52. `sibling_garbage_is_corrupt`: a registration that does not decode is `Corrupt`, is counted on pages, and is
///     never overwritten by a `put` that creates.
/// 53. `sibling_cut_off_is_all_or_nothing`: a future dropped at any await leaves all of its step or nothing, at once
///     or shortly after. The next user of the connection is not affected.
///
/// # Errors
///
/// Every method returns [`StoreError`] only if it cannot answer.
#[async_trait]
pub trait ClientStore: Send + Sync + 'static {
    /// One registration.
    async fn client(&self, realm: &Realm, id: &ClientId) -> Result<Option<VersionedRegistration>, StoreError>;

    /// A page of registrations by client id, ascending, starting after `after`. A registration that does not decode
    /// is skipped and counted in [`Page::corrupt`].
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

    /// Removes that version and retires its internal id. Returns false if the stored version is another, or nothing
    /// is stored.
    async fn remove_client(&self, realm: &Realm, id: &ClientId, expect: Version) -> Result<bool, StoreError>;
}
