//! Tests reports over a network: their answers, which do not depend on the texts, their limits, and the queue of the
//! texts.

use std::num::NonZeroU32;
use std::time::Duration;

use counterfoil::event::{Actor, EventKind, LeakState, Throttled};
use counterfoil::operations::LeakReport;
use counterfoil::testing::{Failure, Faults, FaultyStore, SeededEntropy};
use counterfoil::types::Source;
use counterfoil::*;

use super::*;

fn secrets(texts: &[&str]) -> Vec<Secret> {
    texts.iter().map(|text| Secret::from((*text).to_owned())).collect()
}

fn source() -> Source {
    source_of(Some("10.0.0.9"))
}

fn send(world: &World, texts: &[&str]) -> Result<usize, ManageError> {
    block_on(world.handle.accept_leak_report(&source()))?.receive(secrets(texts))
}

fn work(world: &World, most: u32) -> (u64, bool) {
    let progress = block_on(world.handle.work_leaks(limit(most))).expect("worked");
    (progress.changed, progress.more)
}

#[test]
fn life_5_a_report_is_counted_before_it_is_looked_up_and_worked_through_later() {
    let world = world();
    let (live, dead) = (world.pat("ivan", "live"), world.pat("ivan", "dead"));
    world.delete("ivan", &dead.view.id).expect("deleted");
    world.take_events();
    let texts = [live.token.expose_secret(), dead.token.expose_secret(), "ghp_foreign", ""];
    for (count, some) in [(4, &texts[..]), (1, &texts[..1]), (1, &texts[2..3]), (0, &[])] {
        assert_eq!(send(&world, some).expect("taken"), count);
    }
    assert!(world.works(texts[0]) && world.sink.take().is_empty(), "nothing was looked up");
    assert_eq!((work(&world, 4), work(&world, 100), work(&world, 100)), ((4, true), (2, false), (0, false)));
    assert!(!world.works(texts[0]));
    let events = world.sink.take();
    let leaks: Vec<_> = events.iter().filter(|event| matches!(event.kind, EventKind::LeakReported { .. })).collect();
    assert_eq!(leaks.len(), 3, "the live one twice, the dead one once");
    assert!(leaks.iter().all(|event| event.by == Actor::Unproved), "{leaks:?}");
    assert!(leaks.iter().all(|event| event.source.as_ref().is_some_and(|own| own.as_str() == "10.0.0.9")));
    assert_eq!(run(&world), [ENDED]);
}

#[test]
fn life_5_a_thousand_texts_of_all_sorts_get_like_answers_and_end_what_is_live() {
    let world = world();
    let live: Vec<_> = (0..40).map(|at| world.pat("ivan", &format!("live {at}"))).collect();
    let dead: Vec<_> = (0..40).map(|at| world.pat("bill", &format!("dead {at}"))).collect();
    dead.iter().for_each(|dead| world.delete("bill", &dead.view.id).expect("deleted"));
    let text = |at: usize| match at % 4 {
        0 => live[at / 4 % 40].token.expose_secret().to_owned(),
        1 => dead[at / 4 % 40].token.expose_secret().to_owned(),
        2 => format!("ghp_{at:036}"),
        _ => "x".repeat(at),
    };
    let texts: Vec<String> = (0..1_000).map(text).collect();
    let answers: Vec<_> = texts
        .chunks(100)
        .map(|chunk| send(&world, &chunk.iter().map(String::as_str).collect::<Vec<_>>()).expect("taken"))
        .collect();
    assert_eq!(answers, [100; 10]);
    while work(&world, 77).1 {}
    assert!(live.iter().all(|live| !world.works(live.token.expose_secret())));
    assert_eq!(run(&world), [ENDED; 40]);
}

#[test]
fn life_5_a_report_has_a_hundred_texts_of_1024_bytes_at_most() {
    let world = world();
    assert_eq!(send(&world, &["x"; 100]).expect("taken"), LeakReport::MAX_TEXTS);
    let long = "x".repeat(LeakReport::MAX_TEXT_BYTES);
    assert_eq!(send(&world, &[&long]).expect("taken"), 1);
    for (texts, limit) in [(vec!["x"; 101], "100"), (vec![&*(long.clone() + "x")], "1024")] {
        let refused = send(&world, &texts).expect_err("too much");
        let ManageError::Invalid(invalid) = &refused else { panic!("{refused:?}") };
        assert_eq!((invalid.field(), refused.status()), ("tokens", 422));
        assert!(invalid.to_string().contains(limit), "{invalid}");
    }
    assert_eq!(work(&world, 1_000), (101, false), "what was refused is not there");
}

