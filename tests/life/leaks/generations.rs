//! Tests reports of secrets that a rotation or a refresh has replaced.

use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::event::LeakState;
use counterfoil::operations::Overlap;
use counterfoil::store::{StoreError, TokenStore as _};
use counterfoil::testing::SeededEntropy;
use counterfoil::*;

use super::*;

fn rotate(world: &World, id: &RecordId, overlap: Overlap) -> IssuedCredential {
    block_on(world.handle.rotate_personal_access_token(&world.presenter("ivan"), id, overlap)).expect("rotated")
}

#[test]
fn life_5_an_old_generation_of_a_refresh_token_ends_the_sign_in_also_after_it_was_shrunk() {
    let world = world();
    for purged in [false, true] {
        let first = world.log_in("rotating", "true");
        let mut newest = first.refresh();
        for _ in 0..3 {
            world.pass(minutes(5));
            newest = world.refresh("rotating", &newest).refresh();
        }
        if purged {
            world.pass(days(1) - minutes(30));
            let purged = block_on(world.handle.purge(limit(1_000))).expect("purged");
            assert!(purged.changed > 0, "old generations are shrunk");
        }
        assert_eq!(state(report_one(&world, &first.refresh())), Some(LeakState::Ended), "purged: {purged}");
        assert_eq!(world.refresh("rotating", &newest).error().1, "invalid_grant");
        assert_eq!(run(&world), [ENDED], "purged: {purged}");
        assert_eq!(state(report_one(&world, &newest)), Some(LeakState::AlreadyEnded));
        assert!(run(&world).is_empty());
    }
}

#[test]
fn life_5_an_old_token_ends_its_successor_only_while_both_work() {
    let world = world();
    let (old, other) = (world.pat("ivan", "ci"), world.pat("ivan", "other"));
    let new = rotate(&world, &old.view.id, Overlap::For(minutes(10)));
    assert_eq!(state(report_one(&world, old.token.expose_secret())), Some(LeakState::Ended));
    assert!(!world.works(new.token.expose_secret()) && !world.works(old.token.expose_secret()));
    assert_eq!(run(&world), [ENDED]);
    let new = rotate(&world, &other.view.id, Overlap::Immediate);
    assert_eq!(state(report_one(&world, other.token.expose_secret())), Some(LeakState::Replaced));
    assert!(world.works(new.token.expose_secret()), "the owner has replaced it, perhaps because it leaked");
    assert_eq!(run(&world), [OLD_FOUND]);
}

#[test]
fn life_5_an_access_token_that_a_client_revoked_ends_nothing() {
    let world = world();
    let app = granted(&world, "ivan");
    let access = app.access_token.expose_secret();
    assert_eq!(world.revoke("rotating", access).status, 200);
    assert_eq!(state(report_one(&world, access)), Some(LeakState::AlreadyEnded));
    assert!(world.refresh("rotating", refresh_of(&app)).has("access_token"));
}

/// Lets another caller refresh the sign-in once, just before the store executes the first revocation.
struct Refreshing {
    other: World,
    token: String,
    mark_seen: std::sync::atomic::AtomicBool,
}

#[async_trait]
impl Around for Refreshing {
    async fn before(&self, _: &Base, call: Call<'_>) -> Result<(), StoreError> {
        if matches!(call, Call::Revoke) && !self.mark_seen.swap(true, std::sync::atomic::Ordering::SeqCst) {
            // The executor of this thread is in use, so the refresh runs on another thread.
            let refresh = || self.other.refresh("rotating", &self.token).has("refresh_token");
            assert!(std::thread::scope(|scope| scope.spawn(refresh).join()).expect("joined"));
        }
        Ok(())
    }
}

#[test]
fn life_5_a_refresh_between_mark_and_revocation_passes_the_notice_on() {
    let world = world();
    let app = granted(&world, "ivan");
    let token = refresh_of(&app).to_owned();
    let around = Refreshing { other: world.elsewhere(|builder| builder), token, mark_seen: false.into() };
    let beset = Arc::new(Beset { inner: world.store.clone(), around });
    let node = world.elsewhere(|builder| builder.token_store(beset).entropy(SeededEntropy::new(7)));
    assert_eq!(state(report_one(&node, refresh_of(&app))), Some(LeakState::Ended));
    assert_eq!(run(&world), [ENDED]);
    assert!(run(&world).is_empty());
}

#[test]
fn life_5_a_rotation_between_mark_and_revocation_passes_the_notice_on() {
    let world = world();
    let token = world.pat("ivan", "ci");
    let faults = counterfoil::testing::Faults::default();
    let store = Arc::new(counterfoil::testing::FaultyStore::new(world.store.clone(), faults.clone()));
    let node = world.elsewhere(|builder| builder.token_store(store));
    faults.on("revoke", counterfoil::testing::Failure::NotExecuted);
    assert!(block_on(node.handle.report_leaked(&[token.token.expose_secret()])).is_err());
    faults.heal();
    let new = rotate(&world, &token.view.id, Overlap::Immediate);
    assert!(block_on(world.store.get(&new.view.id)).expect("stored").is_some());
    assert_eq!(run(&world), [ENDED], "the worker ends the family");
    assert!(!world.works(new.token.expose_secret()));
}
