//! Files for SQLite.

use std::path::PathBuf;

use counterfoil_sql::SqliteStore;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tempfile::TempDir;

/// A database file in a folder of its own.
pub struct File {
    folder: TempDir,
}

impl File {
    /// Not there yet. In memory where the system has a folder for that: thousands of flushed commits are the disk's time and prove nothing here.
    pub fn new() -> Self {
        let folder = TempDir::with_prefix_in("counterfoil-", "/dev/shm");
        Self { folder: folder.or_else(|_| TempDir::with_prefix("counterfoil-")).expect("a folder") }
    }

    /// Where it is.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("counterfoil.db")
    }

    /// How a host names it.
    pub fn options(&self) -> SqliteConnectOptions {
        SqliteConnectOptions::new().filename(self.path()).create_if_missing(true)
    }

    /// A store on it.
    pub async fn open(&self) -> SqliteStore {
        SqliteStore::open(self.options()).await.expect("a store")
    }
}

/// A connection beside the store's.
pub async fn raw(file: &File) -> SqliteConnection {
    file.options().connect().await.expect("a connection")
}
