//! A `TokenStore` of a host's own. It wraps another store and records each call, as a host could do for its metrics.
//!
//! The example shows the thirteen methods of the trait that have no default. It leaves out a real store, which
//! must satisfy every clause of the store contract.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};

use counterfoil::memory::{MemoryDirectory, MemoryStore};
use counterfoil::store::*;
use counterfoil::types::{FamilyId, KeyId, OwnerId, RecordId, Version};
use counterfoil::*;
use futures_executor::block_on;

type Answer<T> = Result<T, StoreError>;
type Sent = Option<(Timestamp, u8)>;

struct Noted(Arc<MemoryStore>, Mutex<Vec<&'static str>>);

impl Noted {
    fn on(&self, method: &'static str) -> &MemoryStore {
        self.1.lock().map(|mut calls| calls.push(method)).ok();
        &self.0
    }
}

#[async_trait::async_trait]
impl TokenStore for Noted {
    async fn insert(&self, home: InsertInto<'_>, new: &[NewRecord], now: Timestamp) -> Answer<Inserted> {
        self.on("insert").insert(home, new, now).await
    }
    async fn get(&self, id: &RecordId) -> Answer<Option<TokenRecord>> {
        self.on("get").get(id).await
    }
    async fn apply(&self, id: &RecordId, expect: Version, change: &Change, now: Timestamp) -> Answer<Applied> {
        self.on("apply").apply(id, expect, change, now).await
    }
    async fn rotate(
        &self,
        parent: &RecordId,
        step: &ParentUpdate,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Answer<Rotated> {
        self.on("rotate").rotate(parent, step, new, now).await
    }
    async fn revoke(&self, what: Revoke<'_>, how: Revoked, gone_at: Timestamp, limit: NonZeroU32) -> Answer<Progress> {
        self.on("revoke").revoke(what, how, gone_at, limit).await
    }
    async fn touch(&self, seen: &[(RecordId, Timestamp)]) -> Answer<()> {
        self.on("touch").touch(seen).await
    }
    async fn list(&self, of: Listing<'_>, after: Option<&Cursor>, limit: NonZeroU32) -> Answer<Page<TokenRecord>> {
        self.on("list").list(of, after, limit).await
    }
    async fn list_families(
        &self,
        realm: &Realm,
        owner: &OwnerId,
        after: Option<&FamilyId>,
        limit: NonZeroU32,
    ) -> Answer<Page<FamilyParts, FamilyId>> {
        self.on("list_families").list_families(realm, owner, after, limit).await
    }
    async fn due(&self, now: Timestamp, after: Option<&Cursor>, limit: NonZeroU32) -> Answer<Page<TokenRecord>> {
        self.on("due").due(now, after, limit).await
    }
    async fn claim(&self, id: &RecordId, held: NoticeMark, until: Timestamp) -> Answer<Option<TokenRecord>> {
        self.on("claim").claim(id, held, until).await
    }
    async fn settle(&self, id: &RecordId, held: NoticeMark, next: Option<NoticeMark>, sent: Sent) -> Answer<bool> {
        self.on("settle").settle(id, held, next, sent).await
    }
    async fn purge(
        &self,
        now: Timestamp,
        unsent: Timestamp,
        windows: Timestamp,
        limit: NonZeroU32,
    ) -> Answer<Progress> {
        self.on("purge").purge(now, unsent, windows, limit).await
    }
    async fn census(&self) -> Answer<Vec<(KeyId, u64)>> {
        self.on("census").census().await
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let people = Arc::new(MemoryDirectory::default());
    let ivan = Account::new(SubjectId::new("7")?, "ivan", Role::Member);
    people.insert(ivan.clone(), &["ivan"], "ivan");
    let store = Arc::new(MemoryStore::default());
    let noted = Arc::new(Noted(store.clone(), Mutex::default()));
    let builder = Counterfoil::builder().token_store(noted.clone()).client_store(store.clone());
    let builder = builder.settings_store(store.clone()).throttle(store).directory(people);
    let counterfoil = builder.key_ring(KeyRing::generate_from_system()?).build()?;
    let session = block_on(counterfoil.open_session_for(&ivan))?;
    let who = block_on(counterfoil.verify_session(session.token.expose_secret()))?;
    assert_eq!(*noted.1.lock().map_err(|_| "poisoned")?, ["insert", "get"]);
    println!("{} is signed in: one write to open a session, one read to verify it", who.name());
    Ok(())
}
