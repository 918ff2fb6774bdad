//! Broken stores. Each is the reference store with a flaw, which makes one or more methods incorrect. The tests check
//! that the suite rejects each of them.

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
pub(crate) mod renewals;
pub(crate) mod revokes;
pub(crate) mod room;
pub(crate) mod rotates;
pub(crate) mod shows;
pub(crate) mod states;

/// The result of a call of a store.
pub(crate) type Said<T> = Result<T, StoreError>;

/// A broken store. It consists of the reference store and of a flaw, which receives all calls.
pub(crate) struct Broken {
    pub inner: Arc<ReferenceStore>,
    pub flaw: Arc<dyn Flaw>,
}

macro_rules! flawed_store {
    ($($methods:tt)*) => {
        flawed! {
            [$ broken] Flaw, counterfoil_conformance::ReferenceStore, Broken, flaw, overrides, with {
                /// Whether `insert` and `rotate` first call the core's checks of a request, as the contract requires.
                fn checks_requests(&self) -> bool {
                    true
                }

                /// Implements `try_read`. This default returns false and does not call the callback, so that callers
                /// must use `get`. The flaws in `shows.rs` replace this method.
                fn shows(
                    &self,
                    _: &counterfoil_conformance::ReferenceStore,
                    _: &counterfoil::types::RecordId,
                    _: &mut counterfoil::store::Look<'_>,
                ) -> bool {
                    false
                }
            };
            { TokenStore [
                fn try_read(
                    &self,
                    id: &counterfoil::types::RecordId,
                    look: &mut counterfoil::store::Look<'_>,
                ) -> bool {
                    self.flaw.shows(&self.inner, id, look)
                }
            ]: $($methods)* }
        }
    };
}
methods_of!(TokenStore => flawed_store);

/// A fixture for a broken store. Its database is a reference store. The function makes the flaw of a handle, and is
/// called for each handle. So handles do not share the state of a flaw.
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
