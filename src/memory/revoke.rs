//! Revokes one record, one family, or all families of an owner. Families of an owner are revoked one by one.

use std::num::NonZeroU32;

use super::write::Writer;
use crate::record::family::FamilyParts;
use crate::record::state::Revoked;
use crate::store::change::Revoke;
use crate::store::listing::Progress;
use crate::store::transition;
use crate::types::ids::{FamilyId, OwnerId, RecordId};
use crate::types::realm::Realm;
use crate::types::time::Timestamp;

impl Writer<'_> {
    pub(super) fn revoke(
        &mut self,
        what: Revoke<'_>,
        revoked: Revoked,
        gone_at: Timestamp,
        limit: NonZeroU32,
    ) -> Progress {
        match what {
            Revoke::One(id) => once(self.revoke_one(id, revoked, gone_at)),
            Revoke::Family { realm, owner, family } => {
                let own = self.family(&family).filter(|family| family.realm == *realm && family.owner == *owner);
                once(own.is_some_and(|family| self.revoke_family(&family, revoked, gone_at)))
            }
            Revoke::Owner { realm, owner } => self.revoke_owner(realm, owner, revoked, gone_at, limit),
        }
    }

    fn revoke_one(&mut self, id: &RecordId, revoked: Revoked, gone_at: Timestamp) -> bool {
        let Some((old, family)) = self.table.pair(id) else { return false };
        if transition::reads_as_revoked(&old, &family) {
            return false;
        }
        let mut record = old.clone();
        transition::revoke_record(&mut record, revoked, gone_at);
        self.log(family.id, revoked.at);
        self.put_record(&old, &family, record);
        true
    }

    pub(super) fn revoke_family(&mut self, family: &FamilyParts, revoked: Revoked, gone_at: Timestamp) -> bool {
        let mut ended = family.clone();
        let standing = transition::revoke_family(&mut ended, revoked, gone_at);
        if standing {
            self.log(family.id, revoked.at);
            self.put_family(family, ended);
        }
        standing
    }

    /// Revokes at most `limit` families of an owner. A revoked family leaves the index of families that are not
    /// revoked. So each family that this function finds in the index still needs a revocation.
    fn revoke_owner(
        &mut self,
        realm: &Realm,
        owner: &OwnerId,
        revoked: Revoked,
        gone_at: Timestamp,
        limit: NonZeroU32,
    ) -> Progress {
        let mut changed = 0;
        while changed < u64::from(limit.get()) {
            let Some(family) = self.first_standing(realm, owner).and_then(|family| self.family(&family)) else { break };
            self.revoke_family(&family, revoked, gone_at);
            changed += 1;
        }
        Progress { changed, more: self.first_standing(realm, owner).is_some() }
    }

    fn first_standing(&self, realm: &Realm, owner: &OwnerId) -> Option<FamilyId> {
        self.indexes.owner(realm, owner)?.standing.first().map(|&(_, _, _, family)| family)
    }
}

fn once(changed: bool) -> Progress {
    Progress { changed: u64::from(changed), more: false }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::super::store::MemoryStore;
    use super::*;
    use crate::record::record_parts::NewRecord;
    use crate::store::change::Rotated;

    #[test]
    fn get_sees_the_family_and_the_first_instant_stays() {
        let store = MemoryStore::default();
        found(&store, 1);
        assert!(matches!(rotate(&store, 1, 0), Rotated::Done));
        assert_eq!(revoke_family(&store, 1, 51), Progress { changed: 1, more: false });
        assert_eq!(revoke_family(&store, 1, 99), Progress { changed: 0, more: false });
        for member in [0, 1] {
            let read = read(&store, id(1, member));
            assert_eq!(read.revoked().map(|revoked| revoked.at), Some(at(51)));
            assert_eq!(read.gone_at(), Some(at(3_000)));
        }
    }

    #[test]
    fn one_ends_one_record_and_its_notice() {
        let store = MemoryStore::default();
        let noticed = NewRecord { notice: Some(mark(9, 0)), ..record(1, 9, 0) };
        found_as(&store, &labelled(1, "ci"), &[record(1, 0, 0), noticed]);
        assert_eq!(revoke(&store, Revoke::One(&id(1, 9)), 5, MANY).changed, 1);
        assert_eq!(revoke(&store, Revoke::One(&id(1, 9)), 6, MANY).changed, 0);
        assert_eq!(revoke(&store, Revoke::One(&id(5, 5)), 6, MANY).changed, 0, "not there");
        let ended = read(&store, id(1, 9));
        assert_eq!((ended.revoked().map(|revoked| revoked.at), ended.record().notice), (Some(at(5)), None));
        let other = read(&store, id(1, 0));
        assert!(other.revoked().is_none() && other.family().label_key.is_some());
    }

    #[test]
    fn another_owners_or_realms_family_is_left_alone() {
        let store = MemoryStore::default();
        found(&store, 1);
        let (realm, other) = (Realm::default(), Realm::new("other").expect("a realm"));
        let foreign = Revoke::Family { realm: &other, owner: &owner(), family: family_id(1) };
        assert_eq!(revoke(&store, foreign, 5, MANY).changed, 0);
        let foreign = Revoke::Family { realm: &realm, owner: &OwnerId::realm(), family: family_id(1) };
        assert_eq!(revoke(&store, foreign, 5, MANY).changed, 0);
        assert_eq!(revoke(&store, Revoke::Owner { realm: &other, owner: &owner() }, 5, MANY).changed, 0);
        assert!(read(&store, id(1, 0)).revoked().is_none());
    }

    #[test]
    fn owner_revoke_covers_all_in_bounded_calls() {
        let store = MemoryStore::default();
        (1..=5).for_each(|number| found(&store, number));
        assert_eq!(revoke_family(&store, 1, 5).changed, 1);
        let realm = Realm::default();
        let all = || revoke(&store, Revoke::Owner { realm: &realm, owner: &owner() }, 7, some(3));
        assert_eq!(all(), Progress { changed: 3, more: true }, "what is revoked already does not count");
        assert_eq!(all(), Progress { changed: 1, more: false });
        assert_eq!(all(), Progress { changed: 0, more: false });
        let instants = (1..=5).map(|number| read(&store, id(number, 0)).revoked().map(|revoked| revoked.at));
        assert!(instants.eq([5, 7, 7, 7, 7].map(|seconds| Some(at(seconds)))));
    }
}
