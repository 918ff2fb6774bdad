//! Tests expiry notices, and the host's worker that sends them (requirements NOTICE 1 and 3, SYN-PAT 7).

use std::time::Duration;

use counterfoil::notice::{NoticeText, Outcome};
use counterfoil::types::TokenKind;

use crate::support::*;

#[test]
fn syn_pat_7_a_token_of_30_days_is_announced_a_week_before_and_on_expiry_and_never_else() {
    let world = synergy();
    let end = world.pat("ivan", "one").view.expires_at.expect("an end");
    let week_before = end.minus(days(7));
    let mut sent = Vec::new();
    for at in [just_before(week_before), week_before, just_before(end), end] {
        world.clock.set(at);
        sent.push(run(&world));
    }
    let announced = |text| vec![text];
    assert_eq!(sent, [vec![], announced(NoticeText::ExpiresIn(days(7))), vec![], announced(NoticeText::Expired)]);
    for _ in 0..60 {
        world.pass(days(1));
        assert!(run(&world).is_empty());
    }
}

#[test]
fn syn_pat_7_a_life_of_a_week_or_less_gets_no_advance_notice_and_eight_days_do() {
    for (life, advance) in [(1, false), (6, false), (7, false), (8, true)] {
        let world = synergy();
        let end = world.create("ivan", "one", life).expect("a token").view.expires_at.expect("an end");
        world.clock.set(end.minus(days(7)).max(start()));
        let sent = run(&world);
        assert_eq!(sent.len(), usize::from(advance), "{life} days");
        world.clock.set(just_before(end));
        assert!(run(&world).is_empty(), "{life} days");
        world.clock.set(end);
        assert_eq!(run(&world), [NoticeText::Expired], "{life} days");
    }
}

#[test]
fn notice_1_a_week_before_and_on_expiry_once_each() {
    let world = synergy();
    world.pat("ivan", "one");
    assert!(run(&world).is_empty());
    world.pass(days(23));
    assert_eq!(run(&world), [NoticeText::ExpiresIn(days(7))]);
    assert!(run(&world).is_empty());
    world.pass(days(7));
    assert_eq!(run(&world), [NoticeText::Expired]);
    world.pass(days(1));
    assert!(run(&world).is_empty());
}

#[test]
fn notice_3_a_claimed_notice_says_to_whom_about_what_and_where_it_is_read() {
    let world = synergy();
    let token = world.pat("ivan", "deploy");
    world.pass(days(24));
    let claimed = claim(&world, &due(&world)[0]).expect("a notice");
    assert_eq!(
        (claimed.id(), claimed.label(), claimed.kind()),
        (token.view.id, "deploy", TokenKind::PersonalAccessToken)
    );
    assert_eq!(claimed.expires_at(), token.view.expires_at);
    assert_eq!(claimed.text(), NoticeText::ExpiresIn(days(6)), "late: the true time left");
    assert_eq!(claimed.to().as_str(), "ivan@example.com");
    assert_eq!((claimed.account().zone(), claimed.account().name()), ("Europe/Moscow", "ivan"));
    let secret = &token.token.expose_secret()[26..69];
    assert!(!format!("{claimed:?}").contains(secret));
}

#[test]
fn notice_1_of_many_workers_one_sends() {
    let world = synergy();
    for n in 0..20 {
        world.pat("ivan", &format!("{n}"));
    }
    world.pass(days(23));
    let sent: usize = std::thread::scope(|threads| {
        let workers: Vec<_> = (0..4).map(|_| threads.spawn(|| run(&world).len())).collect();
        workers.into_iter().map(|worker| worker.join().expect("no panic")).sum()
    });
    assert_eq!(sent, 20);
}

