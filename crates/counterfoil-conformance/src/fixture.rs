//! The trait through which a test gives its store to the suite.

use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::store::TokenStore;
use counterfoil::types::{FamilyId, RecordId};

/// A store in a shared pointer.
pub type Store = Arc<dyn TokenStore>;

/// A future that `block_on` of a fixture runs to completion.
pub type Task<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// A stored row that the fixture has to damage.
#[derive(Clone, Copy, Debug)]
pub enum Row<'a> {
    /// The row of the record with this id.
    Record(&'a RecordId),
    /// The row of the family with this id. If the backend stores a record and its family in one row, this variant means
    /// that common row.
    Family(&'a FamilyId),
}

/// Makes databases for the suite and opens stores on them.
///
/// [`create`](Fixture::create) and [`open`](Fixture::open) are required. The other methods are hooks. If a check needs
/// a hook that the fixture does not implement, the check is reported as not applicable.
#[async_trait]
pub trait Fixture: Send + Sync + 'static {
    /// One database and everything that it needs while it exists, such as a folder, a schema or a key prefix.
    type Database: Send + Sync + 'static;

    /// Makes an empty database. It shares no data with the other databases of this fixture.
    async fn create(&self) -> Self::Database;

    /// Opens a handle of the database. The handle has its own connections, as the handle of another process would have.
    /// The suite opens several handles of one database and uses them concurrently.
    async fn open(&self, database: &Self::Database) -> Store;

    /// Takes back a database that the suite no longer uses. The suite has dropped all handles of it before. A fixture
    /// can empty the database and return it from a later call of `create`.
    async fn remove(&self, _database: Self::Database) {}

    /// Closes the database and opens its stored data again, as after a restart. Returns `None` if the fixture does not
    /// keep data on disk. The suite has dropped all handles before.
    async fn reopen(&self, _database: Self::Database) -> Option<Self::Database> {
        None
    }

    /// Damages a stored row so that it does not decode. Returns false if the fixture cannot do this.
    async fn damage(&self, _database: &Self::Database, _row: Row<'_>) -> bool {
        false
    }

    /// Makes the backend unreachable if `down` is true, and reachable otherwise. Returns false if the fixture cannot do
    /// this.
    async fn outage(&self, _database: &Self::Database, _down: bool) -> bool {
        false
    }

    /// Simulates a fail-over. If `demoted` is true, the server at the address of the handles becomes a read-only
    /// replica, or the address leads to a replica. The replica has everything that was acknowledged before, and
    /// receives no later writes. So the suite can tell an answer of the replica from one of the primary. If `demoted`
    /// is false, the address leads to the current primary again.
    ///
    /// Returns a handle that reaches the current primary through an address of its own, or `None` if the fixture cannot
    /// do this. Some stores check the server's role only at intervals, and document the length of the interval. For
    /// such a store, this method must return only after one interval.
    async fn demote(&self, _database: &Self::Database, _demoted: bool) -> Option<Store> {
        None
    }

    /// Runs a future to completion on the calling thread. The races call this from many threads at the same time.
    fn block_on(&self, task: Task<'_>) {
        futures_executor::block_on(task);
    }
}

/// A fixture that runs futures with a given function instead of its own `block_on`. The macro `conformance!` makes such
/// a fixture if it gets the argument `block_on`.
pub struct Driven<F, B> {
    fixture: F,
    block_on: B,
}

impl<F, B> Driven<F, B>
where
    F: Fixture,
    B: for<'a> Fn(Task<'a>) + Send + Sync + 'static,
{
    /// Makes a fixture that has the databases and stores of `fixture`, and runs all futures of these stores with
    /// `block_on`.
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
