//! Tests that a changed lead of the notices also applies to existing tokens (fault E2). The lead is the time between a
//! notice and the expiry.

use counterfoil::IssuedCredential;
use counterfoil::notice::{NoticeText, Outcome};
use counterfoil::settings::SettingName;
use counterfoil::store::NoticeMark;

use crate::support::*;

fn lead(world: &World, days: u64) {
    world.set_number(SettingName::NoticeLeadDays, days);
}

/// Computes the notice times of all credentials again, at most `size` in each batch. Returns how many of them each
/// batch has changed.
fn rearm(world: &World, size: u32) -> Vec<u64> {
    let mut moved = Vec::new();
    loop {
        let batch = block_on(world.handle.rearm_notices(limit(size))).expect("walked");
        moved.push(batch.changed);
        if !batch.more {
            return moved;
        }
    }
}

fn mark(world: &World, token: &IssuedCredential) -> NoticeMark {
    world.stored(&token.view.id).and_then(|record| record.record().notice).expect("a mark")
}

fn before_end(token: &IssuedCredential, lead: u16) -> NoticeMark {
    NoticeMark { at: token.view.expires_at.expect("an end").minus(days(lead)), stage: 0 }
}

#[test]
fn fault_e2_a_longer_lead_and_a_shorter_one_reach_tokens_that_are_there() {
    let world = synergy();
    let token = world.pat("ivan", "one");
    rearm(&world, 10);
    lead(&world, 14);
    assert_eq!(rearm(&world, 10), [1]);
    assert_eq!(mark(&world, &token), before_end(&token, 14));
    lead(&world, 3);
    assert_eq!(rearm(&world, 10), [1]);
    lead(&world, 14);
    assert_eq!(rearm(&world, 10), [1]);
    world.pass(days(16));
    assert_eq!(run(&world), [NoticeText::ExpiresIn(days(14))]);
    lead(&world, 7);
    assert_eq!(rearm(&world, 10), [0], "told for that expiry");
    world.pass(days(7));
    assert!(run(&world).is_empty());
    world.pass(days(7));
    assert_eq!(run(&world), [NoticeText::Expired]);
}

#[test]
fn fault_e2_a_shorter_lead_fits_a_life_that_the_longer_one_did_not_and_revives_nothing_that_was_given_up() {
    let world = synergy();
    lead(&world, 14);
    rearm(&world, 10);
    world.pass(minutes(5));
    rearm(&world, 10);
    let short = world.create("ivan", "short", 12).expect("a token");
    let given_up = world.create("ivan", "given up", 15).expect("a token");
    world.pass(days(1));
    let claimed = claim(&world, &due(&world)[0]).expect("a notice");
    assert!(block_on(world.handle.settle_notice(claimed, Outcome::Dropped)).expect("settled"));
    lead(&world, 7);
    assert_eq!(rearm(&world, 10), [1]);
    assert_eq!(mark(&world, &short), before_end(&short, 7));
    assert_eq!(mark(&world, &given_up), NoticeMark { stage: 1, ..before_end(&given_up, 0) });
}

#[test]
fn fault_e2_a_token_that_is_nearer_its_end_than_the_new_lead_is_told_of_late() {
    let world = synergy();
    world.pat("ivan", "one");
    world.create("ivan", "short", 12).expect("a token");
    lead(&world, 14);
    world.pass(days(20));
    assert_eq!(rearm(&world, 10), [1], "the short one has expired");
    let texts = run(&world);
    assert!(texts.contains(&NoticeText::ExpiresIn(days(10))) && texts.contains(&NoticeText::Expired), "{texts:?}");
}

#[test]
fn fault_e2_the_walk_is_bounded_goes_on_elsewhere_and_costs_nothing_where_nothing_changed() {
    let world = synergy();
    let tokens: Vec<_> = (0..5).map(|at| world.pat("ivan", &format!("{at}"))).collect();
    lead(&world, 14);
    let first = block_on(world.handle.rearm_notices(limit(2))).expect("walked");
    assert_eq!((first.changed, first.more), (2, true));
    let elsewhere = world.elsewhere(|builder| builder);
    assert_eq!(rearm(&elsewhere, 2).iter().sum::<u64>(), 3, "where the first node stood");
    assert!(tokens.iter().all(|token| mark(&world, token) == before_end(token, 14)));
    assert_eq!(rearm(&world, 2), [0]);
    let settings = |world: &World| {
        let stored = block_on(counterfoil::store::SettingsStore::settings(&*world.store, world.handle.realm()));
        stored.expect("available").expect("there").version
    };
    world.pass(hours(1));
    rearm(&world, 100);
    let version = settings(&world);
    world.pass(days(1));
    assert_eq!(rearm(&world, 100), [0]);
    assert_eq!(settings(&world), version, "nothing is written where nothing changed");
}

#[test]
fn fault_e2_a_token_made_meanwhile_under_the_old_lead_is_reached_by_a_second_walk() {
    let world = synergy();
    lead(&world, 14);
    assert_eq!(rearm(&world, 10), [0]);
    // Simulates another process that still uses the old lead of seven days.
    lead(&world, 7);
    let token = world.pat("ivan", "late");
    lead(&world, 14);
    assert_eq!(mark(&world, &token), before_end(&token, 7));
    assert_eq!(rearm(&world, 10), [0], "the second walk waits until every process knows");
    world.pass(minutes(2));
    assert_eq!(rearm(&world, 10), [1]);
    assert_eq!(mark(&world, &token), before_end(&token, 14));
}

#[test]
fn fault_e2_a_notice_on_its_way_is_taken_from_no_worker() {
    let world = synergy();
    world.pat("ivan", "one");
    world.pass(days(23));
    let claimed = claim(&world, &due(&world)[0]).expect("a notice");
    for days in [14, 3] {
        lead(&world, days);
        assert_eq!(rearm(&world, 10), [0]);
    }
    assert!(block_on(world.handle.settle_notice(claimed, Outcome::Sent)).expect("settled"), "held to the end");
    lead(&world, 14);
    rearm(&world, 10);
    assert!(run(&world).is_empty(), "once");
}

#[test]
fn fault_e2_a_mark_that_no_walk_has_reached_is_told_as_the_present_lead_says() {
    let world = synergy();
    let token = world.pat("ivan", "one");
    lead(&world, 3);
    world.pass(days(23));
    assert!(run(&world).is_empty(), "seven days are too early now");
    assert_eq!(mark(&world, &token), before_end(&token, 3));
}
