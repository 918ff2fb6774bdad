//! Tests of when a sign-in or session was opened, when it ends, and which facts follow from its family row.

use super::*;
use crate::record::samples::{around, at, limits, settings, sign_in, subject, t0};
use crate::types::ids::FamilyId;
use crate::types::realm::Realm;

const DAY: u32 = 86_400;

fn family(kind: TokenKind, body: FamilyBody, live_until: Timestamp, used_at: Timestamp) -> FamilyParts {
    let (id, owner) = (FamilyId::from_bytes([7; 10]), subject("owner").into());
    let mut family = FamilyParts::new(id, Realm::default(), owner, kind, body, used_at);
    family.live_until = Some(live_until);
    family
}

fn ends_at(family: &FamilyParts) -> Timestamp {
    let settings = settings();
    facts(family, limits(&settings)).expect("a sign-in").1
}

#[test]
fn sight_1_a_sign_in_ends_with_its_inactivity_time_out_and_never_after_its_absolute_end() {
    let remembered = |live, used, end| family(TokenKind::RefreshToken, sign_in(true, at(end)), at(live), at(used));
    assert_eq!(ends_at(&remembered(100 + DAY, 100, 30 * DAY)), at(100 + DAY));
    assert_eq!(ends_at(&remembered(9 * DAY, 100, 30 * DAY)), at(100 + DAY), "a shortened time-out applies at once");
    assert_eq!(ends_at(&remembered(2 * DAY, DAY, DAY + 5)), at(DAY + 5));
    let plain = family(TokenKind::RefreshToken, sign_in(false, at(DAY)), at(DAY), at(500));
    assert_eq!(ends_at(&plain), at(DAY), "a refresh does not extend it");
    let alone = family(TokenKind::AccessToken, sign_in(false, at(600)), at(600), t0());
    assert_eq!(ends_at(&alone), at(600));
}

#[test]
fn sight_1_a_sign_in_whose_access_token_outlives_its_refresh_token_ends_with_the_access_token() {
    let short = |absolute| family(TokenKind::RefreshToken, sign_in(true, at(absolute)), at(60), at(50));
    assert_eq!(ends_at(&short(DAY)), at(650));
    assert_eq!(ends_at(&short(600)), at(600));
}

#[test]
fn sight_1_a_session_ends_with_its_row_and_other_families_are_no_sign_ins() {
    let session = FamilyBody::Session { authenticated_at: t0(), absolute_end: at(DAY) };
    let session = family(TokenKind::ConsoleSession, session, at(1_800), at(30));
    assert_eq!((opened_at(&session), ends_at(&session)), (Some(t0()), at(1_800)));
    let code = FamilyBody::Code {
        created_by: subject("owner"),
        access: crate::record::family_body::Access::SuperAdministrator,
        named: None,
    };
    for (kind, body) in [(TokenKind::PersonalAccessToken, FamilyBody::Alone), (TokenKind::SecurityCode, code)] {
        let other = family(kind, body, at(DAY), t0());
        let settings = settings();
        assert!(opened_at(&other).is_none() && facts(&other, limits(&settings)).is_none());
    }
}

#[test]
fn sight_1_the_facts_of_a_family_are_those_of_its_newest_record() {
    let remembered = family(TokenKind::RefreshToken, sign_in(true, at(30 * DAY)), at(DAY), at(9));
    let settings = settings();
    let (facts, _) = facts(&remembered, limits(&settings)).expect("a sign-in");
    assert_eq!((facts.began_at, facts.subject, facts.kind), (t0(), Some(subject("owner")), TokenKind::RefreshToken));
    assert_eq!(facts.id.family(), remembered.id);
    assert!(around(t0()).contains(&facts.began_at));
}
