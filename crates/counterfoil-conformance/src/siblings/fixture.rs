//! The trait that a test implements to give its sibling stores to the suite.

use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::Realm;
use counterfoil::client::ClientId;
use counterfoil::store::{ClientStore, SettingsStore, Throttle, ThrottleKey};

use crate::fixture::Task;

/// A stored row of a sibling store.
#[derive(Clone, Copy, Debug)]
pub enum SiblingRow<'a> {
    /// The registration of a client.
    Client(&'a Realm, &'a ClientId),
    /// The settings of a realm.
    Settings(&'a Realm),
    /// The counter of a throttle key.
    Counter(&'a ThrottleKey),
}

/// Makes the sibling stores of a token store, which are clients, settings and counters. If a check needs a store or a
/// hook that the fixture does not have, the check is reported as not applicable.
#[async_trait]
pub trait SiblingFixture: Send + Sync + 'static {
    /// One database and everything that it needs while it exists.
    type Database: Send + Sync + 'static;

    /// Makes an empty database that shares no data with another database.
    async fn create(&self) -> Self::Database;

    /// Opens a handle of the clients. The handle has its own connections, like the handle of another process.
    async fn clients(&self, _database: &Self::Database) -> Option<Arc<dyn ClientStore>> {
        None
    }

    /// Opens a handle of the settings.
    async fn settings(&self, _database: &Self::Database) -> Option<Arc<dyn SettingsStore>> {
        None
    }

    /// Opens a handle of the counters.
    async fn throttle(&self, _database: &Self::Database) -> Option<Arc<dyn Throttle>> {
        None
    }

    /// Damages a stored row so that it does not decode. Returns false if the fixture cannot do this.
    async fn damage(&self, _database: &Self::Database, _row: SiblingRow<'_>) -> bool {
        false
    }

    /// Makes the backend unreachable if `down` is true, and reachable otherwise. Returns false if the fixture cannot do
    /// this.
    async fn outage(&self, _database: &Self::Database, _down: bool) -> bool {
        false
    }

    /// Runs a future to completion on the calling thread. The races call this from many threads at the same time.
    fn block_on(&self, task: Task<'_>) {
        futures_executor::block_on(task);
    }
}
