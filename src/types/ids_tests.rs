//! Tests that each id has only one spelling.

use super::*;

#[test]
fn the_realms_owner_is_no_subject() {
    assert!(SubjectId::new(OwnerId::realm().as_str()).is_err());
    assert_eq!(OwnerId::realm().subject(), None);
    assert_eq!(OwnerId::from_stored(REALM_OWNER), Ok(OwnerId::realm()));
}

#[test]
fn a_subject_is_1_to_255_bytes_without_control_characters() {
    assert!(SubjectId::new("<ID>6</ID><ServerID>1</ServerID>").is_ok());
    assert!(SubjectId::new(&"x".repeat(255)).is_ok());
    for bad in ["", "a\nb", "a\u{0}", &"x".repeat(256)] {
        assert_eq!(SubjectId::new(bad), Err(InvalidSubject));
    }
}

#[test]
fn an_id_names_family_and_shard() {
    let id = RecordId::from_bytes([9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    assert_eq!(id.shard(), 9);
    assert_eq!(RecordId::of(id.family(), id.member()), id);
    assert_eq!("x".parse::<RecordId>(), Err(InvalidId));
}
