//! Files for SQLite.

use std::path::{Path, PathBuf};

use counterfoil_sql::SqliteStore;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tempfile::TempDir;

/// A database file in a folder of its own.
pub struct File {
    folder: TempDir,
}

impl File {
    /// Not there yet. In memory where the system has a folder for that: thousands of flushed commits are the disk's
    /// time and prove nothing here.
    pub fn new() -> Self {
        let folder = TempDir::with_prefix_in("counterfoil-", "/dev/shm");
        Self { folder: folder.or_else(|_| TempDir::with_prefix("counterfoil-")).expect("a folder") }
    }

    /// The same on the disk, for tests of what a crash leaves.
    pub fn on_disk() -> Self {
        Self { folder: TempDir::with_prefix("counterfoil-").expect("a folder") }
    }

    /// The folder it is in, which goes with this.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where it is.
    pub fn path(&self) -> PathBuf {
        path_in(self.folder())
    }

    /// How a host names it.
    pub fn options(&self) -> SqliteConnectOptions {
        options_in(self.folder())
    }

    /// A store on it.
    pub async fn open(&self) -> SqliteStore {
        SqliteStore::open(self.options()).await.expect("a store")
    }
}

/// A store in a folder that another process made.
pub async fn open_in(folder: &Path) -> SqliteStore {
    SqliteStore::open(options_in(folder)).await.expect("a store")
}

fn options_in(folder: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(path_in(folder)).create_if_missing(true)
}

fn path_in(folder: &Path) -> PathBuf {
    folder.join("counterfoil.db")
}

/// A connection beside the store's.
pub async fn raw(file: &File) -> SqliteConnection {
    file.options().connect().await.expect("a connection")
}
