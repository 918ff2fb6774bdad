//! A token store that consists of the reference model and a mutex.

use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;
use counterfoil::store::{
    Applied, Change, Cursor, FamilyParts, InsertInto, Inserted, Listing, Look, NewRecord, NoticeMark, Page,
    ParentUpdate, Progress, Revoke, Revoked, Rotated, StoreError, TokenRecord, TokenStore, check_insert, check_rotate,
};
use counterfoil::types::{FamilyId, KeyId, OwnerId, RecordId, Version};
use counterfoil::{Realm, Timestamp};

use super::Model;

/// A token store that consists of the reference model and a mutex. It is correct, but too slow for use outside of
/// tests.
#[derive(Debug, Default)]
pub struct ReferenceStore {
    model: Mutex<Model>,
    down: Mutex<bool>,
}

impl ReferenceStore {
    /// Makes an empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Locks the model and calls `step` with it. No other call runs at the same time.
    pub fn with<T>(&self, step: impl FnOnce(&mut Model) -> T) -> T {
        step(&mut self.model.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Simulates an outage. If `down` is true, every later call returns `Unavailable`. If it is false, later calls are
    /// answered again.
    pub fn set_down(&self, down: bool) {
        *self.down.lock().unwrap_or_else(PoisonError::into_inner) = down;
    }

    fn step<T>(&self, op: &'static str, step: impl FnOnce(&mut Model) -> T) -> Result<T, StoreError> {
        if *self.down.lock().unwrap_or_else(PoisonError::into_inner) {
            return Err(StoreError::unavailable(op));
        }
        Ok(self.with(step))
    }
}

fn count(limit: NonZeroU32) -> usize {
    usize::try_from(limit.get()).unwrap_or(usize::MAX)
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl TokenStore for ReferenceStore {
    fn try_read(&self, id: &RecordId, look: &mut Look<'_>) -> bool {
        let found = self.step("try_read", |model| model.get(id)).and_then(|found| found);
        found.map(|found| look(found.as_ref().map(TokenRecord::view))).is_ok()
    }

    async fn insert(&self, home: InsertInto<'_>, new: &[NewRecord], now: Timestamp) -> Result<Inserted, StoreError> {
        check_insert(home, new)?;
        self.step("insert", |model| {
            model.check_home(home, new)?;
            Ok(model.insert(home, new, now))
        })?
    }

    async fn get(&self, id: &RecordId) -> Result<Option<TokenRecord>, StoreError> {
        self.step("get", |model| model.get(id))?
    }

    async fn apply(
        &self,
        id: &RecordId,
        expect: Version,
        change: &Change,
        now: Timestamp,
    ) -> Result<Applied, StoreError> {
        self.step("apply", |model| model.apply(id, expect, change, now))?
    }

    async fn rotate(
        &self,
        parent: &RecordId,
        step: &ParentUpdate,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Result<Rotated, StoreError> {
        check_rotate(parent, step, new)?;
        self.step("rotate", |model| {
            model.check_parent(parent, step, new)?;
            model.rotate(parent, step, new, now)
        })?
    }

    async fn revoke(
        &self,
        what: Revoke<'_>,
        revoked: Revoked,
        gone_at: Timestamp,
        limit: NonZeroU32,
    ) -> Result<Progress, StoreError> {
        let (changed, more) = self.step("revoke", |model| model.revoke(what, revoked, gone_at, limit.get()))?;
        Ok(Progress { changed, more })
    }

    async fn touch(&self, seen: &[(RecordId, Timestamp)]) -> Result<(), StoreError> {
        self.step("touch", |model| model.touch(seen))
    }

    async fn list(
        &self,
        of: Listing<'_>,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<TokenRecord>, StoreError> {
        self.step("list", |model| model.list(of, after, count(limit)))
    }

    async fn list_families(
        &self,
        realm: &Realm,
        owner: &OwnerId,
        after: Option<&FamilyId>,
        limit: NonZeroU32,
    ) -> Result<Page<FamilyParts, FamilyId>, StoreError> {
        self.step("list_families", |model| model.list_families(realm, owner, after, count(limit)))
    }

    async fn due(
        &self,
        now: Timestamp,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<TokenRecord>, StoreError> {
        self.step("due", |model| model.due(now, after, count(limit)))
    }

    async fn claim(
        &self,
        id: &RecordId,
        held: NoticeMark,
        lease_until: Timestamp,
    ) -> Result<Option<TokenRecord>, StoreError> {
        self.step("claim", |model| model.claim(id, held, lease_until))?
    }

    async fn settle(
        &self,
        id: &RecordId,
        held: NoticeMark,
        next: Option<NoticeMark>,
        sent: Option<(Timestamp, u8)>,
    ) -> Result<bool, StoreError> {
        self.step("settle", |model| model.settle(id, held, next, sent))?
    }

    async fn purge(
        &self,
        now: Timestamp,
        unsent_before: Timestamp,
        windows_before: Timestamp,
        limit: NonZeroU32,
    ) -> Result<Progress, StoreError> {
        let (changed, more) =
            self.step("purge", |model| model.purge(now, unsent_before, windows_before, count(limit)))?;
        Ok(Progress { changed, more })
    }

    async fn census(&self) -> Result<Vec<(KeyId, u64)>, StoreError> {
        self.step("census", |model| model.census())
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.step("probe", |_| ())
    }
}
