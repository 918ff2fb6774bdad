//! The purge of the memory store. It removes records whose `gone_at` is reached, and shrinks superseded records.

use std::num::NonZeroU32;

use super::indexes::Timeline;
use super::write::Writer;
use crate::store::listing::Progress;
use crate::types::ids::RecordId;
use crate::types::time::Timestamp;

/// The limits of a purge. A record is removed if its `gone_at` is not later than `now`. If it has an unsent notice, its
/// `gone_at` must also not be later than `unsent_before`. A superseded record is shrunk if its retry window or overlap
/// ended not later than `windows_before`.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    pub(super) now: Timestamp,
    pub(super) unsent_before: Timestamp,
    pub(super) windows_before: Timestamp,
}

enum Chore {
    Remove(RecordId),
    Shrink(RecordId),
}

impl Writer<'_> {
    pub(super) fn purge(&mut self, limits: Limits, limit: NonZeroU32) -> Progress {
        let mut changed = 0;
        while changed < u64::from(limit.get()) {
            match self.chore(limits) {
                Some(Chore::Remove(id)) => self.remove(&id),
                Some(Chore::Shrink(id)) => self.shrink(&id),
                None => break,
            }
            changed += 1;
        }
        Progress { changed, more: self.chore(limits).is_some() }
    }

    /// The next record to remove or to shrink. `None` if the purge has nothing left to do. Only the first entry of each
    /// time-ordered index is examined, so a purge never reads a record that it does not change.
    fn chore(&self, Limits { now, unsent_before, windows_before }: Limits) -> Option<Chore> {
        let gone = reached(&self.indexes.gone, now);
        let gone = gone.or_else(|| reached(&self.indexes.gone_unsent, now.min(unsent_before)));
        let used_up = || reached(&self.indexes.windows, windows_before);
        gone.map(Chore::Remove).or_else(|| used_up().map(Chore::Shrink))
    }

    fn shrink(&mut self, id: &RecordId) {
        let Some((old, family)) = self.table.pair(id) else { return };
        let mut record = old.clone();
        record.shrink();
        self.put_record(&old, &family, record);
    }
}

fn reached(timeline: &Timeline, limit: Timestamp) -> Option<RecordId> {
    timeline.first().filter(|(at, _)| limit.reached(*at)).map(|&(_, id)| id)
}

#[cfg(test)]
mod tests {
    use futures_executor::block_on;

    use super::super::fixtures::*;
    use super::super::store::MemoryStore;
    use super::*;
    use crate::record::record_parts::NewRecord;
    use crate::store::change::Rotated;
    use crate::store::insert::{InsertInto, Inserted};
    use crate::store::listing::{Listing, Show};
    use crate::store::token_store::TokenStore;
    use crate::types::kind::TokenKind;
    use crate::types::realm::Realm;

    #[test]
    fn purge_keeps_the_living_and_takes_at_most_its_limit() {
        let store = MemoryStore::default();
        (1..=3).for_each(|number| found(&store, number));
        assert_eq!(purge(&store, GONE - 1, 0, 9), Progress { changed: 0, more: false });
        assert_eq!(purge(&store, GONE, 0, 2), Progress { changed: 2, more: true });
        assert_eq!(purge(&store, GONE, 0, 2), Progress { changed: 1, more: false });
        assert!(get(&store, id(3, 0)).is_none());
    }

    #[test]
    fn the_last_member_takes_the_family_and_its_label() {
        let store = MemoryStore::default();
        let later = NewRecord { gone_at: Some(at(GONE + 1)), ..record(1, 9, 0) };
        found_as(&store, &labelled(1, "ci"), &[record(1, 0, 0), later]);
        assert_eq!(purge(&store, GONE, 0, 9).changed, 1);
        assert!(get(&store, id(1, 0)).is_none() && read(&store, id(1, 9)).family().label_key.is_some());
        assert_eq!(purge(&store, GONE + 1, 0, 9).changed, 1);
        let home = InsertInto::Found { family: &labelled(1, "ci"), cap: None, pace: None };
        assert_eq!(insert(&store, home, &[record(1, 0, 0)], at(0)), Inserted::Done, "family and label are free");
    }

    #[test]
    fn a_revoked_familys_members_wait_for_its_tombstone() {
        let store = MemoryStore::default();
        found(&store, 1);
        assert!(matches!(rotate(&store, 1, 0), Rotated::Done));
        assert_eq!(revoke_family(&store, 1, 51).changed, 1);
        assert_eq!(purge(&store, 2_999, 0, 9).changed, 0, "their own end was at 2,000");
        assert_eq!(purge(&store, 3_000, 0, 9).changed, 2);
    }

    #[test]
    fn a_record_with_a_notice_waits_for_the_other_limit() {
        let store = MemoryStore::default();
        found_as(&store, &family(1), &[NewRecord { notice: Some(mark(9, 0)), ..record(1, 0, 0) }]);
        found(&store, 2);
        let purge = |now, unsent| block_on(store.purge(at(now), at(unsent), at(0), MANY)).expect("in memory");
        assert_eq!(purge(GONE, GONE - 1), Progress { changed: 1, more: false }, "and stands in nobody's way");
        assert_eq!(purge(GONE - 1, GONE), Progress { changed: 0, more: false }, "never before it is gone");
        assert_eq!(purge(GONE, GONE), Progress { changed: 1, more: false });
    }

    #[test]
    fn shrinking_keeps_the_proof() {
        let store = MemoryStore::default();
        found(&store, 1);
        assert!(matches!(rotate(&store, 1, 0), Rotated::Done));
        assert_eq!(purge(&store, 0, 59, 9).changed, 0);
        assert_eq!(purge(&store, 0, 60, 9), Progress { changed: 1, more: false });
        let (old, new) = (read(&store, id(1, 0)), read(&store, id(1, 1)));
        assert!(old.record().shrunk && !new.record().shrunk);
        let superseded = old.record().superseded.expect("still");
        assert!(superseded.nonce.is_none() && superseded.successor == id(1, 1));
        assert_eq!((old.record().version.number(), old.record().digest.as_bytes()), (1, &[1; 32]));
        let of = Listing::Owner {
            realm: &Realm::default(),
            owner: &owner(),
            kind: TokenKind::PersonalAccessToken,
            show: Show::All,
        };
        let listed = block_on(store.list(of, None, MANY)).expect("in memory").items;
        assert!(listed.iter().map(|record| record.record().id).eq([id(1, 1)]), "a shrunk one is not listed");
        assert_eq!(purge(&store, GONE, 0, 9).changed, 2, "and goes like the others");
    }
}
