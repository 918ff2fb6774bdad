//! Tests of the phase of a record: every boundary between phases, and properties that hold for all records.

use std::time::Duration;

use proptest::prelude::*;

use crate::record::expiry;
use crate::record::family_body::FamilyBody;
use crate::record::phase::{self, Phase};
use crate::record::samples::{around, at, limits, record, settings, sign_in, superseded, t0};
use crate::record::state::Revoked;
use crate::record::token_record::TokenRecord;
use crate::types::duration::days;
use crate::types::kind::TokenKind;
use crate::types::revocation_reason::RevocationReason;
use crate::types::settings::Settings;
use crate::types::time::Timestamp;

const PAT: TokenKind = TokenKind::PersonalAccessToken;

fn phase(record: &TokenRecord, settings: &Settings, now: Timestamp) -> Phase {
    phase::phase(record.view(), limits(settings), now)
}

fn effective_expiry(record: &TokenRecord, settings: &Settings) -> Option<Timestamp> {
    expiry::effective_expiry(record.view(), limits(settings))
}

fn slid_expiry(record: &TokenRecord, settings: &Settings, now: Timestamp) -> Option<Timestamp> {
    expiry::slid_expiry(record.view(), limits(settings), now)
}

#[test]
fn syn_pat_8_a_token_is_expired_at_its_expiry_and_not_before() {
    let expires_at = at(100);
    let record = record(PAT, FamilyBody::Alone, Some(expires_at), |_, _| {});
    let [before, there, after] = around(expires_at);
    assert_eq!(phase(&record, &settings(), before), Phase::Live);
    let expired = Phase::Expired { at: expires_at, until: record.gone_at() };
    assert_eq!(phase(&record, &settings(), there), expired);
    assert_eq!(phase(&record, &settings(), after), expired);
}

#[test]
fn ao_code_4_after_its_retention_a_record_is_as_good_as_not_there() {
    let expires_at = at(100);
    let record = record(PAT, FamilyBody::Alone, Some(expires_at), |_, _| {});
    let gone_at = expires_at.plus(days(7)).expect("in range");
    let [before, there, after] = around(gone_at);
    assert!(matches!(phase(&record, &settings(), before), Phase::Expired { .. }));
    assert_eq!(phase(&record, &settings(), there), Phase::Purgeable);
    assert_eq!(phase(&record, &settings(), after), Phase::Purgeable);
}

#[test]
fn a_permanent_record_lives_to_the_end_of_time() {
    let record = record(PAT, FamilyBody::Alone, None, |_, _| {});
    assert_eq!(phase(&record, &settings(), Timestamp::MAX), Phase::Live);
}

#[test]
fn syn_token_6_state_is_judged_before_expiry() {
    let revoked = Revoked { at: at(1), reason: RevocationReason::ByOwner };
    let both = record(PAT, FamilyBody::Alone, Some(at(2)), |record, _| record.revoked = Some(revoked));
    assert_eq!(phase(&both, &settings(), at(3)), Phase::Revoked(revoked));
    let used_up = record(TokenKind::RefreshToken, sign_in(true, at(9_999)), Some(at(2)), |record, family| {
        record.superseded = Some(superseded(at(1), Some(at(1))));
        family.generation = 1;
    });
    assert_eq!(phase(&used_up, &settings(), at(3)), Phase::Rotated { retry_until: None });
}

#[test]
fn syn_token_7_a_record_of_a_revoked_family_is_revoked_and_the_earlier_instant_wins() {
    let (own, all) = (
        Revoked { at: at(5), reason: RevocationReason::ByClient },
        Revoked { at: at(4), reason: RevocationReason::Replay },
    );
    let record = record(PAT, FamilyBody::Alone, None, |record, family| {
        record.revoked = Some(own);
        family.revoked = Some(all);
        family.gone_at = Some(at(50));
    });
    assert_eq!(phase(&record, &settings(), at(6)), Phase::Revoked(all));
    assert_eq!(phase(&record, &settings(), at(50)), Phase::Purgeable, "the family's tombstone decides");
}

#[test]
fn syn_token_6_only_the_direct_parent_has_a_retry_window_and_only_before_its_end() {
    let parent = |generation: u64, nonce: bool| {
        record(TokenKind::RefreshToken, sign_in(true, at(9_999)), Some(at(9_999)), |record, family| {
            let mut state = superseded(at(1), Some(at(11)));
            state.nonce = state.nonce.filter(|_| nonce);
            record.superseded = Some(state);
            family.generation = generation;
        })
    };
    let [before, there, _] = around(at(11));
    assert_eq!(phase(&parent(1, true), &settings(), before), Phase::Rotated { retry_until: Some(at(11)) });
    assert_eq!(phase(&parent(1, true), &settings(), there), Phase::Rotated { retry_until: None });
    assert_eq!(phase(&parent(2, true), &settings(), at(2)), Phase::Rotated { retry_until: None }, "a grandparent");
    assert_eq!(phase(&parent(1, false), &settings(), at(2)), Phase::Rotated { retry_until: None }, "no nonce");
}

#[test]
fn syn_pat_6_the_old_half_of_a_hand_over_is_honoured_until_its_end() {
    let old = |until| {
        record(PAT, FamilyBody::Alone, Some(at(1_000)), |record, family| {
            record.superseded = Some(superseded(at(1), until));
            family.generation = 1;
        })
    };
    let [before, there, _] = around(at(20));
    assert_eq!(phase(&old(Some(at(20))), &settings(), before), Phase::Overlap { until: Some(at(20)) });
    assert_eq!(phase(&old(Some(at(20))), &settings(), there), Phase::Rotated { retry_until: None });
    assert_eq!(phase(&old(None), &settings(), at(999)), Phase::Overlap { until: None });
    assert!(matches!(phase(&old(None), &settings(), at(1_000)), Phase::Expired { .. }), "an overlap outlives nothing");
    assert_eq!(
        phase(&old(Some(at(1))), &settings(), at(1_000)),
        Phase::Rotated { retry_until: None },
        "ended stays ended"
    );
}

