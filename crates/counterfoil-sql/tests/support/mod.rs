//! What the tests share: one runtime, and what was opened for which store.
#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(unreachable_pub, reason = "each test binary has a copy")]
#![allow(clippy::expect_used, clippy::panic, reason = "a test says what is wrong by panicking")]

pub mod canary;
#[cfg(feature = "sqlite")]
pub mod files;
pub mod host;
pub mod lost;
#[cfg(feature = "postgres")]
pub mod schemas;

use std::collections::HashMap;
use std::io::Write as _;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use counterfoil_conformance::{Store, scale};
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

/// Past the capture of the test harness: a count that nobody sees proves nothing.
pub fn say(what: impl std::fmt::Display) {
    let _nobody_reads = writeln!(std::io::stderr(), "{what}");
}

/// How often to kill: 5 times for every commit, 166 times at full scale.
pub fn kills() -> u16 {
    u16::try_from((scale().rounds / 60).max(3)).expect("few")
}
