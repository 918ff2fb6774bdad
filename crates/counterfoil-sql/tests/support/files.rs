//! Temporary files for SQLite.

use std::path::{Path, PathBuf};

use counterfoil_sql::SqliteStore;
use sqlx::ConnectOptions as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use tempfile::TempDir;

/// A database file in its own temporary folder.
pub struct File {
    folder: TempDir,
}

impl File {
    /// Makes a temporary folder for a database file that does not exist yet. The folder is in `/dev/shm`, a file system
    /// in memory, if the machine has it. On a disk, thousands of flushed commits would slow down the tests.
    pub fn new() -> Self {
        let folder = TempDir::with_prefix_in("counterfoil-", "/dev/shm");
        Self { folder: folder.or_else(|_| TempDir::with_prefix("counterfoil-")).expect("a folder") }
    }

    /// Like [`File::new`], but on the disk, for tests of crashes.
    pub fn on_disk() -> Self {
        Self { folder: TempDir::with_prefix("counterfoil-").expect("a folder") }
    }

    /// The folder of the file. It is removed when this value is dropped.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn path(&self) -> PathBuf {
        path_in(self.folder())
    }

    /// The options with which a host opens the file.
    pub fn options(&self) -> SqliteConnectOptions {
        options_in(self.folder())
    }

    pub async fn open(&self) -> SqliteStore {
        SqliteStore::open(self.options()).await.expect("a store")
    }
}

/// Opens a store in a folder that another process created.
pub async fn open_in(folder: &Path) -> SqliteStore {
    SqliteStore::open(options_in(folder)).await.expect("a store")
}

fn options_in(folder: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(path_in(folder)).create_if_missing(true)
}

fn path_in(folder: &Path) -> PathBuf {
    folder.join("counterfoil.db")
}

/// Opens a connection that does not belong to a store.
pub async fn raw(file: &File) -> SqliteConnection {
    file.options().connect().await.expect("a connection")
}
