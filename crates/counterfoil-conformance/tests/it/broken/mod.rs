//! A broken store: the reference store with one method done wrong.

use std::num::NonZeroU32;
use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::Timestamp;
use counterfoil::store::{
    Applied, Change, Cursor, InsertInto, Inserted, Listing, NewRecord, NoticeMark, Page, ParentUpdate, Progress,
    Revoke, Revoked, Rotated, StoreError, TokenRecord, TokenStore, check_insert, check_rotate,
};
use counterfoil::types::{KeyId, RecordId, Version};
use counterfoil_conformance::{Fixture, ReferenceStore, Store};

pub(crate) mod blind;
pub(crate) mod bounds;
pub(crate) mod changes;
pub(crate) mod halves;
pub(crate) mod handle_lock;
pub(crate) mod inserts;
pub(crate) mod keeping;
pub(crate) mod keyed;
pub(crate) mod notices;
pub(crate) mod paces;
pub(crate) mod pages;
pub(crate) mod planted;
pub(crate) mod purges;
pub(crate) mod raced;
pub(crate) mod revokes;
pub(crate) mod room;
pub(crate) mod rotates;
pub(crate) mod states;

type Said<T> = Result<T, StoreError>;

/// What is done wrong; what is not overridden is done right.
#[async_trait]
pub(crate) trait Flaw: Send + Sync + 'static {
    /// Whether it asks the core first what contradicts itself.
    fn checks_requests(&self) -> bool {
        true
    }
    async fn insert(
        &self,
        inner: &ReferenceStore,
        home: InsertInto<'_>,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Said<Inserted> {
        inner.insert(home, new, now).await
    }
    async fn get(&self, inner: &ReferenceStore, id: &RecordId) -> Said<Option<TokenRecord>> {
        inner.get(id).await
    }
    async fn apply(
        &self,
        inner: &ReferenceStore,
        id: &RecordId,
        expect: Version,
        change: &Change,
        now: Timestamp,
    ) -> Said<Applied> {
        inner.apply(id, expect, change, now).await
    }
    async fn rotate(
        &self,
        inner: &ReferenceStore,
        parent: &RecordId,
        step: &ParentUpdate,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Said<Rotated> {
        inner.rotate(parent, step, new, now).await
    }
    async fn revoke(
        &self,
        inner: &ReferenceStore,
        what: Revoke<'_>,
        revoked: Revoked,
        gone_at: Timestamp,
        limit: NonZeroU32,
    ) -> Said<Progress> {
        inner.revoke(what, revoked, gone_at, limit).await
    }
    async fn touch(&self, inner: &ReferenceStore, seen: &[(RecordId, Timestamp)]) -> Said<()> {
        inner.touch(seen).await
    }
    async fn list(
        &self,
        inner: &ReferenceStore,
        of: Listing<'_>,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Said<Page<TokenRecord>> {
        inner.list(of, after, limit).await
    }
    async fn due(
        &self,
        inner: &ReferenceStore,
        now: Timestamp,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Said<Page<TokenRecord>> {
        inner.due(now, after, limit).await
    }
    async fn claim(
        &self,
        inner: &ReferenceStore,
        id: &RecordId,
        held: NoticeMark,
        until: Timestamp,
    ) -> Said<Option<TokenRecord>> {
        inner.claim(id, held, until).await
    }
    async fn settle(
        &self,
        inner: &ReferenceStore,
        id: &RecordId,
        held: NoticeMark,
        next: Option<NoticeMark>,
        sent: Option<(Timestamp, u8)>,
    ) -> Said<bool> {
        inner.settle(id, held, next, sent).await
    }
    async fn purge(
        &self,
        inner: &ReferenceStore,
        now: Timestamp,
        unsent: Timestamp,
        windows: Timestamp,
        limit: NonZeroU32,
    ) -> Said<Progress> {
        inner.purge(now, unsent, windows, limit).await
    }
}

/// The reference store with that flaw.
pub(crate) struct Broken {
    pub inner: Arc<ReferenceStore>,
    pub flaw: Arc<dyn Flaw>,
}

#[async_trait]
impl TokenStore for Broken {
    async fn insert(&self, home: InsertInto<'_>, new: &[NewRecord], now: Timestamp) -> Said<Inserted> {
        if self.flaw.checks_requests() {
            check_insert(home, new)?;
        }
        self.flaw.insert(&self.inner, home, new, now).await
    }
    async fn get(&self, id: &RecordId) -> Said<Option<TokenRecord>> {
        self.flaw.get(&self.inner, id).await
    }
    async fn apply(&self, id: &RecordId, expect: Version, change: &Change, now: Timestamp) -> Said<Applied> {
        self.flaw.apply(&self.inner, id, expect, change, now).await
    }
    async fn rotate(&self, parent: &RecordId, step: &ParentUpdate, new: &[NewRecord], now: Timestamp) -> Said<Rotated> {
        if self.flaw.checks_requests() {
            let _successor = check_rotate(parent, step, new)?;
        }
        self.flaw.rotate(&self.inner, parent, step, new, now).await
    }
    async fn revoke(
        &self,
        what: Revoke<'_>,
        revoked: Revoked,
        gone_at: Timestamp,
        limit: NonZeroU32,
    ) -> Said<Progress> {
        self.flaw.revoke(&self.inner, what, revoked, gone_at, limit).await
    }
    async fn touch(&self, seen: &[(RecordId, Timestamp)]) -> Said<()> {
        self.flaw.touch(&self.inner, seen).await
    }
    async fn list(&self, of: Listing<'_>, after: Option<&Cursor>, limit: NonZeroU32) -> Said<Page<TokenRecord>> {
        self.flaw.list(&self.inner, of, after, limit).await
    }
    async fn due(&self, now: Timestamp, after: Option<&Cursor>, limit: NonZeroU32) -> Said<Page<TokenRecord>> {
        self.flaw.due(&self.inner, now, after, limit).await
    }
    async fn claim(&self, id: &RecordId, held: NoticeMark, until: Timestamp) -> Said<Option<TokenRecord>> {
        self.flaw.claim(&self.inner, id, held, until).await
    }
    async fn settle(
        &self,
        id: &RecordId,
        held: NoticeMark,
        next: Option<NoticeMark>,
        sent: Option<(Timestamp, u8)>,
    ) -> Said<bool> {
        self.flaw.settle(&self.inner, id, held, next, sent).await
    }
    async fn purge(&self, now: Timestamp, unsent: Timestamp, windows: Timestamp, limit: NonZeroU32) -> Said<Progress> {
        self.flaw.purge(&self.inner, now, unsent, windows, limit).await
    }
    async fn census(&self) -> Said<Vec<(KeyId, u64)>> {
        self.inner.census().await
    }
}

/// Makes handles with one flaw each: what a flaw remembers is its handle's, and the reference store behind is the
/// database.
pub(crate) struct Bench(pub fn() -> Arc<dyn Flaw>);

#[async_trait]
impl Fixture for Bench {
    type Database = Arc<ReferenceStore>;

    async fn create(&self) -> Arc<ReferenceStore> {
        Arc::new(ReferenceStore::new())
    }

    async fn open(&self, database: &Arc<ReferenceStore>) -> Store {
        Arc::new(Broken { inner: Arc::clone(database), flaw: (self.0)() })
    }
}
