//! What bounds an insert or a rotation. Each is a count over index entries, guarded by a row that the step reads before
//! and that everybody writes who could add to the count: the owner's row for caps and paces of creations, the family's
//! row for access tokens and paces of rotations.

use std::num::NonZeroU32;

use counterfoil::Timestamp;
use counterfoil::store::{Cap, FamilyParts, NewRecord, Pace, RecordParts, StoreError, WhenFull};
use counterfoil::types::{FamilyId, TokenKind};

use crate::engine::{Key, Value};
use crate::key;
use crate::place;
use crate::step::Step;

/// Entries in one scan.
const SCAN: usize = 256;

impl Step<'_> {
    /// The families that make room for a new one, the least recently used first. `None`: there is no room, and none may
    /// be made.
    pub(crate) async fn leaving(
        &mut self,
        new: &FamilyParts,
        cap: Option<Cap>,
        now: Timestamp,
    ) -> Result<Option<Vec<FamilyId>>, StoreError> {
        let Some(cap) = cap else { return Ok(Some(Vec::new())) };
        let limit = usize::try_from(cap.limit.get()).unwrap_or(usize::MAX);
        let alike = key::standing(&new.realm, &new.owner).kind(new.kind).client(new.client.as_ref());
        // Live is what has an end later than now.
        let (from, until) = (alike.clone().number(now.micros() + 1).key(), alike.end_of_prefix());
        let most = if cap.when_full == WhenFull::Refuse { limit } else { usize::MAX };
        let live = self.all(from, &until, most).await?;
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
            // The entries and the rows are of two moments. What moved between is looked at anew.
            let stands = self.loaded_family(family)?.map(|row| place::of_family(&row.parts)).unwrap_or_default();
            if !stands.iter().any(|(place, value)| place == key && value == used) {
                self.outdated();
            }
        }
        Ok(Some(live.into_iter().map(|(_, family, _)| family).collect()))
    }

    /// Where the pace of creations is reached: when the `limit`-th newest listed record was made.
    pub(crate) async fn paced(
        &mut self,
        new: &FamilyParts,
        pace: Option<Pace>,
    ) -> Result<Option<Timestamp>, StoreError> {
        let Some(Pace { limit, since }) = pace else { return Ok(None) };
        let limit = usize::try_from(limit.get()).unwrap_or(usize::MAX);
        let listed = key::listed(&new.realm, &new.owner, new.kind);
        // Newest first: what is as old as `since`, or older, stands behind.
        let (from, until) = (listed.clone().key(), listed.number(!since.micros()).key());
        let newest = self.all(from, &until, limit).await?;
        let instant = |(key, _): &(Key, Value)| {
            let (at, _) = key.last_chunk::<24>()?.split_first_chunk::<8>()?;
            Timestamp::from_micros(!u64::from_be_bytes(*at))
        };
        Ok(newest.last().filter(|_| newest.len() >= limit).and_then(instant))
    }

    /// Where the pace of rotations is reached: when the `limit`-th rotation before this one was made.
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

    /// Where the new access tokens have no room beside those that live: when the first of these expires.
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
        let live = self.all(from, &until, most).await?;
        if i64::try_from(live.len()).unwrap_or(i64::MAX) <= room {
            return Ok(None);
        }
        let first = live.first().and_then(|(key, _)| key.last_chunk::<24>()?.split_first_chunk::<8>());
        // What has no end, or none that can be told, expires at the last instant.
        Ok(Some(first.map_or(now, |(at, _)| Timestamp::from_micros(u64::from_be_bytes(*at)).unwrap_or(Timestamp::MAX))))
    }

    /// All pairs of a range, at most so many.
    async fn all(&mut self, mut from: Key, until: &Key, most: usize) -> Result<Vec<(Key, Value)>, StoreError> {
        let mut found: Vec<(Key, Value)> = Vec::new();
        while found.len() < most {
            let limit = SCAN.min(most - found.len());
            let page = self.scan(&from, until, limit).await?;
            let last = page.len() < limit;
            found.extend(page);
            match found.last() {
                Some((key, _)) if !last => from = key::after(key.clone()),
                _ => break,
            }
        }
        Ok(found)
    }
}

/// How many access tokens of the family may live already, so that the new ones have room. `None`: any number. Negative:
/// the new ones alone are too many.
fn room_beside(cap: Option<NonZeroU32>, new: &[NewRecord], now: Timestamp) -> Option<i64> {
    let lives = |new: &&NewRecord| {
        new.kind == TokenKind::AccessToken && new.expires_at.is_none_or(|expires_at| !now.reached(expires_at))
    };
    let more = i64::try_from(new.iter().filter(lives).count()).unwrap_or(i64::MAX);
    cap.filter(|_| more > 0).map(|cap| i64::from(cap.get()) - more)
}
