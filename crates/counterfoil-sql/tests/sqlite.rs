//! The store contract on SQLite: each store in a file of its own, in a folder that goes with the fixture.
#![cfg(feature = "sqlite")]
#![allow(clippy::expect_used, reason = "a test that cannot go on says so")]

mod support;

use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::RecordId;
use counterfoil::store::{ClientStore, SettingsStore, Throttle};
use counterfoil_conformance::{Fixture, SiblingFixture, Store, Task, conformance, sibling_conformance};
use counterfoil_sql::SqliteStore;
use support::files::{File, raw};
use support::{Kept, RUNTIME};

/// Files by the store that was opened on them.
#[derive(Default)]
struct Files(Kept<File>);

impl Files {
    fn keep(&self, file: Arc<File>, store: SqliteStore) -> Store {
        let store: Store = Arc::new(store);
        self.0.keep(&store, file);
        store
    }
}

#[async_trait]
impl Fixture for Files {
    async fn fresh(&self) -> Store {
        let file = Arc::new(File::new());
        let store = file.open().await;
        self.keep(file, store)
    }

    /// A second pair of pools on the file, as another process would have.
    async fn again(&self, store: &Store) -> Store {
        let file = self.0.of(store);
        let second = file.open().await;
        self.keep(file, second)
    }

    /// The old handle stays open beside the new one: a file closed under the suite's hands would fail whatever it still asks.
    async fn reopen(&self, store: &Store) -> Option<Store> {
        Some(self.again(store).await)
    }

    async fn garbage(&self, store: &Store, id: &RecordId) -> bool {
        let mut raw = raw(&self.0.of(store)).await;
        let damage = sqlx::query("UPDATE counterfoil_record SET digest = x'00' WHERE id = ?1").bind(&id.as_bytes()[..]);
        damage.execute(&mut raw).await.expect("the row is damaged").rows_affected() == 1
    }

    fn block_on(&self, task: Task<'_>) {
        RUNTIME.block_on(task);
    }
}

conformance!(sqlite, Files::default());

#[derive(Default)]
struct Siblings(Files);

impl Siblings {
    async fn open(&self) -> SqliteStore {
        let file = Arc::new(File::new());
        let store = file.open().await;
        self.0.keep(file, store.clone());
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
        let file = Arc::new(File::new());
        let mut all: Vec<Arc<dyn Throttle>> = Vec::new();
        for _ in 0..handles {
            let store = file.open().await;
            self.0.keep(Arc::clone(&file), store.clone());
            all.push(Arc::new(store));
        }
        all
    }

    fn block_on(&self, task: Task<'_>) {
        RUNTIME.block_on(task);
    }
}

sibling_conformance!(beside_sqlite, Siblings::default());
