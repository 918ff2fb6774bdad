//! The store on a Redis or Valkey server, or on a cluster of them.

use std::fmt;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::AtomicU8;

use async_trait::async_trait;
use counterfoil::store::{
    Applied, Change, Cursor, FamilyParts, InsertInto, Inserted, Listing, NewRecord, NoticeMark, Page, ParentUpdate,
    Progress, Revoke, Revoked, Rotated, StoreError, TokenRecord, TokenStore,
};
use counterfoil::types::{FamilyId, KeyId, OwnerId, RecordId, Version};
use counterfoil::{Realm, Timestamp};
use redis::cluster::ClusterClient;
use redis::{Client, IntoConnectionInfo};
use tokio::sync::{Mutex, MutexGuard};
use tokio::time::timeout;

use crate::ask::lost;
use crate::check::{self, Setup};
use crate::connection::Connector;
use crate::error::SetupError;
use crate::husks::Walk;
use crate::keys::{Keys, LAYOUT, LOGGED};
use crate::narrowing_log::Homes;
use crate::options::Options;
use crate::purge::Limits;
use crate::shared_connection::SharedConnection;
use crate::wait_pool::{Replication, WaitPool};

/// A store on a Redis or Valkey server, or on a cluster. It implements all store traits: for records, clients,
/// settings, throttle counters, aliases of imported tokens, and transfers to another store.
///
/// A clone uses the same connections. Any number of stores and processes may share a server. The README of the crate
/// lists for each operation what a fail-over can lose.
#[derive(Clone)]
pub struct RedisStore(Arc<Inner>);

struct Inner {
    keys: Keys,
    connection: SharedConnection,
    wait_pool: Option<WaitPool>,
    /// One lock for each shard, for inserts that revoke old families to make room. An insert takes the lock of its
    /// shard only after another call has interfered with the insert. So the inserts of this process with which other
    /// calls have interfered run one at a time.
    rooms: Box<[Mutex<()>; 256]>,
    husks: std::sync::Mutex<Walk>,
    log_homes: Homes,
    /// The first shard that the next probe writes to.
    probed: AtomicU8,
}

impl RedisStore {
    /// Opens a store on a single node, which must be a primary. If the stored data has an older layout, upgrades it.
    /// Before such an upgrade, stop all processes that write the older layout. The README of the crate has the details.
    ///
    /// # Cancel safety
    ///
    /// If the call is dropped during an upgrade, the next call continues it.
    ///
    /// # Errors
    ///
    /// [`SetupError`] if the server cannot be reached, if its role or configuration is refused, if a newer version of
    /// this crate wrote the data, or if an upgrade fails.
    pub async fn open(node: impl IntoConnectionInfo, options: Options) -> Result<Self, SetupError> {
        options.check()?;
        Self::checked(Connector::Single(Box::new(Client::open(node)?)), options).await
    }

    /// Opens a store on a cluster. `nodes` contains some of the nodes. The client finds the others. The store never
    /// reads from replicas. If the stored data has an older layout, upgrades it, as [`open`](Self::open) does.
    ///
    /// # Errors
    ///
    /// [`SetupError`] if the cluster cannot be reached, if its configuration is refused, if a newer version of this
    /// crate wrote the data, or if an upgrade fails.
    pub async fn open_cluster<N: IntoConnectionInfo>(
        nodes: impl IntoIterator<Item = N>,
        options: Options,
    ) -> Result<Self, SetupError> {
        options.check()?;
        Self::checked(Connector::Cluster(Box::new(ClusterClient::new(nodes)?)), options).await
    }

    async fn checked(connector: Connector, options: Options) -> Result<Self, SetupError> {
        // The client uses the TLS provider that is installed for the whole process. This call installs one, unless the
        // host has already installed another.
        #[cfg(feature = "tls")]
        let _kept = rustls::crypto::ring::default_provider().install_default();
        let keys = Keys::new(&options.prefix);
        let setup =
            Setup { in_cluster: connector.is_cluster(), volatile: options.volatile, upgrades: options.upgrades };
        let layout = check::server(&connector, setup, &keys, options.deadline).await?;
        let connection = SharedConnection::new(connector, setup, options.deadline);
        let rooms = Box::new(std::array::from_fn(|_| Mutex::default()));
        let wait_pool = options.waits.map(WaitPool::new);
        let (husks, log_homes, probed) = Default::default();
        let store = Self(Arc::new(Inner { keys, connection, wait_pool, rooms, husks, log_homes, probed }));
        if layout < LAYOUT {
            store.upgrade(layout).await?;
        }
        if options.narrowing_log && options.upgrades {
            store.begin_log().await?;
        } else if options.narrowing_log && layout < LOGGED {
            return Err(SetupError::Outdated { found: layout, known: LOGGED });
        }
        Ok(store)
    }

    /// Returns how many writes waited for replicas, and with which result. All numbers are zero if the store does not
    /// wait.
    #[must_use]
    pub fn replication(&self) -> Replication {
        self.wait_pool().map(WaitPool::replication).unwrap_or_default()
    }

    /// Returns how many times the shared connection was replaced because it had been silent for three seconds.
    #[must_use]
    pub fn rebuilt(&self) -> u64 {
        self.connection().rebuilt()
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.0.keys
    }

    pub(crate) fn connection(&self) -> &SharedConnection {
        &self.0.connection
    }

    /// Waits for the lock of a shard. An insert holds this lock while the insert revokes old families to make room.
    /// Returns an error if the lock is not free within the deadline of a call. The insert has then written nothing.
    pub(crate) async fn room(&self, op: &'static str, shard: u8) -> Result<MutexGuard<'_, ()>, StoreError> {
        // There is a lock for each value of a `u8`.
        let room = &self.0.rooms[usize::from(shard)];
        timeout(self.connection().deadline(), room.lock()).await.map_err(|_| lost(op))
    }

    pub(crate) fn probed(&self) -> &AtomicU8 {
        &self.0.probed
    }

    pub(crate) fn log_homes(&self) -> &Homes {
        &self.0.log_homes
    }

    pub(crate) fn walk_of_husks(&self) -> &std::sync::Mutex<Walk> {
        &self.0.husks
    }

    pub(crate) fn wait_pool(&self) -> Option<&WaitPool> {
        self.0.wait_pool.as_ref()
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

    async fn list_families(
        &self,
        realm: &Realm,
        owner: &OwnerId,
        after: Option<&FamilyId>,
        limit: NonZeroU32,
    ) -> Result<Page<FamilyParts, FamilyId>, StoreError> {
        self.family_page(realm, owner, after, limit).await
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
