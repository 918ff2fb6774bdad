//! Tests verifications that read the store and the directory without waiting, through `try_read` and `try_account`.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use counterfoil::directory::{Accounts, DirectoryError, ResolvedName};
use counterfoil::event::{EventKind, Means};
use counterfoil::http_auth::Refusal;
use counterfoil::memory::MemoryStore;
use counterfoil::store::*;
use counterfoil::testing::{Failure, Faults, FaultyStore, ManualClock, RecordingSink};
use counterfoil::types::RecordId;
use counterfoil::*;

use crate::support::*;

/// Whether a store or directory is down, and the names of the methods that were called.
#[derive(Default)]
struct Calls {
    down: AtomicBool,
    asked: Mutex<Vec<&'static str>>,
}

impl Calls {
    /// Notes a call of this method. Returns false if the call must fail.
    fn reached(&self, method: &'static str) -> bool {
        self.asked.lock().expect("not poisoned").push(method);
        !self.down.load(Ordering::SeqCst)
    }

    fn take(&self) -> Vec<&'static str> {
        std::mem::take(&mut *self.asked.lock().expect("not poisoned"))
    }

    fn turn(&self, down: bool) {
        self.down.store(down, Ordering::SeqCst);
    }
}

/// A store in memory whose `try_read` passes records to the callback. While the store is down, `try_read` returns false
/// and every other call fails.
#[derive(Default)]
struct Records(MemoryStore, Calls);

macro_rules! records {
    ($(fn $name:ident(&self $(, $argument:ident: $kind:ty)*) -> $answer:ty;)*) => {
        #[async_trait]
        impl TokenStore for Records {
            fn try_read(&self, id: &RecordId, look: &mut Look<'_>) -> bool {
                self.1.reached("try_read") && self.0.try_read(id, look)
            }

            $(async fn $name(&self $(, $argument: $kind)*) -> Result<$answer, StoreError> {
                if self.1.reached(stringify!($name)) {
                    return self.0.$name($($argument),*).await;
                }
                Err(StoreError::unavailable(stringify!($name)))
            })*
        }
    };
}
counterfoil::methods_of!(TokenStore => records);

/// A directory in memory with one account. Its `try_account` passes the account to the callback. While the directory is
/// down, `try_account` returns false and every other call fails.
struct One(Account, Calls);

#[async_trait]
impl Accounts for One {
    async fn account(&self, _: &SubjectId) -> Result<Option<Account>, DirectoryError> {
        if self.1.reached("account") { Ok(Some(self.0.clone())) } else { Err("down".into()) }
    }

    fn try_account(&self, _: &SubjectId, look: &mut dyn FnMut(Option<&Account>)) -> bool {
        let reached = self.1.reached("try_account");
        if reached {
            look(Some(&self.0));
        }
        reached
    }

    async fn resolve(&self, name: &str) -> Result<ResolvedName, DirectoryError> {
        Ok(ResolvedName::new(name))
    }
}

struct Host {
    counterfoil: Counterfoil,
    store: Arc<Records>,
    people: Arc<One>,
    clock: Arc<ManualClock>,
    sink: RecordingSink,
    token: IssuedToken,
}

impl Host {
    /// Makes a host with one token, verifies the token once, and then forgets the calls and events so far.
    fn new() -> Self {
        let ivan = Account::new(subject("ivan"), "ivan", Role::Member);
        let (store, clock, sink) =
            (Arc::<Records>::default(), Arc::new(ManualClock::at(start())), RecordingSink::default());
        let people = Arc::new(One(ivan.clone(), Calls::default()));
        let builder = Counterfoil::builder().store(MemoryStore::default()).token_store(store.clone());
        let builder = builder.accounts(Arc::clone(&people)).key_ring(ring()).policy(open_policy());
        let builder = builder.events(sink.clone()).clock(Arc::clone(&clock));
        let counterfoil = builder.build().expect("all parts are there");
        let new = NewPersonalAccessToken::new("ci", Lifetime::Days(7));
        let presenter = Presenter::signed_in(&ivan);
        let token = block_on(counterfoil.create_personal_access_token(&presenter, &new)).expect("a token").token;
        let host = Self { counterfoil, store, people, clock, sink, token };
        assert!(host.works());
        let _flushed = block_on(host.counterfoil.flush());
        drop((host.store.1.take(), host.people.1.take(), host.sink.take()));
        host
    }

