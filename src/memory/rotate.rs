//! Rotates a credential. One write changes the old record (the parent) and inserts the new records.

use super::write::{Writer, joined};
use crate::record::family::FamilyParts;
use crate::record::record_parts::{NewRecord, RecordParts};
use crate::store::change::{ParentUpdate, Rotated};
use crate::store::error::StoreError;
use crate::store::request::check_members;
use crate::store::transition;
use crate::types::ids::RecordId;
use crate::types::time::Timestamp;

impl Writer<'_> {
    /// Rotates the parent. Checks first whether the parent is revoked, then whether it is stale, then whether ids of
    /// `new` are taken. In this order, a repeated rotation gets `Stale` with the parent, which names the successor of
    /// the first call.
    pub(super) fn rotate(
        &mut self,
        parent: &RecordId,
        step: &ParentUpdate,
        new: &[NewRecord],
        successor: Option<&NewRecord>,
        now: Timestamp,
    ) -> Result<Rotated, StoreError> {
        let Some((mut record, before)) = self.table.pair(parent) else { return Ok(Rotated::Missing) };
        if transition::reads_as_revoked(&record, &before) {
            return Ok(Rotated::FamilyEnded);
        }
        if !transition::accepts_rotation(&record, step, now) {
            return joined(record, before).map(Rotated::Stale);
        }
        if let Some(taken) = self.taken(new) {
            return Ok(Rotated::IdTaken(taken));
        }
        if transition::lost_label(&before, step) {
            return Ok(Rotated::LabelLost);
        }
        if let Some(cap) = transition::renewal_cap(&before, step, now)
            && self.live_families(&before, now) >= usize::try_from(cap.get()).unwrap_or(usize::MAX)
        {
            return Ok(Rotated::OwnerFull);
        }
        let mut family = before.clone();
        transition::rotate(&mut record, &mut family, step, successor, now);
        check_members("rotate", new, &family)?;
        if let Some(oldest) = self.rotated_after(step, &before, &record) {
            return Ok(Rotated::PaceReached { oldest });
        }
        let (ParentUpdate::Supersede { access_cap, .. } | ParentUpdate::Slide { access_cap, .. }) = *step;
        if let Some(until) = self.access_full(&family.id, access_cap, new, now) {
            return Ok(Rotated::FamilyFull { until });
        }
        let mut records: Vec<_> = new.iter().cloned().map(RecordParts::from).collect();
        if matches!(step, ParentUpdate::Supersede { .. }) {
            records.extend(self.grandparent_wiped(&record));
        }
        records.push(record);
        self.log(family.id, now);
        self.commit(Some(&before), family, records);
        Ok(Rotated::Done)
    }

    /// The number of live families with the realm, owner, kind and client of this family. A cap counts these families.
    fn live_families(&self, family: &FamilyParts, now: Timestamp) -> usize {
        self.indexes.live(family, now).count()
    }

    /// Returns the record that `parent` had replaced, with its nonce removed. `None` if there is no such record, or if
    /// it has no nonce.
    fn grandparent_wiped(&self, parent: &RecordParts) -> Option<RecordParts> {
        let (family, generation) = (parent.id.family(), parent.generation.checked_sub(1)?);
        let mut older = self.indexes.generation(&family, generation).filter_map(|id| self.table.record(&id));
        older.find_map(|mut older| {
            let precedes = older.superseded.is_some_and(|superseded| superseded.successor == parent.id);
            (precedes && transition::wipe_nonce(&mut older)).then_some(older)
        })
    }

    /// If the limit on rotations in `step` is reached, returns the instant of the `limit`-th most recent rotation.
    /// Otherwise `None`.
    fn rotated_after(&self, step: &ParentUpdate, family: &FamilyParts, parent: &RecordParts) -> Option<Timestamp> {
        let ParentUpdate::Supersede { pace: Some(pace), .. } = step else { return None };
        let generation = parent.generation.checked_sub(u64::from(pace.limit.get()))?;
        let at = |id: RecordId| {
            let of_kind = |old: &&RecordParts| old.kind == family.kind;
            self.table.peek(&id, |old| old.filter(of_kind).and_then(|old| Some(old.superseded?.at)))
        };
        self.indexes.generation(&family.id, generation).find_map(at).filter(|at| *at > pace.since)
    }
}

#[cfg(test)]
mod tests {
    use futures_executor::block_on;

    use super::super::fixtures::*;
    use super::super::store::MemoryStore;
    use super::*;
    use crate::store::change::Revoke;
    use crate::store::insert::{InsertInto, Inserted, Pace};
    use crate::store::token_store::TokenStore;
    use crate::types::kind::TokenKind;

    fn slide(store: &MemoryStore, expires: u32, now: u32, new: &[NewRecord]) -> Rotated {
        let step = ParentUpdate::Slide { expires_at: at(expires), gone_at: at(expires + 10), access_cap: None };
        block_on(store.rotate(&id(1, 0), &step, new, at(now))).expect("in memory")
    }

