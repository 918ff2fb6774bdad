//! Inserts records. Each insert writes all its records or none.

use std::num::NonZeroU32;

use super::write::{Holder, Writer};
use crate::record::family::{FamilyParts, NewFamily};
use crate::record::record_parts::{NewRecord, RecordParts};
use crate::record::state::Revoked;
use crate::store::error::StoreError;
use crate::store::insert::{Cap, InsertInto, Inserted, Pace, WhenFull};
use crate::store::request::check_members;
use crate::types::ids::FamilyId;
use crate::types::kind::TokenKind;
use crate::types::time::Timestamp;

impl Writer<'_> {
    pub(super) fn insert(
        &mut self,
        home: InsertInto<'_>,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Result<Inserted, StoreError> {
        match home {
            InsertInto::Found { family, cap, pace } => self.found(family, cap, pace, new, now),
            InsertInto::Join { family, generation, access_cap } => self.join(family, generation, access_cap, new, now),
        }
    }

    /// Inserts the first records of a new family. Checks the ids before the label and the cap (the limit on the owner's
    /// live families). Otherwise a repeated insert would report that its own label is taken, and not that its records
    /// already exist.
    fn found(
        &mut self,
        family: &NewFamily,
        cap: Option<Cap>,
        pace: Option<Pace>,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Result<Inserted, StoreError> {
        let relative = self.indexes.kin(&family.id).next();
        if let Some(taken) = self.taken(new).or(relative) {
            return Ok(Inserted::IdTaken(taken));
        }
        let family = FamilyParts::from(family.clone());
        let holder = self.holder(&family, family.label_key.as_ref(), now);
        if let Holder::Kept(holder) = holder {
            return Ok(Inserted::LabelTaken(holder));
        }
        let Some(leaving) = self.leaving(&family, cap, now) else { return Ok(Inserted::OwnerFull) };
        if let Some(oldest) = self.paced(&family, pace) {
            return Ok(Inserted::PaceReached { oldest });
        }
        if let Holder::Gone(holder) = holder {
            self.displace(&holder, now);
        }
        let ended = leaving.iter().map(|(family, _)| family.id).collect::<Vec<_>>();
        for (family, WhenEnded { revoked, gone_at }) in leaving {
            self.revoke_family(&family, revoked, gone_at);
        }
        self.commit(None, family, new.iter().cloned().map(RecordParts::from).collect());
        Ok(if ended.is_empty() { Inserted::Done } else { Inserted::MadeRoom(ended) })
    }

    /// Returns the families that must be revoked to make room for the new family under the cap (the limit on the
    /// owner's live families). The list is empty if there is room. `None` if there is no room and the cap does not
    /// permit revocations, so the new family must be refused.
    fn leaving(&self, new: &FamilyParts, cap: Option<Cap>, now: Timestamp) -> Option<Vec<(FamilyParts, WhenEnded)>> {
        let Some(cap) = cap else { return Some(Vec::new()) };
        let limit = usize::try_from(cap.limit.get()).unwrap_or(usize::MAX);
        let live: Vec<_> = self.indexes.live(new, now).collect();
        let surplus = (live.len() + 1).saturating_sub(limit);
        match cap.when_full {
            _ if surplus == 0 => Some(Vec::new()),
            WhenFull::Refuse => None,
            WhenFull::End { revoked, gone_at } => {
                let mut live: Vec<_> = live.iter().filter_map(|family| self.family(family)).collect();
                live.sort_by_key(|family| (family.used_at, family.id));
                let ended = WhenEnded { revoked, gone_at };
                Some(live.into_iter().take(surplus).map(|family| (family, ended)).collect())
            }
        }
    }

    fn paced(&self, family: &FamilyParts, pace: Option<Pace>) -> Option<Timestamp> {
        let (pace, owner) = (pace?, self.indexes.owner(&family.realm, &family.owner)?);
        owner.pace_reached(family.kind, pace.limit.get(), pace.since)
    }

    /// Adds records to an existing family, unless it is revoked, an id is taken, the family no longer has the expected
    /// `generation`, or `access_cap` is exceeded. The checks have this order. The revocation is first, because it is
    /// final. Ids come before the generation, so that a repeated call gets `IdTaken` for the records of the first call,
    /// even if the family has a newer generation now.
    fn join(
        &mut self,
        family: FamilyId,
        generation: u64,
        access_cap: Option<NonZeroU32>,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Result<Inserted, StoreError> {
        let Some(family) = self.family(&family).filter(|family| family.revoked.is_none()) else {
            return Ok(Inserted::FamilyEnded);
        };
        if let Some(taken) = self.taken(new) {
            return Ok(Inserted::IdTaken(taken));
        }
        if family.generation != generation {
            return Ok(Inserted::FamilyMoved);
        }
        check_members("insert", new, &family)?;
        if let Some(until) = self.access_full(&family.id, access_cap, new, now) {
            return Ok(Inserted::FamilyFull { until });
        }
        let joined = FamilyParts { used_at: now, ..family.clone() };
        self.commit(Some(&family), joined, new.iter().cloned().map(RecordParts::from).collect());
        Ok(Inserted::Done)
    }

    /// Checks the cap on live access tokens of a family. If the existing and the `new` live access tokens together
    /// exceed the cap, returns the earliest expiry of the existing ones, or `now` if there are none. Otherwise returns
    /// `None`. Also returns `None` if no record of `new` is a live access token.
    pub(super) fn access_full(
        &self,
        family: &FamilyId,
        cap: Option<NonZeroU32>,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Option<Timestamp> {
        let live = |new: &&NewRecord| {
            new.kind == TokenKind::AccessToken && new.expires_at.is_none_or(|expires_at| !now.reached(expires_at))
        };
        let more = new.iter().filter(live).count();
        let most = usize::try_from(cap?.get()).unwrap_or(usize::MAX);
        let (living, first) = self.indexes.live_access(family, now, most);
        (more > 0 && living.saturating_add(more) > most).then(|| first.unwrap_or(now))
    }
}

/// The revocation and the purge time that a family gets when it is revoked to make room for a new family.
#[derive(Clone, Copy)]
struct WhenEnded {
    revoked: Revoked,
    gone_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::super::store::MemoryStore;
    use super::*;
    use crate::types::client::ClientKey;
    use crate::types::realm::Realm;
    use crate::types::revocation_reason::RevocationReason;

    fn capped(store: &MemoryStore, number: u16, cap: u32, now: u32) -> Inserted {
        let home = InsertInto::Found { family: &family(number), cap: refuse(cap), pace: None };
        insert(store, home, &[record(number, 0, 0)], at(now))
    }

    fn hold(store: &MemoryStore, number: u16, now: u32) -> Inserted {
        let home = InsertInto::Found { family: &labelled(number, "ci"), cap: None, pace: None };
        insert(store, home, &[record(number, 0, 0)], at(now))
    }

    #[test]
    fn insert_all_or_nothing() {
        let store = MemoryStore::default();
        found(&store, 1);
        let home = InsertInto::Join { family: family_id(1), generation: 0, access_cap: None };
        let both = [record(1, 1, 0), record(1, 0, 0)];
        assert_eq!(insert(&store, home, &both, at(0)), Inserted::IdTaken(id(1, 0)));
        assert!(get(&store, id(1, 1)).is_none());
        let home = InsertInto::Found { family: &family(1), cap: None, pace: None };
        assert_eq!(insert(&store, home, &[record(1, 3, 0)], at(0)), Inserted::IdTaken(id(1, 0)), "the family is taken");
    }

    #[test]
    fn own_write_is_recognised_before_its_own_label_and_cap() {
        let store = MemoryStore::default();
        let home = InsertInto::Found { family: &labelled(1, "ci"), cap: refuse(1), pace: None };
        assert_eq!(insert(&store, home, &[record(1, 0, 0)], at(0)), Inserted::Done);
        assert_eq!(insert(&store, home, &[record(1, 0, 0)], at(0)), Inserted::IdTaken(id(1, 0)));
    }

    #[test]
    fn a_record_of_another_home_is_refused_and_nothing_written() {
        let store = MemoryStore::default();
        let foreign = NewRecord { realm: Realm::new("other").expect("a realm"), ..record(1, 0, 0) };
        for wrong in [foreign, record(2, 0, 0), record(1, 0, 1)] {
            let home = InsertInto::Found { family: &family(1), cap: None, pace: None };
            let answer = futures_executor::block_on(crate::store::TokenStore::insert(&store, home, &[wrong], at(0)));
            assert!(matches!(answer, Err(StoreError::Invalid { .. })));
        }
        assert!(get(&store, id(1, 0)).is_none() && get(&store, id(2, 0)).is_none());
    }

    #[test]
    fn the_cap_counts_families_neither_revoked_nor_at_their_end() {
        let store = MemoryStore::default();
        assert_eq!(capped(&store, 1, 2, 0), Inserted::Done);
        assert_eq!(capped(&store, 2, 2, 0), Inserted::Done);
        assert_eq!(capped(&store, 3, 2, EXPIRY - 1), Inserted::OwnerFull);
        assert_eq!(revoke_family(&store, 1, 5).changed, 1);
        assert_eq!(capped(&store, 3, 2, 6), Inserted::Done);
        assert_eq!(capped(&store, 4, 2, 6), Inserted::OwnerFull);
        assert_eq!(capped(&store, 4, 1, EXPIRY), Inserted::Done, "equality is reached");
    }

    #[test]
    fn fault_a13_the_least_recently_used_make_room_and_end_for_good() {
        let store = MemoryStore::default();
        for (number, used) in [(1, 4), (2, 3), (3, 3), (4, 9)] {
            found_as(&store, &NewFamily { used_at: at(used), ..family(number) }, &[record(number, 0, 0)]);
        }
        let join = InsertInto::Join { family: family_id(2), generation: 0, access_cap: None };
        assert_eq!(insert(&store, join, &[record(2, 1, 0)], at(8)), Inserted::Done, "a join is a use");
        let revoked = Revoked { at: at(10), reason: RevocationReason::MadeRoom };
        let cap = Cap { limit: some(3), when_full: WhenFull::End { revoked, gone_at: at(99) } };
        let squeezed = |number| {
            let home = InsertInto::Found { family: &family(number), cap: Some(cap), pace: None };
            insert(&store, home, &[record(number, 0, 0)], at(10))
        };
        assert_eq!(squeezed(5), Inserted::MadeRoom(vec![family_id(3), family_id(1)]));
        assert_eq!(squeezed(5), Inserted::IdTaken(id(5, 0)), "a repeat ends nobody");
        let ended = |number| read(&store, id(number, 0)).revoked();
        assert_eq!([1, 3].map(ended), [Some(revoked); 2]);
        assert_eq!([2, 4, 5].map(ended), [None; 3]);
        let join = InsertInto::Join { family: family_id(3), generation: 0, access_cap: None };
        assert_eq!(insert(&store, join, &[record(3, 1, 0)], at(11)), Inserted::FamilyEnded);
    }

    #[test]
    fn fault_a13_a_cap_counts_one_client() {
        let store = MemoryStore::default();
        let through = |number: u16, client: u8| {
            let client = Some(ClientKey::from_bytes([client; 16]));
            let home =
                InsertInto::Found { family: &NewFamily { client, ..family(number) }, cap: refuse(1), pace: None };
            insert(&store, home, &[record(number, 0, 0)], at(0))
        };
        assert_eq!(through(1, 1), Inserted::Done);
        assert_eq!(through(2, 2), Inserted::Done);
        assert_eq!(through(3, 1), Inserted::OwnerFull);
        assert_eq!(capped(&store, 4, 1, 0), Inserted::Done, "no client is apart from every client");
    }

    #[test]
    fn fault_a12_an_owner_makes_so_many_after_an_instant_deleted_ones_too() {
        let store = MemoryStore::default();
        let paced = |number: u16, since: u32| {
            let home = InsertInto::Found {
                family: &family(number),
                cap: None,
                pace: Some(Pace { limit: some(2), since: at(since) }),
            };
            let new = NewRecord { created_at: at(u32::from(number)), ..record(number, 0, 0) };
            insert(&store, home, &[new], at(9))
        };
        assert_eq!([paced(1, 0), paced(2, 0)], [Inserted::Done, Inserted::Done]);
        assert_eq!(revoke_family(&store, 2, 9).changed, 1);
        assert_eq!(paced(3, 0), Inserted::PaceReached { oldest: at(1) });
        assert!(get(&store, id(3, 0)).is_none());
        assert_eq!(paced(3, 1), Inserted::Done, "equality is reached");
    }

    #[test]
    fn a_label_is_kept_until_its_holder_is_gone() {
        let store = MemoryStore::default();
        assert_eq!(hold(&store, 1, 0), Inserted::Done);
        assert_eq!(hold(&store, 2, GONE - 1), Inserted::LabelTaken(family_id(1)), "expiry frees nothing");
        assert_eq!(hold(&store, 2, GONE), Inserted::Done, "equality is reached");
        assert_eq!(read(&store, id(1, 0)).family().label_key, None, "displaced");
        assert_eq!(hold(&store, 3, GONE - 1), Inserted::LabelTaken(family_id(2)));
        // A revocation of the family that lost the label does not affect the new holder of the label.
        assert_eq!(revoke_family(&store, 1, 5).changed, 1);
        assert_eq!(hold(&store, 3, GONE - 1), Inserted::LabelTaken(family_id(2)));
        assert_eq!(revoke_family(&store, 2, 5).changed, 1);
        assert_eq!(hold(&store, 3, 6), Inserted::Done, "revoking gives it back");
    }

    #[test]
    fn a_join_needs_a_living_family_of_that_generation() {
        let store = MemoryStore::default();
        let join = |member, generation| {
            let home = InsertInto::Join { family: family_id(1), generation, access_cap: None };
            insert(&store, home, &[record(1, member, generation)], at(0))
        };
        assert_eq!(join(9, 0), Inserted::FamilyEnded, "not there");
        found(&store, 1);
        assert_eq!(join(7, 0), Inserted::Done);
        assert!(read(&store, id(1, 0)).is_newest() && read(&store, id(1, 7)).is_newest());
        assert!(matches!(rotate(&store, 1, 0), crate::store::change::Rotated::Done));
        assert_eq!(join(8, 0), Inserted::FamilyMoved);
        assert_eq!(join(7, 0), Inserted::IdTaken(id(1, 7)), "its own write, although the family moved on");
        assert_eq!(join(8, 1), Inserted::Done);
        assert_eq!(revoke_family(&store, 1, 5).changed, 1);
        assert_eq!(join(9, 1), Inserted::FamilyEnded);
    }
}
