//! A store that loses answers and lets others write first: what verbs make of it.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use counterfoil::directory::Directory;
use counterfoil::memory::MemoryStore;
use counterfoil::store::{
    Applied, Change, Cursor, Home, Inserted, Listing, NewRecord, NoticeMark, Page, Progress, Revoke, Revoked, Rotated,
    Step, StoreError, TokenRecord, TokenStore,
};
use counterfoil::testing::SeededEntropy;
use counterfoil::{
    Conflict, Counterfoil, Entropy, KeyId, ManageError, NoEntropy, Overlap, RecordId, Span, Ts, Unavailable, Version,
};

use crate::world::{World, block_on, policy};

type Answer<T> = Result<T, StoreError>;

struct Trouble {
    store: Arc<MemoryStore>,
    /// How many rotations are done and then said to have failed.
    lost_rotations: AtomicU32,
    /// How many writes of others come just before a change or a rotation.
    overtakers: AtomicU32,
}

fn one_of(counter: &AtomicU32) -> bool {
    counter.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
}

impl Trouble {
    async fn overtake(&self, id: &RecordId, expect: Version, now: Ts) -> Answer<()> {
        if one_of(&self.overtakers) {
            let nothing = Change::Edit { label: None, description: None, scope: None };
            let overtaken = self.store.apply(id, expect, &nothing, now).await?;
            assert!(matches!(overtaken, Applied::Done(_)));
        }
        Ok(())
    }
}

#[async_trait]
impl TokenStore for Trouble {
    async fn insert(&self, home: Home<'_>, new: &[NewRecord], now: Ts) -> Answer<Inserted> {
        self.store.insert(home, new, now).await
    }

    async fn get(&self, id: &RecordId) -> Answer<Option<TokenRecord>> {
        self.store.get(id).await
    }

    async fn apply(&self, id: &RecordId, expect: Version, change: &Change, now: Ts) -> Answer<Applied> {
        self.overtake(id, expect, now).await?;
        self.store.apply(id, expect, change, now).await
    }

    async fn rotate(&self, parent: &RecordId, step: &Step, new: &[NewRecord], now: Ts) -> Answer<Rotated> {
        if let Step::Supersede { expect, .. } = step {
            self.overtake(parent, *expect, now).await?;
        }
        let rotated = self.store.rotate(parent, step, new, now).await?;
        if one_of(&self.lost_rotations) {
            return Err(StoreError::Unavailable { op: "rotate", retry: true, maybe_done: true, source: None });
        }
        Ok(rotated)
    }

    async fn revoke(&self, what: Revoke<'_>, revoked: Revoked, gone_at: Ts, limit: NonZeroU32) -> Answer<Progress> {
        self.store.revoke(what, revoked, gone_at, limit).await
    }

    async fn touch(&self, seen: &[(RecordId, Ts)]) -> Answer<()> {
        self.store.touch(seen).await
    }

    async fn list(&self, of: Listing<'_>, after: Option<&Cursor>, limit: NonZeroU32) -> Answer<Page<TokenRecord>> {
        self.store.list(of, after, limit).await
    }

    async fn due(&self, now: Ts, after: Option<&Cursor>, limit: NonZeroU32) -> Answer<Page<TokenRecord>> {
        self.store.due(now, after, limit).await
    }

    async fn claim(&self, id: &RecordId, held: NoticeMark, lease_until: Ts) -> Answer<Option<TokenRecord>> {
        self.store.claim(id, held, lease_until).await
    }

    async fn settle(
        &self,
        id: &RecordId,
        held: NoticeMark,
        next: Option<NoticeMark>,
        sent: Option<(Ts, u8)>,
    ) -> Answer<bool> {
        self.store.settle(id, held, next, sent).await
    }

    async fn purge(&self, now: Ts, unsent_before: Ts, windows_before: Ts, limit: NonZeroU32) -> Answer<Progress> {
        self.store.purge(now, unsent_before, windows_before, limit).await
    }

    async fn census(&self) -> Answer<Vec<(KeyId, u64)>> {
        self.store.census().await
    }
}

