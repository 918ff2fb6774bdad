//! The store contract: what every store of records promises.

use std::num::NonZeroU32;

use async_trait::async_trait;

use crate::record::state::{NoticeMark, Revoked};
use crate::record::token_record::{NewRecord, TokenRecord};
use crate::store::change::{Applied, Change, InsertInto, Inserted, Listing, ParentUpdate, Progress, Revoke, Rotated};
use crate::store::error::StoreError;
use crate::store::page::{Cursor, Page};
use crate::types::ids::{KeyId, RecordId};
use crate::types::time::Timestamp;

/// Keeps records and families. Each method is one atomic step unless it says otherwise.
///
/// A store compares versions, times and keys; whether a credential is good, the core decides. `counterfoil-conformance` proves a store
/// clause by clause; its functions bear the clauses' names.
///
/// # Contract
///
/// 1. `no_clock_no_dice`: no method reads a clock or draws a random number.
/// 2. `equality_is_reached`: `t >= limit` everywhere (`expires_at`, `gone_at`, `live_until`, `notice.at`, the purge's limits); a store compares only
///    where this text says so. No `now` is as late as [`Timestamp::MAX`], so a store may keep "no end" as that instant.
/// 3. `insert_all_or_nothing`: one taken id or label among many leaves nothing; never an upsert. `IdTaken` and `LabelTaken` name the holder.
/// 4. `cap_holds_under_races`: of any number of concurrent inserts `cap` live families remain, neither more nor fewer; revoked ones and
///    `now >= live_until` do not count, nor do those of another client.
/// 5. `own_write_is_recognised`: after an outcome unknown, repeating insert gives `IdTaken` with the caller's own digest there, repeating
///    rotate gives `Stale` with the caller's own successor there. Nothing is applied twice.
/// 6. `get_is_exact`: ids, realms, owners and labels are compared byte for byte; no collation, no case, no trailing blanks.
/// 7. `get_sees_the_family`: a record of a revoked family reads as revoked.
/// 8. `get_after_write`: what a returned write did is seen by every later get, by any handle of the store (no replica, no cache).
/// 9. `apply_needs_the_version`: otherwise, or when the record reads as revoked, `Stale` with what stands there; `Done` carries the record as written.
/// 10. `rotate_has_one_winner`: of any number of racers with one expected version one gets `Done`, the rest `Stale` or `FamilyEnded`.
/// 11. `no_parent_without_successor`: whoever reads a superseded parent finds its successor.
/// 12. `rotate_wipes_one_back`: after rotate the grandparent holds no nonce: a family never holds more than one.
/// 13. `revoke_is_final`: after revoke returned, every get of the family is revoked, and insert, rotate and `Slide` into it are `FamilyEnded`, also
///     when they began before. A join of an older generation is `FamilyMoved`.
/// 14. `revoke_twice`: succeeds, changes nothing, keeps the first instant.
/// 15. `owner_revoke_covers`: everything of the owner that existed when the first call began is revoked when a call says `more: false`; a record
///     inserted meanwhile may be missed.
/// 16. `touch_is_forward`: never lowers, never moves version, never creates, never revives; any order of ids, any number of batches at
///     once, no error.
/// 17. `touch_disturbs_nobody`: no apply, rotate or revoke fails or turns `Stale` because of a touch, claim or settle.
/// 18. `label_has_one_holder`: under races, beside rotate and revoke. A family holds (realm, owner, `label_key`) from the step that writes
///     the key until the step that clears it: revoking the family, relabel, purge, and an insert or relabel of the same owner that meets a holder
///     with `gone_at <= now`.
/// 19. `label_is_given_back`: by revoke of the family, purge, relabel and displacement; not by expiry.
/// 20. `pages_are_stable`: inserts and deletes between pages neither repeat nor hide a record that was there all along; limit is a maximum;
///     a short page is no end; `next == None` is.
/// 21. `due_is_complete`: every record with `notice.at <= now` shows in a walk that began after it became due; none other.
/// 22. `claim_has_one_winner`, and a settled, re-armed or re-claimed mark refuses the old holder.
/// 23. `purge_keeps_the_living`: only what its limits name goes; a family goes with its last member, in the same step, whatever its own
///     `gone_at`; limit is a maximum of what is removed and shrunk together; two at once, or one cut off, do no harm. Repeated calls come to
///     `more: false`, damaged rows or not; a damaged record whose time has come goes or stays.
/// 24. `shrinking_keeps_the_proof`: after `windows_before` the nonce is gone, digest, generation and successor stay, version does not move.
///     A shrunk record takes another digest (`Rekey`) and a revocation; any other change is `Stale`, a touch, claim or settlement does nothing.
/// 25. `cut_off_is_all_or_nothing`: a future dropped at any await leaves all or nothing, now or shortly, and the next user of the
///     connection unharmed.
/// 26. `garbage_is_corrupt`: an undecodable row is `Corrupt` with its id, never absent, and nothing is written over it. One such row does not
///     stop a listing, a touch, a revocation or a purge of others. Where a family's row is damaged, its members are `Corrupt`; a revocation of
///     it is carried out or is `Corrupt`.
/// 27. `outage_is_unavailable`: never `None`, never `Stale`; `maybe_done` is true whenever the request may have been sent.
/// 28. `realms_are_apart`: nothing of one realm is listed, conflicts or is revoked in another; `get` goes by id alone, the record names its
///     realm, the core compares.
///
/// 41. `generations_stay`: a rotation removes nothing. A superseded generation stays, shrunk or not, until its `gone_at`, so that its
///     replay is always known.
/// 42. `rotations_are_paced`: where a rotation has a [`Pace`](crate::store::Pace), of any number of racers no more than `limit` rotations have
///     `superseded.at > since`; what is refused writes nothing.
/// 43. `access_tokens_are_capped`: of any number of concurrent joins, slides and rotations with an `access_cap`, no more than that many
///     access tokens of the family are live at once: neither revoked nor at their expiry, superseded or not.
/// 44. `creations_are_paced`: of any number of concurrent inserts with a [`Pace`](crate::store::Pace) exactly `limit` records of the realm, owner
///     and kind have `created_at > since`; deleted ones count.
/// 45. `room_is_made`: with [`WhenFull::End`](crate::store::WhenFull) every one of any number of concurrent inserts succeeds, `limit` live families
///     remain, and the ended ones are revoked in the same step: the least recently used first, ended once, and told in the answer.
/// 46. `list_shows_what_stands`: [`Show::Standing`](crate::store::Show) leaves out what is deleted, replaced or gone, however much of it there
///     is, and hides nothing that stands.
/// 48. `requests_are_checked`: a request that contradicts itself is [`StoreError::Invalid`], and nothing is written. Call
///     [`check_insert`](crate::store::check_insert) and [`check_rotate`](crate::store::check_rotate) before anything is read, and
///     [`check_members`](crate::store::check_members) where the family's row was read.
/// 49. `methods_race_methods`: whatever two methods do at once, through any handles, there is an order of the calls in which each gives the
///     answer that it gave and that leaves what stands. `touch`, `purge` and the revocation of an owner may go record by record and family by
///     family. What a returned call wrote is there afterwards.
/// 50. `interleavings_are_steps`: the same where one call stands still between any two of its calls of the backend.
/// 54. `every_state_has_its_answer`: every method answers in every state of a record as the table of `WRITING-A-STORE.md` says.
/// 55. `no_replica_answers`: nothing is answered from a replica, though a fail-over leads the store's address to one, or makes one of the server behind
///     it: each answer is what the present primary holds, or `Unavailable`. A connection that says that it is a replica, or refuses a write as read-only, is
///     not read from again. Once the address leads to the primary, the store serves within 10 s. A store that asks for the role at
///     intervals, not with every read, says how long they are.
///
/// No method but [`probe`](TokenStore::probe) has a default, so that a wrapper cannot forget one; new abilities come as new sibling traits.
///
/// # Cancel safety
///
/// Every method: a dropped future leaves all of its step or nothing of it (clause 25).
///
/// # Errors
///
/// Every method returns [`StoreError`] where it cannot answer, and for nothing else: [`StoreError::Invalid`] where the request contradicts
/// itself, else the backend's failure.
///
/// # Blocking
///
/// A method may block its thread for its own bounded work where the store's documentation says so.
#[async_trait]
pub trait TokenStore: Send + Sync + 'static {
    /// Inserts all or nothing.
    async fn insert(&self, home: InsertInto<'_>, new: &[NewRecord], now: Timestamp) -> Result<Inserted, StoreError>;

    /// The record with its family's state, dead ones too. One read; never from a replica (clause 55).
    async fn get(&self, id: &RecordId) -> Result<Option<TokenRecord>, StoreError>;

    /// Compare-and-swap on the version.
    async fn apply(
        &self,
        id: &RecordId,
        expect: crate::types::ids::Version,
        change: &Change,
        now: Timestamp,
    ) -> Result<Applied, StoreError>;

    /// One atomic step: parent and family not revoked, then the parent's step, and all of `new`.
    async fn rotate(
        &self,
        parent: &RecordId,
        step: &ParentUpdate,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Result<Rotated, StoreError>;

    /// `One` and `Family` are atomic; `Owner` goes family by family, at most `limit` of them, and `more` says call again. `gone_at` becomes the
    /// record's (`One`) or the family's. What is not there, or not of that realm and owner, changes nothing.
    async fn revoke(
        &self,
        what: Revoke<'_>,
        revoked: Revoked,
        gone_at: Timestamp,
        limit: NonZeroU32,
    ) -> Result<Progress, StoreError>;

    /// `last_used_at = max(old, new)`, each record by itself, in a batch of any length. Unknown, shrunk and damaged records are skipped.
    async fn touch(&self, seen: &[(RecordId, Timestamp)]) -> Result<(), StoreError>;

    /// A page of records. Shrunk ones are never listed. A page may be short, or empty, before the end, so that a store can
    /// bound what it reads for one. Each record is as it was at some moment of the call, not all of them at the same. A cursor
    /// whose record is no more, or is listed no more, goes on behind its place.
    async fn list(
        &self,
        of: Listing<'_>,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<TokenRecord>, StoreError>;

    /// Records with `notice.at <= now`, each once per walk, in no promised order across shards.
    async fn due(
        &self,
        now: Timestamp,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<TokenRecord>, StoreError>;

    /// Where `notice == held`: sets `notice.at = lease_until` and gives the record as it then stands. Else `None`. `lease_until` must be
    /// later than `held.at`; where it is not, `None`.
    async fn claim(
        &self,
        id: &RecordId,
        held: NoticeMark,
        lease_until: Timestamp,
    ) -> Result<Option<TokenRecord>, StoreError>;

    /// `sent` is noted whether or not the mark is held still, except on a shrunk record; `next` is set, and true returned, only where
    /// `notice == held` still.
    async fn settle(
        &self,
        id: &RecordId,
        held: NoticeMark,
        next: Option<NoticeMark>,
        sent: Option<(Timestamp, u8)>,
    ) -> Result<bool, StoreError>;

    /// Removes records, then empty families, with [`gone_at`](TokenRecord::gone_at)` <= now`; those with a notice set only with
    /// `gone_at <= unsent_before`. Superseded records whose `honoured_until` is set and `<= windows_before` lose the nonce and
    /// [shrink](crate::store::RecordParts::shrink). At most `limit` records are removed or shrunk.
    async fn purge(
        &self,
        now: Timestamp,
        unsent_before: Timestamp,
        windows_before: Timestamp,
        limit: NonZeroU32,
    ) -> Result<Progress, StoreError>;

    /// Records per digest key, for "how many are still under the old one". May be slow.
    async fn census(&self) -> Result<Vec<(KeyId, u64)>, StoreError>;

    /// Whether a read and a write would go through now, for a host's readiness: an error where one would not, as on a replica, a full disk, or
    /// a file that was removed. It changes nothing that any other method shows, but may cost as much as a write: ask at most once in 5 s.
    ///
    /// The default reads a record that is not there, so it finds no server that only writes are refused by. A wrapper passes the call on.
    async fn probe(&self) -> Result<(), StoreError> {
        self.get(&RecordId::from_bytes([0; 16])).await.map(drop)
    }
}
