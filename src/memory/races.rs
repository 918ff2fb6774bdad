//! Tests of the clauses of the store contract that only concurrent threads can break.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;

use futures_executor::block_on;

use super::fixtures::*;
use super::store::MemoryStore;
use crate::record::token_record::TokenRecord;
use crate::store::change::Rotated;
use crate::store::insert::{InsertInto, Inserted};
use crate::store::token_store::TokenStore;
use crate::types::ids::RecordId;

/// Calls `run` in `racers` threads at the same time. Returns how many of the calls returned true.
fn race(racers: u16, run: impl Fn(u16) -> bool + Sync) -> usize {
    let start = Barrier::new(usize::from(racers));
    thread::scope(|scope| {
        let (start, run) = (&start, &run);
        let running: Vec<_> = (0..racers)
            .map(|racer| {
                scope.spawn(move || {
                    start.wait();
                    run(racer)
                })
            })
            .collect();
        running.into_iter().map(|racer| racer.join().expect("ran")).filter(|yes| *yes).count()
    })
}

#[test]
fn rotate_has_one_winner() {
    for _ in 0..100 {
        let store = MemoryStore::default();
        found(&store, 1);
        let winners = race(8, |racer| {
            let next = record(1, u32::from(racer) + 1, 1);
            let step = supersede(0, next.id);
            let answer = block_on(store.rotate(&id(1, 0), &step, &[next], at(50))).expect("in memory");
            assert!(matches!(answer, Rotated::Done | Rotated::Stale(_)));
            matches!(answer, Rotated::Done)
        });
        assert_eq!(winners, 1);
        assert_eq!((1..=8).filter(|&member| get(&store, id(1, member)).is_some()).count(), 1);
    }
}

#[test]
fn label_has_one_holder() {
    for _ in 0..100 {
        let store = MemoryStore::default();
        let winners = race(8, |racer| {
            let home = InsertInto::Found { family: &labelled(racer, "ci"), cap: None, pace: None };
            insert(&store, home, &[record(racer, 0, 0)], at(0)) == Inserted::Done
        });
        assert_eq!(winners, 1);
    }
}

#[test]
fn cap_holds_under_races() {
    for _ in 0..50 {
        let store = MemoryStore::default();
        let winners = race(8, |racer| {
            let home = InsertInto::Found { family: &family(racer), cap: refuse(3), pace: None };
            insert(&store, home, &[record(racer, 0, 0)], at(0)) == Inserted::Done
        });
        assert_eq!(winners, 3);
    }
}

/// Reads a record, as [`get`] does.
type Reader = fn(&MemoryStore, RecordId) -> Option<TokenRecord>;

/// One thread uses and rotates a family repeatedly, another thread revokes the family, and two threads read its
/// members.
#[test]
fn readers_see_whole_steps_only_beside_rotation_touch_and_revocation() {
    for round in 0..60 {
        let store = MemoryStore::default();
        found(&store, 1);
        let (newest, revoked, over) = (AtomicU32::new(0), AtomicBool::new(false), AtomicBool::new(false));
        thread::scope(|scope| {
            // The second reader uses `try_read`. If a write is in progress, `try_read` returns `false`, and `get` is
            // used instead.
            let by_get: Reader = get;
            let at_once: Reader = |store, id| shown(store, id).unwrap_or_else(|| get(store, id));
            for reader in [by_get, at_once] {
                let (newest, revoked, over, store) = (&newest, &revoked, &over, &store);
                scope.spawn(move || {
                    while !over.load(Ordering::SeqCst) {
                        let (was_revoked, member) = (revoked.load(Ordering::SeqCst), newest.load(Ordering::SeqCst));
                        // If record and family contradict each other, `get` returns an error, and the reader panics.
                        for member in member.saturating_sub(1)..=member + 1 {
                            let Some(read) = reader(store, id(1, member)) else { continue };
                            assert!(!was_revoked || read.revoked().is_some(), "revoke is final");
                            let older = read.record().generation < read.family().generation;
                            assert_eq!(older, read.record().superseded.is_some(), "one step, or the other, never half");
                            if let Some(superseded) = read.record().superseded {
                                assert!(reader(store, superseded.successor).is_some(), "no parent without successor");
                            }
                        }
                    }
                });
            }
            scope.spawn(|| {
                for generation in 0..400 {
                    block_on(store.touch(&[(id(1, generation), at(generation))])).expect("in memory");
                    let ended = revoked.load(Ordering::SeqCst);
                    match rotate(&store, 1, generation) {
                        Rotated::Done => assert!(!ended, "nothing follows a revocation"),
                        Rotated::FamilyEnded => break,
                        other => panic!("{other:?}"),
                    }
                    newest.store(generation + 1, Ordering::SeqCst);
                    if generation == 5 * round {
                        scope.spawn(|| {
                            assert_eq!(revoke_family(&store, 1, 60).changed, 1);
                            revoked.store(true, Ordering::SeqCst);
                        });
                    }
                }
                over.store(true, Ordering::SeqCst);
            });
        });
        let last = newest.load(Ordering::SeqCst);
        assert!((0..=last).all(|member| read(&store, id(1, member)).revoked().is_some()));
    }
}

#[test]
fn two_purges_at_once_do_no_harm() {
    let store = MemoryStore::default();
    (0..200).for_each(|number| found(&store, number));
    let gone = AtomicU32::new(0);
    let _ = race(4, |_| {
        loop {
            let progress = purge(&store, GONE, 0, 7);
            gone.fetch_add(u32::try_from(progress.changed).expect("small"), Ordering::SeqCst);
            if !progress.more {
                return true;
            }
        }
    });
    assert_eq!(gone.load(Ordering::SeqCst), 200);
}
