//! The store contract, which every store of records must satisfy.

use std::num::NonZeroU32;

use async_trait::async_trait;

use crate::record::family::FamilyParts;
use crate::record::record_parts::NewRecord;
use crate::record::record_ref::Look;
use crate::record::state::{NoticeMark, Revoked};
use crate::record::token_record::TokenRecord;
use crate::store::change::{Applied, Change, ParentUpdate, Revoke, Rotated};
use crate::store::error::StoreError;
use crate::store::insert::{InsertInto, Inserted};
use crate::store::listing::{Listing, Progress};
use crate::store::page::{Cursor, Page};
use crate::types::ids::{FamilyId, KeyId, OwnerId, RecordId, Version};
use crate::types::realm::Realm;
use crate::types::time::Timestamp;

/// Stores records and families. A family contains all records that descend from one issued credential. Each method is
/// one atomic step, unless its documentation says otherwise.
///
/// Some words of the contract: A record is superseded when a rotation has replaced it by a new record, its successor. A
/// superseded record is shrunk when a purge has reduced it to the fields that are needed to detect its reuse. A join is
/// an insert into an existing family. `Slide` is a rotation that keeps the record and extends its lifetime. `Rekey` is
/// a change that only replaces the digest of a record. The mark of a record is its field `notice`, which says when a
/// worker must check whether to send an expiry notice.
///
/// A store only compares versions, times and keys. The core decides whether a credential is valid. The crate
/// `counterfoil-conformance` tests a store. It has one function for each clause, with the name of the clause. Clauses
/// with other numbers belong to the other traits of this module.
///
/// # Contract
///
/// 1. `no_clock_no_dice`: no method reads a clock or draws a random number.
/// 2. `equality_is_reached`: a limit is reached at equality, that is, if `t >= limit`. This is true for `expires_at`,
///    `gone_at`, `live_until`, `notice.at`, and the limits of a purge. A store compares times only where this contract
///    says so. `now` is always earlier than [`Timestamp::MAX`], so a store may use that instant for "no end".
/// 3. `insert_all_or_nothing`: if an id of a new record or the label of the new family is taken, nothing is written and
///    nothing is overwritten. `IdTaken` names the taken id, and `LabelTaken` names the family that has the label.
/// 4. `cap_holds_under_races`: if more families are inserted concurrently than the cap allows, exactly as many succeed
///    as the cap allows. Revoked families, families with `now >= live_until`, and families of another client do not
///    count.
/// 5. `own_write_is_recognised`: a caller may repeat a call whose outcome is unknown. If the first call succeeded, a
///    repeated insert gives `IdTaken`, and the stored digest is the caller's own. A repeated rotate gives `Stale`, and
///    the stored successor is the caller's own. Nothing is applied twice.
/// 6. `get_is_exact`: ids, realms, owners and labels are compared byte for byte, without collation, case folding or
///    removal of trailing blanks.
/// 7. `get_sees_the_family`: if a family is revoked, each of its records is returned as revoked.
/// 8. `get_after_write`: after a write has returned, every later get through any handle of the store sees its effect.
///    So a get must not use a replica or a cache.
/// 9. `apply_needs_the_version`: if the version is not the expected one, or the record or its family is revoked, the
///    result is `Stale` with the current record. `Done` contains the record as written.
/// 10. `rotate_has_one_winner`: if several callers rotate with the same expected version, one of them gets `Done`. The
///     others get `Stale` or `FamilyEnded`.
/// 11. `no_parent_without_successor`: every reader that sees a superseded parent also finds its successor.
/// 12. `rotate_wipes_one_back`: a rotate also removes the nonce of the record that the parent itself had replaced. So a
///     family never has more than one nonce.
/// 13. `revoke_is_final`: after a family's revoke has returned, every get of its records gives revoked records. Every
///     join into the family and every rotation of it, including `Slide`, gives `FamilyEnded`, even if the call began
///     earlier. Each rotation that replaces a record increases the generation of the family by 1. A join that expects
///     an older generation gives `FamilyMoved`. If a join and such a rotation run concurrently, one of them takes
///     effect first. If the join is first, its result is `Done`, and the new records belong to the older generation. If
///     the rotation is first, the result of the join is `FamilyMoved`. Concurrent joins do not refuse each other.
/// 14. `revoke_twice`: a second revoke succeeds and changes nothing: instant and reason are those of the first.
/// 15. `owner_revoke_covers`: when a call returns `more: false`, everything of the owner that existed when the first
///     call began is revoked. A record that was inserted later may or may not be revoked.
/// 16. `touch_is_forward`: a touch never lowers `last_used_at`, never changes a version, and never creates or restores
///     a record. Ids in any order, and any number of concurrent batches, give no error.
/// 17. `touch_disturbs_nobody`: a touch, claim or settle never makes an apply, rotate or revoke fail or become `Stale`.
/// 18. `label_has_one_holder`: in one realm, at most one family of an owner has a label at any time, even with
///     concurrent calls, including rotate and revoke. A family has a label while its `label_key` is stored. A
///     revocation, a relabel or a purge of the family clears the key. Another family of the owner can also take the
///     label, by an insert or a relabel, but only when the first family's `gone_at` is reached. The same step then
///     clears the key of the first family.
/// 19. `label_is_given_back`: a label becomes free when its family is revoked, purged or relabelled, or loses the label
///     to another family. The expiry of the family does not free the label.
/// 20. `pages_are_stable`: a walk returns every record that exists during the whole walk once, even if records are
///     inserted or deleted between two pages. `limit` is a maximum. Only `next == None` ends the walk.
/// 21. `due_is_complete`: every record with `notice.at <= now` occurs in every walk that began after the notice became
///     due. No other record occurs in a walk. A record whose mark changes during a walk may occur again if the new
///     mark is due too. A revocation of a family leaves the marks of its members as they are.
/// 22. `claim_has_one_winner`: if several concurrent calls claim one mark, one of them succeeds. After a mark was
///     settled, set again or claimed again, a call with the old mark is refused.
/// 23. `purge_keeps_the_living`: a purge removes only records and families that its limits allow. A family is removed
///     in the same step as its last member, whatever the family's own `gone_at` is. `limit` is the maximum for removed
///     and shrunk records together. After concurrent purges or an interrupted purge, every clause is still true.
///     Repeated calls reach `more: false`, even if there are damaged rows. A damaged record that is due for removal may
///     be removed or may stay.
/// 24. `shrinking_keeps_the_proof`: if the `honoured_until` of a superseded record is not later than the argument
///     `windows_before` of a purge, the purge removes the nonce of the record and shrinks the record. Digest,
///     generation and successor stay, and the version does not change. A shrunk record accepts a `Rekey` and a
///     revocation. Any other change gives `Stale`. A touch, claim or settle does nothing.
/// 25. `cut_off_is_all_or_nothing`: if the future of a call is dropped at any await, the call takes effect completely
///     or not at all, at once or shortly afterwards. The next call that uses the connection is not affected.
/// 26. `garbage_is_corrupt`: a row that cannot be decoded gives `Corrupt` with its id. It is never reported as absent
///     and never overwritten. It does not prevent a listing, a touch, a revocation or a purge of other rows. If the row
///     of a family is damaged, its members give `Corrupt`. A revocation of this family either succeeds or gives
///     `Corrupt`. A revocation of the family's owner revokes all other families first. If only the damaged family is
///     left and it cannot be revoked, the revocation of the owner gives `Corrupt`, however often it is repeated. A
///     damaged family may or may not count against a cap. A damaged record may or may not count against a pace or an
///     access cap.
/// 27. `outage_is_unavailable`: an outage is never reported as `None` or `Stale`. `maybe_done` is true if the request
///     may have been sent.
/// 28. `realms_are_apart`: nothing of one realm is listed in another realm, conflicts with anything of another realm,
///     or is revoked by a call for another realm. `get` takes only an id, and the core compares the record's realm.
///
/// 41. `generations_stay`: a rotation removes nothing. A superseded generation stays until its `gone_at`, shrunk or
///     not, so a replay is always detected.
/// 42. `rotations_are_paced`: if several callers rotate with the same [`Pace`](crate::store::Pace), at most `limit`
///     rotations have `superseded.at > since`. A refused rotation writes nothing.
/// 43. `access_tokens_are_capped`: after any number of concurrent joins, slides and rotations with an `access_cap`, the
///     family has at most that many live access tokens. A live access token is not revoked, and its expiry is not
///     reached. It may be superseded. A shrunk access token may count or not.
/// 44. `creations_are_paced`: if more records are inserted concurrently than a [`Pace`](crate::store::Pace) allows,
///     exactly `limit` records of the realm, owner and kind have `created_at > since` afterwards. Revoked records
///     count.
/// 45. `room_is_made`: with [`WhenFull::End`](crate::store::WhenFull), any number of concurrent inserts succeed.
///     Afterwards there are at most `limit` live families. Each insert revokes families in its own step, the least
///     recently used first. Each revoked family is named in exactly one result.
/// 46. `list_shows_what_stands`: [`Show::Standing`](crate::store::Show) leaves out every record that is revoked, has
///     reached its `gone_at`, or was superseded and has reached its `honoured_until`. It returns all other records.
/// 48. `requests_are_checked`: a request that contradicts itself gives [`StoreError::Invalid`], and nothing is written.
///     Call [`check_insert`](crate::store::check_insert) and [`check_rotate`](crate::store::check_rotate) before any
///     read. Call [`check_members`](crate::store::check_members) after the family's row was read. If `check_members`
///     fails and there is also another reason to refuse, the store may return either result.
/// 49. `methods_race_methods`: for any two concurrent calls of any methods, through any handles, both results and the
///     final state are the same as if the calls had run one after the other, in some order. `touch`, `purge` and the
///     revocation of an owner may work record by record and family by family, and `census` need not be one step. After
///     a call has returned, its effect persists.
/// 50. `interleavings_are_steps`: clause 49 is also true if one call is paused between any two of its calls of the
///     backend.
/// 54. `every_state_has_its_answer`: for every state of a record, every method returns the result in the table in
///     `WRITING-A-STORE.md`.
/// 55. `no_replica_answers`: no result comes from a replica. This is also true after a fail-over, if the store's
///     address then leads to a replica, or if the server at that address has become a replica. Each result shows the
///     state of the current primary, or is `Unavailable`. A connection that reports the role of a replica, or refuses a
///     write as read-only, is not used for reads again. When the address leads to the primary again, the store works
///     within 10 s. A store that checks the role at intervals, instead of with every read, documents the length of the
///     interval.
///
/// 60. `try_read_shows_what_get_returns`: if [`try_read`](TokenStore::try_read) returns `true`, it has called `look`
///     exactly once, with what a `get` at one moment during the call would return. So the record is joined with its
///     family (clause 7), shows every write that has returned (clause 8), and never comes from the middle of a step
///     (clause 11). If `try_read` returns `false`, it has not called `look`. It never passes a record for which `get`
///     gives an error, because the record is damaged or cannot be reached. While it calls `look`, it holds no lock for
///     which another call would wait. A store may always return `false`.
/// 61. `families_are_listed`: a walk with [`list_families`](TokenStore::list_families) returns every family of the
///     owner that exists and is not revoked during the whole walk, exactly once and in ascending order of id, even if
///     other calls change the family. The walk returns no family of another owner or realm, and no family that was
///     revoked before the call. A family whose `live_until` or `gone_at` is reached is returned until it is purged.
/// 62. `renewal_needs_its_label`: a rotation with `labelled: true` gives `LabelLost` and writes nothing if the family
///     has no label key. If such a rotation runs concurrently with an insert or a relabel that takes the label, one of
///     them takes effect first, so that no two families have the label.
/// 63. `renewals_are_capped`: after any number of concurrent rotations of expired families and inserts with one cap, at
///     most that many families are live. The cap does not refuse a rotation of a family that is live at `now`.
/// 64. `details_follow_the_newest`: an edit of the details changes the family, so `get` returns the new details with
///     each record of the family. Only the newest record accepts an edit. Other writes keep the details.
///
/// Two methods have a default: [`try_read`](TokenStore::try_read), which returns `false`, and
/// [`probe`](TokenStore::probe). The compiler accepts a wrapper that does not define these two methods. A wrapper must
/// forward `probe`. It may forward `try_read` only if it does not delay calls, make them fail or change their results.
/// New functions will be added in new traits.
///
/// # Cancel safety
///
/// If the future of any method is dropped, its step takes effect completely or not at all (clause 25).
///
/// # Errors
///
/// Every method returns [`StoreError`] only if it cannot return a result. The error is [`StoreError::Invalid`] if the
/// request contradicts itself. Otherwise it describes the failure of the backend.
///
/// # Blocking
///
/// A method may block its thread for its own work if this work is bounded and the documentation of the store says so.
#[async_trait]
pub trait TokenStore: Send + Sync + 'static {
    /// Inserts all new records, or none. `home` says whether the records start a new family or join an existing family.
    async fn insert(&self, home: InsertInto<'_>, new: &[NewRecord], now: Timestamp) -> Result<Inserted, StoreError>;

    /// Returns the record with the state of its family, even if it is revoked or expired. `None` if there is no such
    /// record. The call is one read, and never uses a replica (clause 55).
    async fn get(&self, id: &RecordId) -> Result<Option<TokenRecord>, StoreError>;

    /// Passes the record that [`get`](TokenStore::get) would return now to `look`, if the store can do so without
    /// waiting. If there is no such record, `look` gets `None`. In both cases, calls `look` once and returns `true`. If
    /// the store would have to wait, returns `false` and does not call `look`. The caller then uses `get`.
    ///
    /// Only a store that keeps its records in the memory of the process implements this method, so that a verification
    /// copies no record (clause 60). `look` must not call the store and must not block. The default returns `false`. A
    /// wrapper that delays calls, makes them fail or changes their results must keep the default.
    ///
    /// ```
    /// use counterfoil::memory::MemoryStore;
    /// use counterfoil::store::TokenStore;
    /// use counterfoil::types::RecordId;
    ///
    /// let (store, mut found) = (MemoryStore::default(), None);
    /// let shown = store.try_read(&RecordId::from_bytes([7; 16]), &mut |record| found = Some(record.is_some()));
    /// assert!(shown);
    /// assert_eq!(found, Some(false), "there is no such record");
    /// ```
    fn try_read(&self, id: &RecordId, look: &mut Look<'_>) -> bool {
        let _ = (id, look);
        false
    }

    /// Changes a record if its version is `expect` (compare-and-swap).
    async fn apply(
        &self,
        id: &RecordId,
        expect: Version,
        change: &Change,
        now: Timestamp,
    ) -> Result<Applied, StoreError>;

    /// Updates the parent and inserts all of `new`, in one atomic step. Nothing is written if the parent or its family
    /// is revoked, or if [`Rotated`] names another reason to refuse.
    async fn rotate(
        &self,
        parent: &RecordId,
        step: &ParentUpdate,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Result<Rotated, StoreError>;

    /// Revokes one record, one family, or the families of an owner. The record (`One`) or the family gets the given
    /// `gone_at`. Nothing changes if the target does not exist or has a different realm or owner. `One` and `Family`
    /// are atomic. `Owner` revokes families one by one, at most `limit` of them. If the result has `more: true`,
    /// another call is needed.
    async fn revoke(
        &self,
        what: Revoke<'_>,
        revoked: Revoked,
        gone_at: Timestamp,
        limit: NonZeroU32,
    ) -> Result<Progress, StoreError>;

    /// Sets `last_used_at` of each record to the given instant, unless the stored instant is later. The batch can have
    /// any length. Each record is changed separately. Unknown, shrunk and damaged records are skipped.
    async fn touch(&self, seen: &[(RecordId, Timestamp)]) -> Result<(), StoreError>;

    /// Returns a page of the records that `of` selects. Shrunk records are never listed. A page may be short or empty
    /// before the end, so a store can limit its reads per page.
    ///
    /// Each record is returned as it was at some moment during the call. These moments can differ between the records.
    /// If the record of the cursor `after` no longer exists or is no longer listed, the page begins after the position
    /// that this record had.
    async fn list(
        &self,
        of: Listing<'_>,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<TokenRecord>, StoreError>;

    /// Returns a page of the families of an owner that are not revoked, in ascending order of id. A page may be short
    /// or empty before the end. A family row that cannot be decoded is skipped and counted (clause 61). Each family is
    /// returned as it was at some moment during the call. `after` can be any id, even if no family has it: the page
    /// begins with the next greater id of a family.
    async fn list_families(
        &self,
        realm: &Realm,
        owner: &OwnerId,
        after: Option<&FamilyId>,
        limit: NonZeroU32,
    ) -> Result<Page<FamilyParts, FamilyId>, StoreError>;

    /// Returns a page of the records whose notice must be checked, which are those with `notice.at <= now`. A walk over
    /// all pages returns each of them once, unless its mark changes during the walk (clause 21). The order of records
    /// of different shards is unspecified.
    async fn due(
        &self,
        now: Timestamp,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<TokenRecord>, StoreError>;

    /// Claims the notice of a record for the time until `lease_until`. If `notice == held`, and `lease_until` is later
    /// than `held.at`, sets `notice.at = lease_until` and returns the updated record. Otherwise changes nothing and
    /// returns `None`.
    async fn claim(
        &self,
        id: &RecordId,
        held: NoticeMark,
        lease_until: Timestamp,
    ) -> Result<Option<TokenRecord>, StoreError>;

    /// Ends the claim of a notice. If the record has `notice == held`, sets `notice` to `next` and returns true.
    /// Otherwise returns false. In both cases, if `sent` is `Some`, this notice is added to those that the record
    /// remembers as sent. Does nothing and returns false if the record does not exist or is shrunk.
    async fn settle(
        &self,
        id: &RecordId,
        held: NoticeMark,
        next: Option<NoticeMark>,
        sent: Option<(Timestamp, u8)>,
    ) -> Result<bool, StoreError>;

    /// Removes each record whose [`gone_at`](TokenRecord::gone_at) is not later than `now`. A record that still has a
    /// notice is removed only if its `gone_at` is also not later than `unsent_before`. So with an earlier
    /// `unsent_before`, such a record is kept longer. A family is removed together with its last member.
    ///
    /// A superseded record whose `honoured_until` is not later than `windows_before` loses its nonce and is
    /// [shrunk](crate::store::RecordParts::shrink). At most `limit` records are removed or shrunk.
    async fn purge(
        &self,
        now: Timestamp,
        unsent_before: Timestamp,
        windows_before: Timestamp,
        limit: NonZeroU32,
    ) -> Result<Progress, StoreError>;

    /// Returns how many records have a digest under each key. Each key occurs once. A key without records does not
    /// occur. Damaged records may or may not count. The call may be slow, and it need not be one atomic step: a record
    /// that another call writes or removes meanwhile may or may not count.
    async fn census(&self) -> Result<Vec<(KeyId, u64)>, StoreError>;

    /// Checks whether a read and a write would succeed now. Returns an error if one of the two would fail, for example
    /// on a replica, with a full disk, or if the database file was removed. A host uses this method to report its
    /// readiness. A probe has no effect that another method shows. A probe may cost as much as a write: call it at most
    /// once in 5 s.
    ///
    /// The default implementation reads an absent record. It does not detect a server that refuses only writes. A
    /// wrapper must forward the call to the inner store.
    async fn probe(&self) -> Result<(), StoreError> {
        self.get(&RecordId::from_bytes([0; 16])).await.map(drop)
    }
}
