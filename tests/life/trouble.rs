//! Tests operations with a store that executes a write but reports a failure, and with a store in which other writes
//! come first. Also tests random numbers that repeat.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use counterfoil::crypto::{Entropy, NoEntropy};
use counterfoil::operations::Overlap;
use counterfoil::store::{Applied, Change, ParentUpdate, StoreError, TokenStore as _};
use counterfoil::testing::SeededEntropy;
use counterfoil::{Conflict, Counterfoil, ManageError, Unavailable};

use crate::support::*;

struct Trouble {
    /// How many of the next rotations are executed but reported as failed.
    lost_rotations: AtomicU32,
    /// How many of the next changes and rotations come too late, because another writer changes the record first.
    overtakers: AtomicU32,
}

fn one_of(counter: &AtomicU32) -> bool {
    counter.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
}

#[async_trait]
impl Around for Trouble {
    async fn before(&self, store: &Base, call: Call<'_>) -> Result<(), StoreError> {
        let (id, expect, now) = match call {
            Call::Apply { id, expect, now } => (id, expect, now),
            Call::Rotate { parent, step: ParentUpdate::Supersede { expect, .. }, now } => (parent, *expect, now),
            _ => return Ok(()),
        };
        if one_of(&self.overtakers) {
            let nothing = Change::Edit { label: None, description: None, scope: None, details: None };
            let overtaken = store.apply(id, expect, &nothing, now).await?;
            assert!(matches!(overtaken, Applied::Done(_)));
        }
        Ok(())
    }

    fn after_rotate(&self) -> Result<(), StoreError> {
        if one_of(&self.lost_rotations) {
            return Err(StoreError::Unavailable { op: "rotate", retry: true, maybe_done: true, source: None });
        }
        Ok(())
    }
}

/// Makes another handle for the same service. Its store fails as `lost_rotations` and `overtakers` say.
fn troubled(world: &World, lost_rotations: u32, overtakers: u32, entropy: impl Entropy) -> Counterfoil {
    let around = Trouble { lost_rotations: AtomicU32::new(lost_rotations), overtakers: AtomicU32::new(overtakers) };
    let store = Arc::new(Beset { inner: world.store.clone(), around });
    world.elsewhere(|builder| builder.token_store(store).entropy(entropy)).handle
}

#[test]
fn a_rotation_whose_answer_was_lost_is_recognised_and_answered() {
    let world = synergy();
    let old = world.pat("ivan", "one");
    let counterfoil = troubled(&world, 1, 0, SeededEntropy::new(2));
    let by = world.presenter("ivan");
    let new =
        block_on(counterfoil.rotate_personal_access_token(&by, &old.view.id, Overlap::Immediate)).expect("rotated");
    assert!(world.works(new.token.expose_secret()) && !world.works(old.token.expose_secret()));
}

#[test]
fn all_kinds_5_a_rotation_whose_answer_is_lost_twice_is_unavailable() {
    let world = synergy();
    let old = world.pat("ivan", "one");
    let counterfoil = troubled(&world, 2, 0, SeededEntropy::new(2));
    let by = world.presenter("ivan");
    let lost = block_on(counterfoil.rotate_personal_access_token(&by, &old.view.id, Overlap::Immediate));
    assert!(matches!(lost, Err(ManageError::Unavailable(Unavailable::Store(_)))));
    // The rotation succeeded, but the results of both tries were lost. A further call reports that the token was
    // replaced. The owner can delete the new token, whose secret nobody knows.
    let again = block_on(counterfoil.rotate_personal_access_token(&by, &old.view.id, Overlap::Immediate));
    assert!(matches!(again, Err(ManageError::Conflict(Conflict::Replaced))));
}

#[test]
fn a_change_that_is_overtaken_seven_times_is_made_and_after_eight_it_is_unavailable() {
    for (overtakers, made) in [(7, true), (8, false)] {
        let world = synergy();
        let (token, code) = (world.pat("ivan", "one"), world.described_code("export"));
        let counterfoil = || troubled(&world, 0, overtakers, SeededEntropy::new(2));
        let (ivan, boss) = (world.presenter("ivan"), world.presenter("super"));
        let relabelled =
            block_on(counterfoil().update_personal_access_token(&ivan, &token.view.id, &relabelled("two")));
        let permanent = block_on(counterfoil().make_security_code_permanent(&boss, &code.view.id));
        let rotated = block_on(counterfoil().rotate_personal_access_token(&ivan, &token.view.id, Overlap::Immediate));
        if made {
            assert_eq!(relabelled.expect("relabelled").label, "two");
            assert_eq!(permanent.expect("permanent").expires_at, None);
            assert_eq!(rotated.expect("rotated").view.label, "two");
        } else {
            let contended =
                |error: ManageError| matches!(error, ManageError::Unavailable(Unavailable::Contended { .. }));
            assert!(contended(relabelled.expect_err("contended")) && contended(permanent.expect_err("contended")));
            assert!(contended(rotated.expect_err("contended")));
        }
    }
}

#[test]
fn a2_token_2_a_first_use_that_is_overtaken_still_ends_the_old_half() {
    let world = synergy();
    let old = world.pat("ivan", "one");
    let by = world.presenter("ivan");
    let new = block_on(world.handle.rotate_personal_access_token(&by, &old.view.id, Overlap::UntilFirstUse))
        .expect("rotated");
    let counterfoil = troubled(&world, 0, 3, SeededEntropy::new(2));
    block_on(counterfoil.verify(new.token.expose_secret())).expect("verified");
    assert!(!world.works(old.token.expose_secret()));
}

/// A source of random numbers that always returns the same byte. So after the first new id, every further one is equal
/// to it.
struct Stuck;

impl Entropy for Stuck {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        bytes.fill(7);
        Ok(())
    }
}

#[test]
fn an_id_that_is_taken_is_drawn_again_and_a_stuck_source_ends_without_harm() {
    let world = synergy();
    let old = world.pat("ivan", "one");
    let by = world.presenter("ivan");
    let counterfoil = troubled(&world, 0, 0, Stuck);
    let second = block_on(counterfoil.rotate_personal_access_token(&by, &old.view.id, Overlap::Immediate))
        .expect("the first of that id");
    world.pass(Duration::from_secs(1));
    let third = block_on(counterfoil.rotate_personal_access_token(&by, &second.view.id, Overlap::Immediate));
    assert!(matches!(third, Err(ManageError::Unavailable(Unavailable::Contended { operation: "rotate" }))));
    assert!(world.works(second.token.expose_secret()));
}
