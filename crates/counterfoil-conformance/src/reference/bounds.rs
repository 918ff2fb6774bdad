//! The caps (limits on numbers) and paces (limits on rates) of the reference model. The model counts by scanning all
//! records.

use counterfoil::Timestamp;
use counterfoil::store::{
    Cap, FamilyParts, InsertInto, Inserted, NewFamily, NewRecord, Pace, ParentUpdate, Rotated, WhenFull,
};
use counterfoil::types::{FamilyId, RecordId, TokenKind};

use super::Model;

impl Model {
    /// Returns all refusals of the insert that a cap or a pace causes. They are in the order in which a store must
    /// check them.
    pub(super) fn insert_bounds(&self, home: InsertInto<'_>, new: &[NewRecord], now: Timestamp) -> Vec<Inserted> {
        let mut refusals = Vec::new();
        match home {
            InsertInto::Found { family, cap, pace } => {
                if cap.is_some_and(|cap| self.refuses(cap, family, now)) {
                    refusals.push(Inserted::OwnerFull);
                }
                let oldest = pace.and_then(|pace| self.creations_reached(pace, family));
                refusals.extend(oldest.map(|oldest| Inserted::PaceReached { oldest }));
            }
            InsertInto::Join { family, access_cap, .. } => {
                let full = access_cap.and_then(|cap| self.access_full(family, cap.get(), new, now));
                refusals.extend(full.map(|until| Inserted::FamilyFull { until }));
            }
        }
        refusals
    }

    /// Returns the refusal of the rotation because of a lost label, a cap or a pace, or `None` if there is none. If
    /// there are several, returns the one that a store must report.
    pub(super) fn step_bounds(
        &self,
        parent: &RecordId,
        step: &ParentUpdate,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Option<Rotated> {
        if let ParentUpdate::Supersede { labelled, cap, .. } = *step {
            let family = self.family(parent.family())?;
            if labelled && family.label_key.is_none() {
                return Some(Rotated::LabelLost);
            }
            let lives = self.counted(family, now).iter().any(|live| live.id == family.id);
            if cap.is_some_and(|cap| !lives && self.counted(family, now).len() as u64 >= u64::from(cap.get())) {
                return Some(Rotated::OwnerFull);
            }
        }
        let (pace, cap) = match *step {
            ParentUpdate::Supersede { pace, access_cap, .. } => (pace, access_cap),
            ParentUpdate::Slide { access_cap, .. } => (None, access_cap),
        };
        if let Some(oldest) = pace.and_then(|pace| self.rotations_reached(pace, parent)) {
            return Some(Rotated::PaceReached { oldest });
        }
        let until = self.access_full(parent.family(), cap?.get(), new, now)?;
        Some(Rotated::FamilyFull { until })
    }

    /// Returns the live families that count towards the cap if `like` is inserted. These have the realm, owner, kind
    /// and client of `like`.
    fn live_families(&self, like: &NewFamily, now: Timestamp) -> Vec<&FamilyParts> {
        self.counted(&FamilyParts::from(like.clone()), now)
    }

    /// Returns the live families with the realm, owner, kind and client of `like`. If `like` itself is stored and live,
    /// it is one of them.
    fn counted(&self, like: &FamilyParts, now: Timestamp) -> Vec<&FamilyParts> {
        let counts = |family: &&FamilyParts| {
            let of_owner = family.realm == like.realm && family.owner == like.owner && family.kind == like.kind;
            let lives = family.revoked.is_none() && !family.live_until.is_some_and(|end| now.reached(end));
            of_owner && family.client == like.client && lives
        };
        self.families.iter().filter(counts).collect()
    }

    fn refuses(&self, cap: Cap, family: &NewFamily, now: Timestamp) -> bool {
        matches!(cap.when_full, WhenFull::Refuse)
            && self.live_families(family, now).len() as u64 >= u64::from(cap.limit.get())
    }

    /// Revokes the least recently used families until the cap leaves room for one more. Returns the ids of the revoked
    /// families. If the cap refuses instead of making room, does nothing and returns no ids.
    pub(super) fn make_room(&mut self, cap: Cap, family: &NewFamily, now: Timestamp) -> Vec<FamilyId> {
        let WhenFull::End { revoked, gone_at } = cap.when_full else { return Vec::new() };
        let mut ended = Vec::new();
        loop {
            let live = self.live_families(family, now);
            if (live.len() as u64) < u64::from(cap.limit.get()) {
                return ended;
            }
            let Some(least) = live.iter().map(|family| (family.used_at, family.id)).min() else { return ended };
            if let Some(family) = self.family_mut(least.1) {
                (family.revoked, family.gone_at, family.label_key) = (Some(revoked), Some(gone_at), None);
            }
            ended.push(least.1);
        }
    }

    /// Returns `None` if the pace (a limit on the rate of creations) allows the new family. The pace counts the records
    /// of the owner that have the kind of the family and were created after `pace.since`. Shrunk records do not count.
    /// If at least `pace.limit` records count, the pace refuses the family. Then returns the creation time of the
    /// oldest among the newest `pace.limit` of these records.
    fn creations_reached(&self, pace: Pace, family: &NewFamily) -> Option<Timestamp> {
        let of_kind = |record: &&counterfoil::store::RecordParts| {
            record.realm == family.realm && record.owner == family.owner && record.kind == family.kind
        };
        let listed = self.records.iter().filter(of_kind).filter(|record| !record.shrunk);
        let mut made: Vec<Timestamp> =
            listed.map(|record| record.created_at).filter(|created_at| *created_at > pace.since).collect();
        made.sort_unstable();
        let index = made.len().checked_sub(pace.limit.get() as usize)?;
        made.get(index).copied()
    }

    /// Returns `None` if the pace (a limit on the rate of rotations) allows a rotation of `parent`. The pace refuses it
    /// if the last `pace.limit` rotations of the family were all made after `pace.since`. Then returns the time of the
    /// oldest of these `pace.limit` rotations.
    fn rotations_reached(&self, pace: Pace, parent: &RecordId) -> Option<Timestamp> {
        let family = self.family(parent.family())?;
        let generation = self.record(parent)?.generation.checked_sub(u64::from(pace.limit.get()))?;
        let mut older = self.records.iter().filter(|record| {
            record.id.family() == family.id && record.kind == family.kind && record.generation == generation
        });
        let at = older.find_map(|record| record.superseded)?.at;
        (at > pace.since).then_some(at)
    }

    /// Returns `None` if the cap on the live access tokens of the family leaves room for the new tokens, or if none of
    /// the new tokens is a live access token. Otherwise returns the earliest expiry of the live access tokens that the
    /// family has, or [`Timestamp::MAX`] if none of them expires. If the family has no live access token, the new
    /// tokens alone are more than the cap allows. Then returns `now`.
    fn access_full(&self, family: FamilyId, cap: u32, new: &[NewRecord], now: Timestamp) -> Option<Timestamp> {
        let lives = |end: Option<Timestamp>| !end.is_some_and(|end| now.reached(end));
        let more = new.iter().filter(|new| new.kind == TokenKind::AccessToken && lives(new.expires_at)).count();
        let of_family = self.records.iter().filter(|record| record.id.family() == family);
        let living: Vec<Option<Timestamp>> = of_family
            .filter(|record| record.kind == TokenKind::AccessToken && record.revoked.is_none())
            .map(|record| record.expires_at)
            .filter(|end| lives(*end))
            .collect();
        if more == 0 || living.len() + more <= cap as usize {
            return None;
        }
        Some(living.iter().map(|end| end.unwrap_or(Timestamp::MAX)).min().unwrap_or(now))
    }
}
