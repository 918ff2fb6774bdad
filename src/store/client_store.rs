//! Where client registrations are kept.

use std::num::NonZeroU32;

use async_trait::async_trait;

use crate::store::error::StoreError;
use crate::store::page::Page;
use crate::types::client::{ClientId, Registration, VersionedRegistration};
use crate::types::ids::Version;
use crate::types::realm::Realm;

/// What became of a `put`.
#[derive(Clone, Debug)]
#[must_use]
#[expect(clippy::large_enum_variant, reason = "one answer to a rare write; a box would cost every store a line")]
pub enum ClientPut {
    /// Written, under that version.
    Done(Version),
    /// The version is another, or (creating) the id is taken: what stands there. `None`: nothing does.
    Stale(Option<VersionedRegistration>),
    /// The internal id was used by a registration that is no more, or is used by another one.
    Retired,
}

/// Keeps registrations, one document each, under (realm, client id).
///
/// # Contract
///
/// 29. `put_needs_the_version`: `expect: None` creates and never overwrites; `Some` replaces only that version; versions of one id only grow, also across
///     removal, so that an old version never fits again.
/// 30. `removed_internal_ids_never_return`: after `remove`, a `put` with that internal id into the same realm is `Retired`, for ever; of any
///     number of registrations with one internal id one is made. Another realm may use the same id.
/// 47. `client_pages_have_an_end`: a walk by `next` meets every registration that was there all along, once, in order, and ends with
///     `next == None`; a page may be short.
/// 51. `sibling_outage_is_unavailable`: an outage is `Unavailable`, never "not there"; `maybe_done` is true whenever the request may have been
///     sent.
/// 52. `sibling_garbage_is_corrupt`: a registration that does not decode is `Corrupt`, counted on pages, and never overwritten by a `put` that
///     creates.
/// 53. `sibling_cut_off_is_all_or_nothing`: a future dropped at any await leaves all or nothing, now or shortly, and the next user of the
///     connection unharmed.
///
/// # Errors
///
/// Every method returns [`StoreError`] where it cannot answer, and for nothing else.
#[async_trait]
pub trait ClientStore: Send + Sync + 'static {
    /// One registration.
    async fn client(&self, realm: &Realm, id: &ClientId) -> Result<Option<VersionedRegistration>, StoreError>;

    /// A page of registrations by client id, ascending, those after `after`. One that does not decode is counted in
    /// [`Page::corrupt`] and passed over.
    async fn clients(
        &self,
        realm: &Realm,
        after: Option<&ClientId>,
        limit: NonZeroU32,
    ) -> Result<Page<VersionedRegistration, ClientId>, StoreError>;

    /// Creates or replaces.
    async fn put_client(
        &self,
        realm: &Realm,
        expect: Option<Version>,
        registration: &Registration,
    ) -> Result<ClientPut, StoreError>;

    /// Removes that version and retires its internal id. False where another version, or nothing, stands there.
    async fn remove_client(&self, realm: &Realm, id: &ClientId, expect: Version) -> Result<bool, StoreError>;
}
