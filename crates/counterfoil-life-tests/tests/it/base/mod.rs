//! The store that the tests run on. Its [`Kind`] is the same for all tests of a process.

#![allow(unreachable_pub, reason = "the tests of the core import these names")]

mod database;
mod kind;

use std::fmt;
use std::future::Future;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use async_trait::async_trait;
use counterfoil::store::*;
use counterfoil::types::RecordId;
use tokio::runtime::Runtime;

use database::Database;
pub(crate) use kind::{KIND, Kind, VARIABLE};

/// The runtime of all tests.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
});

/// The databases that no test uses at present. The next test empties one of them and uses it.
static FREE: Mutex<Vec<Database>> = Mutex::new(Vec::new());

/// Waits for a future on the thread of the test.
pub fn block_on<F: Future>(future: F) -> F::Output {
    RUNTIME.block_on(future)
}

/// Returns the number of cases with which a property test runs here. `cases` is the number for the store in memory.
/// Here the number is at most 8, because each case uses a database of its own. That is enough: property tests check
/// decisions, which are the same for all stores.
pub fn cases(cases: u32) -> u32 {
    cases.min(8)
}

/// All traits of a store.
pub(crate) trait Store: TokenStore + ClientStore + SettingsStore + Throttle + AliasStore + fmt::Debug {}

impl<S: TokenStore + ClientStore + SettingsStore + Throttle + AliasStore + fmt::Debug> Store for S {}

/// An empty store of the kind [`KIND`], for one test.
pub struct Base {
    store: Arc<dyn Store>,
    /// `None` only while this value is dropped.
    database: Option<Database>,
}

impl Default for Base {
    fn default() -> Self {
        let free = FREE.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let database = block_on(async {
            match free {
                Some(mut used) => {
                    used.empty().await;
                    used
                }
                None => Database::new(*KIND).await,
            }
        });
        Self { store: Arc::clone(&database.store), database: Some(database) }
    }
}

impl Drop for Base {
    fn drop(&mut self) {
        // A thread of a failed test may still use the database. So only the databases of successful tests are reused.
        if let Some(database) = self.database.take()
            && database.is_reusable()
            && !std::thread::panicking()
        {
            FREE.lock().unwrap_or_else(PoisonError::into_inner).push(database);
        }
    }
}

impl fmt::Debug for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.store.fmt(f)
    }
}

macro_rules! forward {
    ($trait:ident { $($at_once:tt)* } $(fn $name:ident(&self $(, $argument:ident: $kind:ty)*) -> $answer:ty;)*) => {
        #[async_trait]
        impl $trait for Base {
            $($at_once)*

            $(async fn $name(&self $(, $argument: $kind)*) -> Result<$answer, StoreError> {
                self.store.$name($($argument),*).await
            })*
        }
    };
}

counterfoil::methods_of!(TokenStore => forward[TokenStore {
    fn try_read(&self, id: &RecordId, look: &mut Look<'_>) -> bool {
        self.store.try_read(id, look)
    }
}]);
counterfoil::methods_of!(ClientStore => forward[ClientStore {}]);
counterfoil::methods_of!(SettingsStore => forward[SettingsStore {}]);
counterfoil::methods_of!(Throttle => forward[Throttle {}]);
counterfoil::methods_of!(AliasStore => forward[AliasStore {}]);
