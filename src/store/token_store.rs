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

/// Stores records and families. Each method is one atomic step unless its text says otherwise.
///
/// A store only compares versions, times and keys. The core decides whether a credential is valid.
/// `counterfoil-conformance` tests a store clause by clause. Its functions have the names of the clauses.
///
/// # Contract
///
/// 1. `no_clock_no_dice`: no method reads a clock or draws a random number.
/// 2. `equality_is_reached`: a limit is reached at equality, `t >= limit`, everywhere (`expires_at`, `gone_at`,
///    `live_until`, `notice.at`, the limits of a purge). A store compares times only where this text says so. `now` is
///    always earlier than [`Timestamp::MAX`], so a store may represent "no end" by that instant.
/// 3. `insert_all_or_nothing`: if one of the ids or the label is taken, nothing is written. An insert never overwrites.
///    `IdTaken` names the taken id, and `LabelTaken` names the family that holds the label.
/// 4. `cap_holds_under_races`: after any number of concurrent inserts exactly `cap` live families remain. Revoked
///    families, families with `now >= live_until`, and families of another client do not count.
/// 5. `own_write_is_recognised`: after an unknown outcome, a repeated insert gives `IdTaken` and the stored digest is
///    the caller's own. A repeated rotate gives `Stale` and the stored successor is the caller's own. Nothing is
///    applied twice.
/// 6. `get_is_exact`: ids, realms, owners and labels are compared byte for byte, without collation, case folding or
///    trimming of trailing blanks.
/// 7. `get_sees_the_family`: a record of a revoked family reads as revoked.
/// 8. `get_after_write`: once a write has returned, every later get through any handle of the store sees its effect (no
///    replica, no cache).
/// 9. `apply_needs_the_version`: if the version differs, or the record reads as revoked, the result is `Stale` with the
///    current record. `Done` contains the record as written.
/// 10. `rotate_has_one_winner`: if any number of callers rotate with the same expected version, one gets `Done`. The
///     others get `Stale` or `FamilyEnded`.
/// 11. `no_parent_without_successor`: every reader of a superseded parent finds its successor.
/// 12. `rotate_wipes_one_back`: after a rotate the grandparent has no nonce. A family never holds more than one nonce.
/// 13. `revoke_is_final`: after revoke has returned, every get of the family is revoked, and insert, rotate and `Slide`
///     into the family give `FamilyEnded`, even if they began earlier. A join of an older generation is `FamilyMoved`.
///     A join that overlaps a rotation takes effect either before it (`Done`: the new records belong to the older
///     generation) or after it (`FamilyMoved`). Overlapping joins do not refuse each other.
/// 14. `revoke_twice`: a second revoke succeeds, changes nothing, and keeps the first instant.
/// 15. `owner_revoke_covers`: when a call returns `more: false`, everything of the owner that existed when the first
///     call began is revoked. A record inserted meanwhile may be missed.
/// 16. `touch_is_forward`: a touch never lowers `last_used_at`, changes a version, creates a record or revives one. Ids
///     in any order and any number of concurrent batches give no error.
/// 17. `touch_disturbs_nobody`: a touch, claim or settle never makes an apply, rotate or revoke fail or become `Stale`.
/// 18. `label_has_one_holder`: a label has at most one holder, also under races, and concurrently with rotate and
///     revoke. A family holds (realm, owner, `label_key`) from the step that writes the key until the step that clears
///     it. These steps clear it: a revocation of the family, a relabel, a purge, and an insert or relabel of the same
///     owner that finds a holder with `gone_at <= now`.
/// 19. `label_is_given_back`: a revocation of the family, a purge, a relabel or a displacement frees the label. Expiry
///     does not.
/// 20. `pages_are_stable`: inserts and deletes between two pages do not make a walk repeat or skip a record that exists
///     during the whole walk. `limit` is a maximum. A short page does not mean the end; `next == None` does.
/// 21. `due_is_complete`: every record with `notice.at <= now` appears in a walk that began after it became due. No
///     other record appears.
/// 22. `claim_has_one_winner`: of concurrent claims of one mark, one wins. After a mark was settled, re-armed or
///     claimed again, its former holder is refused.
/// 23. `purge_keeps_the_living`: a purge removes only the records and families that its limits name. A family is
///     removed in the same step as its last member, whatever its own `gone_at`. `limit` is a maximum for removed and
///     shrunk records together. Two concurrent purges, or an interrupted purge, do no harm. Repeated calls reach
///     `more: false`, even if there are damaged rows. A damaged record that is due for removal may be removed or stay.
/// 24. `shrinking_keeps_the_proof`: after `windows_before` the nonce is removed. Digest, generation and successor stay,
///     and the version does not change. A shrunk record accepts another digest (`Rekey`) and a revocation. Any other
///     change is `Stale`. A touch, claim or settlement does nothing.
/// 25. `cut_off_is_all_or_nothing`: if a future is dropped at any await, all of its step takes effect or nothing, at
///     once or shortly after. The next user of the connection is not affected.
/// 26. `garbage_is_corrupt`: a row that does not decode is `Corrupt` with its id. It is never reported as absent and
///     never overwritten. It does not stop a listing, a touch, a revocation or a purge of other rows. If the row of a
///     family is damaged, its members are `Corrupt`, and its revocation is carried out or is `Corrupt`.
/// 27. `outage_is_unavailable`: an outage is never `None` and never `Stale`. `maybe_done` is true whenever the request
///     may have been sent.
/// 28. `realms_are_apart`: nothing of one realm is listed in another, conflicts with it, or is revoked through it.
///     `get` needs only the id. The record names its realm, and the core compares it.
///
/// 41. `generations_stay`: a rotation removes nothing. A superseded generation stays, shrunk or not, until its
///     `gone_at`, so a replay is always recognised.
/// 42. `rotations_are_paced`: if any number of callers rotate with the same [`Pace`](crate::store::Pace), no more than
///     `limit` rotations have `superseded.at > since`. A refused rotation writes nothing.
/// 43. `access_tokens_are_capped`: after any number of concurrent joins, slides and rotations with an `access_cap`, no
///     more than that many access tokens of the family are live. A live one is not revoked and has not reached its
///     expiry. It may be superseded.
/// 44. `creations_are_paced`: after any number of concurrent inserts with a [`Pace`](crate::store::Pace), exactly
///     `limit` records of the realm, owner and kind have `created_at > since`. Deleted records count.
/// 45. `room_is_made`: with [`WhenFull::End`](crate::store::WhenFull) every one of any number of concurrent inserts
///     succeeds, and `limit` live families remain. Each insert revokes the ended families in its own step, the least
///     recently used first. Each family is ended once and named in one result.
/// 46. `list_shows_what_stands`: [`Show::Standing`](crate::store::Show) leaves out every deleted, replaced or gone
///     record, whatever their number, and hides no other record.
/// 48. `requests_are_checked`: a request that contradicts itself is [`StoreError::Invalid`], and nothing is written.
///     Call [`check_insert`](crate::store::check_insert) and [`check_rotate`](crate::store::check_rotate) before any
///     read, and [`check_members`](crate::store::check_members) once the family's row is read. If `check_members` fails
///     and a refusal applies too, the store may return either of them.
/// 49. `methods_race_methods`: for any two concurrent methods, through any handles, there is an order of the calls that
///     explains both results and the final state. `touch`, `purge` and the revocation of an owner may proceed record by
///     record and family by family. The effect of a returned call persists.
/// 50. `interleavings_are_steps`: clause 49 also holds if one call is paused between any two of its backend calls.
/// 54. `every_state_has_its_answer`: for every state of a record, every method answers as the table in
///     `WRITING-A-STORE.md` says.
/// 55. `no_replica_answers`: no answer comes from a replica, even if a fail-over points the store's address at a
///     replica or turns the server behind it into one. Each answer shows the state of the present primary, or is
///     `Unavailable`. A connection that reports the replica role, or refuses a write as read-only, is not used for
///     reads again. Once the address points at the primary, the store works within 10 s. A store that checks the role
///     at intervals, instead of with every read, documents the length of the interval.
///
/// No method except [`probe`](TokenStore::probe) has a default, so a wrapper cannot forget a method. New functions will
/// be added as new traits.
///
/// # Cancel safety
///
/// If the future of any method is dropped, all of its step takes effect or nothing (clause 25).
///
/// # Errors
///
/// Every method returns [`StoreError`] only if it cannot answer. The error is [`StoreError::Invalid`] if the request
/// contradicts itself, and otherwise the failure of the backend.
///
/// # Blocking
///
/// A method may block its thread for its own work if that work is bounded and the store's documentation says so.
#[async_trait]
pub trait TokenStore: Send + Sync + 'static {
    /// Inserts all of the records, or nothing.
    async fn insert(&self, home: InsertInto<'_>, new: &[NewRecord], now: Timestamp) -> Result<Inserted, StoreError>;

    /// Returns the record with the state of its family, even if it is revoked or expired. One read, never from a
    /// replica (clause 55).
    async fn get(&self, id: &RecordId) -> Result<Option<TokenRecord>, StoreError>;

    /// Changes a record if its version is `expect` (compare-and-swap).
    async fn apply(
        &self,
        id: &RecordId,
        expect: crate::types::ids::Version,
        change: &Change,
        now: Timestamp,
    ) -> Result<Applied, StoreError>;

    /// Checks that the parent and its family are not revoked, then updates the parent and inserts all of `new`. All
    /// this is one atomic step.
    async fn rotate(
        &self,
        parent: &RecordId,
        step: &ParentUpdate,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Result<Rotated, StoreError>;

    /// Revokes one record, a family, or the families of an owner. `One` and `Family` are atomic. `Owner` revokes family
    /// by family, at most `limit` of them, and `more` means that another call is needed. The `gone_at` of the record
    /// (`One`) or of the family becomes `gone_at`. Nothing changes if the target does not exist or has another realm or
    /// owner.
    async fn revoke(
        &self,
        what: Revoke<'_>,
        revoked: Revoked,
        gone_at: Timestamp,
        limit: NonZeroU32,
    ) -> Result<Progress, StoreError>;

    /// Sets `last_used_at = max(old, new)` of each record separately, for a batch of any length. Unknown, shrunk and
    /// damaged records are skipped.
    async fn touch(&self, seen: &[(RecordId, Timestamp)]) -> Result<(), StoreError>;

    /// A page of records. Shrunk records are never listed. A page may be short or empty before the end, so that a store
    /// can limit its reads per page. Each record is shown as it was at some moment of the call. These moments may
    /// differ. If the record of a cursor no longer exists or is no longer listed, the listing continues after its
    /// position.
    async fn list(
        &self,
        of: Listing<'_>,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<TokenRecord>, StoreError>;

    /// The records with `notice.at <= now`. A walk returns each of them once. The order across shards is unspecified.
    async fn due(
        &self,
        now: Timestamp,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<TokenRecord>, StoreError>;

    /// Sets `notice.at = lease_until` and returns the updated record, if `notice == held` and `lease_until` is later
    /// than `held.at`. Otherwise returns `None`.
    async fn claim(
        &self,
        id: &RecordId,
        held: NoticeMark,
        lease_until: Timestamp,
    ) -> Result<Option<TokenRecord>, StoreError>;

    /// Records `sent`, even if the record no longer has the mark `held`, unless the record is shrunk. If
    /// `notice == held`, also sets `next` and returns true.
    async fn settle(
        &self,
        id: &RecordId,
        held: NoticeMark,
        next: Option<NoticeMark>,
        sent: Option<(Timestamp, u8)>,
    ) -> Result<bool, StoreError>;

    /// Removes records with [`gone_at`](TokenRecord::gone_at)` <= now`, and then empty families. A record with a notice
    /// is removed only if also `gone_at <= unsent_before`. A superseded record with `honoured_until <= windows_before`
    /// loses the nonce and [shrinks](crate::store::RecordParts::shrink). At most `limit` records are removed or shrunk.
    async fn purge(
        &self,
        now: Timestamp,
        unsent_before: Timestamp,
        windows_before: Timestamp,
        limit: NonZeroU32,
    ) -> Result<Progress, StoreError>;

    /// The number of records under each digest key. May be slow.
    async fn census(&self) -> Result<Vec<(KeyId, u64)>, StoreError>;

    /// Checks whether a read and a write would succeed now, for a readiness probe of the host. Returns an error if not,
    /// for example on a replica, with a full disk, or if the file was removed. A probe changes nothing that another
    /// method shows, but may cost as much as a write: call it at most once in 5 s.
    ///
    /// The default reads an absent record. It does not detect a server that refuses only writes. A wrapper must forward
    /// the call.
    async fn probe(&self) -> Result<(), StoreError> {
        self.get(&RecordId::from_bytes([0; 16])).await.map(drop)
    }
}
