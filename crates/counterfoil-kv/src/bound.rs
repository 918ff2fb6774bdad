//! Checks the limits of inserts and rotations by counting index entries. A guarding row makes a count safe: the step
//! reads this row before it counts, and every step that could add to the count writes it. The owner's row guards caps
//! and paces of creations. The family's row guards caps of access tokens and paces of rotations.

use std::num::NonZeroU32;

use counterfoil::Timestamp;
use counterfoil::store::{Cap, FamilyParts, NewRecord, Pace, RecordParts, StoreError, WhenFull};
use counterfoil::types::{FamilyId, TokenKind};

use crate::engine::{Key, Value};
use crate::index;
use crate::key;
use crate::step::Step;

/// The number of entries that one scan reads.
const SCAN: usize = 256;

impl Step<'_> {
    /// Returns the families that must end to make room for a new family, the least recently used first. Returns
    /// `None` if the owner has reached the cap and the cap does not allow ending families.
    pub(crate) async fn leaving(
        &mut self,
        new: &FamilyParts,
        cap: Option<Cap>,
        now: Timestamp,
    ) -> Result<Option<Vec<FamilyId>>, StoreError> {
        let Some(cap) = cap else { return Ok(Some(Vec::new())) };
        let limit = usize::try_from(cap.limit.get()).unwrap_or(usize::MAX);
        let alike = key::standing(&new.realm, &new.owner).kind(new.kind).client(new.client.as_ref());
        // A family is live if its end is later than `now`.
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
            // The entries and the rows were read at two moments. If an entry does not match its row, the step starts
            // again.
            let stands = self.loaded_family(family)?.map(|row| index::of_family(&row.parts)).unwrap_or_default();
            if !stands.iter().any(|(entry, value)| entry == key && value == used) {
                self.outdated();
            }
        }
        Ok(Some(live.into_iter().map(|(_, family, _)| family).collect()))
    }

    /// If the pace of creations is reached, returns the creation time of the `limit`-th newest record that the owner
    /// has of this kind.
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
        let newest = self.all(from, &until, limit).await?;
        let instant = |(key, _): &(Key, Value)| {
            let (at, _) = key.last_chunk::<24>()?.split_first_chunk::<8>()?;
            Timestamp::from_micros(!u64::from_be_bytes(*at))
        };
        Ok(newest.last().filter(|_| newest.len() >= limit).and_then(instant))
    }

    /// If the pace of rotations is reached, returns the time of the `limit`-th newest rotation.
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

    /// If the cap does not allow the new access tokens in addition to the live ones, returns the time at which the
    /// first live one expires.
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
        // A token without an expiry is listed with the last possible instant. So is a token with a corrupt expiry.
        Ok(Some(first.map_or(now, |(at, _)| Timestamp::from_micros(u64::from_be_bytes(*at)).unwrap_or(Timestamp::MAX))))
    }

    /// Reads all pairs in a range, but at most `most`.
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

/// Returns how many access tokens of the family may already be live if the cap must allow the new tokens. `None`
/// means any number. A negative number means that the new tokens alone exceed the cap.
fn room_beside(cap: Option<NonZeroU32>, new: &[NewRecord], now: Timestamp) -> Option<i64> {
    let lives = |new: &&NewRecord| {
        new.kind == TokenKind::AccessToken && new.expires_at.is_none_or(|expires_at| !now.reached(expires_at))
    };
    let more = i64::try_from(new.iter().filter(lives).count()).unwrap_or(i64::MAX);
    cap.filter(|_| more > 0).map(|cap| i64::from(cap.get()) - more)
}
