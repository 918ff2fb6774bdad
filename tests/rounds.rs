//! Tests concurrent calls on real threads, with the memory store and with a slower store. `COUNTERFOIL_SCALE=soak` runs
//! more rounds.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on says so")]

#[path = "support/base.rs"]
mod base;
mod support;

use std::num::NonZeroU32;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::time::Duration;

use counterfoil::event::EventKind;
use counterfoil::memory::MemoryStore;
use counterfoil::policy::Policy;
use counterfoil::store::TokenStore;
use counterfoil::*;
use counterfoil_conformance::{SlowStore, scale};
use support::*;

/// Returns a world with the memory store, and a world with a slowed-down memory store. Each comes with its number of
/// rounds.
fn worlds(policy: &Policy) -> [(World, u32); 2] {
    let mut policy = policy.clone();
    // A limit on creations in an hour would stop the test early, so there is no limit.
    policy.personal_access_tokens.creations_per_hour = None;
    policy.access_tokens.max_live_per_family = None;
    policy.refresh_tokens.rotations_per_day = NonZeroU32::MAX;
    let store = Arc::new(MemoryStore::default());
    let slow: Arc<dyn TokenStore> = Arc::new(SlowStore::new(store.clone(), 7));
    let slow = world_on(policy.clone(), store, |builder| builder.token_store(slow));
    [(world_with(policy.clone(), |builder| builder), scale().rounds), (slow, scale().rounds)]
}

/// Runs the rounds of one test. In each round, `prepare` makes the object that the threads share. Then all threads run
/// `racer` with it at the same time. Then `judge` checks their results.
fn rounds<C: Send + Sync, T: Send>(
    count: u32,
    mut prepare: impl FnMut(u32) -> C,
    racer: impl Fn(usize, &C) -> T + Sync,
    mut judge: impl FnMut(u32, &C, Vec<T>),
) {
    let threads = scale().threads;
    let (start, finish) = (Barrier::new(threads + 1), Barrier::new(threads + 1));
    let over = AtomicBool::new(false);
    let (prize, results) = (Mutex::new(None::<Arc<C>>), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for index in 0..threads {
            let (start, finish, over, prize, results, racer) = (&start, &finish, &over, &prize, &results, &racer);
            scope.spawn(move || {
                for _ in 0..count {
                    start.wait();
                    if over.load(Ordering::SeqCst) {
                        return;
                    }
                    let own = prize.lock().expect("not poisoned").clone();
                    let result = own.map(|own| racer(index, &own));
                    results.lock().expect("not poisoned").extend(result);
                    finish.wait();
                }
            });
        }
        for round in 0..count {
            let own = Arc::new(prepare(round));
            *prize.lock().expect("not poisoned") = Some(own.clone());
            start.wait();
            finish.wait();
            let got = std::mem::take(&mut *results.lock().expect("not poisoned"));
            assert_eq!(got.len(), threads);
            // The threads are waiting for the next start. They must be released before a failed round panics.
            if let Err(failed) = catch_unwind(AssertUnwindSafe(|| judge(round, &own, got))) {
                over.store(true, Ordering::SeqCst);
                start.wait();
                resume_unwind(failed);
            }
        }
    });
}

#[test]
fn syn_token_6_of_any_number_of_refreshes_with_one_token_there_is_exactly_one_successor() {
    for (world, count) in worlds(&open_policy()) {
        let mut next = String::new();
        let mut successors = std::collections::BTreeSet::new();
        let last = Mutex::new(String::new());
        rounds(
            count,
            |round| {
                if round % 4 == 0 {
                    next = world.log_in("public-app", "true").refresh();
                } else {
                    next = last.lock().expect("not poisoned").clone();
                }
                drop(world.sink.take());
                next.clone()
            },
            |_, token| world.refresh("public-app", token),
            |round, token, replies| {
                let first = replies.first().expect("one");
                for reply in &replies {
                    assert_eq!(reply.status, 200, "round {round}: {}", reply.body);
                    assert_eq!((reply.refresh(), reply.access()), (first.refresh(), first.access()), "round {round}");
                }
                assert_ne!(&first.refresh(), token);
                assert!(world.works(&first.access()), "round {round}: the family lives");
                assert!(successors.insert(first.refresh()), "round {round}: a successor of its own");
                *last.lock().expect("not poisoned") = first.refresh();
            },
        );
        println!("{count} rounds of {} refreshes: {} successors, no family lost", scale().threads, successors.len());
        assert_eq!(successors.len(), usize::try_from(count).expect("small"));
    }
}

