//! A service whose verifications use the cache, with clocks that the test sets.

use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use counterfoil::memory::MemoryStore;
use counterfoil::operations::SignIn;
use counterfoil::policy::Policy;
use counterfoil::store::VerificationReads;
use counterfoil::testing::{Faults, FaultyStore, TestService, service_with};
use counterfoil::{Builder, Denied, IssuedCredential, Principal};
use counterfoil_cache::{AgeClock, AgeReading, CacheOptions, CachedReads};

/// The bound in these tests.
pub(crate) const BOUND: Duration = Duration::from_secs(1);

/// Runs a future that never waits. It can be called in a future that another executor polls.
pub(crate) fn at_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("nothing in memory waits"),
    }
}

pub(crate) const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// A clock that the test sets. Its clones share the time.
#[derive(Clone)]
pub(crate) struct DrivenAge(Arc<Mutex<AgeReading>>);

impl Default for DrivenAge {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(AgeReading::new(ms(50_000), ms(1_767_225_600_000)))))
    }
}

impl DrivenAge {
    pub(crate) fn change(&self, change: impl FnOnce(&mut AgeReading)) {
        change(&mut self.0.lock().expect("not poisoned"));
    }

    /// Both clocks go on.
    pub(crate) fn pass(&self, time: Duration) {
        self.change(|at| {
            at.running += time;
            at.wall += time;
        });
    }
}

impl AgeClock for DrivenAge {
    fn read(&self) -> AgeReading {
        *self.0.lock().expect("not poisoned")
    }
}

pub(crate) type Store = FaultyStore<MemoryStore>;

/// A service with a cache. The cache has read the log once.
pub(crate) struct World {
    pub(crate) store: Arc<Store>,
    pub(crate) cache: CachedReads<Store>,
    pub(crate) age: DrivenAge,
    pub(crate) service: TestService,
    gets: Arc<AtomicU64>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(CacheOptions::default(), |builder| builder)
    }

    pub(crate) fn with(options: CacheOptions, change: impl FnOnce(Builder) -> Builder) -> Self {
        Self::with_age(DrivenAge::default(), options, |cache| cache, change)
    }

    /// `reads` makes what verifications use of the cache.
    pub(crate) fn with_age<R: VerificationReads>(
        age: DrivenAge,
        options: CacheOptions,
        reads: impl FnOnce(CachedReads<Store>) -> R,
        change: impl FnOnce(Builder) -> Builder,
    ) -> Self {
        let store = Arc::new(FaultyStore::new(MemoryStore::default(), Faults::default()));
        let cache = CachedReads::with_clock(Arc::clone(&store), options, age.clone()).expect("valid options");
        let mut policy = Policy::open();
        policy.verification_staleness = cache.max_staleness();
        let build =
            |builder: Builder| change(builder.store(Arc::clone(&store)).verification_reads(reads(cache.clone())));
        let service = service_with(policy, build);
        let world = Self { store, cache, age, service, gets: Arc::default() };
        world.heal();
        world.refresh();
        world
    }

    /// Removes all faults. Counts the calls of `get` from now on.
    pub(crate) fn heal(&self) {
        let gets = Arc::clone(&self.gets);
        self.store.faults().plan(move |call| {
            gets.fetch_add(u64::from(call.method == "get"), Ordering::SeqCst);
            None
        });
    }

    /// Returns how often the store was read since the last call.
    pub(crate) fn gets(&self) -> u64 {
        self.gets.swap(0, Ordering::SeqCst)
    }

    /// The node reads the log.
    pub(crate) fn refresh(&self) {
        assert!(at_once(self.cache.refresh()).expect("the store works"));
    }

    /// Time passes. All clocks show it.
    pub(crate) fn pass(&self, time: Duration) {
        self.age.pass(time);
        self.service.clock().advance(time);
    }

    pub(crate) fn token(&self) -> IssuedCredential {
        at_once(self.service.personal_access_token("ivan", None))
    }

    /// The access token of a sign-in.
    pub(crate) fn sign_in(&self) -> counterfoil::operations::Granted {
        let ivan = self.service.account("ivan");
        let sign_in = SignIn::new(self.service.client(), ivan.subject());
        at_once(self.service.open_sign_in(&sign_in)).expect("signed in")
    }

    pub(crate) fn verify(&self, token: &str) -> Result<Principal, Denied> {
        at_once(self.service.verify(token))
    }

    /// Verifies the token, which must be accepted. Returns whether the store was not read.
    pub(crate) fn is_answered_from_memory(&self, token: &str) -> bool {
        self.gets();
        self.verify(token).expect("accepted");
        self.gets() == 0
    }

    /// Verifies the token twice, so that its record is in memory.
    pub(crate) fn warm(&self, token: &str) {
        self.verify(token).expect("accepted");
        assert!(self.is_answered_from_memory(token));
    }
}
