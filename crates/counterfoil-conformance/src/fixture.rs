//! How a test gives the suite the store under test.

use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::store::TokenStore;
use counterfoil::types::{FamilyId, RecordId};

/// A store behind a pointer, as hosts hold it.
pub type Store = Arc<dyn TokenStore>;

/// What a thread drives to its end.
pub type Task<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// A stored row.
#[derive(Clone, Copy, Debug)]
pub enum Row<'a> {
    /// The record's own row.
    Record(&'a RecordId),
    /// The family's row. Where a backend keeps both in one, that one.
    Family(&'a FamilyId),
}

/// Makes databases for the suite and opens stores on them.
///
/// [`create`](Fixture::create) and [`open`](Fixture::open) are required. A check whose hook is not given is reported as not applicable.
#[async_trait]
pub trait Fixture: Send + Sync + 'static {
    /// One database, with all that keeps it alive: a folder, a schema, a key prefix.
    type Database: Send + Sync + 'static;

    /// Makes an empty database, apart from every other.
    async fn create(&self) -> Self::Database;

    /// Opens a handle of that database: connections of its own, as another process would have. The suite opens several and
    /// races them against each other.
    async fn open(&self, database: &Self::Database) -> Store;

    /// Takes back a database that the suite no longer uses; all its handles are dropped. A fixture may empty it and give it out again.
    async fn remove(&self, _database: Self::Database) {}

    /// Closes the database and opens what it kept; `None` where nothing is kept. All handles are dropped before.
    async fn reopen(&self, _database: Self::Database) -> Option<Self::Database> {
        None
    }

    /// Damages a stored row so that it does not decode. False: no such hook.
    async fn damage(&self, _database: &Self::Database, _row: Row<'_>) -> bool {
        false
    }

    /// Takes the backend out of reach (`down`), or brings it back. False: no such hook.
    async fn outage(&self, _database: &Self::Database, _down: bool) -> bool {
        false
    }

    /// Demotes the server behind the address of the handles (`demoted`): it becomes a read-only replica, or the address leads to one. It holds all that was
    /// acknowledged before and, so that an answer from it shows, gets nothing more. Then gives the address back: it leads to the present primary again.
    ///
    /// Gives a handle of the present primary by an address of its own. A store that asks for the role at intervals is given one interval before this returns,
    /// and says in its documentation how long that is. `None`: no such hook.
    async fn demote(&self, _database: &Self::Database, _demoted: bool) -> Option<Store> {
        None
    }

    /// Drives a future on the calling thread. The races call this from many threads at once.
    fn block_on(&self, task: Task<'_>) {
        futures_executor::block_on(task);
    }
}

/// A fixture with another `block_on`; what `conformance!(…, block_on = …)` makes.
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