/// The same service behind a store in trouble.
fn troubled(world: &World, lost_rotations: u32, overtakers: u32, entropy: impl Entropy) -> Counterfoil {
    let trouble = Trouble {
        store: world.store.clone(),
        lost_rotations: AtomicU32::new(lost_rotations),
        overtakers: AtomicU32::new(overtakers),
    };
    Counterfoil::builder()
        .policy(policy())
        .clock(world.clock.clone())
        .entropy(entropy)
        .store(world.store.clone())
        .token_store(Arc::new(trouble))
        .directory(world.people.clone() as Arc<dyn Directory>)
        .events(world.sink.clone())
        .build()
        .expect("a handle")
}

#[test]
fn a_rotation_whose_answer_was_lost_is_recognised_and_answered() {
    let world = World::new();
    let old = world.token("ivan", "one", 30);
    let foil = troubled(&world, 1, 0, SeededEntropy::new(2));
    let by = world.as_person("ivan");
    let new = block_on(foil.rotate_token(&by, &old.listed.id, Overlap::Immediate)).expect("rotated");
    assert!(world.verifies(new.token.expose_secret()) && !world.verifies(old.token.expose_secret()));
}

#[test]
fn all_kinds_5_a_rotation_whose_answer_is_lost_twice_is_unavailable() {
    let world = World::new();
    let old = world.token("ivan", "one", 30);
    let foil = troubled(&world, 2, 0, SeededEntropy::new(2));
    let by = world.as_person("ivan");
    let lost = block_on(foil.rotate_token(&by, &old.listed.id, Overlap::Immediate));
    assert!(matches!(lost, Err(ManageError::Unavailable(Unavailable::Store(_)))));
    // It was done: whoever tries again is told so, and deletes what nobody has seen.
    let again = block_on(foil.rotate_token(&by, &old.listed.id, Overlap::Immediate));
    assert!(matches!(again, Err(ManageError::Conflict(Conflict::Replaced))));
}

#[test]
fn a_change_that_is_overtaken_seven_times_is_made_and_after_eight_it_is_unavailable() {
    for (overtakers, made) in [(7, true), (8, false)] {
        let world = World::new();
        let (token, code) = (world.token("ivan", "one", 30), world.code("export"));
        let foil = || troubled(&world, 0, overtakers, SeededEntropy::new(2));
        let (ivan, boss) = (world.as_person("ivan"), world.as_person("super"));
        let relabelled = block_on(foil().relabel_token(&ivan, &token.listed.id, "two"));
        let permanent = block_on(foil().make_security_code_permanent(&boss, &code.listed.id));
        let rotated = block_on(foil().rotate_token(&ivan, &token.listed.id, Overlap::Immediate));
        if made {
            assert_eq!(relabelled.expect("relabelled").label, "two");
            assert_eq!(permanent.expect("permanent").expires_at, None);
            assert_eq!(rotated.expect("rotated").listed.label, "two");
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
    let world = World::new();
    let old = world.token("ivan", "one", 30);
    let by = world.as_person("ivan");
    let new = block_on(world.foil.rotate_token(&by, &old.listed.id, Overlap::UntilFirstUse)).expect("rotated");
    let foil = troubled(&world, 0, 3, SeededEntropy::new(2));
    block_on(foil.verify(new.token.expose_secret())).expect("verified");
    assert!(!world.verifies(old.token.expose_secret()));
}

/// One byte, again and again: every id of a family is the same.
struct Stuck;

impl Entropy for Stuck {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        bytes.fill(7);
        Ok(())
    }
}

#[test]
fn an_id_that_is_taken_is_drawn_again_and_a_stuck_source_ends_without_harm() {
    let world = World::new();
    let old = world.token("ivan", "one", 30);
    let by = world.as_person("ivan");
    let foil = troubled(&world, 0, 0, Stuck);
    let second = block_on(foil.rotate_token(&by, &old.listed.id, Overlap::Immediate)).expect("the first of that id");
    world.pass(Span::seconds(1));
    let third = block_on(foil.rotate_token(&by, &second.listed.id, Overlap::Immediate));
    assert!(matches!(third, Err(ManageError::Unavailable(Unavailable::Contended { verb: "rotate" }))));
    assert!(world.verifies(second.token.expose_secret()));
}
