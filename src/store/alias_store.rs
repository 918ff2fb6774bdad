//! The store of aliases of imported tokens.

use std::fmt;
use std::num::NonZeroU32;

use async_trait::async_trait;

use crate::store::error::StoreError;
use crate::store::page::Page;
use crate::types::ids::RecordId;
use crate::types::time::Timestamp;

/// The look-up key of an imported token: 32 bytes that are computed from the digest that the other system stored, under
/// a key of the key ring. The text of an imported token does not contain the id of its record, so the record is found
/// by its alias.
///
/// An alias is not secret and gives no access: the presented text must still match the record to which the alias leads.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Alias([u8; 32]);

impl Alias {
    /// Creates an alias from its bytes, as [`Alias::as_bytes`] returns them.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes under which a store keeps the entry of the alias.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Alias {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Alias(")?;
        self.0[..4].iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str("…)")
    }
}

/// The stored entry of an alias. It names the record of the imported token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AliasEntry {
    /// The id of the record. The record can be missing: it is written after the entry, and purged before it.
    pub id: RecordId,
    /// The instant at which the entry was written.
    pub created_at: Timestamp,
}

/// The result of [`AliasStore::put_alias`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum AliasPut {
    /// The entry was written.
    Done,
    /// The stored entry does not name the expected record, or no entry was expected but one is stored. Nothing was
    /// written. Contains the stored entry.
    Taken(AliasEntry),
    /// `expect` names a record, but no entry is stored for the alias. Nothing was written.
    Missing,
}

/// Stores which record an imported token belongs to. Only a host that imports tokens of another system needs this
/// trait.
///
/// Aliases are not separated by realm: an alias is computed from the realm, so two realms never have the same alias. A
/// record and its entry are not written in one step. The library writes the entry first and then the record, and an
/// entry whose record is missing is harmless.
///
/// # Contract
///
/// `put_alias` and `remove_alias` are one atomic step each. A page of `aliases` returns each entry as it was at some
/// moment of the call.
///
/// 69. `an_alias_has_one_record`: `put_alias` with `expect: None` creates an entry and overwrites none. With `Some`, it
///     replaces an entry only if the entry names that record. All 32 bytes of an alias are compared. If several
///     concurrent calls have the same alias and the same expectation, one gets `Done`. Exception: if the new entry
///     names the expected record too, the expectation is still true after the first call, so each of these calls gets
///     `Done`. After a put has returned, every later read through any handle of the store sees its effect.
/// 70. `an_alias_is_removed_by_its_record`: `remove_alias` removes an entry only if it names the given record, and
///     returns whether it removed one. After the call has returned, every later read through any handle sees its
///     effect. So a read must not use a replica or a cache.
/// 71. `aliases_are_walked`: a walk that follows `next` returns every entry that exists during the whole walk once, and
///     ends with `next == None`. The entries can have any order. A page may be short or empty. A damaged entry is
///     counted in [`Page::corrupt`] and does not stop the walk.
///
/// Clauses 51 to 53 of [`ClientStore`](crate::store::ClientStore) also apply to this trait: an outage gives
/// `Unavailable`, a damaged entry gives `Corrupt` and is never overwritten by a put that creates, and a dropped call
/// takes effect completely or not at all.
///
/// # Errors
///
/// Every method returns [`StoreError`] only if it cannot answer.
#[async_trait]
pub trait AliasStore: Send + Sync + 'static {
    /// Returns the entry of an alias. `None` if there is none.
    async fn alias(&self, alias: &Alias) -> Result<Option<AliasEntry>, StoreError>;

    /// Replaces the entry of an alias if it names the record `expect`. If `expect` is `None`, creates an entry that
    /// does not exist yet.
    async fn put_alias(
        &self,
        alias: &Alias,
        entry: &AliasEntry,
        expect: Option<&RecordId>,
    ) -> Result<AliasPut, StoreError>;

    /// Removes the entry of an alias if it names the record `expect`. Returns false if the stored entry names another
    /// record or nothing is stored.
    async fn remove_alias(&self, alias: &Alias, expect: &RecordId) -> Result<bool, StoreError>;

    /// Returns a page of all entries. The page begins after the alias `after`, which is the `next` of the previous
    /// page. If `after` is `None`, the page begins with the first entry.
    async fn aliases(
        &self,
        after: Option<&Alias>,
        limit: NonZeroU32,
    ) -> Result<Page<(Alias, AliasEntry), Alias>, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_shows_four_of_its_bytes() {
        assert_eq!(format!("{:?}", Alias::from_bytes([0xAB; 32])), "Alias(abababab…)");
    }
}
