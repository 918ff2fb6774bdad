//! The store contract: the guarantees of every store of records.

use std::num::NonZeroU32;

use async_trait::async_trait;

use crate::record::record_parts::NewRecord;
use crate::record::state::{NoticeMark, Revoked};
use crate::record::token_record::TokenRecord;
use crate::store::change::{Applied, Change, ParentUpdate, Revoke, Rotated};
use crate::store::error::StoreError;
use crate::store::insert::{InsertInto, Inserted};
use crate::store::listing::{Listing, Progress};
use crate::store::page::{Cursor, Page};
use crate::types::ids::{KeyId, RecordId};
use crate::types::time::Timestamp;

/// Stores records and families. Each method is one atomic step unless it says otherwise.
///
/// A store compares versions, times and keys. The core decides whether a credential is valid.
/// `counterfoil-conformance` tests a store clause by clause; its functions have the clauses' names.
///
/// # Contract
///
/// 1. `no_clock_no_dice`: no method reads a clock or draws a random number.
/// 2. `equality_is_reached`: a limit is reached at equality, `t >= limit`, everywhere (`expires_at`, `gone_at`,
///    `live_until`, `notice.at`, the purge's limits). A store compares times only where this text says so. No `now`
///    is as late as [`Timestamp::MAX`], so a store may represent "no end" by that instant.
/// 3. `insert_all_or_nothing`: if one of many ids or labels is taken, nothing is written; never an upsert. `IdTaken`
///    and `LabelTaken` name the holder.
/// 4. `cap_holds_under_races`: after any number of concurrent inserts exactly `cap` live families remain. Revoked
///    families, families with `now >= live_until`, and families of another client do not count.
/// 5. `own_write_is_recognised`: after an unknown outcome, repeating insert gives `IdTaken` and the stored digest is
///    the caller's own; repeating rotate gives `Stale` and the stored successor is the caller's own. Nothing is
///    applied twice.
/// 6. `get_is_exact`: ids, realms, owners and labels are compared byte for byte, without collation, case folding or
///    trimming of trailing blanks.
/// 7. `get_sees_the_family`: a record of a revoked family reads as revoked.
/// 8. `get_after_write`: the effect of a returned write is visible to every later get, by any handle of the store (no
///    replica, no cache).
/// 9. `apply_needs_the_version`: if the version differs, or the record reads as revoked, `Stale` with the current
///    record. `Done` carries the record as written.
/// 10. `rotate_has_one_winner`: of any number of racers with one expected version, one gets `Done`; the rest get
///     `Stale` or `FamilyEnded`.
/// 11. `no_parent_without_successor`: every reader of a superseded parent finds its successor.
/// 12. `rotate_wipes_one_back`: after a rotate the grandparent has no nonce. A family never holds more than one
///     nonce.
/// 13. `revoke_is_final`: after revoke returned, every get of the family is revoked, and insert, rotate and `Slide`
///     into it are `FamilyEnded`, even if they began earlier. A join of an older generation is `FamilyMoved`. A join
///     that overlaps a rotation is as if it came before it (`Done`: its records belong to the older generation) or
///     after it (`FamilyMoved`). Overlapping joins do not refuse each other.
/// 14. `revoke_twice`: succeeds, changes nothing, and keeps the first instant.
/// 15. `owner_revoke_covers`: when a call returns `more: false`, everything of the owner that existed when the first
///     call began is revoked. A record inserted meanwhile may be missed.
/// 16. `touch_is_forward`: a touch never lowers `last_used_at`, never changes the version, never creates and never
///     revives. Ids in any order and any number of concurrent batches give no error.
/// 17. `touch_disturbs_nobody`: no apply, rotate or revoke fails or becomes `Stale` because of a touch, claim or
///     settle.
/// 18. `label_has_one_holder`: also under races, and concurrently with rotate and revoke. A family holds (realm,
///     owner, `label_key`) from the step that writes the key until the step that clears it: revoking the family,
///     relabel, purge, and an insert or relabel of the same owner that meets a holder with `gone_at <= now`.
/// 19. `label_is_given_back`: by revoke of the family, purge, relabel and displacement, not by expiry.
/// 20. `pages_are_stable`: inserts and deletes between pages neither repeat nor hide a record that existed
///     throughout. `limit` is a maximum. A short page does not mean the end; `next == None` does.
/// 21. `due_is_complete`: every record with `notice.at <= now` appears in a walk that began after it became due; no
///     other record appears.
/// 22. `claim_has_one_winner`: of concurrent claims of one mark, one wins. A mark that was settled, re-armed or
///     claimed again refuses its former holder.
/// 23. `purge_keeps_the_living`: only what the limits of the purge name is removed. A family is removed with its last
///     member, in the same step, whatever its own `gone_at`. `limit` is a maximum of removed and shrunk records
///     together. Two concurrent purges, or an interrupted one, do no harm. Repeated calls reach `more: false`, with
///     or without damaged rows. A damaged record whose time has come may be removed or stay.
/// 24. `shrinking_keeps_the_proof`: after `windows_before` the nonce is removed; digest, generation and successor
///     stay; the version does not change. A shrunk record accepts another digest (`Rekey`) and a revocation. Any
///     other change is `Stale`; a touch, claim or settlement does nothing.
/// 25. `cut_off_is_all_or_nothing`: a future dropped at any await leaves all of its step or nothing, at once or
///     shortly after. The next user of the connection is not affected.
/// 26. `garbage_is_corrupt`: a row that does not decode is `Corrupt` with its id, is never reported as absent, and is
///     never overwritten. One such row does not stop a listing, a touch, a revocation or a purge of others. If a
///     family's row is damaged, its members are `Corrupt`, and its revocation is carried out or is `Corrupt`.
/// 27. `outage_is_unavailable`: an outage is never `None` and never `Stale`. `maybe_done` is true whenever the
///     request may have been sent.
/// 28. `realms_are_apart`: nothing of one realm is listed, conflicts or is revoked in another. `get` uses the id
///     alone, the record names its realm, and the core compares it.
///
/// 41. `generations_stay`: a rotation removes nothing. A superseded generation stays, shrunk or not, until its
///     `gone_at`, so its replay is always recognised.
/// 42. `rotations_are_paced`: if a rotation has a [`Pace`](crate::store::Pace), then of any number of racers no more
///     than `limit` rotations have `superseded.at > since`. A refused rotation writes nothing.
/// 43. `access_tokens_are_capped`: of any number of concurrent joins, slides and rotations with an `access_cap`, no
///     more than that many access tokens of the family are live at once: neither revoked nor at their expiry,
///     superseded or not.
/// 44. `creations_are_paced`: of any number of concurrent inserts with a [`Pace`](crate::store::Pace) exactly `limit`
///     records of the realm, owner and kind have `created_at > since`; deleted ones count.
/// 45. `room_is_made`: with [`WhenFull::End`](crate::store::WhenFull) each of any number of concurrent inserts
///     succeeds, `limit` live families remain, and the ended families are revoked in the same step: the least
///     recently used first, each ended once and named in the result.
/// 46. `list_shows_what_stands`: [`Show::Standing`](crate::store::Show) leaves out every deleted, replaced or gone
///     record, whatever their number, and hides no other record.
/// 48. `requests_are_checked`: a request that contradicts itself is [`StoreError::Invalid`], and nothing is written.
///     Call [`check_insert`](crate::store::check_insert) and [`check_rotate`](crate::store::check_rotate) before any
///     read, and [`check_members`](crate::store::check_members) once the family's row is read. What the last one finds
///     may be answered before or after any refusal that applies too.
/// 49. `methods_race_methods`: for any two concurrent methods, through any handles, there is an order of the calls
///     that gives both results and the final state. `touch`, `purge` and the revocation of an owner may proceed
///     record by record and family by family. The effect of a returned call persists.
/// 50. `interleavings_are_steps`: the same holds if one call is paused between any two of its backend calls.
/// 54. `every_state_has_its_answer`: every method answers in every state of a record as the table of
///     `WRITING-A-STORE.md` says.
/// 55. `no_replica_answers`: no answer comes from a replica, even if a fail-over points the store's address at a
///     replica or turns the server behind it into one. Each answer is what the present primary holds, or
///     `Unavailable`. A connection that reports the replica role, or refuses a write as read-only, is not read from
///     again. Once the address points at the primary, the store serves within 10 s. A store that checks the role at
///     intervals, instead of with every read, documents their length.
///
/// No method except [`probe`](TokenStore::probe) has a default, so a wrapper cannot forget one. New abilities come as
/// new sibling traits.
///
/// # Cancel safety
///
/// Every method: a dropped future leaves all of its step or nothing (clause 25).
///
/// # Errors
///
/// Every method returns [`StoreError`] only if it cannot answer: [`StoreError::Invalid`] if the request contradicts
/// itself, otherwise the backend's failure.
///
/// # Blocking
///
/// A method may block its thread for its own bounded work if the store's documentation says so.
#[async_trait]
pub trait TokenStore: Send + Sync + 'static {
    /// Inserts all or nothing.
    async fn insert(&self, home: InsertInto<'_>, new: &[NewRecord], now: Timestamp) -> Result<Inserted, StoreError>;

    /// The record with its family's state, also if it is revoked or expired. One read; never from a replica (clause
    /// 55).
    async fn get(&self, id: &RecordId) -> Result<Option<TokenRecord>, StoreError>;

    /// Compare-and-swap on the version.
    async fn apply(
        &self,
        id: &RecordId,
        expect: crate::types::ids::Version,
        change: &Change,
        now: Timestamp,
    ) -> Result<Applied, StoreError>;

    /// One atomic step: checks that parent and family are not revoked, then carries out the parent's update and
    /// inserts all of `new`.
    async fn rotate(
        &self,
        parent: &RecordId,
        step: &ParentUpdate,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Result<Rotated, StoreError>;

    /// `One` and `Family` are atomic. `Owner` goes family by family, at most `limit` of them; `more` means that
    /// another call is needed. `gone_at` becomes the record's (`One`) or the family's. A target that does not exist,
    /// or has another realm or owner, is not changed.
    async fn revoke(
        &self,
        what: Revoke<'_>,
        revoked: Revoked,
        gone_at: Timestamp,
        limit: NonZeroU32,
    ) -> Result<Progress, StoreError>;

    /// Sets `last_used_at = max(old, new)`, each record by itself, in a batch of any length. Unknown, shrunk and
    /// damaged records are skipped.
    async fn touch(&self, seen: &[(RecordId, Timestamp)]) -> Result<(), StoreError>;

    /// A page of records. Shrunk records are never listed. A page may be short, or empty, before the end, so that a
    /// store can bound its reads per page. Each record is as it was at some moment of the call, not all at the same
    /// moment. If a cursor's record no longer exists or is no longer listed, the listing continues after its
    /// position.
    async fn list(
        &self,
        of: Listing<'_>,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<TokenRecord>, StoreError>;

    /// Records with `notice.at <= now`, each once per walk. The order across shards is unspecified.
    async fn due(
        &self,
        now: Timestamp,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<TokenRecord>, StoreError>;

    /// If `notice == held`, sets `notice.at = lease_until` and returns the updated record. Otherwise returns `None`.
    /// `lease_until` must be later than `held.at`; otherwise the result is `None`.
    async fn claim(
        &self,
        id: &RecordId,
        held: NoticeMark,
        lease_until: Timestamp,
    ) -> Result<Option<TokenRecord>, StoreError>;

    /// `sent` is always recorded, even if the mark is no longer held, except on a shrunk record. `next` is set, and
    /// true returned, only if `notice == held` still.
    async fn settle(
        &self,
        id: &RecordId,
        held: NoticeMark,
        next: Option<NoticeMark>,
        sent: Option<(Timestamp, u8)>,
    ) -> Result<bool, StoreError>;

    /// Removes records, then empty families, with [`gone_at`](TokenRecord::gone_at)` <= now`. Records with a notice
    /// are removed only with `gone_at <= unsent_before`. Superseded records whose `honoured_until` is set and
    /// `<= windows_before` lose the nonce and [shrink](crate::store::RecordParts::shrink). At most `limit` records
    /// are removed or shrunk.
    async fn purge(
        &self,
        now: Timestamp,
        unsent_before: Timestamp,
        windows_before: Timestamp,
        limit: NonZeroU32,
    ) -> Result<Progress, StoreError>;

    /// The number of records per digest key. May be slow.
    async fn census(&self) -> Result<Vec<(KeyId, u64)>, StoreError>;

    /// Checks whether a read and a write would succeed now, for a host's readiness probe. Returns an error if not, as
    /// on a replica, with a full disk, or for a removed file. It changes nothing that another method shows, but may
    /// cost as much as a write: call it at most once in 5 s.
    ///
    /// The default reads an absent record, so it does not detect a server that refuses only writes. A wrapper must
    /// forward the call.
    async fn probe(&self) -> Result<(), StoreError> {
        self.get(&RecordId::from_bytes([0; 16])).await.map(drop)
    }
}
