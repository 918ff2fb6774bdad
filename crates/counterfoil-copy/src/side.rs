//! The source or the target of a copy. A copy uses four traits of a store.

use std::fmt;
use std::sync::Arc;

use counterfoil::store::{ClientStore, SettingsStore, TokenStore, Transfer};

/// The store from which, or to which, a copy is made. A clone refers to the same store.
#[derive(Clone)]
pub struct Stores {
    pub(crate) tokens: Arc<dyn TokenStore>,
    pub(crate) families: Arc<dyn Transfer>,
    pub(crate) clients: Arc<dyn ClientStore>,
    pub(crate) settings: Arc<dyn SettingsStore>,
}

impl Stores {
    /// Uses one store for all the traits.
    pub fn of<S>(store: Arc<S>) -> Self
    where
        S: TokenStore + Transfer + ClientStore + SettingsStore,
    {
        let (tokens, families, clients) = (store.clone(), store.clone(), store.clone());
        Self { tokens, families, clients, settings: store }
    }

    /// Uses separate stores, for a host that keeps its clients or settings in another store than its records.
    pub fn apart(
        tokens: Arc<dyn TokenStore>,
        families: Arc<dyn Transfer>,
        clients: Arc<dyn ClientStore>,
        settings: Arc<dyn SettingsStore>,
    ) -> Self {
        Self { tokens, families, clients, settings }
    }
}

impl fmt::Debug for Stores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stores").finish_non_exhaustive()
    }
}
