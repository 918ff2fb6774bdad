//! Tests of subject ids, of the stored owner of the realm, and of the parts of a record id.

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

#[test]
fn a_subject_is_reserved_by_its_prefix_and_22_letters() {
    let reserved = |id: &str| SubjectId::new(id).expect("a subject").is_reserved();
    let letters = "0aZ0aZ0aZ0aZ0aZ0aZ0aZ0";
    assert!(reserved(&format!("service-account:{letters}")));
    assert!(reserved(&format!("service-account:{}", "z".repeat(22))), "also if the number is 2^128 or more");
    for id in [
        letters.to_owned(),
        "service-account:".to_owned(),
        format!("service-account:{}", &letters[1..]),
        format!("service-account:{letters}0"),
        format!("service-account:{}-", &letters[1..]),
        format!("service-account:{}ж", &letters[2..]),
        format!(" service-account:{letters}"),
        format!("Service-account:{letters}"),
        format!("service_account:{letters}"),
        format!("service-account:service-account:{letters}"),
    ] {
        assert!(!reserved(&id), "{id}");
    }
}
