//! Tests that written fields decode to the same values, and that other texts do not decode.

use counterfoil::store::{FamilyBody, FamilyDetails, FamilyParts, NewFamily, StoreError};
use counterfoil::types::{FamilyId, Metadata, Networks, OwnerId, TokenKind};
use counterfoil::{Realm, SubjectId, Timestamp};
use redis::Value;

use super::fields::{counted, identity_of, instant, maybe_instant, noticed_of, stamp, texts_of};
use super::{family, identity, identity_of_parts, maybe, piece, time, with_details};

/// Checks that a text with a damaged first byte does not decode. This byte says whether the text is missing. If a
/// damaged byte made a scope missing, the credential could do everything that its owner may do.
#[test]
fn a_damaged_mark_of_a_text_is_no_text_that_is_missing() {
    assert_eq!(texts_of(b"+000003a b-+000001x"), Some([Some("a b"), None, Some("x")]));
    assert_eq!(texts_of(b"---"), Some([None; 3]));
    for damaged in [&b"*000003a b--"[..], b"1--", b"--", b"----", b"+00003a b--", b"++00003a b--", b"---+000001x"] {
        assert_eq!(texts_of(damaged), None, "{damaged:?}");
    }
}

#[test]
fn numbers_and_instants_have_one_spelling() {
    for (text, expected) in [(&b"0"[..], Some(0)), (b"10", Some(10)), (b"+1", None), (b"01", None), (b"", None)] {
        assert_eq!(counted(text), expected, "{text:?}");
    }
    assert_eq!(instant(b"0000000000000001"), Timestamp::from_micros(1));
    for other in [&b"+000000000000001"[..], b"1", b"00000000000000001", b""] {
        assert_eq!(instant(other), None, "{other:?}");
    }
    assert_eq!(
        noticed_of(b"0000000000000001002"),
        Some(vec![(Timestamp::from_micros(1).unwrap_or(Timestamp::MAX), 2)])
    );
    assert_eq!((noticed_of(b"00000000000000012"), stamp(b"00000000000000010002")), (None, None));
}

#[test]
fn instants_are_sixteen_digits_that_order_as_the_instants_do() {
    assert_eq!(&time(Timestamp::EPOCH), b"0000000000000000");
    assert_eq!(&time(Timestamp::MAX), b"9007199254740991");
    assert_eq!(maybe_instant(&maybe(None)), Some(None));
    assert_eq!(maybe_instant(&maybe(Some(Timestamp::MAX))), Some(Some(Timestamp::MAX)));
    assert_eq!(instant(b"9007199254740992"), None, "no instant");
    assert_eq!(instant(b"+000000000000001"), None, "scripts compare the text, in which a sign is less than any digit");
}

#[test]
fn texts_come_back_and_a_cut_one_does_not() {
    let texts = [piece(Some("a b")), piece(None), piece(Some("\u{436}"))].concat();
    assert_eq!(texts, "+000003a b-+000002\u{436}".as_bytes());
    assert_eq!(texts_of(&texts), Some([Some("a b"), None, Some("\u{436}")]));
    for cut in 0..texts.len() {
        assert_eq!(texts_of(&texts[..cut]), None, "{cut}");
    }
}

const FAMILY: FamilyId = FamilyId::from_bytes([1; 10]);

fn details() -> FamilyDetails {
    FamilyDetails::new()
        .with_allowed_sources(Networks::new(["192.0.2.0/24"]).expect("a block"))
        .with_metadata(r#"{"a":{"details":"}"}}"#.parse::<Metadata>().expect("metadata"))
}

fn new_family() -> NewFamily {
    let owner = OwnerId::from(SubjectId::new("\u{436}").expect("a subject"));
    NewFamily::new(FAMILY, Realm::default(), owner, TokenKind::PersonalAccessToken, FamilyBody::Alone, Timestamp::EPOCH)
}

/// Checks that the field `i` of a family without details is the same as in versions before the introduction of details,
/// so a node with such a version can read the family. Also checks that a change of the details changes nothing else in
/// the field.
#[test]
fn the_identity_has_the_details_and_other_details_change_nothing_else() {
    let plain = identity(&new_family()).expect("a document");
    assert_eq!(plain, "001007002default\u{436}\"alone\"".as_bytes());
    let detailed = identity(&new_family().with_details(details().kept())).expect("a document");
    let document = FamilyBody::Alone.to_document(Some(&details())).expect("a document");
    assert_eq!(detailed, format!("001007002default\u{436}{document}").as_bytes());
    let parts = FamilyParts::from(new_family().with_details(details().kept()));
    assert_eq!(identity_of_parts(&parts).expect("a document"), detailed);
    let read = identity_of(&detailed).expect("our own text");
    assert_eq!((read.body, read.details), (FamilyBody::Alone, details().kept()));
    assert_eq!(with_details(&plain, Some(&details())).expect("a document"), Some(detailed.clone()));
    for none in [None, Some(&FamilyDetails::new())] {
        assert_eq!(with_details(&detailed, none).expect("a document"), Some(plain.clone()));
    }
}

#[test]
fn an_identity_that_does_not_decode_gets_no_details() {
    let detailed = identity(&new_family().with_details(details().kept())).expect("a document");
    for cut in 0..detailed.len() {
        assert!(identity_of(&detailed[..cut]).is_none(), "{cut}");
        assert_eq!(with_details(&detailed[..cut], None).expect("no document"), None, "{cut}");
    }
    let newer = b"001007001default7{\"body\":\"alone\",\"details\":{\"only_on_sundays\":true}}";
    assert_eq!(with_details(newer, None).expect("no document"), None);
}

#[test]
fn the_row_of_a_family_is_read_without_a_member() {
    let row = |fields: [Option<&[u8]>; 7]| {
        family(FAMILY, &fields.map(|field| field.map_or(Value::Nil, |field| Value::BulkString(field.to_vec()))))
    };
    let plain = identity(&new_family()).expect("a document");
    let ends = [&time(Timestamp::MAX)[..], &maybe(None), &time(Timestamp::EPOCH)].concat();
    let parts = FamilyParts::from(new_family().with_live_until(Timestamp::MAX));
    let read = row([Some(&plain), Some(b"0"), Some(&ends), None, None, None, None]);
    assert_eq!(read.expect("it decodes"), Some(parts));
    assert!(matches!(row([None; 7]), Ok(None)), "there is no such family");
    let corrupt = [
        [None, Some(&b"0"[..]), Some(&ends), None, None, None, None],
        [Some(&plain), None, Some(&ends), None, None, None, None],
        [Some(&plain), Some(b"0"), None, None, None, None, None],
        [Some(&plain), Some(b"0"), Some(&ends), None, Some(b"x"), None, None],
        // The last use is missing.
        [Some(&plain), Some(b"0"), Some(&ends[..32]), None, None, None, None],
    ];
    for fields in corrupt {
        let read = row(fields);
        assert!(matches!(read, Err(StoreError::Corrupt { .. })), "{read:?}");
    }
}