    #[test]
    fn a_rotation_moves_the_family_and_a_repeated_one_finds_its_own_successor() {
        let store = MemoryStore::default();
        assert!(matches!(rotate(&store, 1, 0), Rotated::Missing));
        let noticed = NewRecord { notice: Some(mark(9, 0)), ..record(1, 0, 0) };
        found_as(&store, &family(1), &[noticed]);
        assert!(matches!(rotate(&store, 1, 0), Rotated::Done));
        let (parent, next) = (read(&store, id(1, 0)), read(&store, id(1, 1)));
        assert_eq!(parent.record().superseded.map(|superseded| superseded.successor), Some(id(1, 1)));
        assert_eq!((parent.record().version.number(), parent.record().notice), (1, None));
        assert!(next.is_newest() && !parent.is_newest() && next.family().generation == 1);
        let Rotated::Stale(standing) = rotate(&store, 1, 0) else { panic!("used up") };
        assert_eq!(standing.record().superseded.map(|superseded| superseded.successor), Some(id(1, 1)));
    }

    #[test]
    fn a_taken_id_or_a_missing_successor_writes_nothing() {
        let store = MemoryStore::default();
        found(&store, 1);
        found(&store, 2);
        let step = supersede(0, id(1, 1));
        let join = InsertInto::Join { family: family_id(1), generation: 0, access_cap: None };
        assert_eq!(insert(&store, join, &[record(1, 7, 0)], at(50)), Inserted::Done);
        let new = [record(1, 1, 1), record(1, 7, 1)];
        let answer = block_on(store.rotate(&id(1, 0), &step, &new, at(50))).expect("in memory");
        assert!(matches!(answer, Rotated::IdTaken(taken) if taken == id(1, 7)));
        assert!(block_on(store.rotate(&id(1, 0), &step, &[record(1, 2, 1)], at(50))).is_err());
        assert!(read(&store, id(1, 0)).is_newest() && get(&store, id(1, 1)).is_none());
    }

    #[test]
    fn fault_a4_rotate_wipes_one_back_and_removes_no_generation() {
        let store = MemoryStore::default();
        found(&store, 1);
        for generation in 0..5 {
            assert!(matches!(rotate(&store, 1, generation), Rotated::Done));
        }
        let superseded = |member| read(&store, id(1, member)).record().superseded;
        assert!((0..5).all(|member| superseded(member).is_some()), "every generation stays");
        let nonces = (0..5).filter_map(superseded).filter(|superseded| superseded.nonce.is_some());
        assert_eq!(nonces.count(), 1, "one nonce a family");
        assert!(superseded(4).is_some_and(|superseded| superseded.nonce.is_some()));
        assert!(read(&store, id(1, 5)).is_newest());
    }

    #[test]
    fn fault_a4_a_family_rotates_so_often_after_an_instant_and_no_more() {
        let store = MemoryStore::default();
        found(&store, 1);
        let paced = |generation: u32, now: u32, since: u32| {
            let next = record(1, generation + 1, u64::from(generation) + 1);
            let ParentUpdate::Supersede { expect, successor, nonce, honoured_until, gone_at, .. } =
                supersede(0, next.id)
            else {
                panic!("a supersession")
            };
            let pace = Some(Pace { limit: some(2), since: at(since) });
            let step = ParentUpdate::Supersede {
                expect,
                successor,
                nonce,
                honoured_until,
                gone_at,
                labelled: false,
                cap: None,
                pace,
                access_cap: None,
            };
            block_on(store.rotate(&id(1, generation), &step, &[next], at(now))).expect("in memory")
        };
        assert!(matches!(paced(0, 50, 0), Rotated::Done));
        assert!(matches!(paced(1, 51, 0), Rotated::Done));
        assert!(matches!(paced(2, 52, 49), Rotated::PaceReached { oldest } if oldest == at(50)));
        assert!(read(&store, id(1, 2)).is_newest(), "nothing was written");
        assert!(matches!(paced(2, 52, 50), Rotated::Done), "equality is reached");
        assert!(matches!(paced(3, 53, 50), Rotated::PaceReached { oldest } if oldest == at(51)));
    }

    #[test]
    fn fault_a13_a_family_has_so_many_live_access_tokens_and_no_more() {
        let store = MemoryStore::default();
        found(&store, 1);
        let access =
            |member| NewRecord { kind: TokenKind::AccessToken, expires_at: Some(at(90)), ..record(1, member, 0) };
        let slid = |member, now| {
            let step = ParentUpdate::Slide { expires_at: at(EXPIRY), gone_at: at(GONE), access_cap: Some(some(2)) };
            block_on(store.rotate(&id(1, 0), &step, &[access(member)], at(now))).expect("in memory")
        };
        assert!(matches!(slid(7, 5), Rotated::Done));
        assert!(matches!(slid(8, 6), Rotated::Done));
        assert!(matches!(slid(9, 89), Rotated::FamilyFull { until } if until == at(90)));
        let home = InsertInto::Join { family: family_id(1), generation: 0, access_cap: Some(some(2)) };
        assert_eq!(insert(&store, home, &[access(9)], at(89)), Inserted::FamilyFull { until: at(90) });
        assert_eq!(revoke(&store, Revoke::One(&id(1, 7)), 7, MANY).changed, 1);
        assert!(matches!(slid(9, 89), Rotated::Done), "a revoked one does not count");
        assert!(matches!(slid(10, 90), Rotated::Done), "equality is reached");
    }

