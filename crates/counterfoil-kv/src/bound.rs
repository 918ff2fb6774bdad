//! Checks the limits of inserts and rotations by counting index entries. A cap limits how many credentials are live at
//! once. A pace limits how many are created or rotated in a period.
//!
//! A step reads, counts, and makes one conditional write. Each count has a guarding row. The step reads this row before
//! it counts, and every step to which the limit applies writes this row. If the row has changed since the step read it,
//! the conditional write fails and the step counts again. The owner's row guards caps of families and paces of
//! creations. The family's row guards caps of access tokens and paces of rotations.
//!
//! Each count is one scan, because a change of an expiry moves an entry. A count by several scans could miss an entry
//! that moves from one of their ranges to another one.

use std::num::NonZeroU32;

use counterfoil::Timestamp;
use counterfoil::store::{Cap, FamilyParts, NewRecord, Pace, RecordParts, StoreError, WhenFull};
use counterfoil::types::{FamilyId, TokenKind};

use crate::engine::{Key, Value};
use crate::index;
use crate::key;
use crate::step::Step;

impl Step<'_> {
    /// Returns the families that must be revoked so that the owner can create the family `new`, the least recently used
    /// first. The list is empty if there is no cap or if there is room. Returns `None` if the cap is reached and its
    /// `when_full` is [`WhenFull::Refuse`].
    pub(crate) async fn leaving(
        &mut self,
        new: &FamilyParts,
        cap: Option<Cap>,
        now: Timestamp,
    ) -> Result<Option<Vec<FamilyId>>, StoreError> {
        let Some(cap) = cap else { return Ok(Some(Vec::new())) };
        let limit = usize::try_from(cap.limit.get()).unwrap_or(usize::MAX);
        let most = if cap.when_full == WhenFull::Refuse { limit } else { usize::MAX };
        let live = self.live_families(new, now, most).await?;
        let surplus = (live.len() + 1).saturating_sub(limit);
        if surplus == 0 {
            return Ok(Some(Vec::new()));
        }
        if cap.when_full == WhenFull::Refuse {
            return Ok(None);
        }
        let used = |(key, used): (Key, Value)| Some((used, key::last_family(&key)?, key));
        let mut live: Vec<_> = live.into_iter().filter_map(used).collect();
        live.sort_unstable();
        live.truncate(surplus);
        self.load(live.iter().map(|(_, family, _)| key::family(family)).collect::<Vec<_>>()).await?;
        for (used, family, key) in &live {
            // The entries and the rows were read at two moments. If an entry does not match its row, the step starts
            // again.
            let stands = self.loaded_family(family)?.map(|row| index::of_family(&row.parts)).unwrap_or_default();
            if !stands.iter().any(|(entry, value)| entry == key && value == used) {
                self.outdated();
            }
        }
        Ok(Some(live.into_iter().map(|(_, family, _)| family).collect()))
    }

    /// Whether the cap refuses a rotation that would make the expired family live again. The owner's row must be
    /// loaded. The family itself is not counted, because its end is reached.
    pub(crate) async fn renewal_full(
        &mut self,
        family: &FamilyParts,
        cap: NonZeroU32,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let limit = usize::try_from(cap.get()).unwrap_or(usize::MAX);
        Ok(self.live_families(family, now, limit).await?.len() >= limit)
    }

    /// Returns the index entries of at most `most` live families that have the same realm, owner, kind and client as
    /// `like`, and so count towards the same cap.
    async fn live_families(
        &mut self,
        like: &FamilyParts,
        now: Timestamp,
        most: usize,
    ) -> Result<Vec<(Key, Value)>, StoreError> {
        let alike = key::standing(&like.realm, &like.owner).kind(like.kind).client(like.client.as_ref());
        // A family is live if its end is later than `now`.
        let from = alike.clone().number(now.micros() + 1).key();
        self.scan(&from, &alike.end_of_prefix(), most).await
    }

    /// Checks the pace at which the owner creates records of this kind. Returns `None` if there is no pace, or if the
    /// owner has created fewer than `pace.limit` such records after `pace.since`. Otherwise the pace is reached, and
    /// the result is the creation time of the record that is number `pace.limit`, counted from the newest.
    pub(crate) async fn paced(
        &mut self,
        new: &FamilyParts,
        pace: Option<Pace>,
    ) -> Result<Option<Timestamp>, StoreError> {
        let Some(Pace { limit, since }) = pace else { return Ok(None) };
        let limit = usize::try_from(limit.get()).unwrap_or(usize::MAX);
        let listed = key::listed(&new.realm, &new.owner, new.kind);
        // The newest entries come first, so the range ends before records that were created at `since` or earlier.
        let (from, until) = (listed.clone().key(), listed.number(!since.micros()).key());
        let newest = self.scan(&from, &until, limit).await?;
        let instant = |(key, _): &(Key, Value)| {
            let (at, _) = key.last_chunk::<24>()?.split_first_chunk::<8>()?;
            Timestamp::from_micros(!u64::from_be_bytes(*at))
        };
        Ok(newest.last().filter(|_| newest.len() >= limit).and_then(instant))
    }

    /// Checks the pace at which the family is rotated. Returns `None` if there is no pace, or if fewer than
    /// `pace.limit` rotations happened after `pace.since`. Otherwise the pace is reached, and the result is the time of
    /// the rotation that is number `pace.limit`, counted from the newest.
    pub(crate) async fn rotated(
        &mut self,
        family: &FamilyParts,
        parent: &RecordParts,
        pace: Option<Pace>,
    ) -> Result<Option<Timestamp>, StoreError> {
        let Some(Pace { limit, since }) = pace else { return Ok(None) };
        let Some(generation) = parent.generation.checked_sub(u64::from(limit.get())) else { return Ok(None) };
        let chain = key::superseded(&family.id, family.kind, generation);
        let found = self.scan(&chain.clone().key(), &chain.end_of_prefix(), 1).await?;
        let at = found
            .first()
            .and_then(|(_, at)| Timestamp::from_micros(u64::from_be_bytes(at.as_slice().try_into().ok()?)));
        Ok(at.filter(|at| *at > since))
    }

    /// Checks the cap of a family's live access tokens. Returns `None` if there is room for the new access tokens.
    /// Otherwise returns the time at which the first live access token expires. If no access token is live, the new
    /// tokens alone exceed the cap, and the result is `now`.
    pub(crate) async fn access_full(
        &mut self,
        family: &FamilyId,
        cap: Option<NonZeroU32>,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let Some(room) = room_beside(cap, new, now) else { return Ok(None) };
        let most = usize::try_from(room.saturating_add(1)).unwrap_or(0).max(1);
        let tokens = key::access(family);
        let (from, until) = (tokens.clone().number(now.micros() + 1).key(), tokens.end_of_prefix());
        let live = self.scan(&from, &until, most).await?;
        if i64::try_from(live.len()).unwrap_or(i64::MAX) <= room {
            return Ok(None);
        }
        let first = live.first().and_then(|(key, _)| key.last_chunk::<24>()?.split_first_chunk::<8>());
        // A token without an expiry, or with a corrupt one, is listed with the last possible instant.
        Ok(Some(first.map_or(now, |(at, _)| Timestamp::from_micros(u64::from_be_bytes(*at)).unwrap_or(Timestamp::MAX))))
    }
}

/// Returns how many live access tokens the family can have now so that the new tokens still fit under the cap. Returns
/// `None` if there is no cap, or if no live access token is added. The number is negative if the new tokens alone
/// exceed the cap.
fn room_beside(cap: Option<NonZeroU32>, new: &[NewRecord], now: Timestamp) -> Option<i64> {
    let lives = |new: &&NewRecord| {
        new.kind == TokenKind::AccessToken && new.expires_at.is_none_or(|expires_at| !now.reached(expires_at))
    };
    let more = i64::try_from(new.iter().filter(lives).count()).unwrap_or(i64::MAX);
    cap.filter(|_| more > 0).map(|cap| i64::from(cap.get()) - more)
}
