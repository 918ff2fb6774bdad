//! The store, which keeps all data in a key-value engine.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::store::{
    Applied, Change, Cursor, FamilyParts, InsertInto, Inserted, Listing, NewRecord, NoticeMark, Page,
    ParentUpdate as Asked, Progress, Revoke, Revoked, Rotated, StoreError, TokenRecord, TokenStore, check_insert,
    check_rotate,
};
use counterfoil::types::{FamilyId, KeyId, OwnerId, RecordId, Version};
use counterfoil::{Realm, Timestamp};

use crate::apply::Apply;
use crate::engine::Engine;
use crate::insert::Insert;
use crate::list;
use crate::list_families::list_families;
use crate::notice::{Claim, Settle, Touch};
use crate::purge::{self, Limits};
use crate::revoke::{self, Ending};
use crate::rotate::Rotate;
use crate::setup::{self, SetupError};
use crate::step::{Step, after_a_part, carry_out};
use crate::upgrade::UPGRADES;

/// The maximum number of records that `touch` writes in one step.
const TOUCHED: usize = 32;

/// A store of records, clients, settings, throttle counters and aliases of imported tokens, in one key-value engine. A
/// clone is another handle to the same data.
///
/// ```
/// # futures_executor::block_on(async {
/// use counterfoil_kv::{KvStore, MemoryEngine};
///
/// let store = KvStore::open(MemoryEngine::default()).await?;
/// # drop(store);
/// # Ok::<_, counterfoil_kv::SetupError>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct KvStore {
    pub(crate) engine: Arc<dyn Engine>,
}

impl KvStore {
    /// Opens the store whose data is in this engine. If the engine contains no layout version, writes the current one.
    /// If the data has an older layout, upgrades it in place. If this call is interrupted, the next call continues the
    /// upgrade.
    ///
    /// # Errors
    ///
    /// [`SetupError`] if a newer version of this crate wrote the data, if the data is not a store of this crate, or if
    /// the engine fails.
    pub async fn open(engine: impl Engine) -> Result<Self, SetupError> {
        setup::check(&engine, UPGRADES).await?;
        Ok(Self { engine: Arc::new(engine) })
    }

    /// Opens the store whose data is in this engine, but only if the data has the current layout. Opening writes
    /// nothing, which suits a program that only reads.
    ///
    /// # Errors
    ///
    /// [`SetupError`] for the same reasons as in [`open`](Self::open). In addition, [`SetupError::Outdated`] if the
    /// engine contains no layout version or an older one.
    pub async fn open_unchanged(engine: impl Engine) -> Result<Self, SetupError> {
        setup::check_unchanged(&engine).await?;
        Ok(Self { engine: Arc::new(engine) })
    }
}

impl fmt::Debug for KvStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KvStore").finish_non_exhaustive()
    }
}

#[async_trait]
impl TokenStore for KvStore {
    async fn insert(&self, home: InsertInto<'_>, new: &[NewRecord], now: Timestamp) -> Result<Inserted, StoreError> {
        check_insert(home, new)?;
        carry_out(&*self.engine, "insert", &Insert { home, new, now }).await
    }

    async fn get(&self, id: &RecordId) -> Result<Option<TokenRecord>, StoreError> {
        let mut step = Step::new(&*self.engine, "get");
        step.pair(id).await?.map(|pair| pair.joined()).transpose()
    }

    async fn apply(
        &self,
        id: &RecordId,
        expect: Version,
        change: &Change,
        now: Timestamp,
    ) -> Result<Applied, StoreError> {
        carry_out(&*self.engine, "apply", &Apply { id, expect, change, now }).await
    }

    async fn rotate(
        &self,
        parent: &RecordId,
        step: &Asked,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Result<Rotated, StoreError> {
        let successor = check_rotate(parent, step, new)?;
        carry_out(&*self.engine, "rotate", &Rotate { parent, step, new, successor, now }).await
    }

    async fn revoke(
        &self,
        what: Revoke<'_>,
        revoked: Revoked,
        gone_at: Timestamp,
        limit: NonZeroU32,
    ) -> Result<Progress, StoreError> {
        revoke::revoke(&*self.engine, what, Ending { revoked, gone_at }, limit).await
    }

    async fn touch(&self, seen: &[(RecordId, Timestamp)]) -> Result<(), StoreError> {
        let mut latest = BTreeMap::new();
        for (id, at) in seen {
            let kept = latest.entry(*id).or_insert(*at);
            *kept = (*kept).max(*at);
        }
        let latest: Vec<_> = latest.into_iter().collect();
        for (batch, some) in latest.chunks(TOUCHED).enumerate() {
            let touched = carry_out(&*self.engine, "touch", &Touch(some)).await;
            touched.map_err(|error| after_a_part(error, batch > 0))?;
        }
        Ok(())
    }

    async fn list(
        &self,
        of: Listing<'_>,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<TokenRecord>, StoreError> {
        list::list(&*self.engine, of, after, limit).await
    }

    async fn list_families(
        &self,
        realm: &Realm,
        owner: &OwnerId,
        after: Option<&FamilyId>,
        limit: NonZeroU32,
    ) -> Result<Page<FamilyParts, FamilyId>, StoreError> {
        list_families(&*self.engine, realm, owner, after, limit).await
    }

    async fn due(
        &self,
        now: Timestamp,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<TokenRecord>, StoreError> {
        list::due(&*self.engine, now, after, limit).await
    }

    async fn claim(
        &self,
        id: &RecordId,
        held: NoticeMark,
        lease_until: Timestamp,
    ) -> Result<Option<TokenRecord>, StoreError> {
        carry_out(&*self.engine, "claim", &Claim { id, held, lease_until }).await
    }

    async fn settle(
        &self,
        id: &RecordId,
        held: NoticeMark,
        next: Option<NoticeMark>,
        sent: Option<(Timestamp, u8)>,
    ) -> Result<bool, StoreError> {
        carry_out(&*self.engine, "settle", &Settle { id, held, next, sent }).await
    }

    async fn purge(
        &self,
        now: Timestamp,
        unsent_before: Timestamp,
        windows_before: Timestamp,
        limit: NonZeroU32,
    ) -> Result<Progress, StoreError> {
        purge::purge(&*self.engine, Limits { now, unsent_before, windows_before }, limit).await
    }

    async fn census(&self) -> Result<Vec<(KeyId, u64)>, StoreError> {
        list::census(&*self.engine).await
    }
}
