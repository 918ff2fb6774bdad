//! Tests that no notice is sent to a disabled or deleted account, or about a credential from before the account's
//! `valid_since`.

use counterfoil::event::EventKind;
use counterfoil::http_auth::Refusal;
use counterfoil_notify::Report;

use crate::support::*;

/// Returns the reason for each withheld notice.
fn withheld(world: &World) -> Vec<Refusal> {
    let reason = |what| match what {
        EventKind::NoticeWithheld { reason, .. } => Some(reason),
        _ => None,
    };
    world.sink.take().into_iter().filter_map(|event| reason(event.kind)).collect()
}

#[tokio::test(start_paused = true)]
async fn fault_e3_a_disabled_owner_is_sent_nothing_and_it_is_reported() {
    let (world, outbox) = (World::with(gathering()), Outbox::default());
    let worker = world.worker(outbox.clone());
    world.create(&person("bill"), "ci", 30, day(0)).await;
    world.people.insert(person("bill").with_disabled(true), &["bill"], "a password");
    for (days, expected) in [(23, 1), (24, 0), (29, 0), (31, 1), (32, 0), (50, 0)] {
        let report = worker.run_once(day(days)).await.expect("a run");
        assert_eq!((report.withheld, report.sent), (expected, 0), "day {days}");
        let reasons = withheld(&world);
        assert_eq!(reasons, vec![Refusal::AccountDisabled; usize::try_from(expected).expect("small")]);
    }
    assert!(outbox.take().is_empty());
}

#[tokio::test(start_paused = true)]
async fn fault_e3_who_is_enabled_again_is_told_of_the_expiry() {
    let (world, outbox) = (World::with(gathering()), Outbox::default());
    let worker = world.worker(outbox.clone());
    world.create(&person("bill"), "ci", 30, day(0)).await;
    world.people.insert(person("bill").with_disabled(true), &["bill"], "a password");
    assert_eq!(worker.run_once(day(23)).await.expect("a run").withheld, 1);
    world.people.insert(person("bill"), &["bill"], "a password");
    assert_eq!(worker.run_once(day(25)).await.expect("a run"), Report::default());
    assert_eq!(sent(worker.run_once(day(31)).await.expect("a run")), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn fault_e3_who_has_left_is_sent_nothing_and_neither_is_a_successor_under_the_same_id() {
    let (world, outbox) = (World::with(gathering()), Outbox::default());
    let worker = world.worker(outbox.clone());
    world.create(&person("bill"), "ci", 30, day(0)).await;
    world.create(&ivan(), "ci", 30, day(0)).await;
    assert!(world.people.remove(person("bill").subject()));
    world.people.insert(ivan().with_valid_since(day(10)), &["ivan"], "a password");
    for days in [23, 31] {
        assert_eq!(worker.run_once(day(days)).await.expect("a run").withheld, 2, "day {days}");
    }
    let valid_since = day(10);
    let reasons = withheld(&world);
    let void = Refusal::BeforeValidSince { valid_since };
    assert_eq!(reasons.iter().filter(|&&reason| reason == Refusal::AccountMissing).count(), 2);
    assert_eq!(reasons.iter().filter(|&&reason| reason == void).count(), 2);
    assert!(outbox.take().is_empty());
}
