//! The store on a Redis or Valkey server, or on a cluster of them.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::AtomicU8;

use async_trait::async_trait;
use counterfoil::Timestamp;
use counterfoil::store::{
    Applied, Change, Cursor, InsertInto, Inserted, Listing, NewRecord, NoticeMark, Page, ParentUpdate, Progress,
    Revoke, Revoked, Rotated, StoreError, TokenRecord, TokenStore,
};
use counterfoil::types::{KeyId, RecordId, Version};
use redis::cluster::ClusterClient;
use redis::{Client, IntoConnectionInfo};
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::timeout;

use crate::ask::lost;
use crate::check::{self, Setup};
use crate::conn::Door;
use crate::error::SetupError;
use crate::husks::Walk;
use crate::keys::{Keys, LAYOUT};
use crate::lanes::{Lanes, Replication};
use crate::link::Link;
use crate::options::Options;
use crate::purge::Limits;

/// Records, clients, settings and counters on a Redis or Valkey server, or on a cluster, all four stores in one.
///
/// A clone is the same store. Several stores of any number of processes may share a server. What a fail-over can lose is said in the crate's
/// documentation, operation by operation.
#[derive(Clone)]
pub struct RedisStore(Arc<Inner>);

struct Inner {
    keys: Keys,
    link: Link,
    lanes: Option<Lanes>,
    /// Held by the insert of this process that makes room in that shard.
    rooms: Vec<Mutex<()>>,
    husks: std::sync::Mutex<Walk>,
    /// The shard where the next probe begins.
    probed: AtomicU8,
}

impl RedisStore {
    /// A store on a single node, which must be a primary. What an older layout left is upgraded first: stop the nodes
    /// that write it before (the crate's documentation says more).
    ///
    /// # Cancel safety
    ///
    /// An upgrade that is dropped is gone on with by the next call.
    ///
    /// # Errors
    ///
    /// [`SetupError`], where the server cannot be asked too.
    pub async fn open(node: impl IntoConnectionInfo, options: Options) -> Result<Self, SetupError> {
        options.check()?;
        Self::checked(Door::Single(Box::new(Client::open(node)?)), options).await
    }

    /// A store on a cluster, found by some of its nodes. Nothing is ever read from a replica. An older layout is
    /// upgraded as [`open`](Self::open) does.
    ///
    /// # Errors
    ///
    /// [`SetupError`], where the cluster cannot be asked too.
    pub async fn open_cluster<N: IntoConnectionInfo>(
        nodes: impl IntoIterator<Item = N>,
        options: Options,
    ) -> Result<Self, SetupError> {
        options.check()?;
        Self::checked(Door::Cluster(Box::new(ClusterClient::new(nodes)?)), options).await
    }

    async fn checked(door: Door, options: Options) -> Result<Self, SetupError> {
        // The client looks for the process's provider. A host that has one keeps it.
        #[cfg(feature = "tls")]
        let _kept = rustls::crypto::ring::default_provider().install_default();
        let keys = Keys::new(&options.prefix);
        let setup = Setup { in_cluster: door.is_cluster(), volatile: options.volatile };
        let layout = check::server(&door, setup, &keys, options.deadline).await?;
        let link = Link::new(door, setup, options.deadline);
        let rooms = (0..=u8::MAX).map(|_| Mutex::default()).collect();
        let lanes = options.waits.map(Lanes::new);
        let (husks, probed) = Default::default();
        let store = Self(Arc::new(Inner { keys, link, lanes, rooms, husks, probed }));
        if layout < LAYOUT {
            store.upgrade(layout).await?;
        }
        Ok(store)
    }

    /// What waiting for replicas has come to; nothing where the store does not wait.
    #[must_use]
    pub fn replication(&self) -> Replication {
        self.lanes().map(Lanes::replication).unwrap_or_default()
    }

    /// How often the watch has found the connection silent for three seconds and built a new one.
    #[must_use]
    pub fn rebuilt(&self) -> u64 {
        self.link().rebuilt()
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.0.keys
    }

    pub(crate) fn link(&self) -> &Link {
        &self.0.link
    }

    /// The right to make room in that shard. A call that does not get it in time has written nothing.
    pub(crate) async fn room(&self, op: &'static str, shard: u8) -> Result<Option<MutexGuard<'_, ()>>, StoreError> {
        let Some(room) = self.0.rooms.get(usize::from(shard)) else { return Ok(None) };
        timeout(self.link().deadline(), room.lock()).await.map(Some).map_err(|_| lost(op))
    }

    pub(crate) fn probed(&self) -> &AtomicU8 {
        &self.0.probed
    }

    pub(crate) fn walk_of_husks(&self) -> &std::sync::Mutex<Walk> {
        &self.0.husks
    }

    pub(crate) fn lanes(&self) -> Option<&Lanes> {
        self.0.lanes.as_ref()
    }
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisStore").finish_non_exhaustive()
    }
}

#[async_trait]
impl TokenStore for RedisStore {
    async fn insert(&self, home: InsertInto<'_>, new: &[NewRecord], now: Timestamp) -> Result<Inserted, StoreError> {
        self.insert_all(home, new, now).await
    }

    async fn get(&self, id: &RecordId) -> Result<Option<TokenRecord>, StoreError> {
        self.pair("get", id).await
    }

    async fn apply(
        &self,
        id: &RecordId,
        expect: Version,
        change: &Change,
        now: Timestamp,
    ) -> Result<Applied, StoreError> {
        self.apply_change(id, expect, change, now).await
    }

    async fn rotate(
        &self,
        parent: &RecordId,
        step: &ParentUpdate,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Result<Rotated, StoreError> {
        self.rotate_step(parent, step, new, now).await
    }

    async fn revoke(
        &self,
        what: Revoke<'_>,
        revoked: Revoked,
        gone_at: Timestamp,
        limit: NonZeroU32,
    ) -> Result<Progress, StoreError> {
        self.revoke_what(what, revoked, gone_at, limit).await
    }

    async fn touch(&self, seen: &[(RecordId, Timestamp)]) -> Result<(), StoreError> {
        self.touch_all(seen).await
    }

    async fn list(
        &self,
        of: Listing<'_>,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<TokenRecord>, StoreError> {
        self.list_page(of, after, limit).await
    }

    async fn due(
        &self,
        now: Timestamp,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<TokenRecord>, StoreError> {
        self.due_page(now, after, limit).await
    }

    async fn claim(
        &self,
        id: &RecordId,
        held: NoticeMark,
        lease_until: Timestamp,
    ) -> Result<Option<TokenRecord>, StoreError> {
        self.claim_notice(id, held, lease_until).await
    }

    async fn settle(
        &self,
        id: &RecordId,
        held: NoticeMark,
        next: Option<NoticeMark>,
        sent: Option<(Timestamp, u8)>,
    ) -> Result<bool, StoreError> {
        self.settle_notice(id, held, next, sent).await
    }

    async fn purge(
        &self,
        now: Timestamp,
        unsent_before: Timestamp,
        windows_before: Timestamp,
        limit: NonZeroU32,
    ) -> Result<Progress, StoreError> {
        self.purge_batch(Limits { now, unsent_before, windows_before }, limit).await
    }

    async fn census(&self) -> Result<Vec<(KeyId, u64)>, StoreError> {
        self.count_keys().await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        self.probe_writes().await
    }
}
