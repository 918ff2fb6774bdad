//! Opens the demo's store by its URL, and names the demo's other files.

use std::path::PathBuf;

use counterfoil::Builder;
use counterfoil::settings::{Reading, SettingName};
use counterfoil::store::{AliasStore, ClientStore, SettingsStore, Throttle, TokenStore, Transfer};
use counterfoil_stores::{AnyStore, OpenError, Opening, StoreUrl};

use crate::error::StartError;

/// The beginning of the names of the demo's other files, if the store is on a server.
const FILE_STEM: &str = "counterfoil-demo";

/// Parses a store URL. The error does not contain the URL.
pub(crate) fn parsed(url: &str) -> Result<StoreUrl, StartError> {
    url.parse().map_err(|_| StartError::StoreUrl)
}

/// Converts the error of a store that cannot be opened.
pub(crate) fn refused(error: OpenError) -> StartError {
    match error {
        OpenError::Older(older) => StartError::Older(older),
        OpenError::Store(source) => StartError::Store(source),
        other => StartError::Store(other.into()),
    }
}

/// One store, which implements all store traits. Also contains the path from which the names of the demo's other files
/// are derived: `None` if the demo writes no files.
#[derive(Clone)]
pub struct Stores {
    store: AnyStore,
    files: Option<PathBuf>,
}

impl Stores {
    /// Opens the store that a URL names.
    ///
    /// # Errors
    ///
    /// [`StartError`]. Its message does not contain the URL.
    pub async fn open(url: &str) -> Result<Self, StartError> {
        let url = parsed(url)?;
        // For a demo, a Redis server without an append-only file is good enough.
        let store = url.open(&Opening::default().creating().volatile(true)).await.map_err(refused)?;
        let files = match url {
            StoreUrl::Memory => None,
            StoreUrl::Sqlite(path) | StoreUrl::Redb(path) => Some(path),
            _ => Some(PathBuf::from(FILE_STEM)),
        };
        Ok(Self { store, files })
    }

    /// Uses `store` for all traits. The names of the demo's other files begin with `files`. If `files` is `None`, the
    /// demo writes no files.
    pub fn of<S>(store: S, files: Option<PathBuf>) -> Self
    where
        S: TokenStore + Transfer + ClientStore + SettingsStore + Throttle + AliasStore,
    {
        Self { store: AnyStore::of(std::sync::Arc::new(store)), files }
    }

    /// Closes the store, which must not be used afterwards. If the store is a SQLite file, this file then contains all
    /// data.
    pub async fn close(&self) {
        self.store.close().await;
    }

    /// Returns the default path of the key ring file. Returns `None` if the demo writes no files.
    #[must_use]
    pub fn keys(&self) -> Option<PathBuf> {
        self.beside(".keys")
    }

    /// Returns the path of the profiles file. Returns `None` if the demo writes no files.
    #[must_use]
    pub fn profiles(&self) -> Option<PathBuf> {
        self.beside(".profiles.json")
    }

    fn beside(&self, ending: &str) -> Option<PathBuf> {
        let mut name = self.files.clone()?.into_os_string();
        name.push(ending);
        Some(name.into())
    }

    /// Returns the builder with this store as the store of the service, for all store traits.
    pub fn build_into(&self, builder: Builder) -> Builder {
        self.store.build_into(builder)
    }

    /// Whether this store is new: the demo has not filled it yet. In a new store, the setting for personal access
    /// tokens is missing, because the demo writes this setting last.
    ///
    /// # Errors
    ///
    /// The store's error.
    pub async fn is_new(&self) -> Result<bool, counterfoil::store::StoreError> {
        let found = self.store.settings().settings(&counterfoil::Realm::default()).await?;
        Ok(found
            .is_none_or(|found| found.settings.number(SettingName::PersonalAccessTokensEnabled) == Reading::Missing))
    }
}

impl std::fmt::Debug for Stores {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stores").finish_non_exhaustive()
    }
}
