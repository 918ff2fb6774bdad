//! The source or the target of a copy. A copy uses up to five traits of a store.

use std::fmt;
use std::sync::Arc;

use counterfoil::store::{AliasStore, ClientStore, SettingsStore, TokenStore, Transfer};

/// The stores on one side of a copy, the source or the target. A clone refers to the same stores.
#[derive(Clone)]
pub struct Stores {
    pub(crate) tokens: Arc<dyn TokenStore>,
    pub(crate) families: Arc<dyn Transfer>,
    pub(crate) clients: Arc<dyn ClientStore>,
    pub(crate) settings: Arc<dyn SettingsStore>,
    /// The store of the aliases of imported tokens. `None` if the host imports no tokens of another system.
    pub(crate) aliases: Option<Arc<dyn AliasStore>>,
}

impl Stores {
    /// Uses one store for all five traits.
    pub fn of<S>(store: Arc<S>) -> Self
    where
        S: TokenStore + Transfer + ClientStore + SettingsStore + AliasStore,
    {
        let (tokens, families, clients, settings) = (store.clone(), store.clone(), store.clone(), store.clone());
        Self { tokens, families, clients, settings, aliases: Some(store) }
    }

    /// Uses separate stores, for a host that keeps its clients or settings in another store than its records. Aliases of
    /// imported tokens are copied only if [`with_aliases`](Self::with_aliases) is called too.
    pub fn apart(
        tokens: Arc<dyn TokenStore>,
        families: Arc<dyn Transfer>,
        clients: Arc<dyn ClientStore>,
        settings: Arc<dyn SettingsStore>,
    ) -> Self {
        Self { tokens, families, clients, settings, aliases: None }
    }

    /// Sets the store of the aliases of imported tokens. A host that imports no tokens has none.
    #[must_use]
    pub fn with_aliases(mut self, aliases: Arc<dyn AliasStore>) -> Self {
        self.aliases = Some(aliases);
        self
    }
}

impl fmt::Debug for Stores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stores").finish_non_exhaustive()
    }
}
