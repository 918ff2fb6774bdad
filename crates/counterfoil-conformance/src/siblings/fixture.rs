//! How a test gives the suite the stores beside the token store.

use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::Realm;
use counterfoil::client::ClientId;
use counterfoil::store::{ClientStore, SettingsStore, Throttle, ThrottleKey};

use crate::fixture::Task;

/// A stored row of a sibling.
#[derive(Clone, Copy, Debug)]
pub enum SiblingRow<'a> {
    /// A registration.
    Client(&'a Realm, &'a ClientId),
    /// The settings of a realm.
    Settings(&'a Realm),
    /// A counter.
    Counter(&'a ThrottleKey),
}

/// Makes the siblings of a token store. A sibling that is not given is reported as not applicable, and so is a check
/// whose hook is not given.
#[async_trait]
pub trait SiblingFixture: Send + Sync + 'static {
    /// One database, with all that keeps it alive.
    type Database: Send + Sync + 'static;

    /// Makes an empty database, apart from every other.
    async fn create(&self) -> Self::Database;

    /// Opens a handle of the clients: connections of its own, as another process would have.
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

    /// Damages a stored row so that it does not decode. False: no such hook.
    async fn damage(&self, _database: &Self::Database, _row: SiblingRow<'_>) -> bool {
        false
    }

    /// Takes the backend out of reach (`down`), or brings it back. False: no such hook.
    async fn outage(&self, _database: &Self::Database, _down: bool) -> bool {
        false
    }

    /// Drives a future on the calling thread. The races call this from many threads at once.
    fn block_on(&self, task: Task<'_>) {
        futures_executor::block_on(task);
    }
}
