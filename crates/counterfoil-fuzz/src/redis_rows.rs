//! The fuzz target for rows of Redis. A row with arbitrary fields must either be refused as corrupt, or be a record
//! that is written back with the same values.

use counterfoil::store::{FamilyParts, Nonce, RecordParts, Revoked, TokenRecord};
use counterfoil::types::{Description, Label, RecordId};
use counterfoil::{Scope, Timestamp};
use counterfoil_conformance::reference::describe;
use counterfoil_redis::fuzzing::{self, FAMILY_FIELDS, FIELDS};

use crate::bytes::counted;

type Field = Option<Vec<u8>>;

/// Runs the fuzz target. `data` is the id of a record, followed by its fields. Each field is one byte that says whether
/// the field exists, and then its content. Returns whether the row is a valid record.
#[must_use]
pub fn redis_rows(data: &[u8]) -> bool {
    let Some((id, mut data)) = data.split_first_chunk() else { return false };
    let id = RecordId::from_bytes(*id);
    let mut row: Vec<Field> = Vec::new();
    while let Some((there, rest)) = data.split_first() {
        data = rest;
        row.push((there & 1 == 1).then(|| counted(&mut data).to_vec()));
    }
    row.resize(FIELDS.max(row.len()), None);
    let Ok(Some(record)) = fuzzing::record(&id, &row) else { return false };
    assert_eq!((record.record().id, row.len()), (id, FIELDS));
    // The family's own fields must decode to the same family as the whole row. Layout 1 is left out (there, the
    // instants of a family have 32 bytes). It has the last use of a family in the fields of the members, so the
    // family's own fields do not decode.
    if row[2].as_ref().is_some_and(|ends| ends.len() != 32) {
        let family = fuzzing::family(id.family(), &row[..FAMILY_FIELDS]).expect("a part of a valid row");
        assert_eq!(family.as_ref(), Some(record.family()));
    }
    let written = written(&record);
    let again = fuzzing::record(&id, &written).expect("our own row").expect("our own row");
    assert_eq!(describe(&again), describe(&record));
    for (at, (read, written)) in row.iter().zip(&written).enumerate() {
        // The written form may differ from the read form in these fields. The document of a family may have other
        // blanks and another order. Layout 1 had no last use and no client. The nonce that the family stores may
        // belong to another member. A scope is written in one order, and labels and descriptions are trimmed.
        let another_spelling = match at {
            0 => same_but_for_document(read, written),
            2 => same_but_for_end(read, written, row[4].is_some()),
            5 => record.record().superseded.is_none_or(|superseded| superseded.nonce.is_none()),
            6 => row[2].as_ref().is_some_and(|ends| ends.len() == 32),
            8 => same_but_for_texts(read.as_deref().unwrap_or_default(), record.record()),
            12 => read.as_ref().is_some_and(Vec::is_empty),
            _ => false,
        };
        assert!(read == written || another_spelling, "field {at}: {} became {}", shown(read), shown(written));
    }
    true
}

fn shown(field: &Field) -> String {
    field.as_ref().map_or("nothing".to_owned(), |field| format!("{:?}", String::from_utf8_lossy(field)))
}

fn same_but_for_document(read: &Field, written: &Field) -> bool {
    let (Some(read), Some(written)) = (read, written) else { return false };
    let document = |bytes: &[u8]| bytes.iter().position(|byte| *byte == b'{' || *byte == b'"').unwrap_or(bytes.len());
    let head = document(written).min(document(read));
    read[..head] == written[..head]
}

/// Compares two values of the field that contains the instants of a family. `read` was in the database, and `written`
/// is what this library writes for the same family. Returns true if the difference between them is allowed. Every
/// difference is allowed if `read` has 32 bytes, as in the old layout 1. If the family is revoked, the second instant
/// may differ, because the tombstone of a revoked family replaces this instant.
fn same_but_for_end(read: &Field, written: &Field, revoked: bool) -> bool {
    let (Some(read), Some(written)) = (read, written) else { return false };
    read.len() == 32 || revoked && read[..16] == written[..16] && read[32..] == written[32..]
}

/// Whether the scope, the label and the description in a field, once they are parsed, equal those of the record. The
/// texts in the field can have another form than this library writes, because another program may have written them.
fn same_but_for_texts(read: &[u8], own: &RecordParts) -> bool {
    let mut rest = read;
    let [scope, label, description] = [(); 3].map(|()| piece(&mut rest));
    let label = label.map(|text| Label::from_stored(&text).expect("was read"));
    let scope = scope.map(|text| text.parse::<Scope>().expect("was read"));
    let description = description.map(|text| Description::new(&text).expect("was read"));
    (scope, label, description) == (own.scope.clone(), own.label.clone(), own.description.clone())
}

