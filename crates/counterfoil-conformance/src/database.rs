//! A database that any type of fixture made, and the store handles that are open on it.

use std::any::Any;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::store::TokenStore;

use crate::driver::Driver;
use crate::fixture::{Fixture, Row, Store, Task};

/// The value that a fixture uses as its database. Only the code of the fixture uses the concrete type.
type Kept = Box<dyn Any + Send + Sync>;

/// A database under test, and the store handles that are open on it. It dereferences to its first handle, so it can be
/// used as a store.
pub struct Database {
    fixture: Arc<dyn AnyFixture>,
    kept: Kept,
    handles: Vec<Store>,
}

impl Database {
    async fn opened(fixture: Arc<dyn AnyFixture>, kept: Kept, handles: usize) -> Self {
        let mut database = Self { fixture, kept, handles: Vec::new() };
        while database.handles.len() < handles.max(1) {
            let handle = database.open().await;
            database.handles.push(handle);
        }
        database
    }

    /// Returns the handle with the index `number`, modulo the number of handles.
    #[must_use]
    pub fn handle(&self, number: usize) -> &Store {
        &self.handles[number % self.handles.len()]
    }

    /// Opens one more handle of this database. The handle has its own connections.
    pub async fn open(&self) -> Store {
        self.fixture.open(&self.kept).await
    }

    /// Damages a stored row, so that the store cannot decode it. Returns false if the fixture does not implement this
    /// hook.
    pub async fn damage(&self, row: Row<'_>) -> bool {
        self.fixture.damage(&self.kept, row).await
    }

    /// Makes the backend unreachable if `down` is true, and reachable otherwise. Returns false if the fixture does not
    /// implement this hook.
    pub async fn outage(&self, down: bool) -> bool {
        self.fixture.outage(&self.kept, down).await
    }

    /// Simulates a fail-over. If `demoted` is true, the address that the handles use leads to a replica. If it is
    /// false, the address leads to the primary again. Returns a handle of the current primary, or `None` if the fixture
    /// does not implement this hook.
    pub async fn demote(&self, demoted: bool) -> Option<Store> {
        self.fixture.demote(&self.kept, demoted).await
    }

    /// Drops all handles, closes the database, and opens its stored data again, with one handle. Returns `None` if the
    /// fixture does not keep data on disk.
    pub async fn reopen(self) -> Option<Self> {
        let Self { fixture, kept, handles } = self;
        drop(handles);
        let kept = fixture.reopen(kept).await?;
        Some(Self::opened(fixture, kept, 1).await)
    }

    /// Drops all handles and gives the database back to the fixture, which can reuse it.
    pub async fn remove(self) {
        let Self { fixture, kept, handles } = self;
        drop(handles);
        fixture.remove(kept).await;
    }
}

impl Deref for Database {
    type Target = dyn TokenStore;

    fn deref(&self) -> &Self::Target {
        &*self.handles[0]
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database").field("handles", &self.handles.len()).finish_non_exhaustive()
    }
}

/// Makes a database of the fixture, and opens `handles` handles on it.
pub(crate) async fn create(fixture: &Arc<dyn AnyFixture>, handles: usize) -> Database {
    let kept = fixture.create().await;
    Database::opened(Arc::clone(fixture), kept, handles).await
}

/// The methods of [`Fixture`] for a database whose type is not known.
#[async_trait]
pub(crate) trait AnyFixture: Send + Sync {
    async fn create(&self) -> Kept;
    async fn open(&self, kept: &Kept) -> Store;
    async fn remove(&self, kept: Kept);
    async fn reopen(&self, kept: Kept) -> Option<Kept>;
    async fn damage(&self, kept: &Kept, row: Row<'_>) -> bool;
    async fn outage(&self, kept: &Kept, down: bool) -> bool;
    async fn demote(&self, kept: &Kept, demoted: bool) -> Option<Store>;
    fn block_on(&self, task: Task<'_>);
}

fn of<F: Fixture>(kept: &Kept) -> &F::Database {
    kept.downcast_ref().expect("a database goes back to the fixture that made it")
}

fn into<F: Fixture>(kept: Kept) -> F::Database {
    *kept.downcast().expect("a database goes back to the fixture that made it")
}

#[async_trait]
impl<F: Fixture> AnyFixture for F {
    async fn create(&self) -> Kept {
        Box::new(Fixture::create(self).await)
    }

    async fn open(&self, kept: &Kept) -> Store {
        Fixture::open(self, of::<F>(kept)).await
    }

    async fn remove(&self, kept: Kept) {
        Fixture::remove(self, into::<F>(kept)).await;
    }

    async fn reopen(&self, kept: Kept) -> Option<Kept> {
        let reopened = Fixture::reopen(self, into::<F>(kept)).await?;
        Some(Box::new(reopened))
    }

    async fn damage(&self, kept: &Kept, row: Row<'_>) -> bool {
        Fixture::damage(self, of::<F>(kept), row).await
    }

    async fn outage(&self, kept: &Kept, down: bool) -> bool {
        Fixture::outage(self, of::<F>(kept), down).await
    }

    async fn demote(&self, kept: &Kept, demoted: bool) -> Option<Store> {
        Fixture::demote(self, of::<F>(kept), demoted).await
    }

    fn block_on(&self, task: Task<'_>) {
        Fixture::block_on(self, task);
    }
}

/// Makes a driver that calls the `block_on` of the fixture.
pub(crate) fn driver(fixture: &Arc<dyn AnyFixture>) -> Driver {
    let fixture = Arc::clone(fixture);
    Driver::new(move |task| fixture.block_on(task))
}
