//! The fixture under test and the databases that it makes. The types here do not depend on the type of the fixture.

use std::any::Any;
use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::store::{AliasStore, ClientStore, SettingsStore, Throttle};

use super::fixture::{SiblingFixture, SiblingRow};
use crate::driver::Driver;
use crate::fixture::Task;
use crate::subject::run;
use crate::violation::Verdict;

type Kept = Box<dyn Any + Send + Sync>;

/// The stores under test that implement `ClientStore`, `SettingsStore`, `Throttle` and `AliasStore`. These traits are
/// called the siblings of `TokenStore`.
#[derive(Clone)]
pub struct Siblings(Arc<dyn AnyFixture>);

impl Siblings {
    /// Takes the stores that this fixture makes.
    pub fn new(fixture: impl SiblingFixture) -> Self {
        Self(Arc::new(fixture))
    }

    /// Runs a check to completion on this thread.
    ///
    /// # Errors
    ///
    /// The violation that the check found. Also a violation if `block_on` of the fixture returned before the check was
    /// done.
    pub fn drive(&self, check: impl Future<Output = Verdict> + Send) -> Verdict {
        run(&self.driver(), check)
    }

    /// Returns the function `block_on` of the fixture, which runs a future to completion.
    pub(crate) fn driver(&self) -> Driver {
        let fixture = Arc::clone(&self.0);
        Driver::new(move |task| fixture.block_on(task))
    }

    /// Makes an empty database.
    pub(crate) async fn fresh(&self) -> SiblingDatabase {
        SiblingDatabase { fixture: Arc::clone(&self.0), kept: self.0.create().await }
    }
}

/// A database under test, which contains clients, settings, counters and aliases.
pub(crate) struct SiblingDatabase {
    fixture: Arc<dyn AnyFixture>,
    kept: Kept,
}

impl SiblingDatabase {
    /// Opens a handle of the client store. Returns `None` if the fixture has no client store.
    pub(crate) async fn clients(&self) -> Option<Arc<dyn ClientStore>> {
        self.fixture.clients(&self.kept).await
    }

    /// Opens a handle of the settings store. Returns `None` if the fixture has no settings store.
    pub(crate) async fn settings(&self) -> Option<Arc<dyn SettingsStore>> {
        self.fixture.settings(&self.kept).await
    }

    /// Opens a handle of the throttle. Returns `None` if the fixture has no throttle.
    pub(crate) async fn throttle(&self) -> Option<Arc<dyn Throttle>> {
        self.fixture.throttle(&self.kept).await
    }

    /// Opens a handle of the store of aliases. Returns `None` if the fixture has no store of aliases.
    pub(crate) async fn aliases(&self) -> Option<Arc<dyn AliasStore>> {
        self.fixture.aliases(&self.kept).await
    }

    /// Opens `handles` handles of the throttle. Returns an empty list if the fixture has no throttle.
    pub(crate) async fn throttles(&self, handles: usize) -> Vec<Arc<dyn Throttle>> {
        let mut all = Vec::new();
        for _ in 0..handles {
            all.extend(self.throttle().await);
        }
        all
    }

    /// Damages a stored row, so that the store cannot decode it. Returns false if the fixture does not implement this
    /// hook.
    pub(crate) async fn damage(&self, row: SiblingRow<'_>) -> bool {
        self.fixture.damage(&self.kept, row).await
    }

    /// Makes the backend unreachable if `down` is true, and reachable otherwise. Returns false if the fixture does not
    /// implement this hook.
    pub(crate) async fn outage(&self, down: bool) -> bool {
        self.fixture.outage(&self.kept, down).await
    }
}

/// The methods of [`SiblingFixture`], with a boxed database. So code that uses them does not depend on the type of the
/// database.
#[async_trait]
trait AnyFixture: Send + Sync {
    async fn create(&self) -> Kept;
    async fn clients(&self, kept: &Kept) -> Option<Arc<dyn ClientStore>>;
    async fn settings(&self, kept: &Kept) -> Option<Arc<dyn SettingsStore>>;
    async fn throttle(&self, kept: &Kept) -> Option<Arc<dyn Throttle>>;
    async fn aliases(&self, kept: &Kept) -> Option<Arc<dyn AliasStore>>;
    async fn damage(&self, kept: &Kept, row: SiblingRow<'_>) -> bool;
    async fn outage(&self, kept: &Kept, down: bool) -> bool;
    fn block_on(&self, task: Task<'_>);
}

fn of<F: SiblingFixture>(kept: &Kept) -> &F::Database {
    kept.downcast_ref().expect("a database goes back to the fixture that made it")
}

#[async_trait]
impl<F: SiblingFixture> AnyFixture for F {
    async fn create(&self) -> Kept {
        Box::new(SiblingFixture::create(self).await)
    }

    async fn clients(&self, kept: &Kept) -> Option<Arc<dyn ClientStore>> {
        SiblingFixture::clients(self, of::<F>(kept)).await
    }

    async fn settings(&self, kept: &Kept) -> Option<Arc<dyn SettingsStore>> {
        SiblingFixture::settings(self, of::<F>(kept)).await
    }

    async fn throttle(&self, kept: &Kept) -> Option<Arc<dyn Throttle>> {
        SiblingFixture::throttle(self, of::<F>(kept)).await
    }

    async fn aliases(&self, kept: &Kept) -> Option<Arc<dyn AliasStore>> {
        SiblingFixture::aliases(self, of::<F>(kept)).await
    }

    async fn damage(&self, kept: &Kept, row: SiblingRow<'_>) -> bool {
        SiblingFixture::damage(self, of::<F>(kept), row).await
    }

    async fn outage(&self, kept: &Kept, down: bool) -> bool {
        SiblingFixture::outage(self, of::<F>(kept), down).await
    }

    fn block_on(&self, task: Task<'_>) {
        SiblingFixture::block_on(self, task);
    }
}
