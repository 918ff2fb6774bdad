//! Tests upkeep with a clock that is wrong. Upkeep must then not purge records that are still needed.

use std::cell::Cell;
use std::task::Poll;
use std::time::Duration;

use counterfoil::event::EventKind;
use counterfoil::store::{SettingsStore as _, TokenStore as _};
use counterfoil::testing::ManualClock;
use counterfoil::types::RecordId;
use counterfoil::{Counterfoil, Timestamp};

use crate::support::*;

/// The number of rounds of upkeep in an hour, one every five seconds.
const HOUR: u32 = 720;

/// Runs upkeep for `most` rounds. Each round advances the clock by five seconds and calls `between`.
async fn upkeep(handle: &Counterfoil, clock: &ManualClock, most: u32, between: impl AsyncFn(u32)) {
    let (rounds, between) = (Cell::new(0_u32), &between);
    let sleep = |pause: Duration| {
        let rounds = &rounds;
        async move {
            if !pause.is_zero() {
                rounds.set(rounds.get() + 1);
                clock.advance(Duration::from_secs(5));
                between(rounds.get()).await;
            }
        }
    };
    let stop = std::future::poll_fn(|context| {
        context.waker().wake_by_ref();
        if rounds.get() >= most { Poll::Ready(()) } else { Poll::Pending }
    });
    handle.run_upkeep(sleep, stop).await;
}

/// Another process with the same store, whose clock is ahead.
struct Ahead {
    handle: Counterfoil,
    clock: std::sync::Arc<ManualClock>,
}

fn ahead(world: &World, by: u16) -> Ahead {
    let now = world.now().plus(days(by)).expect("in range");
    let clock = std::sync::Arc::new(ManualClock::at(now));
    Ahead { handle: world.elsewhere(|builder| builder.clock(clock.clone())).handle, clock }
}

fn noted(world: &World) -> Option<Timestamp> {
    block_on(world.store.last_upkeep()).expect("available")
}

fn leaps(world: &World) -> Vec<(Timestamp, Timestamp)> {
    let leapt = |what| if let EventKind::ClockLeapt { from, to } = what { Some((from, to)) } else { None };
    world.take_events().into_iter().filter_map(leapt).collect()
}

/// Makes two tokens. Returns the id of a live one, and the id of a deleted one that may be purged.
fn living_and_gone(world: &World) -> (RecordId, RecordId) {
    let gone = world.pat("bill", "gone").view.id;
    block_on(world.handle.delete_personal_access_token(&world.presenter("bill"), &gone)).expect("deleted");
    world.pass(days(61));
    (world.pat("bill", "lives").view.id, gone)
}

#[test]
fn fault_g9_a_clock_that_leaps_ahead_for_a_while_purges_nothing() {
    let world = world();
    let token = world.pat("bill", "one");
    let (start, rounds) = (world.now(), Cell::new(0_u32));
    // During the second and the third round, the clock is 400 days ahead. Then it is right again for two hours.
    let sleep = |pause: Duration| {
        if !pause.is_zero() {
            let round = rounds.get() + 1;
            rounds.set(round);
            let leap = if (1..=2).contains(&round) { days(400) } else { Duration::ZERO };
            world.clock.set(
                start.plus(leap).and_then(|at| at.plus(Duration::from_secs(u64::from(5 * round)))).expect("in range"),
            );
        }
        std::future::ready(())
    };
    let stop = std::future::poll_fn(|context| {
        context.waker().wake_by_ref();
        if rounds.get() >= 1_440 { Poll::Ready(()) } else { Poll::Pending }
    });
    world.take_events();
    block_on(world.handle.run_upkeep(sleep, stop));
    assert!(world.works(token.token.expose_secret()), "nothing that lives by the right clock was purged");
    let leaps = world.take_events().into_iter().filter(|what| matches!(what, EventKind::ClockLeapt { .. })).count();
    assert_eq!(leaps, 1, "and the leap is told once");
}

#[test]
fn fault_g9_a_clock_that_stays_ahead_is_believed_after_an_hour() {
    let world = world();
    let token = world.pat("bill", "one");
    let (start, rounds) = (world.now(), Cell::new(0_u32));
    let gone_at = Cell::new(0_u32);
    let sleep = |pause: Duration| {
        let (world, rounds, gone_at, id) = (&world, &rounds, &gone_at, token.view.id);
        async move {
            if !pause.is_zero() {
                let round = rounds.get() + 1;
                rounds.set(round);
                let ahead = start.plus(days(400)).and_then(|at| at.plus(Duration::from_secs(u64::from(5 * round))));
                world.clock.set(ahead.expect("in range"));
                if gone_at.get() == 0 && world.store.get(&id).await.expect("available").is_none() {
                    gone_at.set(round);
                }
            }
        }
    };
    let stop = std::future::poll_fn(|context| {
        context.waker().wake_by_ref();
        if rounds.get() >= 1_440 { Poll::Ready(()) } else { Poll::Pending }
    });
    block_on(world.handle.run_upkeep(sleep, stop));
    assert_eq!(
        gone_at.get(),
        758,
        "seen in the second round, doubted for 720, and noted for 36 before anything is purged"
    );
}

