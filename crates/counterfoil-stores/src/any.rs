//! A store of any kind, as one value that implements every store trait.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::Builder;
use counterfoil::store::{AliasStore, ClientStore, SettingsStore, Throttle, TokenStore, Transfer};
use counterfoil_sql::{PgStore, SqliteStore};

/// An open store of any kind, which can be used through each of the store traits. A clone refers to the same store.
#[derive(Clone)]
pub struct AnyStore {
    tokens: Arc<dyn TokenStore>,
    families: Arc<dyn Transfer>,
    clients: Arc<dyn ClientStore>,
    settings: Arc<dyn SettingsStore>,
    throttle: Arc<dyn Throttle>,
    aliases: Arc<dyn AliasStore>,
    /// Closes the store. `None` if this kind of store needs no closing.
    closer: Option<Arc<dyn Close>>,
}

/// A store with connections or files that can be closed.
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
    /// Wraps `store`, so that one value gives access to it through all store traits.
    pub fn of<S>(store: Arc<S>) -> Self
    where
        S: TokenStore + Transfer + ClientStore + SettingsStore + Throttle + AliasStore,
    {
        let (tokens, families, clients, settings) = (store.clone(), store.clone(), store.clone(), store.clone());
        let throttle = store.clone();
        Self { tokens, families, clients, settings, throttle, aliases: store, closer: None }
    }

    pub(crate) fn closed_by(self, closer: Arc<dyn Close>) -> Self {
        Self { closer: Some(closer), ..self }
    }

    /// Returns the store as [`TokenStore`], which contains the records of tokens.
    #[must_use]
    pub fn tokens(&self) -> &Arc<dyn TokenStore> {
        &self.tokens
    }

    /// Returns the store as [`Transfer`], which reads and writes whole families, for a copy.
    #[must_use]
    pub fn families(&self) -> &Arc<dyn Transfer> {
        &self.families
    }

    /// Returns the store as [`ClientStore`], which contains the registrations of clients.
    #[must_use]
    pub fn clients(&self) -> &Arc<dyn ClientStore> {
        &self.clients
    }

    /// Returns the store as [`SettingsStore`], which contains the settings.
    #[must_use]
    pub fn settings(&self) -> &Arc<dyn SettingsStore> {
        &self.settings
    }

    /// Returns the store as [`AliasStore`], which contains the aliases of imported tokens.
    #[must_use]
    pub fn aliases(&self) -> &Arc<dyn AliasStore> {
        &self.aliases
    }

    /// Returns the builder with this store as the store of the service, for all store traits.
    pub fn build_into(&self, builder: Builder) -> Builder {
        builder
            .token_store(self.tokens.clone())
            .client_store(self.clients.clone())
            .settings_store(self.settings.clone())
            .throttle(self.throttle.clone())
            .alias_store(self.aliases.clone())
    }

    /// Closes the store. Afterwards, all data of a SQLite database is in its main file, without a write-ahead log. Do
    /// not use the store or its clones after this call.
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
