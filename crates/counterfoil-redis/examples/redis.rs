//! Stores a personal access token on a Redis server, kills and restarts the server, and verifies the token again. Run
//! it with `cargo run -p counterfoil-redis --example redis`.
//!
//! The server is temporary. Instead of the host's own directory of people, the example uses a directory in memory. The
//! example leaves out HTTP and purging.

use std::error::Error;
use std::sync::Arc;

use counterfoil::memory::MemoryDirectory;
use counterfoil::settings::SettingsUpdate;
use counterfoil::{Account, Counterfoil, KeyRing, Lifetime, NewPersonalAccessToken, Presenter, Role, SubjectId};
use counterfoil_redis::{Options, RedisStore};
use counterfoil_testkit::servers::redis::RedisServer;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut server = RedisServer::start_with(&[("appendfsync", "always")]);
    let people = Arc::new(MemoryDirectory::default());
    let ann = Account::new(SubjectId::new("ann")?, "ann", Role::Member);
    let admin = Account::new(SubjectId::new("root")?, "root", Role::Administrator);
    people.insert(ann.clone(), &["ann"], "secret");
    people.insert(admin.clone(), &["root"], "secret");
    let folder = tempfile::tempdir()?;
    let keys = KeyRing::open_or_create(folder.path().join("counterfoil.keys"))?;
    let store = RedisStore::open(server.url(), Options::new()).await?;
    let handle = Counterfoil::builder().store(store).directory(people).key_ring(keys).build()?;
    handle.start().await?;

    let by = Presenter::signed_in(&admin);
    let on = SettingsUpdate::default().with_personal_access_tokens_enabled(true);
    handle.update_settings(&by, &on).await?;
    handle.set_token_login(&by, ann.subject(), true).await?;
    let new = NewPersonalAccessToken::new("nightly build", Lifetime::Days(30));
    let issued = handle.create_personal_access_token(&Presenter::signed_in(&ann), &new).await?;

    server.kill();
    assert!(handle.verify(issued.token.expose_secret()).await.is_err(), "unavailable, not unknown");
    server.restart();
    let principal = handle.verify(issued.token.expose_secret()).await?;
    println!("after the restart it authenticates {} ({:?})", principal.name(), issued.view.label);
    assert_eq!(principal.name(), "ann");
    assert!(handle.shutdown().await.error.is_none());
    Ok(())
}
