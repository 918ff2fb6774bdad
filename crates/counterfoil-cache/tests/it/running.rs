//! `run`: how often it reads, what it does after a failure, and that it trims the log.

use std::cell::{Cell, RefCell};
use std::future::{poll_fn, ready};
use std::num::NonZeroU32;
use std::task::Poll;
use std::time::Duration;

use counterfoil::store::{Narrowed, NarrowingLog};
use counterfoil::testing::Failure;

use crate::world::{BOUND, World, at_once};

/// Runs the cache until it has slept `rounds` times. Returns the pauses and the number of failures. The clocks of the
/// world go on during each pause, which `during` ends.
fn run(world: &World, rounds: usize, during: impl Fn(usize)) -> (Vec<Duration>, u32) {
    let (pauses, failures) = (RefCell::new(Vec::new()), Cell::new(0));
    let sleep = |pause| {
        world.pass(pause);
        pauses.borrow_mut().push(pause);
        during(pauses.borrow().len());
        ready(())
    };
    let stop = poll_fn(|_| if pauses.borrow().len() >= rounds { Poll::Ready(()) } else { Poll::Pending });
    // `stop` is polled before each round.
    let failed = |_: &counterfoil::store::StoreError| failures.set(failures.get() + 1);
    futures_executor::block_on(world.cache.run(sleep, stop, failed));
    (pauses.into_inner(), failures.get())
}

#[test]
fn fleet_2_the_log_is_read_every_quarter_of_the_bound_and_every_third_after_a_failure() {
    let world = World::new();
    let during = |round| {
        if round == 2 {
            world.store.faults().on("narrowings", Failure::NotExecuted);
        } else if round == 4 {
            world.heal();
        }
    };
    let (pauses, failures) = run(&world, 6, during);
    let [quarter, third] = [BOUND / 4, BOUND / 3];
    assert_eq!((pauses, failures), (vec![quarter, quarter, third, third, quarter, quarter], 2));
}

#[test]
fn fleet_1_while_it_runs_every_token_in_memory_is_trusted_and_a_revoked_one_is_not() {
    let world = World::new();
    let (token, other) = (world.token(), world.token());
    world.warm(token.token.expose_secret());
    let during = |round| {
        if round == 10 {
            at_once(world.service.revoke_family_of(&token.view.id)).expect("revoked");
        }
        let is_ok = world.verify(token.token.expose_secret()).is_ok();
        assert!(if round < 10 { is_ok } else { round < 14 || !is_ok }, "round {round}");
        assert!(world.verify(other.token.expose_secret()).is_ok());
    };
    run(&world, 20, during);
}

#[test]
fn fleet_2_steps_older_than_ten_minutes_are_trimmed_once_a_minute() {
    let world = World::new();
    let begin = at_once(world.store.narrowings(None, NonZeroU32::MIN)).expect("in memory").next;
    let from_begin = || at_once(world.store.narrowings(Some(&begin), NonZeroU32::MIN)).expect("in memory");
    for _ in 0..2_500 {
        at_once(world.store.narrow(&Narrowed::All, world.service.now())).expect("in memory");
    }
    run(&world, 2_400, |_| {});
    assert!(!from_begin().lost, "after ten minutes");
    run(&world, 300, |_| {});
    let trimmed = from_begin();
    assert!(trimmed.lost && trimmed.steps.is_empty(), "a minute later all are trimmed, although one batch has 1,000");
    assert!(world.cache.len() <= 1);
}
