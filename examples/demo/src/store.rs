//! The demo's store, by URL, and the names of the files beside it.

use std::path::PathBuf;

use counterfoil::Builder;
use counterfoil::settings::{Reading, SettingName};
use counterfoil::store::{ClientStore, SettingsStore, Throttle, TokenStore, Transfer};
use counterfoil_stores::{AnyStore, OpenError, Opening, StoreUrl};

use crate::error::StartError;

/// The file name stem of the demo's own files, for databases that are not files.
const FILE_STEM: &str = "counterfoil-demo";

/// Parses a store URL.
pub(crate) fn parsed(url: &str) -> Result<StoreUrl, StartError> {
    url.parse().map_err(|_| StartError::StoreUrl)
}

/// The error for a database that cannot be used.
pub(crate) fn refused(error: OpenError) -> StartError {
    match error {
        OpenError::Older(older) => StartError::Older(older),
        OpenError::Store(source) => StartError::Store(source),
        other => StartError::Store(other.into()),
    }
}

/// One store as the store traits, and where its files are.
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
        // A Redis server without an append-only file is enough for a demo.
        let store = url.open(&Opening::default().creating().volatile(true)).await.map_err(refused)?;
        let files = match url {
            StoreUrl::Memory => None,
            StoreUrl::Sqlite(path) | StoreUrl::Redb(path) => Some(path),
            _ => Some(PathBuf::from(FILE_STEM)),
        };
        Ok(Self { store, files })
    }

    /// Uses one store for all traits. `files` is the stem of the names of the demo's own files; `None` if nothing
    /// outlives the process.
    pub fn of<S>(store: S, files: Option<PathBuf>) -> Self
    where
        S: TokenStore + Transfer + ClientStore + SettingsStore + Throttle,
    {
        Self { store: AnyStore::of(std::sync::Arc::new(store)), files }
    }

    /// Closes the store. A SQLite file is then complete. The store must not be used afterwards.
    pub async fn close(&self) {
        self.store.close().await;
    }

    /// The default file of the key ring; `None` if nothing outlives the process.
    #[must_use]
    pub fn keys(&self) -> Option<PathBuf> {
        self.beside(".keys")
    }

    /// The file of the profiles; `None` if nothing outlives the process.
    #[must_use]
    pub fn profiles(&self) -> Option<PathBuf> {
        self.beside(".profiles.json")
    }

    fn beside(&self, ending: &str) -> Option<PathBuf> {
        let mut name = self.files.clone()?.into_os_string();
        name.push(ending);
        Some(name.into())
    }

    /// Passes the store to a builder.
    pub fn build_into(&self, builder: Builder) -> Builder {
        self.store.build_into(builder)
    }

    /// Whether the store has not been seeded. Seeding sets the personal access token setting last.
    ///
    /// # Errors
    ///
    /// The error of the store.
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
