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
            self.displace(&holder, now);
        }
        self.log(family.id, now);
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
    use crate::record::family_details::FamilyDetails;
    use crate::record::record_parts::NewRecord;
    use crate::store::change::{Relabel, Rotated};
    use crate::store::insert::{InsertInto, Inserted};
    use crate::store::token_store::TokenStore;
    use crate::types::ids::KeyId;
    use crate::types::kind::TokenKind;
    use crate::types::label::Label;
    use crate::types::metadata::Metadata;

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

    #[test]
    fn details_belong_to_the_family_and_only_its_newest_record_changes_them() {
        let store = MemoryStore::default();
        let details = |text: &str| {
            let metadata: Metadata = format!(r#"{{"a":"{text}"}}"#).parse().expect("metadata");
            FamilyDetails::new().with_metadata(metadata).kept()
        };
        let edit = |details| Change::Edit { label: None, description: None, scope: None, details: Some(details) };
        let access = NewRecord { kind: TokenKind::AccessToken, ..record(1, 9, 0) };
        let family = family(1).with_details(details("one"));
        found_as(&store, &family, &[record(1, 0, 0), access]);
        let shown = |member| read(&store, id(1, member)).family().details.clone();
        assert_eq!((shown(0), shown(9)), (details("one"), details("one")));
        assert!(matches!(apply(&store, id(1, 9), 0, &edit(None), 5), Applied::Stale(_)), "an access token");
        let Applied::Done(written) = apply(&store, id(1, 0), 0, &edit(details("two")), 5) else { panic!("the newest") };
        assert_eq!((written.record().version, &written.family().details), (Version::new(1), &details("two")));
        assert!(matches!(apply(&store, id(1, 0), 0, &edit(None), 5), Applied::Stale(_)), "another version");
        let next = record(1, 1, 1);
        let step = supersede(1, next.id);
        assert!(matches!(block_on(store.rotate(&id(1, 0), &step, &[next], at(50))), Ok(Rotated::Done)));
        assert!(matches!(apply(&store, id(1, 0), 2, &edit(None), 51), Applied::Stale(_)), "a superseded record");
        assert!(matches!(apply(&store, id(1, 0), 2, &rekey(), 51), Applied::Done(_)));
        assert_eq!([0, 1, 9].map(shown), [(); 3].map(|()| details("two")), "kept by the rotation");
        assert!(matches!(apply(&store, id(1, 1), 0, &edit(None), 51), Applied::Done(_)));
        assert_eq!([0, 1, 9].map(shown), [None, None, None]);
        assert!(matches!(apply(&store, id(1, 1), 1, &edit(details("three")), 51), Applied::Done(_)));
        assert_eq!(revoke_family(&store, 1, 52).changed, 1);
        assert!(matches!(apply(&store, id(1, 1), 2, &edit(None), 53), Applied::Stale(_)), "revoked");
        assert_eq!(shown(1), details("three"), "kept by the revocation");
    }
}
