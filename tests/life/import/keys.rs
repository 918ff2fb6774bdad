//! Tests the digests of imported tokens: the first use, a new key, and a crash during the change to the new key.

use std::sync::Arc;

use counterfoil::event::EventKind;
use counterfoil::import::ForeignCredential;
use counterfoil::operations::DropKeyError;
use counterfoil::testing::{Failure, Faults, FaultyStore, SeededEntropy};
use counterfoil::types::KeyId;

use super::{aliases, all_schemes, ids, import, importing, is_already, tokens};
use crate::support::*;

#[test]
fn life_6_the_digest_is_made_anew_at_the_first_use() {
    let (world, bill) = (importing(), subject("bill"));
    let [scheme, text, row] = tokens()[0];
    let id = ids(&import(&world.handle, &[ForeignCredential::new(scheme, row, &bill, "Telegram")]))[0];
    let digest = |world: &World| *world.stored(&id).expect("stored").record().digest.as_bytes();
    let before = digest(&world);
    let _ = block_on(world.handle.flush());
    assert_eq!(digest(&world), before, "not used yet");
    world.take_events();
    assert!(world.works(text));
    let _ = block_on(world.handle.flush());
    let after = digest(&world);
    assert_ne!(after, before);
    assert_eq!(world.take_events(), [EventKind::Rekeyed { id, key: KeyId::new(1) }]);
    assert!(world.works(text));
    // Sanctum also accepts the text without the number of the row.
    assert!(world.works(text.split_once('|').expect("a number").1));
    let _ = block_on(world.handle.flush());
    assert_eq!(digest(&world), after, "once");
}

#[test]
fn life_6_after_a_rotation_of_the_key_a_used_token_moves_to_the_new_key() {
    let (world, bill) = (importing(), subject("bill"));
    let [used, unused, ..] = tokens()[..] else { panic!("two tokens") };
    let rows = [used, unused].map(|[scheme, _, row]| ForeignCredential::new(scheme, row, &bill, "Telegram"));
    let ids = ids(&import(&world.handle, &rows));
    let wider = ring().with_new_key(&SeededEntropy::new(7)).expect("seeded");
    let narrow = wider.without(KeyId::new(1)).expect("the new one stays");
    let newer = world.elsewhere(|builder| all_schemes(world.store.clone())(builder.key_ring(wider)));
    assert!(is_already(&import(&newer.handle, &rows)[0], ids[0]), "found under the older key");
    assert!(newer.works(used[1]) && newer.works(used[1]));
    let old_aliases = aliases(&world.store);
    let _ = block_on(newer.handle.flush());
    assert_eq!(aliases(&world.store).len(), 2, "one alias for each token");
    assert_ne!(aliases(&world.store), old_aliases);
    assert!(newer.works(used[1]));
    assert!(is_already(&import(&newer.handle, &rows)[0], ids[0]));
    // The census counts the token that was not used, under the older key.
    let refused = block_on(newer.handle.may_drop_key(KeyId::new(1)));
    assert!(matches!(refused, Err(DropKeyError::InUse { records: 1, .. })), "{refused:?}");
    assert!(newer.works(unused[1]));
    let _ = block_on(newer.handle.flush());
    block_on(newer.handle.may_drop_key(KeyId::new(1))).expect("nothing is under it");
    let last = world.elsewhere(|builder| all_schemes(world.store.clone())(builder.key_ring(narrow)));
    assert!(last.works(used[1]) && last.works(unused[1]));
}

#[test]
fn life_6_a_crash_at_any_call_of_a_move_to_the_new_key_loses_no_token() {
    for failure in [Failure::NotExecuted, Failure::AnswerLost] {
        for nth in 1..4 {
            let (world, bill) = (importing(), subject("bill"));
            let [scheme, text, row] = tokens()[0];
            import(&world.handle, &[ForeignCredential::new(scheme, row, &bill, "Telegram")]);
            let ring = || ring().with_new_key(&SeededEntropy::new(7)).expect("seeded");
            let faults = Faults::default();
            let store = Arc::new(FaultyStore::new(Arc::clone(&world.store), faults.clone()));
            let newer = world.elsewhere(|builder| all_schemes(store.clone())(builder.store(store).key_ring(ring())));
            assert!(newer.works(text));
            faults.nth(nth, failure);
            let _ = block_on(newer.handle.flush());
            faults.heal();
            assert!(newer.works(text), "{failure:?} {nth}");
            let _ = block_on(newer.handle.flush());
            assert!(newer.works(text), "{failure:?} {nth}");
            let _ = block_on(newer.handle.flush());
            block_on(newer.handle.may_drop_key(KeyId::new(1))).expect("nothing is under it");
            let narrow = ring().without(KeyId::new(1)).expect("the new one stays");
            let last = world.elsewhere(|builder| all_schemes(world.store.clone())(builder.key_ring(narrow)));
            assert!(last.works(text), "{failure:?} {nth}");
        }
    }
}
