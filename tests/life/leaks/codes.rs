//! Tests reports of leaked security codes, which stay valid unless the policy ends them.

use std::time::Duration;

use counterfoil::event::LeakState;
use counterfoil::http_auth::Refusal;
use counterfoil::operations::{CodeUpdate, LeakOutcome};
use counterfoil::types::RevocationReason;

use super::*;

const STILL_VALID: NoticeText = NoticeText::Leaked { ended: false };

#[test]
fn life_5_a_leaked_code_stays_valid_and_its_creator_is_told_once() {
    let world = world();
    let code = world.described_code("printer");
    let text = code.token.expose_secret();
    world.take_events();
    for _ in 0..2 {
        assert_eq!(state(report_one(&world, text)), Some(LeakState::LeftValid));
    }
    assert_eq!(told(&world), [(code.view.id, LeakState::LeftValid); 2]);
    let due = due(&world);
    assert_eq!(due[0].addressee(), Some(&subject("super")));
    assert_eq!(run(&world), [STILL_VALID]);
    assert!(world.works(text));
    assert_eq!(state(report_one(&world, text)), Some(LeakState::LeftValid));
    assert!(run(&world).is_empty(), "told once");
}

#[test]
fn life_5_a_leaked_code_ends_if_the_policy_says_so() {
    let mut policy = open_policy();
    policy.leaks.end_codes = true;
    let world = world_with(policy, |builder| builder);
    let code = world.described_code("printer");
    let text = code.token.expose_secret();
    assert_eq!(state(report_one(&world, text)), Some(LeakState::Ended));
    assert!(matches!(world.reason(text), Refusal::Revoked { reason: RevocationReason::Leaked, .. }));
    assert_eq!(run(&world), [ENDED]);
}

#[test]
fn life_5_an_expired_code_is_reported_because_it_can_be_reactivated() {
    let world = world();
    let code = world.described_code("printer");
    world.pass(days(2));
    assert_eq!(state(report_one(&world, code.token.expose_secret())), Some(LeakState::LeftValid));
    assert_eq!(run(&world), [STILL_VALID]);
    world.pass(days(7));
    assert_eq!(report_one(&world, code.token.expose_secret()), LeakOutcome::NotOurs);
}

#[test]
fn life_5_edits_keep_a_pending_notice_and_the_expiry_notices_are_planned_again_after_it() {
    let mut policy = open_policy();
    policy.notices.kinds = vec![TokenKind::SecurityCode];
    policy.security_codes.default_lifetime = days(30);
    let world = world_with(policy, |builder| builder);
    let code = world.described_code("printer");
    let by = world.presenter("super");
    report_one(&world, code.token.expose_secret());
    let later = world.now().plus_capped(days(60));
    block_on(world.handle.update_security_code(&by, &code.view.id, &CodeUpdate::default().with_expires_at(later)))
        .expect("changed");
    block_on(world.handle.reset_security_code(&by, &code.view.id)).expect("reset");
    assert_eq!(run(&world), [STILL_VALID], "the edits kept it");
    world.pass(days(23));
    assert_eq!(run(&world), [NoticeText::ExpiresIn(days(7))], "the schedule goes on");
    world.pass(days(7) + Duration::from_secs(1));
    assert_eq!(run(&world), [NoticeText::Expired]);
}
