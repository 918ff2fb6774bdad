//! Changes of one record, with compare-and-swap on its version.

use super::write::{Holder, Writer, joined};
use crate::store::change::{Applied, Change};
use crate::store::error::StoreError;
use crate::store::transition;
use crate::types::ids::{RecordId, Version};
use crate::types::time::Timestamp;

impl Writer<'_> {
    pub(super) fn apply(
        &mut self,
        id: &RecordId,
        expect: Version,
        change: &Change,
        now: Timestamp,
    ) -> Result<Applied, StoreError> {
        let Some((mut record, before)) = self.table.pair(id) else { return Ok(Applied::Missing) };
        if !transition::accepts_change(&record, &before, expect, change) {
            return joined(record, before).map(Applied::Stale);
        }
        let mut family = before.clone();
        let mut displaced = None;
        if let Change::Edit { label: Some(relabel), .. } = change {
            match self.holder(&family, relabel.key.as_ref(), now) {
                Holder::Kept(holder) => return Ok(Applied::LabelTaken(holder)),
                Holder::Gone(holder) => displaced = Some(holder),
                Holder::Nobody => {}
            }
        }
        transition::change(&mut record, &mut family, change, now);
        let written = joined(record.clone(), family.clone())?;
        if let Some(holder) = displaced {
            self.displace(&holder);
        }
        self.commit(Some(&before), family, vec![record]);
        Ok(Applied::Done(written))
    }
}

#[cfg(test)]
mod tests {
    use futures_executor::block_on;

    use super::super::fixtures::*;
    use super::super::store::MemoryStore;
    use super::*;
    use crate::crypto::digest::Digest;
    use crate::record::record_parts::NewRecord;
    use crate::store::change::{Relabel, Rotated};
    use crate::store::insert::{InsertInto, Inserted};
    use crate::store::token_store::TokenStore;
    use crate::types::ids::KeyId;
    use crate::types::kind::TokenKind;
    use crate::types::label::Label;

    fn apply(store: &MemoryStore, id: RecordId, expect: u64, change: &Change, now: u32) -> Applied {
        block_on(store.apply(&id, Version::new(expect), change, at(now))).expect("in memory")
    }

    fn relabel(text: &str) -> Change {
        let label = Label::new(text, 20).expect("a label");
        let key = Some(label.key());
        Change::Edit { label: Some(Relabel { label, key }), description: None, scope: None, details: None }
    }

    fn rekey() -> Change {
        Change::Rekey { digest: Digest::from_bytes([8; 32]), key_id: KeyId::new(2) }
    }

    #[test]
    fn apply_needs_the_version() {
        let store = MemoryStore::default();
        assert!(matches!(apply(&store, id(1, 0), 0, &rekey(), 5), Applied::Missing));
        found(&store, 1);
        let Applied::Done(written) = apply(&store, id(1, 0), 0, &rekey(), 5) else { panic!("fits") };
        assert_eq!((written.record().version, written.record().key_id), (Version::new(1), KeyId::new(2)));
        let Applied::Stale(standing) = apply(&store, id(1, 0), 0, &rekey(), 5) else { panic!("moved on") };
        assert_eq!(standing.record().version, Version::new(1));
        assert_eq!(block_on(store.census()).expect("in memory"), [(KeyId::new(2), 1)]);
        assert_eq!(revoke_family(&store, 1, 6).changed, 1);
        assert!(matches!(apply(&store, id(1, 0), 1, &rekey(), 7), Applied::Stale(_)), "revoked");
    }

    #[test]
    fn a_relabel_gives_one_label_back_and_takes_the_other() {
        let store = MemoryStore::default();
        found_as(&store, &labelled(1, "one"), &[record(1, 0, 0)]);
        found_as(&store, &labelled(2, "two"), &[record(2, 0, 0)]);
        let taken = apply(&store, id(1, 0), 0, &relabel("TWO"), 5);
        assert!(matches!(taken, Applied::LabelTaken(holder) if holder == family_id(2)));
        assert!(matches!(apply(&store, id(1, 0), 0, &relabel("One"), 5), Applied::Done(_)), "its own");
        assert!(matches!(apply(&store, id(1, 0), 1, &relabel("three"), 5), Applied::Done(_)));
        let home = InsertInto::Found { family: &labelled(3, "one"), cap: None, pace: None };
        assert_eq!(insert(&store, home, &[record(3, 0, 0)], at(5)), Inserted::Done, "given back");
        let Applied::Done(written) = apply(&store, id(1, 0), 2, &relabel("two"), GONE) else { panic!("displaces") };
        assert_eq!(written.record().label.as_ref().map(Label::as_str), Some("two"));
        assert_eq!(read(&store, id(2, 0)).family().label_key, None);
    }

    #[test]
    fn the_familys_end_follows_the_newest_of_its_chain_only() {
        let store = MemoryStore::default();
        let access = NewRecord { kind: TokenKind::AccessToken, ..record(1, 9, 0) };
        found_as(&store, &family(1), &[record(1, 0, 0), access]);
        let change = Change::Expiry { expires_at: Some(at(7)), gone_at: Some(at(8)), notice: Some(mark(6, 1)) };
        let Applied::Done(beside) = apply(&store, id(1, 9), 0, &change, 5) else { panic!("fits") };
        assert_eq!(beside.family().live_until, Some(at(EXPIRY)), "an access token leads nobody");
        let Applied::Done(newest) = apply(&store, id(1, 0), 0, &change, 5) else { panic!("fits") };
        assert_eq!((newest.family().live_until, newest.family().gone_at), (Some(at(7)), Some(at(8))));
        assert_eq!((newest.record().expiry_set_at, newest.record().notice), (at(5), Some(mark(6, 1))));
    }

    #[test]
    fn the_end_of_an_overlap_needs_a_superseded_record() {
        let store = MemoryStore::default();
        found(&store, 1);
        let end = Change::End { honoured_until: at(55), gone_at: at(99) };
        assert!(matches!(apply(&store, id(1, 0), 0, &end, 51), Applied::Stale(_)));
        assert!(matches!(rotate(&store, 1, 0), Rotated::Done));
        let Applied::Done(ended) = apply(&store, id(1, 0), 1, &end, 55) else { panic!("superseded") };
        assert_eq!(ended.record().superseded.and_then(|superseded| superseded.honoured_until), Some(at(55)));
        assert_eq!(ended.record().gone_at, Some(at(GONE)), "set already");
    }
}
