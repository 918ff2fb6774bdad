//! A personal access token in a SQLite file that is still valid after the store was closed and reopened: `cargo run -p
//! counterfoil-sql --example sqlite`.
//!
//! Leaves out HTTP, purging, and the host's own user directory, which a directory in memory replaces here.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use counterfoil::memory::MemoryDirectory;
use counterfoil::settings::SettingsUpdate;
use counterfoil::{Account, Counterfoil, KeyRing, Lifetime, NewPersonalAccessToken, Presenter, Role, SubjectId};
use counterfoil_sql::SqliteStore;
use counterfoil_sql::sqlx::sqlite::SqliteConnectOptions;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let file = SqliteConnectOptions::new().filename(folder.path().join("counterfoil.db")).create_if_missing(true);
    let people = Arc::new(MemoryDirectory::default());
    let ann = Account::new(SubjectId::new("ann")?, "ann", Role::Member);
    let admin = Account::new(SubjectId::new("root")?, "root", Role::Administrator);
    people.insert(ann.clone(), &["ann"], "secret");
    people.insert(admin.clone(), &["root"], "secret");
    let keys = folder.path().join("counterfoil.keys");

    let store = SqliteStore::open(file.clone()).await?;
    let handle = open(store.clone(), &people, &keys)?;
    let by = Presenter::signed_in(&admin);
    let on = SettingsUpdate::default().with_personal_access_tokens_enabled(true);
    handle.update_settings(&by, &on).await?;
    handle.set_token_login(&by, ann.subject(), true).await?;
    let new = NewPersonalAccessToken::new("nightly build", Lifetime::Days(30));
    let issued = handle.create_personal_access_token(&Presenter::signed_in(&ann), &new).await?;
    assert!(handle.shutdown().await.error.is_none());
    store.close().await;

    let again = open(SqliteStore::open(file).await?, &people, &keys)?;
    let principal = again.verify(issued.token.expose_secret()).await?;
    println!("after reopening it authenticates {} ({:?})", principal.name(), issued.view.label);
    assert_eq!(principal.name(), "ann");
    assert!(again.shutdown().await.error.is_none());
    Ok(())
}

/// What a service does at each start. The key ring is created once and read from its file afterwards.
fn open(store: SqliteStore, people: &Arc<MemoryDirectory>, keys: &Path) -> Result<Counterfoil, Box<dyn Error>> {
    let keys = KeyRing::open_or_create(keys)?;
    Ok(Counterfoil::builder().store(store).directory(Arc::clone(people)).key_ring(keys).build()?)
}
