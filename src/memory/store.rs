//! The memory store: reads without a lock, and the methods of the store contract.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};

use async_trait::async_trait;

use super::aliases::Aliases;
use super::clients::Clients;
use super::indexes::Indexes;
use super::purge::Limits;
use super::settings::RealmSettings;
use super::table::{Glance, Table};
use super::throttle::Counters;
use super::write::Writer;
use crate::record::family::FamilyParts;
use crate::record::record_parts::NewRecord;
use crate::record::record_ref::{Look, RecordRef};
use crate::record::state::{NoticeMark, Revoked};
use crate::record::token_record::{Corrupt, TokenRecord};
use crate::store::change::{Applied, Change, ParentUpdate, Revoke, Rotated};
use crate::store::error::StoreError;
use crate::store::insert::{InsertInto, Inserted};
use crate::store::listing::{Listing, Progress};
use crate::store::page::{Cursor, Page};
use crate::store::request::{check_insert, check_rotate};
use crate::store::token_store::TokenStore;
use crate::types::ids::{FamilyId, KeyId, OwnerId, RecordId, Version};
use crate::types::realm::Realm;
use crate::types::time::Timestamp;

/// A store in memory for records, clients, settings, counters and aliases of one process. The content is lost when the
/// process ends.
///
/// A read by id takes no lock and uses no shared reference count. Writes run one at a time. A call waits at most a few
/// microseconds for other calls, so every future is ready at its first poll. A future that is dropped before its first
/// poll has no effect (clause 25 of the store contract).
///
/// ```
/// use std::sync::Arc;
///
/// use counterfoil::memory::MemoryStore;
/// use counterfoil::store::TokenStore;
///
/// let store: Arc<dyn TokenStore> = Arc::new(MemoryStore::default());
/// # drop(store);
/// ```
#[derive(Default)]
pub struct MemoryStore {
    table: Table,
    indexes: Mutex<Indexes>,
    pub(super) clients: Clients,
    pub(super) settings: RealmSettings,
    pub(super) counters: Counters,
    pub(super) aliases: Aliases,
}

/// The number of times that a reader tries to read without a lock. After that, `get` waits for the writer's lock. A
/// write normally publishes all its parts before the last try. It can take longer if the operating system suspends the
/// writing thread.
const LOOKS: u32 = 64;

/// Defines a point at which tests can pause a call. The macro is empty in other builds.
macro_rules! backend_call {
    () => {
        #[cfg(any(test, feature = "test-util"))]
        crate::store::backend_call::backend_call().await;
    };
}