#[test]
fn syn_token_6_with_grace_zero_exactly_one_wins_and_the_rest_end_the_family() {
    let mut policy = open_policy();
    policy.refresh_tokens.grace = Duration::ZERO;
    for (world, count) in worlds(&policy) {
        rounds(
            count,
            |_| {
                drop(world.sink.take());
                world.log_in("public-app", "true").refresh()
            },
            |_, token| world.refresh("public-app", token),
            |round, _, replies| {
                let (won, lost): (Vec<_>, Vec<_>) = replies.into_iter().partition(|reply| reply.status == 200);
                assert_eq!(won.len(), 1, "round {round}");
                assert!(lost.iter().all(|reply| reply.error() == (400, "invalid_grant".into())), "round {round}");
                let replays =
                    world.take_events().iter().filter(|event| matches!(event, EventKind::Replayed { .. })).count();
                assert_eq!(replays, 1, "round {round}: told once");
                assert!(!world.works(&won[0].access()), "round {round}: a presentation that did not win revokes");
                assert_eq!(world.refresh("public-app", &won[0].refresh()).status, 400);
            },
        );
    }
}

#[test]
fn syn_token_7_a_refresh_racing_a_revocation_leaves_nothing_alive() {
    for (world, count) in worlds(&open_policy()) {
        let revoked_at_step = AtomicU64::new(0);
        rounds(
            count,
            |_| {
                drop(world.sink.take());
                (world.log_in("public-app", "true"), Mutex::new(Vec::new()))
            },
            |index, (first, seen)| {
                if index == 0 {
                    for _ in 0..revoked_at_step.fetch_add(7, Ordering::Relaxed) % 50 {
                        std::thread::yield_now();
                    }
                    assert_eq!(world.revoke("public-app", &first.refresh()).status, 200);
                    let known: Vec<(String, String)> = seen.lock().expect("not poisoned").clone();
                    return known.iter().filter(|(access, _)| world.works(access)).count();
                }
                let mut token = first.refresh();
                loop {
                    let reply = world.refresh("public-app", &token);
                    if reply.status != 200 {
                        return 0;
                    }
                    token = reply.refresh();
                    seen.lock().expect("not poisoned").push((reply.access(), reply.refresh()));
                }
            },
            |round, (first, seen), alive| {
                assert!(alive.iter().all(|alive| *alive == 0), "round {round}: alive after revoke had returned");
                let mut tokens = std::mem::take(&mut *seen.lock().expect("not poisoned"));
                tokens.push((first.access(), first.refresh()));
                for (access, refresh) in tokens {
                    assert!(!world.works(&access), "round {round}");
                    assert_eq!(world.refresh("public-app", &refresh).status, 400, "round {round}");
                }
            },
        );
    }
}

#[test]
fn a2_token_2_of_concurrent_creations_with_one_label_exactly_one_succeeds() {
    for (world, count) in worlds(&open_policy()) {
        rounds(
            count,
            |round| {
                drop(world.sink.take());
                format!("label {}", round % 7)
            },
            |_, label| world.create("bill", label, 1).map_err(|error| error.to_string()),
            |round, _, made| {
                let (won, lost): (Vec<_>, Vec<_>) = made.into_iter().partition(Result::is_ok);
                assert_eq!(won.len(), 1, "round {round}");
                assert!(
                    lost.iter().all(|error| matches!(error, Err(text) if text == "label is taken")),
                    "round {round}"
                );
                let winner = won[0].as_ref().expect("won").view.id;
                world.delete("bill", &winner).expect("deleted");
            },
        );
    }
}

#[test]
fn syn_pat_9_concurrent_creations_never_pass_the_quota() {
    let mut policy = open_policy();
    policy.personal_access_tokens.max_live_per_owner = NonZeroU32::new(10);
    for (world, count) in worlds(&policy) {
        rounds(
            count,
            |round| {
                drop(world.sink.take());
                round
            },
            |index, round| world.create("bill", &format!("{round} {index}"), 1).map_err(|error| error.to_string()),
            |round, _, made| {
                let (won, lost): (Vec<_>, Vec<_>) = made.into_iter().partition(Result::is_ok);
                assert_eq!(won.len(), 10, "round {round}: neither more nor fewer");
                assert!(lost.iter().all(|error| matches!(error, Err(text) if text == "quota is reached")));
                let ended = block_on(world.handle.revoke_all_of(&Presenter::host(), &subject("bill")));
                assert_eq!(ended.expect("revoked"), 10);
            },
        );
    }
}

#[test]
fn syn_token_12_of_a_thousand_parallel_guesses_ten_are_tested() {
    let world = world();
    let before = world.people.hashes();
    let form = [("grant_type", "password"), ("username", "ivan"), ("password", "wrong")];
    world.token("public-app", &form);
    let each = world.people.hashes() - before;
    world.pass(minutes(1));
    let before = world.people.hashes();
    let tested = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| {
                for _ in 0..50 {
                    tested.fetch_add(u64::from(world.token("public-app", &form).status == 400), Ordering::Relaxed);
                }
            });
        }
    });
    assert_eq!(tested.load(Ordering::Relaxed), 10);
    assert_eq!(world.people.hashes() - before, 10 * each, "the rest cost no work");
}