/// Reads the next text of a field and advances `rest`. Returns `None` if the record does not have this text.
fn piece(rest: &mut &[u8]) -> Option<String> {
    let (mark, behind) = rest.split_first().expect("was read");
    *rest = behind;
    (*mark == b'+').then(|| {
        let (length, behind) = rest.split_at(6);
        let length = std::str::from_utf8(length).expect("was read").parse().expect("was read");
        let (text, behind) = behind.split_at(length);
        *rest = behind;
        String::from_utf8(text.to_vec()).expect("was read")
    })
}

fn time(at: Timestamp) -> String {
    format!("{:016}", at.micros())
}

fn maybe(at: Option<Timestamp>) -> String {
    at.map_or("-".repeat(16), time)
}

fn stamped(at: Timestamp, number: u8) -> String {
    format!("{}{number:03}", time(at))
}

fn ended(revoked: Revoked) -> String {
    stamped(revoked.at, revoked.reason.byte())
}

/// Writes the fields of a record without using the crate that reads them.
pub(crate) fn written(record: &TokenRecord) -> Vec<Field> {
    let (own, family) = (record.record(), record.family());
    let mut row = family_fields(own, family);
    row.extend(own_fields(own));
    row
}

fn family_fields(own: &RecordParts, family: &FamilyParts) -> Vec<Field> {
    let (realm, owner) = (family.realm.as_str(), family.owner.as_str());
    let body = family.body.to_document(family.details.as_deref()).expect("a document");
    let identity = format!("{:03}{:03}{:03}{realm}{owner}{body}", family.kind.byte(), realm.len(), owner.len());
    // The end of a revoked family is stored in the family's tombstone.
    let gone_at = family.gone_at.filter(|_| family.revoked.is_none());
    let ends = [maybe(family.live_until), maybe(gone_at), time(family.used_at)].concat();
    let tomb = |revoked| [ended(revoked), time(family.gone_at.expect("a tombstone's end"))].concat();
    let key = |nonce: Nonce| format!("{:010}", nonce.key_id.number()).into_bytes();
    let nonce = own.superseded.and_then(|superseded| superseded.nonce);
    vec![
        Some(identity.into_bytes()),
        Some(family.generation.to_string().into_bytes()),
        Some(ends.into_bytes()),
        family.label_key.as_ref().map(|key| key.as_str().as_bytes().to_vec()),
        family.revoked.map(|revoked| tomb(revoked).into_bytes()),
        nonce.map(|nonce| [&own.id.member()[..], &nonce.bytes, &key(nonce)].concat()),
        family.client.map(|client| client.as_bytes().to_vec()),
    ]
}

fn own_fields(own: &RecordParts) -> Vec<Field> {
    let state = if own.shrunk { 's' } else { 'f' };
    let head = format!("{state}{:03}{:020}{}", own.kind.byte(), own.generation, time(own.created_at));
    let key = format!("{:010}", own.key_id.number());
    let parent = own.parent.map(|parent| *parent.as_bytes());
    let parent = parent.as_ref().map_or(&[][..], |parent| &parent[..]);
    let body = [head.as_bytes(), key.as_bytes(), own.digest.as_bytes(), parent].concat();
    let piece = |text: Option<&str>| text.map_or("-".to_owned(), |text| format!("+{:06}{text}", text.len()));
    let label = own.label.as_ref().map(|label| label.as_str());
    let description = own.description.as_ref().map(|description| description.as_str());
    let texts = [piece(own.scope.as_ref().map(|scope| scope.as_str())), piece(label), piece(description)].concat();
    let ends = [maybe(own.expires_at), time(own.expiry_set_at), maybe(own.gone_at)].concat();
    let noticed: String = own.noticed.iter().map(|(at, stage)| stamped(*at, *stage)).collect();
    let superseded = own.superseded.map(|superseded| {
        let times = [time(superseded.at), maybe(superseded.honoured_until)].concat();
        [times.as_bytes(), superseded.successor.as_bytes()].concat()
    });
    vec![
        Some(body),
        Some(texts.into_bytes()),
        Some(own.version.number().to_string().into_bytes()),
        Some(ends.into_bytes()),
        own.notice.map(|notice| stamped(notice.at, notice.stage).into_bytes()),
        (!noticed.is_empty()).then(|| noticed.into_bytes()),
        superseded,
        own.revoked.map(|revoked| ended(revoked).into_bytes()),
        own.last_used_at.map(|at| time(at).into_bytes()),
    ]
}
