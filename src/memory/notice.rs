//! Writes the last use of a record and the state of its notice. These writes do not change the version of the record.

use super::write::{Writer, joined};
use crate::record::state::NoticeMark;
use crate::record::token_record::TokenRecord;
use crate::store::error::StoreError;
use crate::store::transition;
use crate::types::ids::RecordId;
use crate::types::time::Timestamp;

impl Writer<'_> {
    /// Records a last use at the instant `at`. Does nothing if the record is missing or shrunk
    /// ([`RecordParts::shrink`](crate::record::record_parts::RecordParts::shrink)), or if its stored last use is at
    /// this instant or later.
    pub(super) fn touch(&mut self, id: &RecordId, at: Timestamp) {
        if !self.table.peek(id, |record| record.is_some_and(|record| transition::is_touched(record, at))) {
            return;
        }
        // The last use is in no index, so only the table changes.
        if let Some(mut record) = self.table.record(id) {
            record.last_used_at = Some(at);
            self.table.publish_record(record);
        }
    }

    pub(super) fn claim(
        &mut self,
        id: &RecordId,
        held: NoticeMark,
        lease_until: Timestamp,
    ) -> Result<Option<TokenRecord>, StoreError> {
        let Some((old, family)) = self.table.pair(id) else { return Ok(None) };
        let mut record = old.clone();
        if !transition::claim(&mut record, held, lease_until) {
            return Ok(None);
        }
        self.put_record(&old, &family, record.clone());
        joined(record, family).map(Some)
    }

    pub(super) fn settle(
        &mut self,
        id: &RecordId,
        held: NoticeMark,
        next: Option<NoticeMark>,
        sent: Option<(Timestamp, u8)>,
    ) -> bool {
        let Some((old, family)) = self.table.pair(id) else { return false };
        let mut record = old.clone();
        let held = transition::settle(&mut record, held, next, sent);
        if held || sent.is_some() {
            self.put_record(&old, &family, record);
        }
        held
    }
}

#[cfg(test)]
mod tests {
    use futures_executor::block_on;

    use super::super::fixtures::*;
    use super::super::store::MemoryStore;
    use crate::record::record_parts::NewRecord;
    use crate::store::token_store::TokenStore;
    use crate::types::ids::RecordId;

    fn with_notice() -> (MemoryStore, RecordId) {
        let store = MemoryStore::default();
        let noticed = NewRecord { notice: Some(mark(100, 0)), ..record(1, 0, 0) };
        found_as(&store, &family(1), &[noticed]);
        (store, id(1, 0))
    }

    #[test]
    fn touch_is_forward_and_makes_no_ghosts() {
        let store = MemoryStore::default();
        found(&store, 1);
        let seen = [(id(1, 0), at(9)), (id(1, 0), at(5)), (id(2, 0), at(9))];
        block_on(store.touch(&seen)).expect("in memory");
        let read = read(&store, id(1, 0));
        assert_eq!((read.record().last_used_at, read.record().version.number()), (Some(at(9)), 0));
        assert!(get(&store, id(2, 0)).is_none());
    }

    #[test]
    fn claim_has_one_winner_and_moves_no_version() {
        let (store, id) = with_notice();
        let claim = |held, lease| block_on(store.claim(&id, held, lease)).expect("in memory");
        assert!(claim(mark(100, 1), at(200)).is_none(), "another stage");
        assert!(claim(mark(100, 0), at(100)).is_none(), "a lease goes forward");
        let held = claim(mark(100, 0), at(200)).expect("wins");
        assert_eq!((held.record().notice, held.record().version.number()), (Some(mark(200, 0)), 0));
        assert!(claim(mark(100, 0), at(300)).is_none(), "lost");
        assert!(claim(mark(200, 0), at(300)).is_some(), "the lease ran out");
    }

    #[test]
    fn settle_notes_what_was_sent_in_any_case() {
        let (store, id) = with_notice();
        let settle = |held, next, sent| block_on(store.settle(&id, held, next, sent)).expect("in memory");
        assert!(!settle(mark(99, 0), None, Some((at(EXPIRY), 0))), "not held");
        assert_eq!(read(&store, id).record().notice, Some(mark(100, 0)));
        assert!(settle(mark(100, 0), Some(mark(500, 1)), Some((at(EXPIRY), 1))));
        assert!(!settle(mark(100, 0), None, None), "a settled mark refuses the old holder");
        let read = read(&store, id);
        assert_eq!(read.record().notice, Some(mark(500, 1)));
        assert_eq!(read.record().noticed, [(at(EXPIRY), 0), (at(EXPIRY), 1)]);
    }
}
