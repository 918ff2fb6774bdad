//! Tests the upkeep: purging, the replacement of a key by a new key, and the event for a host without upkeep
//! (requirements ALL KINDS 2 and 6).

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use counterfoil::event::{EventKind, Fault, Means};
use counterfoil::operations::DropKeyError;
use counterfoil::testing::{Failure, Faults, FaultyStore};
use counterfoil::types::KeyId;

use crate::support::*;

#[test]
fn all_kinds_6_purging_goes_in_batches_until_nothing_is_left() {
    let world = synergy();
    let ids: Vec<_> = (0..10).map(|n| world.create("ivan", &format!("{n}"), 1).expect("a token").view.id).collect();
    let living = world.create("ivan", "living", 180).expect("a token");
    for id in &ids {
        world.delete("ivan", id).expect("deleted");
    }
    // The tombstones are kept for 30 days, and for 30 more days because no worker has sent their notices.
    world.pass(days(60));
    let (mut removed, mut calls) = (0, 0);
    loop {
        let progress = block_on(world.handle.purge(limit(3))).expect("purged");
        assert!(progress.changed <= 3);
        removed += progress.changed;
        calls += 1;
        if !progress.more {
            break;
        }
    }
    assert_eq!((removed, calls), (10, 4));
    assert!(ids.iter().all(|id| !world.is_stored(id)));
    assert!(world.works(living.token.expose_secret()));
    assert_eq!(block_on(world.handle.purge(limit(3))).expect("purged").changed, 0);
}

#[test]
fn all_kinds_6_a_tombstone_and_a_code_that_can_be_reactivated_outlive_a_purge() {
    let world = synergy();
    let token = world.pat("ivan", "one");
    let code = world.described_code("export");
    world.delete("ivan", &token.view.id).expect("deleted");
    world.pass(days(7));
    let _ = block_on(world.handle.purge(limit(100))).expect("purged");
    world.delete("ivan", &token.view.id).expect("deleted");
    let by = world.presenter("super");
    block_on(world.handle.reactivate_security_code(&by, &code.view.id)).expect("reactivated");
}

#[test]
fn all_kinds_2_a_key_in_use_is_not_dropped_until_everything_is_under_the_new_one() {
    let world = synergy();
    let token = world.pat("ivan", "one");
    let counterfoil = world.elsewhere(|builder| builder.key_ring(ring()).accept_unkeyed()).handle;
    let refused = block_on(counterfoil.may_drop_key(KeyId::NONE));
    assert!(matches!(refused, Err(DropKeyError::InUse { key: KeyId::NONE, records: 1, client_secrets: 0 })));
    assert_eq!(block_on(counterfoil.key_still_used(KeyId::NONE)).expect("a count"), 1);
    assert!(block_on(counterfoil.may_drop_key(KeyId::new(1))).is_ok(), "nothing is under it yet");
    // The token is used under the old key, and then the host runs the upkeep.
    block_on(counterfoil.verify(token.token.expose_secret())).expect("verified under the old key");
    let _ = block_on(counterfoil.flush());
    let census = block_on(counterfoil.key_census()).expect("a census");
    assert_eq!(census.iter().map(|used| (used.key, used.records)).collect::<Vec<_>>(), [(KeyId::new(1), 1)]);
    assert!(block_on(counterfoil.may_drop_key(KeyId::NONE)).is_ok());
    block_on(counterfoil.verify(token.token.expose_secret())).expect("verified under the new key");
}

#[test]
fn fault_d3_one_call_does_the_upkeep_until_it_is_told_to_stop() {
    // With `clock_doubt` zero, upkeep trusts the clock at once, even after the clock was set 400 days ahead.
    let mut policy = open_policy();
    policy.clock_doubt = Duration::ZERO;
    let world = world_with(policy, |builder| builder);
    let token = world.pat("bill", "one");
    let short = world.pat("bill", "two");
    world.works(token.token.expose_secret());
    block_on(world.handle.delete_personal_access_token(&world.presenter("bill"), &short.view.id)).expect("deleted");
    world.pass(days(400));
    let (rounds, most) = (Cell::new(0), 3);
    let sleep = |pause: Duration| {
        if !pause.is_zero() {
            rounds.set(rounds.get() + 1);
        }
        std::future::ready(())
    };
    let stop = std::future::poll_fn(|context| {
        context.waker().wake_by_ref();
        if rounds.get() >= most { Poll::Ready(()) } else { Poll::Pending }
    });
    block_on(world.handle.run_upkeep(sleep, stop));
    assert_eq!(rounds.get(), most);
    assert!(!world.is_stored(&short.view.id), "what is gone was purged");
}

#[test]
fn host_9_upkeep_waits_longer_while_the_store_fails_and_tells_of_it() {
    let mut policy = open_policy();
    policy.clock_doubt = Duration::ZERO;
    let world = world_with(policy, |builder| builder);
    let faults = Faults::default();
    faults.always(Failure::NotExecuted);
    let store = Arc::new(FaultyStore::new(world.store.clone(), faults));
    let node = world.elsewhere(|builder| builder.token_store(store));
    let pauses = RefCell::new(Vec::new());
    let sleep = |pause: Duration| {
        pauses.borrow_mut().push(pause.as_secs_f64());
        std::future::ready(())
    };
    let stop = std::future::poll_fn(|context| {
        context.waker().wake_by_ref();
        if pauses.borrow().len() >= 5 { Poll::Ready(()) } else { Poll::Pending }
    });
    block_on(node.handle.run_upkeep(sleep, stop));
    for (pause, least) in pauses.into_inner().into_iter().zip([10.0, 20.0, 40.0, 60.0, 60.0]) {
        assert!((least..=least * 1.2).contains(&pause), "{pause} after {least}");
    }
    let of_purge = |what: &EventKind| {
        matches!(what, EventKind::Failed { means: Means::TokenStore, op: "purge", fault: Fault::Unavailable, .. })
    };
    assert_eq!(node.take_events().iter().filter(|what| of_purge(what)).count(), 1, "one outage, told once");
}

#[test]
fn fault_d3_a_host_without_upkeep_is_warned_once() {
    let world = world().elsewhere(|builder| builder);
    let passed = |world: &World, count| {
        world.pass(minutes(count));
        let _limits = block_on(world.handle.personal_access_token_limits()).expect("available");
        world.take_events().contains(&EventKind::NoUpkeep)
    };
    assert!(!passed(&world, 0) && !passed(&world, 9) && passed(&world, 1) && !passed(&world, 60));
    let kept = world.elsewhere(|builder| builder);
    assert!(!passed(&kept, 0));
    let _flushed = block_on(kept.handle.flush());
    assert!(!passed(&kept, 60), "a host that flushes is not warned");
}
