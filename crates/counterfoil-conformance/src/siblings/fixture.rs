//! The trait that a test implements to give its stores of clients, settings, counters and aliases to the suite.

use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::Realm;
use counterfoil::client::ClientId;
use counterfoil::store::{Alias, AliasStore, ClientStore, SettingsStore, Throttle, ThrottleKey};

use crate::fixture::Task;

/// Names the stored row that the hook `damage` of a fixture must damage.
#[derive(Clone, Copy, Debug)]
pub enum SiblingRow<'a> {
    /// The registration of the client with this id in this realm.
    Client(&'a Realm, &'a ClientId),
    /// The settings of this realm.
    Settings(&'a Realm),
    /// The counter that a throttle has for this key.
    Counter(&'a ThrottleKey),
    /// The entry of this alias.
    Alias(&'a Alias),
}

/// Makes databases for the suite, and opens the siblings of a token store on them: a client store, a settings store, a
/// throttle and a store of aliases. If a check needs a store or a hook that the fixture does not have, the check is
/// reported as not applicable.
#[async_trait]
pub trait SiblingFixture: Send + Sync + 'static {
    /// One database and everything that it needs while it exists.
    type Database: Send + Sync + 'static;

    /// Makes an empty database. It shares no data with the other databases of this fixture.
    async fn create(&self) -> Self::Database;

    /// Opens a handle of the client store, or returns `None` if there is no client store. The handle has its own
    /// connections, as the handle of another process would have.
    async fn clients(&self, _database: &Self::Database) -> Option<Arc<dyn ClientStore>> {
        None
    }

    /// Opens a handle of the settings store, or returns `None` if there is no settings store.
    async fn settings(&self, _database: &Self::Database) -> Option<Arc<dyn SettingsStore>> {
        None
    }

    /// Opens a handle of the throttle, or returns `None` if there is no throttle.
    async fn throttle(&self, _database: &Self::Database) -> Option<Arc<dyn Throttle>> {
        None
    }

    /// Opens a handle of the store of aliases, or returns `None` if there is no store of aliases.
    async fn aliases(&self, _database: &Self::Database) -> Option<Arc<dyn AliasStore>> {
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
