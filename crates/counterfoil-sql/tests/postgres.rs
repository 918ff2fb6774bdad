//! The store contract on PostgreSQL, at READ COMMITTED and at SERIALIZABLE: one server for the binary, a schema and a role for each store.
#![cfg(feature = "postgres")]
#![allow(clippy::expect_used, reason = "a test that cannot go on says so")]

mod support;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use counterfoil::RecordId;
use counterfoil::store::{ClientStore, SettingsStore, Throttle};
use counterfoil_conformance::{Fixture, SiblingFixture, Store, Task, conformance, sibling_conformance};
use counterfoil_sql::{Isolation, PgSetup, PgStore};
use support::schemas::{Schema, raw};
use support::{Kept, RUNTIME};

/// Schemas by the store that was opened on them, at one isolation.
#[derive(Default)]
struct Schemas {
    kept: Kept<Schema>,
    setup: PgSetup,
    emptied: Mutex<Vec<Store>>,
}

impl Schemas {
    fn serializable() -> Self {
        Self { setup: PgSetup::default().isolation(Isolation::Serializable), ..Self::default() }
    }

    fn keep(&self, schema: Arc<Schema>, store: PgStore) -> Store {
        let store: Store = Arc::new(store);
        self.kept.keep(&store, schema);
        store
    }

    fn emptied(&self) -> MutexGuard<'_, Vec<Store>> {
        self.emptied.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Fixture for Schemas {
    async fn fresh(&self) -> Store {
        let emptied = self.emptied().pop();
        if let Some(store) = emptied {
            return store;
        }
        let schema = Arc::new(Schema::new().await);
        let store = schema.open_with(self.setup).await;
        self.keep(schema, store)
    }

    /// A schema, its connections and all that they have prepared take longer to make than a short test on them.
    async fn give_back(&self, store: Store) {
        self.kept.of(&store).empty().await;
        self.emptied().push(store);
    }

    /// A second pool, as another process would have.
    async fn again(&self, store: &Store) -> Store {
        let schema = self.kept.of(store);
        let second = schema.open_with(self.setup).await;
        self.keep(schema, second)
    }

    async fn reopen(&self, store: &Store) -> Option<Store> {
        Some(self.again(store).await)
    }

    async fn garbage(&self, store: &Store, id: &RecordId) -> bool {
        let mut raw = raw(&self.kept.of(store).options()).await;
        let damage =
            sqlx::query("UPDATE counterfoil_record SET digest = '\\x00' WHERE id = $1").bind(&id.as_bytes()[..]);
        damage.execute(&mut raw).await.expect("the row is damaged").rows_affected() == 1
    }

    async fn outage(&self, store: &Store, down: bool) -> bool {
        self.kept.of(store).lock_out(down).await;
        true
    }

    fn block_on(&self, task: Task<'_>) {
        RUNTIME.block_on(task);
    }
}

conformance!(postgres, Schemas::default());
conformance!(serializable, Schemas::serializable());

#[derive(Default)]
struct Siblings(Schemas);

impl Siblings {
    async fn open(&self) -> PgStore {
        let schema = Arc::new(Schema::new().await);
        let store = schema.open_with(self.0.setup).await;
        self.0.keep(schema, store.clone());
        store
    }
}

#[async_trait]
impl SiblingFixture for Siblings {
    async fn clients(&self) -> Option<Arc<dyn ClientStore>> {
        Some(Arc::new(self.open().await))
    }

    async fn settings(&self) -> Option<Arc<dyn SettingsStore>> {
        Some(Arc::new(self.open().await))
    }

    async fn throttle(&self) -> Option<Arc<dyn Throttle>> {
        Some(Arc::new(self.open().await))
    }

    async fn throttles(&self, handles: usize) -> Vec<Arc<dyn Throttle>> {
        let schema = Arc::new(Schema::new().await);
        let mut all: Vec<Arc<dyn Throttle>> = Vec::new();
        for _ in 0..handles {
            all.push(Arc::new(schema.open_with(self.0.setup).await));
        }
        all
    }

    fn block_on(&self, task: Task<'_>) {
        RUNTIME.block_on(task);
    }
}

sibling_conformance!(beside_postgres, Siblings::default());
sibling_conformance!(beside_serializable, Siblings(Schemas::serializable()));
