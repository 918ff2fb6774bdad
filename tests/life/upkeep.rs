//! Purging, and the roll-over of keys (ALL KINDS 2 and 6).

use counterfoil::{DropKeyError, KeyId, Span};

use crate::support::*;

#[test]
fn all_kinds_6_purging_goes_in_batches_until_nothing_is_left() {
    let world = synergy();
    let ids: Vec<_> = (0..10).map(|n| world.create("ivan", &format!("{n}"), 1).expect("a token").listed.id).collect();
    let living = world.create("ivan", "living", 180).expect("a token");
    for id in &ids {
        world.delete("ivan", id).expect("deleted");
    }
    // The tombstones' 30 days; and since no worker looked at their notices, 30 more.
    world.pass(Span::days(60));
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
    world.delete("ivan", &token.listed.id).expect("deleted");
    world.pass(Span::days(7));
    let _ = block_on(world.handle.purge(limit(100))).expect("purged");
    world.delete("ivan", &token.listed.id).expect("deleted");
    let by = world.presenter("super");
    block_on(world.handle.reactivate_security_code(&by, &code.listed.id)).expect("reactivated");
}

#[test]
fn all_kinds_2_a_key_in_use_is_not_dropped_until_everything_is_under_the_new_one() {
    let world = synergy();
    let token = world.pat("ivan", "one");
    let foil = world.elsewhere(|builder| builder.key_ring(ring()).accept_unkeyed()).handle;
    let refused = block_on(foil.may_drop_key(KeyId::NONE));
    assert!(matches!(refused, Err(DropKeyError::InUse { key: KeyId::NONE, records: 1, client_secrets: 0 })));
    assert_eq!(block_on(foil.key_still_used(KeyId::NONE)).expect("a count"), 1);
    assert!(block_on(foil.may_drop_key(KeyId::new(1))).is_ok(), "nothing is under it yet");
    // A use under the old key, then the host's loop.
    block_on(foil.verify(token.token.expose_secret())).expect("verified under the old key");
    let _ = block_on(foil.flush());
    let census = block_on(foil.key_census()).expect("a census");
    assert_eq!(census.iter().map(|used| (used.key, used.records)).collect::<Vec<_>>(), [(KeyId::new(1), 1)]);
    assert!(block_on(foil.may_drop_key(KeyId::NONE)).is_ok());
    block_on(foil.verify(token.token.expose_secret())).expect("verified under the new key");
}
