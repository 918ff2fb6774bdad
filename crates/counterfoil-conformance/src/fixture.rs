//! The trait by which a test hands its store to the suite.

use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::store::TokenStore;
use counterfoil::types::{FamilyId, RecordId};

/// A store behind a shared pointer.
pub type Store = Arc<dyn TokenStore>;

/// A future that `block_on` drives to completion.
pub type Task<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// A stored row.
#[derive(Clone, Copy, Debug)]
pub enum Row<'a> {
    /// The record's own row.
    Record(&'a RecordId),
    /// The family's row. If the backend keeps record and family in one row, that row.
    Family(&'a FamilyId),
}

/// Makes databases for the suite and opens stores on them.
///
/// [`create`](Fixture::create) and [`open`](Fixture::open) are required. The other methods are hooks: a check that
/// needs a missing hook is reported as not applicable.
#[async_trait]
pub trait Fixture: Send + Sync + 'static {
    /// One database and everything that keeps it alive: a folder, a schema, a key prefix.
    type Database: Send + Sync + 'static;

    /// Makes an empty database that shares no data with any other.
    async fn create(&self) -> Self::Database;

    /// Opens a handle of that database with connections of its own, as another process would. The suite opens several
    /// handles and races them against each other.
    async fn open(&self, database: &Self::Database) -> Store;

    /// Takes back a database that the suite no longer uses. All its handles are dropped before. A fixture may empty the
    /// database and return it from `create` again.
    async fn remove(&self, _database: Self::Database) {}

    /// Closes the database and opens its stored data again, or returns `None` if nothing is stored. All handles are
    /// dropped before.
    async fn reopen(&self, _database: Self::Database) -> Option<Self::Database> {
        None
    }

    /// Damages a stored row so that it does not decode. Returns false if the fixture cannot do this.
    async fn damage(&self, _database: &Self::Database, _row: Row<'_>) -> bool {
        false
    }

    /// Makes the backend unreachable (`down`), or reachable again. Returns false if the fixture cannot do this.
    async fn outage(&self, _database: &Self::Database, _down: bool) -> bool {
        false
    }

    /// With `demoted`, demotes the server behind the handles' address: it becomes a read-only replica, or the address
    /// leads to one. The replica holds everything that was acknowledged before, and receives no later writes, so that
    /// an answer from it is recognised. Without `demoted`, makes the address lead to the present primary again.
    ///
    /// Returns a handle of the present primary with an address of its own, or `None` if the fixture cannot do this. For
    /// a store that checks the role at intervals, this returns only after one interval; such a store documents its
    /// length.
    async fn demote(&self, _database: &Self::Database, _demoted: bool) -> Option<Store> {
        None
    }

    /// Drives a future to completion on the calling thread. The races call this from many threads at once.
    fn block_on(&self, task: Task<'_>) {
        futures_executor::block_on(task);
    }
}

/// A fixture with another `block_on`, made by `conformance!(…, block_on = …)`.
pub struct Driven<F, B> {
    fixture: F,
    block_on: B,
}

impl<F, B> Driven<F, B>
where
    F: Fixture,
    B: for<'a> Fn(Task<'a>) + Send + Sync + 'static,
{
    /// Drives all futures of that fixture's stores with `block_on`.
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
    type Database = F::Database;

    async fn create(&self) -> F::Database {
        self.fixture.create().await
    }

    async fn open(&self, database: &F::Database) -> Store {
        self.fixture.open(database).await
    }

    async fn remove(&self, database: F::Database) {
        self.fixture.remove(database).await;
    }

    async fn reopen(&self, database: F::Database) -> Option<F::Database> {
        self.fixture.reopen(database).await
    }

    async fn damage(&self, database: &F::Database, row: Row<'_>) -> bool {
        self.fixture.damage(database, row).await
    }

    async fn outage(&self, database: &F::Database, down: bool) -> bool {
        self.fixture.outage(database, down).await
    }

    async fn demote(&self, database: &F::Database, demoted: bool) -> Option<Store> {
        self.fixture.demote(database, demoted).await
    }

    fn block_on(&self, task: Task<'_>) {
        (self.block_on)(task);
    }
}