#[test]
fn fault_g9_a_process_that_starts_with_a_wrong_clock_purges_nothing_for_an_hour() {
    let world = world();
    let (living, gone) = living_and_gone(&world);
    block_on(upkeep(&world.handle, &world.clock, HOUR + 37, async |_| {}));
    assert!(!world.is_stored(&gone), "what is gone by the right clock was purged");
    let last = noted(&world).expect("an upkeep was noted");
    let wrong = ahead(&world, 400);
    leaps(&world);
    let started = wrong.handle.now();
    block_on(upkeep(&wrong.handle, &wrong.clock, HOUR, async |_| {}));
    assert!(world.is_stored(&living), "an hour long nothing is purged");
    assert_eq!(leaps(&world), [(last, started)], "and the leap is told once");
    assert_eq!(noted(&world), Some(last), "nor is anything noted");
}

#[test]
fn fault_g9_a_wrong_clock_is_never_believed_while_a_right_one_goes_on() {
    let world = world();
    let (living, _) = living_and_gone(&world);
    block_on(upkeep(&world.handle, &world.clock, HOUR + 37, async |_| {}));
    let wrong = ahead(&world, 400);
    block_on(upkeep(&wrong.handle, &wrong.clock, 3 * HOUR, async |round| {
        if round % 130 == 0 {
            world.pass(minutes(11));
            upkeep(&world.handle, &world.clock, 1, async |_| {}).await;
        }
    }));
    assert!(world.is_stored(&living));
    assert!(noted(&world).is_some_and(|last| last <= world.now()), "the right clock is noted");
}

#[test]
fn fault_g9_a_wrong_clock_on_an_upgraded_database_purges_nothing_for_an_hour() {
    let world = world();
    let (living, gone) = living_and_gone(&world);
    let wrong = ahead(&world, 400);
    leaps(&world);
    block_on(upkeep(&wrong.handle, &wrong.clock, HOUR, async |_| {}));
    assert!(world.is_stored(&living) && world.is_stored(&gone) && noted(&world).is_none());
    assert_eq!(leaps(&world), [], "there is nothing that it could have leapt from");
    block_on(upkeep(&world.handle, &world.clock, HOUR + 37, async |_| {}));
    assert!(world.is_stored(&living) && !world.is_stored(&gone), "with a right one it begins after an hour");
}

#[test]
fn fault_g9_where_all_processes_doubt_the_one_that_is_ahead_purges_nothing() {
    let world = world();
    let (living, _) = living_and_gone(&world);
    let wrong = ahead(&world, 400);
    block_on(upkeep(&wrong.handle, &wrong.clock, 3 * HOUR, async |_| {
        upkeep(&world.handle, &world.clock, 1, async |_| {}).await;
    }));
    assert!(world.is_stored(&living), "its note was replaced before it purged");
    assert!(noted(&world).is_some_and(|last| last <= world.now()), "by the right clock");
}

#[test]
fn fault_g9_a_note_from_the_future_is_put_right_and_lets_no_later_leap_pass() {
    let world = world();
    let (living, gone) = living_and_gone(&world);
    let future = world.now().plus(days(400)).expect("in range");
    assert!(block_on(world.store.note_upkeep(None, future)).expect("available"));
    let now = world.now();
    block_on(upkeep(&world.handle, &world.clock, 1, async |_| {}));
    assert!(world.is_stored(&living) && !world.is_stored(&gone), "what is gone is purged at once");
    assert_eq!(noted(&world), Some(now));
    let wrong = ahead(&world, 400);
    block_on(upkeep(&wrong.handle, &wrong.clock, HOUR, async |_| {}));
    assert!(world.is_stored(&living), "the wrong clock that once was is no warrant for the next");
}

#[test]
fn fault_g9_a_restart_within_a_day_purges_at_once_and_notes_every_ten_minutes() {
    let world = world();
    let last = world.now();
    assert!(block_on(world.store.note_upkeep(None, last)).expect("available"));
    let next = world.elsewhere(|builder| builder);
    let gone = world.pat("bill", "gone").view.id;
    block_on(upkeep(&next.handle, &world.clock, 120, async |_| {}));
    assert_eq!(noted(&world), Some(last), "a note of less than ten minutes ago does");
    block_on(upkeep(&next.handle, &world.clock, 1, async |_| {}));
    assert_eq!(noted(&world), last.plus(minutes(10)));
    block_on(world.handle.delete_personal_access_token(&world.presenter("bill"), &gone)).expect("deleted");
    world.pass(days(61));
    let yesterday = world.now().minus(days(1));
    assert!(block_on(world.store.note_upkeep(noted(&world), yesterday)).expect("available"));
    block_on(upkeep(&world.elsewhere(|builder| builder).handle, &world.clock, 1, async |_| {}));
    assert!(!world.is_stored(&gone), "a day without upkeep is no leap");
}
