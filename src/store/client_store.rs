//! The store of client registrations.

use std::num::NonZeroU32;

use async_trait::async_trait;

use crate::store::error::StoreError;
use crate::store::page::Page;
use crate::types::client::{ClientId, Registration, VersionedRegistration};
use crate::types::ids::Version;
use crate::types::realm::Realm;

/// The result of [`ClientStore::put_client`]. If there are several reasons to refuse, the result is the variant that is
/// declared first.
#[derive(Clone, Debug)]
#[must_use]
#[expect(clippy::large_enum_variant, reason = "one answer to a rare write; a box would cost every store a line")]
pub enum ClientPut {
    /// The registration was written. Contains its new version.
    Done(Version),
    /// The stored version is not the expected version, or no registration was expected but one exists. Nothing was
    /// written. Contains the current registration, or `None` if there is none.
    Stale(Option<VersionedRegistration>),
    /// The internal id is in use by another registration, or was used before: by a removed registration, or by this
    /// registration before its internal id was changed. Nothing was written.
    Retired,
}

/// Stores client registrations. There is one document for each pair of realm and client id.
///
/// # Contract
///
/// Every method except `clients` is one atomic step. A page of `clients` returns each registration as it was at some
/// moment of the call.
///
/// 29. `put_needs_the_version`: with `expect: None`, a put creates a registration and never overwrites one. With
///     `Some`, it replaces a registration only if the stored version is the expected version. The versions of a client
///     id only increase, even if the client is removed in between, so an old version never matches again. If several
///     puts and removals expect the same version, exactly one of them succeeds. After a put or a removal has returned,
///     every later read through any handle of the store sees its effect. So a read must not use a replica or a cache. A
///     store keeps the members of a document that this version of the library does not know
///     ([`Registration::unknown`]).
/// 30. `removed_internal_ids_never_return`: an internal id is retired when its registration is removed or gets another
///     internal id. A put with a retired internal id into the same realm always returns `Retired`, even if the put has
///     the client id to which the internal id belonged. If several calls try to create registrations with the same
///     internal id, only one of them succeeds. Another realm may use the same internal id.
/// 47. `client_pages_have_an_end`: a walk that follows `next` returns every registration that exists during the whole
///     walk once and in order. It ends with `next == None`. A page may be short.
/// 51. `sibling_outage_is_unavailable`: an outage gives `Unavailable`, and is never reported as absence. `maybe_done`
///     is true if the request may have been sent.
/// 52. `sibling_garbage_is_corrupt`: a row that cannot be decoded gives `Corrupt`, and is counted in [`Page::corrupt`].
///     A `put` that creates never overwrites such a row. If a registration is damaged, `remove_client` with the version
///     that was last written either removes it or gives `Corrupt`. The rest of this clause is for
///     [`Throttle`](crate::store::Throttle). If a counter is damaged, `reserve`, `failed` and `release` give `Corrupt`
///     and change nothing. `purge_counters` removes a damaged counter when the instant from which it may be purged is
///     reached, and not before. So a store keeps this instant in an index or a column of its own.
/// 53. `sibling_cut_off_is_all_or_nothing`: if the future of a call is dropped at any await, the call takes effect
///     completely or not at all. The effect occurs at once or shortly afterwards. The next call that uses the
///     connection is not affected.
///
/// # Errors
///
/// Every method returns [`StoreError`] only if it cannot answer.
#[async_trait]
pub trait ClientStore: Send + Sync + 'static {
    /// Returns the registration of a client. `None` if there is no such client in the realm.
    async fn client(&self, realm: &Realm, id: &ClientId) -> Result<Option<VersionedRegistration>, StoreError>;

    /// Returns a page of the realm's registrations, in ascending order of client ids. The page begins after the id
    /// `after`, or with the first registration if `after` is `None`. A registration that cannot be decoded is skipped
    /// and counted in [`Page::corrupt`].
    async fn clients(
        &self,
        realm: &Realm,
        after: Option<&ClientId>,
        limit: NonZeroU32,
    ) -> Result<Page<VersionedRegistration, ClientId>, StoreError>;

    /// Replaces the registration if its version is `expect`. If `expect` is `None`, creates a registration that does
    /// not exist yet.
    async fn put_client(
        &self,
        realm: &Realm,
        expect: Option<Version>,
        registration: &Registration,
    ) -> Result<ClientPut, StoreError>;

    /// Removes the registration if its version is `expect`. Returns false if the stored version is different or nothing
    /// is stored. After a removal, no new registration of the realm gets the same internal id (clause 30).
    async fn remove_client(&self, realm: &Realm, id: &ClientId, expect: Version) -> Result<bool, StoreError>;
}
