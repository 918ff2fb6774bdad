//! Tests that only the owner of a store's files can open them.

use std::fs::{Permissions, metadata, read_dir, set_permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};

use counterfoil_conformance::sample::{Person, must_get};
use counterfoil_sql::SqliteStore;
use sqlx::sqlite::SqliteConnectOptions;

use crate::support::files::File;

fn mode(path: &Path) -> u32 {
    metadata(path).expect("a file").permissions().mode() & 0o777
}

/// Returns the paths of a database file, its write-ahead log and its shared-memory index.
fn all_of(database: &Path) -> [PathBuf; 3] {
    ["", "-wal", "-shm"].map(|ending| PathBuf::from(format!("{}{ending}", database.display())))
}

#[tokio::test]
async fn fault_d8_the_files_are_their_owners_alone() {
    let file = File::new();
    let modes = || {
        let entries = read_dir(file.folder()).expect("a folder").flatten();
        entries.map(|entry| (entry.file_name(), mode(&entry.path()))).collect::<Vec<_>>()
    };
    let store = file.open().await;
    Person::somebody().pat().found(&store).await.expect("a record");
    assert_eq!(modes().len(), 3, "file, log and index: {:?}", modes());
    assert!(modes().iter().all(|(_, mode)| *mode == 0o600), "{:?}", modes());
    // An earlier version created files with this mode, which other users can read.
    for (name, _) in modes() {
        set_permissions(file.folder().join(name), Permissions::from_mode(0o644)).expect("opened to all");
    }
    let second = file.open().await;
    assert!(modes().iter().all(|(_, mode)| *mode == 0o600), "{:?}", modes());
    second.close().await;
    store.close().await;
    // Without `create_if_missing` the store must create no file.
    let other = file.folder().join("other.db");
    let refused = SqliteStore::open(SqliteConnectOptions::new().filename(&other)).await;
    assert!(refused.is_err() && !other.exists());
}

/// Checks that opening a store takes away the permissions of other users on existing files. Other users can read the
/// files at first, as they could in an earlier version. The path is a link, either to the file or to a folder above it.
#[tokio::test]
async fn fault_d8_the_files_behind_a_link_are_their_owners_alone() {
    let (file, links) = (File::new(), File::new());
    // This store stays open so that the log and the index exist.
    let first = file.open().await;
    Person::somebody().pat().found(&first).await.expect("a record");
    let (to_file, to_folder) = (links.folder().join("linked.db"), links.folder().join("linked"));
    symlink(file.path(), &to_file).expect("a link");
    symlink(file.folder(), &to_folder).expect("a link");
    for path in [to_file, to_folder.join("counterfoil.db")] {
        let all = all_of(&file.path());
        for path in &all {
            set_permissions(path, Permissions::from_mode(0o644)).expect("opened to all");
        }
        let store = SqliteStore::open(SqliteConnectOptions::new().filename(path)).await.expect("a store");
        assert_eq!(all.map(|path| mode(&path)), [0o600; 3]);
        store.close().await;
    }
    first.close().await;
}

/// The link exists before the first start. The store must create the file at the link's target.
#[tokio::test]
async fn fault_d8_a_file_that_is_made_behind_a_link_is_its_owners_alone() {
    let (file, links) = (File::new(), File::new());
    let link = links.folder().join("linked.db");
    symlink(file.path(), &link).expect("a link to no file");
    let options = SqliteConnectOptions::new().filename(&link);
    assert!(SqliteStore::open(options.clone()).await.is_err() && !file.path().exists(), "none is asked for");
    let store = SqliteStore::open(options.create_if_missing(true)).await.expect("a store");
    let id = Person::somebody().pat().found(&store).await.expect("a record");
    assert_eq!(all_of(&file.path()).map(|path| mode(&path)), [0o600; 3], "file, log and index");
    store.close().await;
    assert!(must_get(&file.open().await, &id).await.is_ok(), "it is the file at the link's end");
}