impl MemoryStore {
    pub(super) fn write(&self) -> Writer<'_> {
        Writer { table: &self.table, indexes: self.indexes.lock().unwrap_or_else(PoisonError::into_inner) }
    }

    /// Reads a record without a lock. If a write interferes, tries again, with at most [`LOOKS`] tries. Calls `look` as
    /// [`Table::glance`] does.
    #[inline]
    fn unlocked<T>(&self, id: &RecordId, mut look: impl FnMut(Option<RecordRef<'_>>) -> T) -> Glance<T> {
        for _ in 0..LOOKS {
            match self.table.glance(id, &mut look) {
                Glance::Torn => std::hint::spin_loop(),
                answer => return answer,
            }
        }
        Glance::Torn
    }

    /// Reads a record without a lock, if no write interferes. Otherwise reads it under the lock. Calls `look` as
    /// [`Table::glance`] does, and returns its result.
    fn read<T>(&self, id: &RecordId, mut look: impl FnMut(Option<RecordRef<'_>>) -> T) -> Result<T, Corrupt> {
        let answer = match self.unlocked(id, &mut look) {
            Glance::Torn => self.write().table.glance(id, look),
            answer => answer,
        };
        match answer {
            Glance::Seen(seen) => Ok(seen),
            Glance::Corrupt(corrupt) => Err(corrupt),
            // The lock excludes writes, so a record and a family that still do not match are corrupt.
            Glance::Torn => Err(Corrupt::Family),
        }
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

#[async_trait]
impl TokenStore for MemoryStore {
    async fn insert(&self, home: InsertInto<'_>, new: &[NewRecord], now: Timestamp) -> Result<Inserted, StoreError> {
        check_insert(home, new)?;
        backend_call!();
        self.write().insert(home, new, now)
    }

    async fn get(&self, id: &RecordId) -> Result<Option<TokenRecord>, StoreError> {
        backend_call!();
        self.read(id, |record| record.map(RecordRef::to_record))
            .map_err(|corrupt| StoreError::corrupt(Some(*id), corrupt))
    }

    /// Reads without a lock, so `look` never runs under a lock. If a write is still in progress after the last try, or
    /// the record is corrupt, returns `false`. The caller then uses `get`, which waits for the write or reports the
    /// record.
    #[inline]
    fn try_read(&self, id: &RecordId, look: &mut Look<'_>) -> bool {
        matches!(self.unlocked(id, look), Glance::Seen(()))
    }

    async fn apply(
        &self,
        id: &RecordId,
        expect: Version,
        change: &Change,
        now: Timestamp,
    ) -> Result<Applied, StoreError> {
        backend_call!();
        self.write().apply(id, expect, change, now)
    }

    async fn rotate(
        &self,
        parent: &RecordId,
        step: &ParentUpdate,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Result<Rotated, StoreError> {
        let successor = check_rotate(parent, step, new)?;
        backend_call!();
        self.write().rotate(parent, step, new, successor, now)
    }

    async fn revoke(
        &self,
        what: Revoke<'_>,
        revoked: Revoked,
        gone_at: Timestamp,
        limit: NonZeroU32,
    ) -> Result<Progress, StoreError> {
        backend_call!();
        Ok(self.write().revoke(what, revoked, gone_at, limit))
    }

    /// Takes the lock once per record, so that a large batch does not block other writers for long.
    async fn touch(&self, seen: &[(RecordId, Timestamp)]) -> Result<(), StoreError> {
        for (id, at) in seen {
            backend_call!();
            self.write().touch(id, *at);
        }
        Ok(())
    }

    async fn list(
        &self,
        of: Listing<'_>,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<TokenRecord>, StoreError> {
        backend_call!();
        Ok(self.write().list(of, after, limit))
    }

    async fn list_families(
        &self,
        realm: &Realm,
        owner: &OwnerId,
        after: Option<&FamilyId>,
        limit: NonZeroU32,
    ) -> Result<Page<FamilyParts, FamilyId>, StoreError> {
        backend_call!();
        Ok(self.write().list_families(realm, owner, after, limit))
    }

    async fn due(
        &self,
        now: Timestamp,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<TokenRecord>, StoreError> {
        backend_call!();
        Ok(self.write().due(now, after, limit))
    }

    async fn claim(
        &self,
        id: &RecordId,
        held: NoticeMark,
        lease_until: Timestamp,
    ) -> Result<Option<TokenRecord>, StoreError> {
        backend_call!();
        self.write().claim(id, held, lease_until)
    }

    async fn settle(
        &self,
        id: &RecordId,
        held: NoticeMark,
        next: Option<NoticeMark>,
        sent: Option<(Timestamp, u8)>,
    ) -> Result<bool, StoreError> {
        backend_call!();
        Ok(self.write().settle(id, held, next, sent))
    }

    async fn purge(
        &self,
        now: Timestamp,
        unsent_before: Timestamp,
        windows_before: Timestamp,
        limit: NonZeroU32,
    ) -> Result<Progress, StoreError> {
        backend_call!();
        Ok(self.write().purge(Limits { now, unsent_before, windows_before }, limit))
    }

    /// Counts without the lock, so the result does not always include concurrent writes.
    async fn census(&self) -> Result<Vec<(KeyId, u64)>, StoreError> {
        backend_call!();
        let mut counts = BTreeMap::new();
        self.table.each_key(|key| *counts.entry(key).or_insert(0) += 1);
        Ok(counts.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::*;
    use super::MemoryStore;

    #[test]
    fn debug_tells_nothing_of_what_is_kept() {
        let store = MemoryStore::default();
        found(&store, 1);
        assert_eq!(format!("{store:?}"), "MemoryStore { .. }");
    }

    #[test]
    fn a_thread_that_died_holding_the_lock_does_not_end_the_store() {
        let store = MemoryStore::default();
        found(&store, 1);
        let died = std::thread::scope(|scope| {
            let holder = scope.spawn(|| {
                let _held = store.write();
                panic!("on purpose");
            });
            holder.join().is_err()
        });
        assert!(died && revoke_family(&store, 1, 5).changed == 1);
    }
}