#[test]
fn life_5_every_report_of_a_source_counts_whatever_it_contains() {
    let mut policy = open_policy();
    policy.throttle.leaks = policy::Allowance::new(NonZeroU32::MIN.saturating_add(2), minutes(1));
    let world = world_with(policy, |builder| builder);
    let token = world.pat("ivan", "ci");
    world.take_events();
    for texts in [&[][..], &[token.token.expose_secret()], &["x"; 101]] {
        let _counted = send(&world, texts);
    }
    let refused = send(&world, &["x"]).expect_err("the fourth");
    assert_eq!((refused.status(), refused.retry_after(world.now())), (429, Some(60)));
    assert!(matches!(
        world.take_events()[..],
        [EventKind::Throttled { counted: Throttled::LeakReports, until }]
            if until == world.now().plus_capped(minutes(1))
    ));
    let other = block_on(world.handle.accept_leak_report(&source_of(Some("10.0.0.10"))));
    assert!(other.is_ok(), "another source");
    assert!(block_on(world.handle.accept_leak_report(&Source::Unknown)).is_ok(), "nothing is counted");
    world.pass(minutes(1));
    assert_eq!(send(&world, &["x"]).expect("the window is over"), 1);
    let log_in = world.log_in("rotating", "true");
    assert_eq!(log_in.status, 200, "sign-ins have counters of their own");
}

#[test]
fn life_5_a_full_queue_refuses_a_whole_report_with_a_time_to_wait() {
    let mut policy = open_policy();
    policy.leaks.queued = 100;
    let world = world_with(policy, |builder| builder);
    let token = world.pat("ivan", "ci");
    assert_eq!(send(&world, &["x"; 99]).expect("taken"), 99);
    for texts in [["x", "y"], [token.token.expose_secret(), "y"]] {
        let refused = send(&world, &texts).expect_err("full");
        assert_eq!((refused.status(), refused.retry_after(world.now())), (429, Some(10)));
    }
    assert_eq!(send(&world, &[token.token.expose_secret()]).expect("room for one"), 1);
    assert_eq!(work(&world, 100), (100, false));
    assert!(!world.works(token.token.expose_secret()));
}

#[test]
fn life_5_texts_stay_in_the_queue_during_an_outage_and_after_a_dropped_call() {
    let world = world();
    let faults = Faults::default();
    let store = std::sync::Arc::new(FaultyStore::new(world.store.clone(), faults.clone()));
    let node = world.elsewhere(|builder| builder.token_store(store).entropy(SeededEntropy::new(9)));
    let tokens = [world.pat("ivan", "a"), world.pat("ivan", "b")];
    send(&node, &tokens.each_ref().map(|token| token.token.expose_secret())).expect("taken");
    faults.nth(2, Failure::NotExecuted);
    assert!(block_on(node.handle.work_leaks(limit(10))).is_err());
    faults.always(Failure::Hangs);
    {
        let mut working = Box::pin(node.handle.work_leaks(limit(10)));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        assert!(working.as_mut().poll(&mut context).is_pending());
    }
    faults.heal();
    assert_eq!(work(&node, 10), (2, false));
    assert!(tokens.iter().all(|token| !world.works(token.token.expose_secret())));
    assert_eq!(run(&world), [ENDED; 2]);
}

#[test]
fn life_5_the_upkeep_works_through_the_queue() {
    let world = world();
    let token = world.pat("ivan", "ci");
    let mut texts = vec!["x"; 99];
    texts.push(token.token.expose_secret());
    for _ in 0..3 {
        send(&world, &texts).expect("taken");
    }
    let stop = std::cell::Cell::new(false);
    let upkeep = world.handle.run_upkeep(
        |pause| {
            stop.set(pause > Duration::ZERO);
            std::future::ready(())
        },
        std::future::poll_fn(|_| if stop.get() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }),
    );
    block_on(upkeep);
    assert!(!world.works(token.token.expose_secret()));
    assert_eq!(work(&world, 100), (0, false), "nothing is left");
    assert_eq!(told(&world).iter().filter(|(_, state)| *state == LeakState::Ended).count(), 1);
}
