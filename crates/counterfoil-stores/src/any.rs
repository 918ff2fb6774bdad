//! A store of any kind, behind the store traits.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::Builder;
use counterfoil::store::{ClientStore, SettingsStore, Throttle, TokenStore, Transfer};
use counterfoil_sql::{PgStore, SqliteStore};

/// One store as all store traits. A clone refers to the same store.
#[derive(Clone)]
pub struct AnyStore {
    tokens: Arc<dyn TokenStore>,
    families: Arc<dyn Transfer>,
    clients: Arc<dyn ClientStore>,
    settings: Arc<dyn SettingsStore>,
    throttle: Arc<dyn Throttle>,
    /// Closes the store. It is `None` for stores that need no closing.
    closer: Option<Arc<dyn Close>>,
}

/// A store that can be closed.
#[async_trait]
pub(crate) trait Close: Send + Sync {
    async fn close(&self);
}

#[async_trait]
impl Close for SqliteStore {
    async fn close(&self) {
        Self::close(self).await;
    }
}

#[async_trait]
impl Close for PgStore {
    async fn close(&self) {
        Self::close(self).await;
    }
}

impl AnyStore {
    /// Uses `store` for all traits.
    pub fn of<S>(store: Arc<S>) -> Self
    where
        S: TokenStore + Transfer + ClientStore + SettingsStore + Throttle,
    {
        let (tokens, families, clients, settings) = (store.clone(), store.clone(), store.clone(), store.clone());
        Self { tokens, families, clients, settings, throttle: store, closer: None }
    }

    pub(crate) fn closed_by(self, closer: Arc<dyn Close>) -> Self {
        Self { closer: Some(closer), ..self }
    }

    /// Returns the store of records.
    #[must_use]
    pub fn tokens(&self) -> &Arc<dyn TokenStore> {
        &self.tokens
    }

    /// Returns the store of whole families, for a copy.
    #[must_use]
    pub fn families(&self) -> &Arc<dyn Transfer> {
        &self.families
    }

    /// Returns the store of clients.
    #[must_use]
    pub fn clients(&self) -> &Arc<dyn ClientStore> {
        &self.clients
    }

    /// Returns the store of settings.
    #[must_use]
    pub fn settings(&self) -> &Arc<dyn SettingsStore> {
        &self.settings
    }

    /// Sets this store in a builder.
    pub fn build_into(&self, builder: Builder) -> Builder {
        builder
            .token_store(self.tokens.clone())
            .client_store(self.clients.clone())
            .settings_store(self.settings.clone())
            .throttle(self.throttle.clone())
    }

    /// Closes the store. Afterwards, a SQLite database is complete in its file. Do not call the store after this.
    pub async fn close(&self) {
        if let Some(store) = &self.closer {
            store.close().await;
        }
    }
}

impl fmt::Debug for AnyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnyStore").finish_non_exhaustive()
    }
}
