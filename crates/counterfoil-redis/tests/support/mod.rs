//! What the tests share: one runtime, the backends, and what was opened for which store.
#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(unreachable_pub, reason = "each test binary has a copy")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test says what is wrong by panicking")]

pub mod backend;
pub mod canary;
pub mod fixture;
pub mod monitor;
pub mod proxy;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use counterfoil_conformance::Store;
use tokio::runtime::Runtime;

/// The runtime of all tests of a binary.
pub static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
});

/// What lies under a store, found by the store's address.
pub struct Kept<T>(Mutex<HashMap<usize, Arc<T>>>);

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T> Kept<T> {
    /// Remembers it. The address of a store that was dropped may come again; then the newer one holds.
    pub fn keep(&self, store: &Store, under: Arc<T>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(address(store), under);
    }

    /// What lies under that store.
    pub fn of(&self, store: &Store) -> Arc<T> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(kept.get(&address(store)).expect("a store of this fixture"))
    }
}

fn address(store: &Store) -> usize {
    Arc::as_ptr(store).cast::<()>().addr()
}
