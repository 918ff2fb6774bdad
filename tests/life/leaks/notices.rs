//! Tests the notice of a leak: who gets it, what it contains, and that it is sent later if the transport refused it.
//! Also tests that a purge keeps the record until then, and that a changed schedule does not move the notice.

use std::time::Duration;

use counterfoil::event::EventKind;
use counterfoil::notice::{Gathered, Outcome};
use counterfoil::policy::Policy;
use counterfoil::testing;
use counterfoil::types::RevocationReason;

use super::*;

#[test]
fn life_5_the_notice_names_the_credential_and_never_shows_the_secret() {
    let world = world();
    let token = world.pat("ivan", "ci");
    report_one(&world, token.token.expose_secret());
    let found = due(&world);
    assert_eq!((found.len(), found[0].may_wait(world.now())), (1, false));
    let gathered = block_on(world.handle.gather_notices(&subject("ivan"), found.clone(), LEASE)).expect("gathered");
    assert!(matches!(&gathered, Gathered::Send { first, .. } if *first == found), "{gathered:?}");
    let claimed = claim(&world, &found[0]).expect("claimed");
    assert_eq!((claimed.id(), claimed.label(), claimed.text()), (token.view.id, "ci", ENDED));
    assert_eq!((claimed.to().as_str(), claimed.stage()), ("ivan@example.com", 255));
    assert_eq!(claimed.expires_at(), token.view.expires_at);
    assert!(!format!("{claimed:?}").contains(&token.token.expose_secret()[30..]));
    let again = block_on(world.handle.gather_notices(&subject("ivan"), due(&world), LEASE)).expect("gathered");
    assert!(matches!(again, Gathered::Send { ref first, .. } if first.is_empty()), "{again:?}");
}

#[test]
fn life_5_a_notice_that_the_transport_refused_is_tried_again_at_its_time() {
    let world = world();
    let token = world.pat("ivan", "ci");
    report_one(&world, token.token.expose_secret());
    let claimed = claim(&world, &due(&world)[0]).expect("claimed");
    let retry_at = world.now().plus_capped(minutes(10));
    assert!(block_on(world.handle.settle_notice(claimed, Outcome::Failed { retry_at })).expect("settled"));
    world.pass(minutes(10) - Duration::from_micros(1));
    assert!(due(&world).is_empty());
    world.pass(Duration::from_micros(1));
    assert_eq!(run(&world), [ENDED]);
    assert!(due(&world).is_empty());
}

#[test]
fn life_5_a_purge_waits_for_the_notice() {
    let world = world();
    let token = world.pat("ivan", "ci");
    report_one(&world, token.token.expose_secret());
    world.pass(days(31));
    while block_on(world.handle.purge(limit(100))).expect("purged").more {}
    assert_eq!(run(&world), [ENDED]);
    while block_on(world.handle.purge(limit(100))).expect("purged").more {}
    assert!(!world.is_stored(&token.view.id));
}

#[test]
fn life_5_a_disabled_owner_gets_no_notice_and_the_token_ends() {
    let world = world();
    let token = world.pat("ivan", "ci");
    world.people.set_disabled(&subject("ivan"), true);
    report_one(&world, token.token.expose_secret());
    assert!(run(&world).is_empty());
    assert!(world.take_events().iter().any(|event| matches!(event, EventKind::NoticeWithheld { .. })));
    assert!(due(&world).is_empty());
}

#[test]
fn life_5_a_changed_schedule_leaves_the_mark_of_a_leak_where_it_is() {
    let world = world();
    let code = world.described_code("printer");
    report_one(&world, code.token.expose_secret());
    world.set_number(counterfoil::settings::SettingName::NoticeLeadDays, 20);
    while block_on(world.handle.rearm_notices(limit(100))).expect("rearmed").more {}
    assert_eq!(run(&world), [NoticeText::Leaked { ended: false }]);
}

#[test]
fn life_5_the_test_service_sends_the_notice_too() {
    let service = testing::service_with(Policy::open(), |builder| builder);
    block_on(async {
        let token = service.personal_access_token("ivan", None).await;
        service.report_leaked(&[token.token.expose_secret()]).await.expect("looked up");
        let mails = service.mails().await;
        assert_eq!((mails.len(), mails[0].text), (1, ENDED));
        let reason = RevocationReason::Leaked;
        assert!(
            service
                .events()
                .iter()
                .any(|event| matches!(event, EventKind::Revoked { reason: own, .. } if *own == reason))
        );
    });
}
