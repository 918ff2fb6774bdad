//! Tests of copies that are interrupted, and of targets that fail.

use std::sync::Arc;
use std::time::Duration;

use counterfoil::memory::MemoryStore;
use counterfoil::testing::{Failure, Faults, FaultyStore};
use counterfoil_copy::{Copy, CopyError, Side, Stores};
use futures_executor::block_on;
use tokio::time::timeout;

use crate::round_trip::fill;
use crate::stores::{RUNTIME, memory, sqlite};

fn faulty() -> (Arc<FaultyStore<MemoryStore>>, Faults) {
    let faults = Faults::default();
    (Arc::new(FaultyStore::new(MemoryStore::default(), faults.clone())), faults)
}

#[test]
fn host_60_a_target_that_fails_at_any_call_loses_nothing() {
    let source = memory();
    block_on(fill(&source.store));
    let mut failed = 0;
    for failure in [Failure::NotExecuted, Failure::AnswerLost] {
        for nth in 1.. {
            let (target, faults) = faulty();
            let copy = Copy::new(source.stores(), Stores::of(Arc::clone(&target)));
            faults.nth(nth, failure);
            match block_on(copy.run()) {
                Err(CopyError::Store { side: Side::Target, .. }) => failed += 1,
                Ok(_) => break,
                Err(other) => panic!("call {nth}: {other:?}"),
            }
            faults.heal();
            let report = block_on(copy.run()).expect("the next run continues");
            assert!(report.already_there <= report.families);
        }
    }
    assert!(failed > 100, "{failed}");
}

#[test]
fn host_60_a_source_that_fails_at_any_call_is_copied_by_the_next_run() {
    let (source, faults) = faulty();
    block_on(fill(&source));
    for nth in (1..).step_by(5) {
        let target = memory();
        let copy = Copy::new(Stores::of(Arc::clone(&source)), target.stores());
        faults.nth(nth, Failure::NotExecuted);
        match block_on(copy.run()) {
            Err(CopyError::Store { side: Side::Source, .. }) => {}
            Ok(_) => return,
            Err(other) => panic!("call {nth}: {other:?}"),
        }
        faults.heal();
        block_on(copy.run()).expect("the next run continues");
    }
}

#[test]
fn host_60_a_copy_that_is_dropped_at_any_call_is_continued() {
    let source = memory();
    block_on(fill(&source.store));
    RUNTIME.block_on(async {
        for nth in (1..).step_by(3) {
            let (target, faults) = faulty();
            let copy = Copy::new(source.stores(), Stores::of(Arc::clone(&target)));
            faults.nth(nth, Failure::Hangs);
            // Apart from the call that hangs, all calls are ready at once. So a copy that is not complete at its first
            // poll waits for the hanging call.
            let Err(_dropped) = timeout(Duration::ZERO, copy.run()).await else { return };
            faults.heal();
            copy.run().await.expect("the next run continues");
        }
    });
}

#[test]
fn host_60_a_copy_into_a_file_that_is_dropped_is_continued_and_counts_what_is_there() {
    RUNTIME.block_on(async {
        let (source, target) = (memory(), sqlite().await);
        fill(&source.store).await;
        let faults = Faults::default();
        let failing = Arc::new(FaultyStore::new(Arc::clone(&target.store), faults.clone()));
        let calls = std::sync::atomic::AtomicU32::new(0);
        faults.plan(move |call| {
            let restores = call.method == "restore" && calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed) >= 7;
            restores.then_some(Failure::NotExecuted)
        });
        let cut = Copy::new(source.stores(), Stores::of(failing)).run().await;
        assert!(matches!(cut, Err(CopyError::Store { side: Side::Target, .. })), "{cut:?}");
        let report = Copy::new(source.stores(), target.stores()).run().await.expect("the next run continues");
        assert_eq!(report.already_there, 7);
    });
}
