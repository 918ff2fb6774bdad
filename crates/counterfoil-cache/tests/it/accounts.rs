//! Accounts in memory.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use counterfoil::directory::{Accounts, DirectoryError, ResolvedName};
use counterfoil::http_auth::Refusal;
use counterfoil::memory::MemoryDirectory;
use counterfoil::store::VerificationReads;
use counterfoil::{Account, Denied, Realm, Role, SubjectId};
use counterfoil_cache::CacheOptions;

use crate::world::{BOUND, World, at_once, ms};

/// A directory that never answers at once. It counts its reads of accounts.
struct Elsewhere {
    people: Arc<MemoryDirectory>,
    reads: Arc<AtomicU64>,
}

#[async_trait]
impl Accounts for Elsewhere {
    async fn account(&self, subject: &SubjectId) -> Result<Option<Account>, DirectoryError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.people.account(subject).await
    }

    async fn resolve(&self, name: &str) -> Result<ResolvedName, DirectoryError> {
        self.people.resolve(name).await
    }
}

struct Scene {
    world: World,
    people: Arc<MemoryDirectory>,
    reads: Arc<AtomicU64>,
    ivan: Account,
}

impl Scene {
    fn new(options: CacheOptions) -> Self {
        let (people, reads) = (Arc::new(MemoryDirectory::default()), Arc::new(AtomicU64::new(0)));
        let ivan = Account::new(SubjectId::new("ivan").expect("a subject"), "ivan", Role::Member);
        people.insert(ivan.clone(), &["ivan"], "ivan");
        let elsewhere = Elsewhere { people: people.clone(), reads: reads.clone() };
        let world = World::with(options, |builder| builder.accounts(elsewhere));
        Self { world, people, reads, ivan }
    }

    fn reads(&self) -> u64 {
        self.reads.swap(0, Ordering::SeqCst)
    }

    /// Verifies the token until its record, and the account if it is kept, are in memory.
    fn warm(&self, text: &str) {
        for _ in 0..3 {
            self.world.verify(text).expect("accepted");
        }
        self.reads();
    }
}

#[test]
fn fleet_1_without_the_option_each_verification_asks_the_directory() {
    let scene = Scene::new(CacheOptions::default());
    let token = scene.world.token();
    scene.warm(token.token.expose_secret());
    assert!(scene.world.is_answered_from_memory(token.token.expose_secret()));
    assert_eq!(scene.reads(), 1);
    scene.people.set_disabled(scene.ivan.subject(), true);
    assert!(matches!(scene.world.verify(token.token.expose_secret()), Err(Denied::Refused(Refusal::AccountDisabled))));
}

#[test]
fn fleet_1_a_changed_account_takes_effect_within_the_bound_although_nobody_invalidates_it() {
    let scene = Scene::new(CacheOptions::default().with_accounts(BOUND));
    for text in [scene.world.token().token.expose_secret(), scene.world.sign_in().access_token.expose_secret()] {
        scene.people.set_disabled(scene.ivan.subject(), false);
        scene.world.pass(BOUND);
        scene.world.refresh();
        scene.warm(text);
        assert!(scene.world.is_answered_from_memory(text) && scene.reads() == 0);
        scene.people.set_disabled(scene.ivan.subject(), true);
        scene.world.pass(BOUND - ms(1));
        scene.world.refresh();
        assert!(scene.world.verify(text).is_ok(), "within the bound");
        scene.world.pass(ms(1));
        scene.world.refresh();
        assert!(matches!(scene.world.verify(text), Err(Denied::Refused(Refusal::AccountDisabled))));
    }
}

#[test]
fn fleet_1_an_account_that_is_kept_longer_is_void_after_an_invalidation() {
    let scene = Scene::new(CacheOptions::default().with_accounts(Duration::from_secs(600)));
    let token = scene.world.token();
    let text = token.token.expose_secret();
    scene.warm(text);
    scene.people.set_disabled(scene.ivan.subject(), true);
    scene.world.pass(BOUND);
    scene.world.refresh();
    assert!(scene.world.verify(text).is_ok(), "the host has not said that the account changed");
    let (realm, now) = (scene.world.service.realm(), scene.world.service.now());
    at_once(scene.world.cache.invalidate(realm, scene.ivan.subject(), now)).expect("told");
    scene.world.pass(BOUND);
    scene.world.refresh();
    assert!(matches!(scene.world.verify(text), Err(Denied::Refused(Refusal::AccountDisabled))));
}

#[test]
fn fleet_1_an_account_is_kept_for_its_realm_alone() {
    let scene = Scene::new(CacheOptions::default().with_accounts(BOUND));
    let cache = &scene.world.cache;
    let realm = Realm::new("elsewhere").expect("a realm");
    cache.keep_account(cache.begin().expect("trusted"), &Realm::default(), &scene.ivan);
    assert!(cache.try_account(&Realm::default(), scene.ivan.subject(), &mut |_| {}).is_some());
    assert!(cache.try_account(&realm, scene.ivan.subject(), &mut |_| {}).is_none());
}

#[test]
fn fleet_1_a_missing_account_is_refused_and_an_outage_of_the_directory_is_no_refusal() {
    let scene = Scene::new(CacheOptions::default().with_accounts(BOUND));
    let token = scene.world.token();
    let text = token.token.expose_secret();
    scene.world.verify(text).expect("accepted");
    scene.people.set_unavailable(true);
    assert!(matches!(scene.world.verify(text), Err(Denied::Unavailable(_))));
    scene.people.set_unavailable(false);
    scene.people.remove(scene.ivan.subject());
    assert!(matches!(scene.world.verify(text), Err(Denied::Refused(Refusal::AccountMissing))));
}
