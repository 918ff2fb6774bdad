//! Broken stores. Each is the reference store with an incorrect method.

use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::methods_of;
use counterfoil::store::{StoreError, TokenStore};
use counterfoil_conformance::{Fixture, ReferenceStore, Store};

use crate::forward::flawed;

pub(crate) mod blind;
pub(crate) mod bounds;
pub(crate) mod changes;
pub(crate) mod halves;
pub(crate) mod inserts;
pub(crate) mod keeping;
pub(crate) mod keyed;
pub(crate) mod late;
pub(crate) mod notices;
pub(crate) mod paces;
pub(crate) mod pages;
pub(crate) mod planted;
pub(crate) mod purges;
pub(crate) mod raced;
pub(crate) mod revokes;
pub(crate) mod room;
pub(crate) mod rotates;
pub(crate) mod states;

/// The answer of a store.
pub(crate) type Said<T> = Result<T, StoreError>;

/// The reference store with one flaw.
pub(crate) struct Broken {
    pub inner: Arc<ReferenceStore>,
    pub flaw: Arc<dyn Flaw>,
}

macro_rules! flawed_store {
    ($($methods:tt)*) => {
        flawed! {
            [$ broken] Flaw, counterfoil_conformance::ReferenceStore, Broken, flaw, overrides, with {
                /// Whether the store calls the core's checks of a request before it does anything else.
                fn checks_requests(&self) -> bool {
                    true
                }
            };
            { TokenStore: $($methods)* }
        }
    };
}
methods_of!(TokenStore => flawed_store);

/// A fixture whose handles have one flaw each. The state of a flaw belongs to its handle. The reference store is the
/// database.
pub(crate) struct Bench(pub fn() -> Arc<dyn Flaw>);

#[async_trait]
impl Fixture for Bench {
    type Database = Arc<ReferenceStore>;

    async fn create(&self) -> Arc<ReferenceStore> {
        Arc::new(ReferenceStore::new())
    }

    async fn open(&self, database: &Arc<ReferenceStore>) -> Store {
        Arc::new(Broken { inner: Arc::clone(database), flaw: (self.0)() })
    }
}
