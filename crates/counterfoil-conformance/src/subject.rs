//! The store under test and how to reach it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::RecordId;
use counterfoil::store::TokenStore;

use crate::scale::{Scale, scale};
use crate::violation::{Verdict, Violation};

/// A store behind a pointer, as hosts hold it.
pub type Store = Arc<dyn TokenStore>;

/// What a thread drives to its end.
pub type Task<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// Makes stores for the suite. Only [`fresh`](Fixture::fresh) is required; a check whose hook is not given is reported as not applicable.
#[async_trait]
pub trait Fixture: Send + Sync + 'static {
    /// An empty store, apart from every other that this gave.
    async fn fresh(&self) -> Store;

    /// Takes back a store that [`fresh`](Fixture::fresh) gave, on which nothing is under way any more. Where making one is dear, it can be emptied here and be
    /// given again; else it goes.
    async fn give_back(&self, _store: Store) {}

    /// Another handle of the same store (another connection pool, another process's view): whatever a host would hold besides the first.
    async fn again(&self, store: &Store) -> Store {
        Arc::clone(store)
    }

    /// Closes the store and opens what it kept; `None` where nothing is kept.
    async fn reopen(&self, _store: &Store) -> Option<Store> {
        None
    }

    /// Damages the stored row of that record so that it does not decode. False: no such hook.
    async fn garbage(&self, _store: &Store, _id: &RecordId) -> bool {
        false
    }

    /// Takes the backend out of reach (`down`), or brings it back. False: no such hook.
    async fn outage(&self, _store: &Store, _down: bool) -> bool {
        false
    }

    /// Drives a future on the calling thread, which is one of many: the races call this from their own threads.
    fn block_on(&self, task: Task<'_>) {
        futures_executor::block_on(task);
    }
}

/// A fixture with a `block_on` from elsewhere; what `conformance!(…, block_on = …)` makes.
pub struct Driven<F, B> {
    fixture: F,
    block_on: B,
}

impl<F, B> Driven<F, B>
where
    F: Fixture,
    B: for<'a> Fn(Task<'a>) + Send + Sync + 'static,
{
    /// Drives every future of that fixture's stores by `block_on`.
    pub fn new(fixture: F, block_on: B) -> Self {
        Self { fixture, block_on }
    }
}

#[async_trait]
impl<F, B> Fixture for Driven<F, B>
where
    F: Fixture,
    B: for<'a> Fn(Task<'a>) + Send + Sync + 'static,
{
    async fn fresh(&self) -> Store {
        self.fixture.fresh().await
    }

    async fn give_back(&self, store: Store) {
        self.fixture.give_back(store).await;
    }

    async fn again(&self, store: &Store) -> Store {
        self.fixture.again(store).await
    }

    async fn reopen(&self, store: &Store) -> Option<Store> {
        self.fixture.reopen(store).await
    }

    async fn garbage(&self, store: &Store, id: &RecordId) -> bool {
        self.fixture.garbage(store, id).await
    }

    async fn outage(&self, store: &Store, down: bool) -> bool {
        self.fixture.outage(store, down).await
    }

    fn block_on(&self, task: Task<'_>) {
        (self.block_on)(task);
    }
}

/// The store under test: a fixture that many threads share, and how long to try it.
#[derive(Clone)]
pub struct Subject {
    fixture: Arc<dyn Fixture>,
    scale: Scale,
}

impl Subject {
    /// The stores of that fixture, tried for as long as the environment says.
    pub fn new(fixture: impl Fixture) -> Self {
        Self { fixture: Arc::new(fixture), scale: scale() }
    }

    /// The same, tried for that long.
    #[must_use]
    pub fn with_scale(self, scale: Scale) -> Self {
        Self { scale, ..self }
    }

    /// How long to try it.
    #[must_use]
    pub const fn scale(&self) -> Scale {
        self.scale
    }

    /// The fixture.
    #[must_use]
    pub fn fixture(&self) -> &dyn Fixture {
        &*self.fixture
    }

    /// An empty store.
    pub async fn fresh(&self) -> Store {
        self.fixture.fresh().await
    }

    /// Gives back a store on which nothing is under way.
    pub async fn give_back(&self, store: Store) {
        self.fixture.give_back(store).await;
    }

    /// Another handle of the same store.
    pub async fn again(&self, store: &Store) -> Store {
        self.fixture.again(store).await
    }

    /// Drives a check to its end on this thread.
    ///
    /// # Errors
    ///
    /// The check's own violation, or one saying that the fixture's `block_on` came back before the future was done.
    pub fn drive(&self, check: impl Future<Output = Verdict> + Send) -> Verdict {
        let mut verdict = Err(Violation::new("block_on must drive a future to its end"));
        let told = &mut verdict;
        self.fixture.block_on(Box::pin(async move { *told = check.await }));
        verdict
    }
}