    #[test]
    fn nothing_rotates_in_a_revoked_family() {
        let store = MemoryStore::default();
        found(&store, 1);
        assert_eq!(revoke_family(&store, 1, 5).changed, 1);
        assert!(matches!(rotate(&store, 1, 0), Rotated::FamilyEnded));
        assert!(matches!(slide(&store, 1_500, 6, &[]), Rotated::FamilyEnded));
        assert!(get(&store, id(1, 1)).is_none());
    }

    #[test]
    fn a_slide_moves_forward_only_and_only_before_the_end() {
        let store = MemoryStore::default();
        found(&store, 1);
        assert!(matches!(slide(&store, 500, 5, &[record(1, 9, 0)]), Rotated::Done));
        let kept = read(&store, id(1, 0));
        assert_eq!((kept.record().expires_at, kept.record().expiry_set_at), (Some(at(EXPIRY)), at(5)));
        assert!(matches!(slide(&store, GONE, EXPIRY - 1, &[]), Rotated::Done));
        let moved = read(&store, id(1, 0));
        assert_eq!((moved.record().expires_at, moved.family().live_until), (Some(at(GONE)), Some(at(GONE))));
        assert_eq!((moved.record().version.number(), moved.family().generation), (0, 0));
        assert!(get(&store, id(1, 9)).is_some());
        assert!(matches!(slide(&store, 9_000, GONE, &[]), Rotated::Stale(_)), "equality is reached");
    }

    /// Rotates the first record of the family at `now`, with the two conditions of a renewal: whether the family must
    /// still have its label, and the largest number of live families.
    fn renew(store: &MemoryStore, family: u16, labelled: bool, cap: Option<u32>, now: u32) -> Rotated {
        let next = record(family, 1, 1);
        let mut step = supersede(0, next.id);
        if let ParentUpdate::Supersede { labelled: needs, cap: most_live, .. } = &mut step {
            (*needs, *most_live) = (labelled, cap.map(some));
        }
        block_on(store.rotate(&id(family, 0), &step, &[next], at(now))).expect("in memory")
    }

    /// Inserts a family whose `live_until` is `at(5)` and whose `gone_at` is `at(10)`.
    fn expiring(store: &MemoryStore, number: u16, label: &str) {
        let family = crate::record::family::NewFamily {
            live_until: Some(at(5)),
            gone_at: Some(at(10)),
            ..labelled(number, label)
        };
        found_as(store, &family, &[record(number, 0, 0)]);
    }

    #[test]
    fn a_family_without_its_label_is_not_renewed() {
        let store = MemoryStore::default();
        for number in 1..=3 {
            expiring(&store, number, &format!("label {number}"));
        }
        assert!(matches!(renew(&store, 1, true, None, 9), Rotated::Done), "it has its label");
        assert!(matches!(renew(&store, 2, true, None, 10), Rotated::Done), "it has its label although it is gone");
        let taker = labelled(4, "label 3");
        let home = InsertInto::Found { family: &taker, cap: None, pace: None };
        assert_eq!(insert(&store, home, &[record(4, 0, 0)], at(10)), Inserted::Done);
        assert_eq!(read(&store, id(3, 0)).family().label_key, None);
        let before = read(&store, id(3, 0));
        assert!(matches!(renew(&store, 3, true, Some(1), 10), Rotated::LabelLost), "the label goes before the cap");
        assert_eq!(read(&store, id(3, 0)).record().version, before.record().version);
        assert_eq!((read(&store, id(3, 0)).family(), get(&store, id(3, 1)).is_some()), (before.family(), false));
        assert!(matches!(renew(&store, 3, false, None, 10), Rotated::Done), "it need not have its label");
        found(&store, 5);
        assert!(matches!(renew(&store, 5, true, None, 4), Rotated::LabelLost), "a live family that never had one");
    }

    #[test]
    fn an_expired_family_is_renewed_only_within_the_cap() {
        let store = MemoryStore::default();
        for number in 1..=4 {
            expiring(&store, number, &format!("label {number}"));
        }
        assert!(matches!(renew(&store, 1, false, Some(1), 4), Rotated::Done), "three others are live, and so is this");
        assert!(matches!(renew(&store, 2, false, Some(1), 5), Rotated::OwnerFull), "equality is reached");
        assert!(get(&store, id(2, 1)).is_none());
        assert!(matches!(renew(&store, 2, false, Some(2), 5), Rotated::Done), "the expired ones do not count");
        assert!(matches!(renew(&store, 3, false, Some(2), 6), Rotated::OwnerFull), "a renewed one counts");
        assert_eq!(revoke_family(&store, 1, 6).changed, 1);
        assert!(matches!(renew(&store, 3, false, Some(2), 6), Rotated::Done), "a revoked one does not");
        assert!(matches!(renew(&store, 4, false, None, 6), Rotated::Done), "without a cap nothing is counted");
    }
}
