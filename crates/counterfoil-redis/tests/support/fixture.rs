//! The suite's fixtures on either backend.

use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::RecordId;
use counterfoil::store::{ClientStore, SettingsStore, Throttle};
use counterfoil_conformance::{Fixture, SiblingFixture, Store, Task};
use counterfoil_redis::RedisStore;

use super::backend::{Backend, Space};
use super::{Kept, RUNTIME};

/// Spaces by the store that was opened in them.
pub struct Spaces {
    backend: Backend,
    kept: Kept<Space>,
}

impl Spaces {
    pub fn on(backend: Backend) -> Self {
        Self { backend, kept: Kept::default() }
    }

    fn keep(&self, space: Arc<Space>, store: RedisStore) -> Store {
        let store: Store = Arc::new(store);
        self.kept.keep(&store, space);
        store
    }
}

#[async_trait]
impl Fixture for Spaces {
    async fn fresh(&self) -> Store {
        let space = Arc::new(Space::new(self.backend));
        let store = space.open().await;
        self.keep(space, store)
    }

    /// Other connections, as another process would have.
    async fn again(&self, store: &Store) -> Store {
        let space = self.kept.of(store);
        let second = space.open().await;
        self.keep(space, second)
    }

    async fn reopen(&self, store: &Store) -> Option<Store> {
        Some(self.again(store).await)
    }

    async fn garbage(&self, store: &Store, id: &RecordId) -> bool {
        self.kept.of(store).damage(id)
    }

    async fn outage(&self, store: &Store, down: bool) -> bool {
        self.kept.of(store).lock_out(down);
        true
    }

    fn block_on(&self, task: Task<'_>) {
        RUNTIME.block_on(task);
    }
}

/// The siblings, each in a space of its own.
pub struct Siblings(pub Backend);

impl Siblings {
    async fn open(&self) -> Arc<RedisStore> {
        Arc::new(Space::new(self.0).open().await)
    }
}

#[async_trait]
impl SiblingFixture for Siblings {
    async fn clients(&self) -> Option<Arc<dyn ClientStore>> {
        Some(self.open().await)
    }

    async fn settings(&self) -> Option<Arc<dyn SettingsStore>> {
        Some(self.open().await)
    }

    async fn throttle(&self) -> Option<Arc<dyn Throttle>> {
        Some(self.open().await)
    }

    async fn throttles(&self, handles: usize) -> Vec<Arc<dyn Throttle>> {
        let space = Space::new(self.0);
        let mut all: Vec<Arc<dyn Throttle>> = Vec::new();
        for _ in 0..handles {
            all.push(Arc::new(space.open().await));
        }
        all
    }

    fn block_on(&self, task: Task<'_>) {
        RUNTIME.block_on(task);
    }
}