    /// Returns true if the token is accepted, and false if a store or the directory is unavailable. Fails the test if
    /// the token is refused.
    fn works(&self) -> bool {
        match block_on(self.counterfoil.verify(self.token.expose_secret())) {
            Ok(_) => true,
            Err(Denied::Unavailable(_)) => false,
            Err(refused) => panic!("an outage is no refusal: {refused}"),
        }
    }

    fn recoveries(&self) -> Vec<Means> {
        let means = |kind| if let EventKind::Recovered { means, .. } = kind { Some(means) } else { None };
        self.sink.take().into_iter().filter_map(|event| means(event.kind)).collect()
    }
}

/// Checks which methods of a store or directory a verification calls before, during and after an outage of this store
/// or directory. `at_once` is the method that never waits, and `waits` is the method that may wait. Before the outage,
/// a verification calls only `at_once`. During the outage, it calls both. After the outage, it calls only `waits` until
/// the recovery is reported, and then `at_once` again.
fn asked_until_it_recovers(host: &Host, calls: &Calls, [at_once, waits]: [&'static str; 2], means: Means) {
    assert!(host.works());
    assert_eq!(calls.take(), [at_once], "nothing waits");
    calls.turn(true);
    assert!(!host.works());
    assert_eq!(calls.take(), [at_once, waits], "the call that waits reports the failure");
    calls.turn(false);
    for millis in [0, 4_999] {
        host.clock.advance(Duration::from_millis(millis));
        assert!(host.works());
        assert_eq!(calls.take(), [waits], "it has failed a moment ago");
        assert!(host.recoveries().is_empty());
    }
    host.clock.advance(Duration::from_millis(1));
    assert!(host.works());
    assert_eq!((calls.take(), host.recoveries()), (vec![waits], vec![means]), "five seconds after the failure");
    assert!(host.works());
    assert_eq!(calls.take(), [at_once]);
}

#[test]
fn fault_d1_a_directory_that_failed_is_asked_by_the_call_that_waits_until_its_recovery_is_told() {
    let host = Host::new();
    asked_until_it_recovers(&host, &host.people.1, ["try_account", "account"], Means::Directory);
}

#[test]
fn fault_d1_a_store_that_failed_is_asked_by_the_call_that_waits_until_its_recovery_is_told() {
    let host = Host::new();
    asked_until_it_recovers(&host, &host.store.1, ["try_read", "get"], Means::TokenStore);
}

struct Failing;

macro_rules! failing {
    ($(fn $name:ident(&self $(, $argument:ident: $kind:ty)*) -> $answer:ty;)*) => {
        #[async_trait]
        impl SettingsStore for Failing {
            $(async fn $name(&self $(, _: $kind)*) -> Result<$answer, StoreError> {
                Err(StoreError::unavailable(stringify!($name)))
            })*
        }
    };
}
counterfoil::methods_of!(SettingsStore => failing);

#[test]
fn syn_pat_1_a_wrong_secret_is_refused_although_the_settings_cannot_be_read() {
    let here = world();
    let token = here.pat("bill", "ci");
    let right = token.token.expose_secret();
    let wrong = right.replacen("cfp_", "cfs_", 1);
    let shown = here.elsewhere(|builder| builder.settings_store(Arc::new(Failing)));
    let waited = here.elsewhere(|builder| {
        let store = FaultyStore::new(Arc::clone(&here.store), Faults::default());
        builder.token_store(Arc::new(store)).settings_store(Arc::new(Failing))
    });
    for there in [shown, waited] {
        assert_eq!(there.reason(&wrong), Refusal::WrongSecret);
        assert!(matches!(there.verify(right), Err(Denied::Unavailable(_))), "nothing is decided without the settings");
    }
}

#[test]
fn all_kinds_5_a_store_with_planted_faults_shows_nothing_past_them() {
    let here = world();
    let token = here.pat("bill", "ci");
    let faults = Faults::default();
    let store = Arc::new(FaultyStore::new(Arc::clone(&here.store), faults.clone()));
    let id = token.view.id;
    assert!(here.store.try_read(&id, &mut |record| assert!(record.is_some())), "the inner store shows it");
    assert!(!store.try_read(&id, &mut |_| panic!("shown")));
    let there = here.elsewhere(|builder| builder.token_store(store.clone()));
    for failure in [Failure::NotExecuted, Failure::AnswerLost] {
        faults.on("get", failure);
        let denied = there.verify(token.token.expose_secret());
        assert!(matches!(denied, Err(Denied::Unavailable(_))), "{failure:?}: {denied:?}");
        faults.heal();
        assert!(there.works(token.token.expose_secret()));
    }
}
