//! The trait by which a test hands its sibling stores to the suite.

use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::Realm;
use counterfoil::client::ClientId;
use counterfoil::store::{ClientStore, SettingsStore, Throttle, ThrottleKey};

use crate::fixture::Task;

/// A stored row of a sibling store.
#[derive(Clone, Copy, Debug)]
pub enum SiblingRow<'a> {
    /// A registration.
    Client(&'a Realm, &'a ClientId),
    /// The settings of a realm.
    Settings(&'a Realm),
    /// A counter.
    Counter(&'a ThrottleKey),
}

/// Makes the sibling stores of a token store: clients, settings and counters. A check whose store or hook is missing is
/// reported as not applicable.
#[async_trait]
pub trait SiblingFixture: Send + Sync + 'static {
    /// One database, with everything that keeps it alive.
    type Database: Send + Sync + 'static;

    /// Makes an empty database that shares no data with any other.
    async fn create(&self) -> Self::Database;

    /// Opens a handle of the clients, with connections of its own, as another process would.
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

    /// Makes the backend unreachable (`down`), or reachable again. Returns false if the fixture cannot do this.
    async fn outage(&self, _database: &Self::Database, _down: bool) -> bool {
        false
    }

    /// Drives a future to completion on the calling thread. The races call this from many threads at once.
    fn block_on(&self, task: Task<'_>) {
        futures_executor::block_on(task);
    }
}
