//! A store that a test can get in the way of.

use std::num::NonZeroU32;
use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::Timestamp;
use counterfoil::memory::MemoryStore;
use counterfoil::store::*;
use counterfoil::types::{KeyId, RecordId, Version};

type Answer<T> = Result<T, StoreError>;

/// A call that a test can come before.
pub enum Call<'a> {
    Apply { id: &'a RecordId, expect: Version, now: Timestamp },
    Rotate { parent: &'a RecordId, step: &'a ParentUpdate, now: Timestamp },
    Touch,
    Get,
}

/// What happens around the calls of a store.
#[async_trait]
pub trait Around: Send + Sync + 'static {
    /// An error is the call's answer, and the store is not asked.
    async fn before(&self, store: &MemoryStore, call: Call<'_>) -> Answer<()>;

    /// An error takes the place of the answer to a rotation that was made.
    fn after_rotate(&self) -> Answer<()> {
        Ok(())
    }
}

/// The memory store behind whatever a test puts around it.
pub struct Beset<A> {
    pub inner: Arc<MemoryStore>,
    pub around: A,
}

#[async_trait]
impl<A: Around> TokenStore for Beset<A> {
    async fn insert(&self, home: InsertInto<'_>, new: &[NewRecord], now: Timestamp) -> Answer<Inserted> {
        self.inner.insert(home, new, now).await
    }

    async fn get(&self, id: &RecordId) -> Answer<Option<TokenRecord>> {
        self.around.before(&self.inner, Call::Get).await?;
        self.inner.get(id).await
    }

    async fn apply(&self, id: &RecordId, expect: Version, change: &Change, now: Timestamp) -> Answer<Applied> {
        self.around.before(&self.inner, Call::Apply { id, expect, now }).await?;
        self.inner.apply(id, expect, change, now).await
    }

    async fn rotate(
        &self,
        parent: &RecordId,
        step: &ParentUpdate,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Answer<Rotated> {
        self.around.before(&self.inner, Call::Rotate { parent, step, now }).await?;
        let rotated = self.inner.rotate(parent, step, new, now).await?;
        self.around.after_rotate()?;
        Ok(rotated)
    }

    async fn revoke(
        &self,
        what: Revoke<'_>,
        revoked: Revoked,
        gone_at: Timestamp,
        limit: NonZeroU32,
    ) -> Answer<Progress> {
        self.inner.revoke(what, revoked, gone_at, limit).await
    }

    async fn touch(&self, seen: &[(RecordId, Timestamp)]) -> Answer<()> {
        self.around.before(&self.inner, Call::Touch).await?;
        self.inner.touch(seen).await
    }

    async fn list(&self, of: Listing<'_>, after: Option<&Cursor>, limit: NonZeroU32) -> Answer<Page<TokenRecord>> {
        self.inner.list(of, after, limit).await
    }

    async fn due(&self, now: Timestamp, after: Option<&Cursor>, limit: NonZeroU32) -> Answer<Page<TokenRecord>> {
        self.inner.due(now, after, limit).await
    }

    async fn claim(&self, id: &RecordId, held: NoticeMark, lease_until: Timestamp) -> Answer<Option<TokenRecord>> {
        self.inner.claim(id, held, lease_until).await
    }

    async fn settle(
        &self,
        id: &RecordId,
        held: NoticeMark,
        next: Option<NoticeMark>,
        sent: Option<(Timestamp, u8)>,
    ) -> Answer<bool> {
        self.inner.settle(id, held, next, sent).await
    }

    async fn purge(
        &self,
        now: Timestamp,
        unsent_before: Timestamp,
        windows_before: Timestamp,
        limit: NonZeroU32,
    ) -> Answer<Progress> {
        self.inner.purge(now, unsent_before, windows_before, limit).await
    }

    async fn census(&self) -> Answer<Vec<(KeyId, u64)>> {
        self.inner.census().await
    }
}