#[test]
fn syn_token_5_a_shortened_time_out_applies_at_the_next_use() {
    let long = days(30);
    let record = |remember| {
        let end = t0().plus(long);
        record(TokenKind::RefreshToken, sign_in(remember, end.expect("in range")), end, |record, _| {
            record.expiry_set_at = at(50);
        })
    };
    let mut short = settings();
    short.refresh_inactivity = Duration::from_secs(100);
    let sliding = record(true);
    assert_eq!(phase(&sliding, &short, around(at(150))[0]), Phase::Live);
    assert!(matches!(phase(&sliding, &short, at(150)), Phase::Expired { at: end, .. } if end == at(150)));
    let not_sliding = record(false);
    assert_eq!(phase(&not_sliding, &short, around(at(100))[0]), Phase::Live);
    assert!(matches!(phase(&not_sliding, &short, at(100)), Phase::Expired { .. }), "counted from the issue");
    short.refresh_absolute = Duration::from_secs(120);
    assert!(matches!(phase(&sliding, &short, at(120)), Phase::Expired { .. }), "the absolute life too");
    let mut longer = settings();
    longer.refresh_inactivity = days(300);
    longer.refresh_absolute = days(300);
    let end = t0().plus(long).expect("in range");
    assert!(matches!(phase(&sliding, &longer, end), Phase::Expired { .. }), "what was promised to end, ends");
}

#[test]
fn syn_token_5_a_slide_takes_the_inactivity_period_on_and_never_past_the_absolute_life() {
    let refresh = |remember, expires_at: Option<Timestamp>| {
        record(TokenKind::RefreshToken, sign_in(remember, at(1_000)), expires_at, |_, _| {})
    };
    let mut short = settings();
    short.refresh_inactivity = Duration::from_secs(100);
    assert_eq!(slid_expiry(&refresh(true, Some(at(100))), &short, at(50)), Some(at(150)));
    assert_eq!(slid_expiry(&refresh(true, Some(at(1_000))), &short, at(950)), Some(at(1_000)), "the family's end");
    short.refresh_absolute = Duration::from_secs(120);
    assert_eq!(slid_expiry(&refresh(true, Some(at(100))), &short, at(50)), Some(at(120)), "as it is set now");
    let not_sliding = refresh(false, Some(at(100)));
    assert_eq!(slid_expiry(&not_sliding, &short, at(50)), Some(at(100)), "without sliding nothing moves");
    let permanent = record(PAT, FamilyBody::Alone, None, |_, _| {});
    assert_eq!(slid_expiry(&permanent, &short, at(50)), None);
    let token = record(PAT, FamilyBody::Alone, Some(at(70)), |_, _| {});
    assert_eq!(slid_expiry(&token, &short, at(50)), Some(at(70)), "only a sign-in slides");
    assert_eq!(effective_expiry(&token, &short), Some(at(70)), "and only its refresh token is shortened");
    let access = record(TokenKind::AccessToken, sign_in(true, at(1_000)), Some(at(600)), |_, _| {});
    assert_eq!(effective_expiry(&access, &short), Some(at(600)));
    // The library never writes a refresh token without an expiry. If one is stored, it is treated as expired.
    assert_eq!(effective_expiry(&refresh(true, None), &short), Some(Timestamp::EPOCH));
}

proptest! {
    /// As time passes, the phase of a record only advances. First it is live or in its overlap, then ended, then
    /// purgeable.
    #[test]
    fn a_record_never_comes_back_by_itself(
        life in proptest::option::of(1u32..1_000),
        overlap in proptest::option::of(0u32..1_000),
        ended in proptest::option::of(0u32..1_000),
        now in 0u32..2_000,
        later in 0u32..2_000,
    ) {
        let expires_at = life.map(at);
        let record = record(PAT, FamilyBody::Alone, expires_at, |record, family| {
            if let Some(overlap) = overlap {
                record.superseded = Some(superseded(t0(), Some(at(overlap))));
                family.generation = 1;
            }
            record.revoked = ended.map(|ended| Revoked { at: at(ended), reason: RevocationReason::ByOwner });
        });
        let rank = |phase: Phase| match phase {
            Phase::Live | Phase::Overlap { .. } => 0,
            Phase::Expired { .. } | Phase::Revoked(_) | Phase::Rotated { .. } => 1,
            Phase::Purgeable => 2,
        };
        let (now, later) = (at(now), at(now + later));
        prop_assert!(rank(phase(&record, &settings(), now)) <= rank(phase(&record, &settings(), later)));
    }

    /// A record is not live if it is revoked or has expired. It is also not live if a successor has replaced it and the
    /// overlap has ended. The values of its other fields do not matter.
    #[test]
    fn nothing_that_has_ended_is_live(life in 1u32..1_000, overlap in 0u32..1_000, now in 0u32..2_000) {
        let record = record(PAT, FamilyBody::Alone, Some(at(life)), |record, family| {
            record.superseded = Some(superseded(t0(), Some(at(overlap))));
            family.generation = 1;
        });
        let lives = matches!(phase(&record, &settings(), at(now)), Phase::Live | Phase::Overlap { .. });
        prop_assert_eq!(lives, now < life && now < overlap);
    }
}
