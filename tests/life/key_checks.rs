//! Tests the check of the key ring at the start of a service (faults D2 and G6). A service must not start if its key
//! ring does not belong to the store. It must report records under a key that is not in the ring.

use std::sync::Arc;

use counterfoil::event::EventKind;
use counterfoil::store::TokenStore as _;
use counterfoil::testing::SeededEntropy;
use counterfoil::types::{KeyId, RecordId};
use counterfoil::{Counterfoil, Denied, KeyRing, Unavailable};

use crate::support::*;

fn ring(seed: u64) -> KeyRing {
    KeyRing::generate(&SeededEntropy::new(seed)).expect("seeded")
}

/// Makes a world whose store contains the check values of the key ring. Returns the world and the text of a token.
fn started() -> (World, String) {
    let world = bare_world_on(open_policy(), Arc::<Base>::default(), Arc::new(ring(1)));
    let token = world.pat("bill", "one").token.expose_secret().to_owned();
    block_on(world.handle.start()).expect("its own ring");
    (world, token)
}

fn with_ring(world: &World, ring: KeyRing) -> Counterfoil {
    world.elsewhere(|builder| builder.key_ring(ring)).handle
}

fn is_foreign(unavailable: &Unavailable) -> bool {
    matches!(unavailable, Unavailable::ForeignKeyRing { key } if *key == KeyId::new(1))
}

#[test]
fn fault_d2_a_foreign_key_ring_stops_the_start_and_makes_nothing() {
    let (world, token) = started();
    let foreign = with_ring(&world, ring(2));
    let error = block_on(foreign.start()).expect_err("another store's ring");
    assert!(is_foreign(&error), "{error}");
    assert!(error.to_string().contains("put back the key file"), "{error}");
    // A node that skips the check at its start accepts no token, and creates nothing under the wrong key.
    assert!(matches!(block_on(foreign.verify(&token)), Err(Denied::Refused(_))));
    let forms = block_on(foreign.personal_access_token_limits());
    assert!(forms.is_err_and(|unavailable| is_foreign(&unavailable)), "an outage");
    assert!(world.works(&token), "the store's own ring goes on");
}

#[test]
fn fault_d2_a_new_key_in_the_ring_is_noted_and_an_old_node_goes_on() {
    let (world, token) = started();
    let wider = ring(1).with_new_key(&SeededEntropy::new(3)).expect("seeded");
    let newer = with_ring(&world, wider);
    block_on(newer.start()).expect("the old key is the store's, the new one is new");
    assert!(block_on(newer.verify(&token)).is_ok());
    // Another node has a different key with the number 2.
    let other = ring(1).with_new_key(&SeededEntropy::new(4)).expect("seeded");
    let error = block_on(with_ring(&world, other).start()).expect_err("its second key is another");
    assert!(matches!(error, Unavailable::ForeignKeyRing { key } if key == KeyId::new(2)), "{error}");
    block_on(with_ring(&world, ring(1)).start()).expect("a node that has only the old key");
    // The store no longer has a check value for key 1. The only key of a new ring also has the number 1, so the store
    // has no check value for any key of the new ring.
    world.set(|settings| settings.key_checks.retain(|key, _| *key != KeyId::new(1)));
    let error = block_on(with_ring(&world, ring(9)).start()).expect_err("no key of the store's");
    assert!(is_foreign(&error), "{error}");
}

#[test]
fn fault_g6_a_lost_key_file_is_replaced_only_knowingly() {
    let (world, token) = started();
    let foreign = with_ring(&world, ring(2));
    assert!(block_on(foreign.start()).is_err());
    block_on(foreign.start_with_new_key_ring()).expect("the operator knows");
    block_on(foreign.start()).expect("it is the store's now");
    assert!(matches!(block_on(foreign.verify(&token)), Err(Denied::Refused(_))), "what the lost one made is refused");
}

#[test]
fn fault_d2_records_under_a_key_that_is_not_in_the_ring_are_told_at_the_start() {
    let (world, _) = started();
    world.take_events();
    let mut later = with_ring(&world, ring(1).with_new_key(&SeededEntropy::new(3)).expect("seeded"));
    let by = world.presenter("bill");
    let new = counterfoil::NewPersonalAccessToken::new("two", counterfoil::Lifetime::Days(1));
    let made = block_on(later.create_personal_access_token(&by, &new)).expect("made");
    assert!(stored_under(&world, &made.view.id) == KeyId::new(2));
    later = with_ring(&world, ring(1));
    world.take_events();
    block_on(later.start()).expect("key 1 is the store's");
    assert_eq!(world.take_events(), [EventKind::KeyMissing { key: KeyId::new(2), records: 1 }]);
}

fn stored_under(world: &World, id: &RecordId) -> KeyId {
    block_on(world.store.get(id)).expect("available").expect("there").record().key_id
}

#[test]
fn fault_d2_of_two_rings_that_start_at_once_one_is_the_stores() {
    let world = bare_world_on(open_policy(), Arc::<Base>::default(), Arc::new(ring(1)));
    let handles: Vec<Counterfoil> = (0..8).map(|seed| with_ring(&world, ring(10 + seed))).collect();
    let started: Vec<bool> = std::thread::scope(|scope| {
        let threads: Vec<_> = handles.iter().map(|handle| scope.spawn(|| block_on(handle.start()).is_ok())).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert_eq!(started.iter().filter(|started| **started).count(), 1, "{started:?}");
}