#[test]
fn notice_1_a_worker_that_died_gives_the_notice_back_when_its_lease_runs_out() {
    let world = synergy();
    world.pat("ivan", "one");
    world.pass(days(23));
    let dead = claim(&world, &due(&world)[0]).expect("a notice");
    assert!(due(&world).is_empty());
    world.pass(LEASE);
    let again = claim(&world, &due(&world)[0]).expect("a notice");
    assert!(again.lease_until() > dead.lease_until());
    // The first worker was only slow. It settles the notice too late to schedule the next notice, but the notice is
    // recorded as sent.
    assert!(!block_on(world.handle.settle_notice(dead, Outcome::Sent)).expect("settled"));
    world.pass(LEASE);
    assert!(run(&world).is_empty(), "it went out: not a second time");
    world.pass(days(7));
    assert_eq!(run(&world), [NoticeText::Expired]);
}

#[test]
fn notice_1_a_transport_failure_is_retried_and_not_marked_sent() {
    let world = synergy();
    world.pat("ivan", "one");
    world.pass(days(23));
    let claimed = claim(&world, &due(&world)[0]).expect("a notice");
    let retry_at = world.now().plus_capped(hours(1));
    assert!(block_on(world.handle.settle_notice(claimed, Outcome::Failed { retry_at })).expect("settled"));
    assert!(due(&world).is_empty());
    world.pass(hours(1));
    assert_eq!(run(&world).len(), 1);
}

#[test]
fn notice_1_a_back_off_beyond_the_expiry_does_not_hold_up_the_expiry_notice() {
    let world = synergy();
    world.pat("ivan", "one");
    world.pass(days(29));
    let claimed = claim(&world, &due(&world)[0]).expect("a notice");
    let retry_at = world.now().plus_capped(days(9));
    assert!(block_on(world.handle.settle_notice(claimed, Outcome::Failed { retry_at })).expect("settled"));
    world.pass(days(1));
    assert_eq!(run(&world), [NoticeText::Expired]);
}

#[test]
fn notice_1_a_notice_that_is_given_up_does_not_come_again_and_the_next_one_does() {
    let world = synergy();
    world.pat("ivan", "one");
    world.pass(days(23));
    let claimed = claim(&world, &due(&world)[0]).expect("a notice");
    assert!(block_on(world.handle.settle_notice(claimed, Outcome::Dropped)).expect("settled"));
    world.pass(days(1));
    assert!(run(&world).is_empty());
    world.pass(days(6));
    assert_eq!(run(&world), [NoticeText::Expired]);
}

#[test]
fn all_kinds_5_an_outage_of_the_directory_loses_no_notice() {
    let world = synergy();
    world.pat("ivan", "one");
    world.pass(days(23));
    let found = due(&world);
    world.people.set_unavailable(true);
    assert!(block_on(world.handle.claim_notice(&found[0], LEASE)).is_err());
    world.people.set_unavailable(false);
    world.pass(LEASE);
    assert_eq!(run(&world).len(), 1);
}

#[test]
fn notice_1_a_lease_of_any_length_ends_after_an_hour_at_most() {
    let world = synergy();
    world.pat("ivan", "one");
    world.pass(days(23));
    for (lease, lasts) in [Duration::ZERO, PART, micro(), hours(1)]
        .into_iter()
        .zip([micro(), micro(), micro(), hours(1)])
        .chain(LONG.map(|long| (long, hours(1))))
    {
        let found = due(&world);
        let claimed = block_on(world.handle.claim_notice(&found[0], lease)).expect("a claim");
        assert!(claimed.won().is_some(), "{lease:?}");
        if let Some(before) = lasts.checked_sub(micro()) {
            world.pass(before);
            assert!(due(&world).is_empty(), "{lease:?}");
            world.pass(micro());
        }
        assert_eq!(due(&world).len(), 1, "{lease:?}");
    }
}

#[test]
fn notice_1_kinds_that_the_policy_does_not_name_are_silent() {
    let world = synergy();
    world.described_code("export");
    world.pass(days(2));
    assert!(due(&world).is_empty());
}
