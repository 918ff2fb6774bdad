//! Tests that hostile texts never give equal keys, that keys have the order of their numbers, and that the end of a
//! prefix comes after all keys with the prefix.

use std::collections::BTreeSet;

use counterfoil::types::{LabelKey, OwnerId, RecordId, TokenKind};
use counterfoil::{Realm, SubjectId, Timestamp};

use super::*;

const TEXTS: [&str; 9] =
    ["a", "A", "a ", "aa", "a/a", "b", "é", "\u{10FFFF}", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"];

fn realms() -> impl Iterator<Item = Realm> {
    TEXTS.into_iter().filter_map(|text| Realm::new(text).ok())
}

fn owners() -> impl Iterator<Item = OwnerId> {
    TEXTS.into_iter().filter_map(|text| SubjectId::new(text).ok()).map(OwnerId::from).chain([OwnerId::realm()])
}

/// Checks that no key is a prefix of another. Therefore the range of one owner contains no entries of another owner.
#[test]
fn no_two_realms_owners_and_labels_are_one_key_and_none_begins_another() {
    let mut keys = BTreeSet::new();
    let mut prefixes = BTreeSet::new();
    let mut all = 0;
    for realm in realms() {
        for owner in owners() {
            prefixes.insert(standing(&realm, &owner).key());
            for text in TEXTS.into_iter().chain(["", "\0", "\0\0"]) {
                keys.insert(label(&realm, &owner, &LabelKey::from_stored(text)));
                all += 1;
            }
        }
    }
    assert_eq!(keys.len(), all);
    assert_eq!(prefixes.len(), realms().count() * owners().count());
    let mut prefixes = prefixes.into_iter().collect::<Vec<_>>();
    prefixes.sort();
    assert!(prefixes.windows(2).all(|two| !two[1].starts_with(&two[0])), "sorted, a prefix is before what it begins");
}

#[test]
fn keys_are_in_the_order_of_their_numbers() {
    let instants = [0, 1, 255, 256, 65_535, 65_536, 1 << 31, 1 << 32, (1 << 53) - 1]
        .map(|micros| Timestamp::from_micros(micros).expect("in range"));
    let id = RecordId::from_bytes([7; 16]);
    let oldest: Vec<Key> = instants.iter().map(|at| due().instant(*at).id(&id).key()).collect();
    assert!(oldest.is_sorted());
    let (realm, owner) = (Realm::default(), OwnerId::realm());
    let listed = |at: &Timestamp| listed(&realm, &owner, TokenKind::SecurityCode).newest_first(*at, &id).key();
    let newest: Vec<Key> = instants.iter().rev().map(listed).collect();
    assert!(newest.is_sorted());
    let ends: Vec<Key> =
        instants.iter().map(|at| Some(*at)).chain([None]).map(|end| access(&id.family()).end(end).key()).collect();
    assert!(ends.is_sorted(), "what has no end is last");
}

#[test]
fn the_end_of_a_prefix_is_behind_all_that_begins_so() {
    let family = FamilyId::from_bytes([0xFF; 10]);
    let last = record(&RecordId::from_bytes([0xFF; 16]));
    assert!(last < members(&family).end_of_prefix());
    assert!(members(&family).key() < last);
    assert_eq!(last_id(&last), Some(RecordId::from_bytes([0xFF; 16])));
    assert_eq!(last_id(&super::family(&family)), None, "a family's row is no record's");
}
