//! Tests the limits of reports of leaked tokens. Reports must not keep the upkeep busy and must not block each other.
//! If reported texts are dropped, there must be an event.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use crate::base::Base;
use async_trait::async_trait;
use counterfoil::event::DropReason;
use counterfoil::operations::LeakReport;
use counterfoil::store::StoreError;
use counterfoil::testing::{Failure, Faults, FaultyStore, SeededEntropy};
use counterfoil::types::Source;
use counterfoil::*;

use super::*;

fn accept(world: &World) -> LeakReport {
    block_on(world.handle.accept_leak_report(&Source::Unknown)).expect("not counted")
}

fn receive(report: LeakReport, texts: &[&str]) {
    let texts = texts.iter().map(|text| Secret::from((*text).to_owned())).collect();
    report.receive(texts).expect("taken");
}

fn send(world: &World, texts: &[&str]) {
    texts.chunks(100).for_each(|some| receive(accept(world), some));
}

fn dropped(world: &World) -> Vec<(u64, DropReason)> {
    let of = |event| match event {
        EventKind::ReportsDropped { count, reason } => Some((count, reason)),
        _ => None,
    };
    world.take_events().into_iter().filter_map(of).collect()
}

#[test]
fn life_5_reports_that_never_stop_do_not_keep_a_round_of_the_upkeep_from_ending() {
    let world = world();
    let (rounds, batches) = (Cell::new(0), Cell::new(0));
    let further = RefCell::new((0..20).map(|_| accept(&world)).collect::<Vec<_>>());
    send(&world, &["x"; 300]);
    let sleep = |pause: Duration| {
        if pause.is_zero() {
            batches.set(batches.get() + 1);
            receive(further.borrow_mut().pop().expect("the round never ends"), &["x"; 100]);
        } else {
            rounds.set(rounds.get() + 1);
        }
        std::future::ready(())
    };
    let stop = std::future::poll_fn(|_| if rounds.get() >= 2 { Poll::Ready(()) } else { Poll::Pending });
    block_on(world.handle.run_upkeep(sleep, stop));
    assert_eq!((rounds.get(), batches.get()), (2, 6), "three batches in each of two rounds");
}

#[test]
fn life_5_an_orderly_stop_looks_up_all_texts_that_wait() {
    let world = world();
    let token = world.pat("ivan", "ci");
    send(&world, &[["x"; 349].as_slice(), &[token.token.expose_secret()]].concat());
    let stop = std::future::ready(());
    block_on(world.handle.run_upkeep(|_| std::future::pending::<()>(), stop));
    assert!(!world.works(token.token.expose_secret()));
    assert!(dropped(&world).is_empty(), "nothing is lost");
}

#[test]
fn life_5_a_stop_during_an_outage_says_how_many_texts_are_lost() {
    let world = world();
    let (faults, token) = (Faults::default(), world.pat("ivan", "ci"));
    let store = Arc::new(FaultyStore::new(world.store.clone(), faults.clone()));
    let node = world.elsewhere(|builder| builder.token_store(store).entropy(SeededEntropy::new(3)));
    send(&node, &[token.token.expose_secret(); 3]);
    faults.always(Failure::NotExecuted);
    let _flushed = block_on(node.handle.shutdown());
    assert_eq!(dropped(&node), [(3, DropReason::Stopped)]);
}

/// A store that refuses each change of one record, with the error for an invalid call.
struct Refusing(RecordId);

#[async_trait]
impl Around for Refusing {
    async fn before(&self, _: &Base, call: Call<'_>) -> Result<(), StoreError> {
        match call {
            Call::Apply { id, .. } if *id == self.0 => Err(StoreError::invalid("apply", "planted")),
            _ => Ok(()),
        }
    }
}

#[test]
fn life_5_texts_that_always_fail_do_not_block_the_others_and_are_dropped_with_an_event() {
    let world = world();
    let (bad, good) = (world.pat("ivan", "bad"), world.pat("ivan", "good"));
    let around = Refusing(bad.view.id);
    let store = Arc::new(Beset { inner: world.store.clone(), around });
    let node = world.elsewhere(|builder| builder.token_store(store));
    send(&node, &[bad.token.expose_secret(); 100]);
    send(&node, &[good.token.expose_secret()]);
    let work = || block_on(node.handle.work_leaks(limit(100)));
    assert!(work().is_err() && work().is_err());
    assert!(!world.works(good.token.expose_secret()), "the second batch reaches it");
    for _ in 0..10 {
        let _worked = work();
    }
    assert_eq!(work().expect("nothing is left").changed, 0);
    assert_eq!(dropped(&node).iter().map(|(count, _)| count).sum::<u64>(), 100);
    assert!(world.works(bad.token.expose_secret()));
}

#[test]
fn life_5_a_failure_of_one_text_does_not_keep_the_others_of_a_call_from_being_ended() {
    let world = world();
    let (bad, good) = (world.pat("ivan", "bad"), world.pat("ivan", "good"));
    let store = Arc::new(Beset { inner: world.store.clone(), around: Refusing(bad.view.id) });
    let node = world.elsewhere(|builder| builder.token_store(store));
    let refused = block_on(node.handle.report_leaked(&[bad.token.expose_secret(), good.token.expose_secret()]));
    assert!(matches!(refused, Err(ManageError::Unavailable(Unavailable::PartlyDone(_)))), "{refused:?}");
    assert!(!world.works(good.token.expose_secret()));
}

#[test]
fn life_5_an_outage_drops_no_text_however_long_it_lasts() {
    let world = world();
    let (faults, token) = (Faults::default(), world.pat("ivan", "ci"));
    let store = Arc::new(FaultyStore::new(world.store.clone(), faults.clone()));
    let node = world.elsewhere(|builder| builder.token_store(store).entropy(SeededEntropy::new(4)));
    send(&node, &[token.token.expose_secret()]);
    faults.always(Failure::NotExecuted);
    for _ in 0..50 {
        assert!(block_on(node.handle.work_leaks(limit(100))).is_err());
    }
    faults.heal();
    assert_eq!(block_on(node.handle.work_leaks(limit(100))).expect("worked").changed, 1);
    assert!(!world.works(token.token.expose_secret()) && dropped(&node).is_empty());
}
