//! Tests that rows decode to the values that were encoded, that incomplete rows are corrupt, and that reading a damaged
//! row never panics.

use counterfoil::store::{
    FamilyBody, FamilyDetails, FamilyParts, Nonce, NoticeMark, RecordParts, Revoked, Superseded, TokenRecord,
};
use counterfoil::types::{Description, FamilyId, KeyId, Metadata, Networks, OwnerId, RevocationReason, TokenKind};
use counterfoil::{Realm, Timestamp};
use counterfoil_conformance::reference::describe;
use counterfoil_conformance::sample::{Person, at};

use super::*;
use crate::engine::Value;

fn full() -> (RecordParts, FamilyRow) {
    let draft = Person::new("realm", "owner").refresh().labelled("Telegram").noticed(Timestamp::MAX, 255);
    let mut record = RecordParts::from(draft.records[0].clone());
    record.parent = Some(record.id);
    record.scope = "a b".parse().ok();
    record.description = Description::new("what for").ok();
    record.superseded = Some(
        Superseded::new(at(1), record.id)
            .with_nonce(Some(Nonce { bytes: [9; 32], key_id: KeyId::new(u32::MAX) }))
            .with_honoured_until(Some(at(2))),
    );
    record.revoked = Some(Revoked { at: at(3), reason: RevocationReason::Replay });
    record.last_used_at = Some(at(4));
    record.notice = Some(NoticeMark { at: at(5), stage: 3 });
    record.noticed = (0..8).map(|stage| (at(6), stage)).collect();
    let mut family = FamilyRow::new(draft.family);
    family.parts.generation = u64::MAX;
    family.parts.details = details();
    family.parts.revoked = Some(Revoked { at: at(7), reason: RevocationReason::ByOwner });
    (family.members, family.step, family.nonce_of) = (2, u64::MAX, Some(record.id));
    (record, family)
}

fn details() -> Option<Box<FamilyDetails>> {
    let office = Networks::new(["192.0.2.0/24", "2001:db8::/32"]).expect("blocks");
    let metadata = "{\"team\":\"ops\"}".parse::<Metadata>().expect("metadata");
    FamilyDetails::new().with_allowed_sources(office).with_metadata(metadata).kept()
}

fn described(record: RecordParts, family: FamilyParts) -> String {
    describe(&TokenRecord::from_parts(record, family).expect("they fit"))
}

#[test]
fn rows_come_back_as_they_were_written() {
    let (record, family) = full();
    let read = read_record(record.id, &write_record(&record)).expect("a record");
    let row = FamilyRow::read(family.parts.id, &family.write().expect("a row")).expect("a family");
    assert_eq!((row.members, row.step, row.nonce_of), (family.members, family.step, family.nonce_of));
    assert_eq!(row.parts, family.parts);
    assert_eq!(row.parts.details, details());
    assert_eq!(described(read, row.parts), described(record, family.parts));
}

/// The row of a family without details. Versions of this crate before the introduction of details wrote the same row.
const PLAIN: &str = concat!(
    "01",
    "0000000000000003",
    "000000057265616c6d",
    "0000000573743a6f77",
    "01",
    "0000000000000002",
    "0000000722616c6f6e6522",
    "00",
    "00",
    "00",
    "00",
    "00060a24181e4004",
    "00",
    "0000000000000001",
    "00",
);

#[test]
fn a_family_without_details_has_the_row_of_older_versions() {
    let owner = OwnerId::from_stored("st:ow").expect("an owner");
    let (id, realm) = (FamilyId::from_bytes([1; 10]), Realm::new("realm").expect("a realm"));
    let kind = TokenKind::PersonalAccessToken;
    let mut parts = FamilyParts::new(id, realm, owner, kind, FamilyBody::Alone, at(4));
    parts.generation = 2;
    let family = FamilyRow { parts, members: 1, step: 3, nonce_of: None };
    let row = family.write().expect("a row");
    assert_eq!(row.iter().map(|byte| format!("{byte:02x}")).collect::<String>(), PLAIN);
    let read = FamilyRow::read(id, &row).expect("a family");
    assert_eq!((&read.parts, read.members, read.step), (&family.parts, 1, 3));
    let mut detailed = family.clone();
    detailed.parts.details = details();
    assert_ne!(detailed.write().expect("a row"), row);
}

#[test]
fn a_row_that_was_cut_lengthened_or_is_of_another_form_is_corrupt() {
    let (record, family) = full();
    let (one, other) = (write_record(&record), family.write().expect("a row"));
    for cut in 0..one.len() {
        assert!(read_record(record.id, &one[..cut]).is_err(), "{cut}");
    }
    for cut in 0..other.len() {
        assert!(FamilyRow::read(family.parts.id, &other[..cut]).is_err(), "{cut}");
    }
    assert!(read_record(record.id, &[&one[..], &[0]].concat()).is_err());
    assert!(read_record(record.id, &[&[2], &one[1..]].concat()).is_err(), "a form that is not known");
}

/// Checks that reading a damaged row never panics.
#[test]
fn a_row_with_any_byte_changed_reads_or_is_corrupt() {
    let (record, family) = full();
    let (one, other) = (write_record(&record), family.write().expect("a row"));
    for index in 0..one.len().max(other.len()) {
        for byte in [0, 1, 2, 127, 128, 255] {
            let change =
                |row: &Value| row.iter().enumerate().map(|(at, old)| if at == index { byte } else { *old }).collect();
            let (one, other): (Value, Value) = (change(&one), change(&other));
            drop((read_record(record.id, &one), FamilyRow::read(family.parts.id, &other)));
        }
    }
}
