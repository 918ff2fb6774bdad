//! Tests whether the servers accept writes.

use std::sync::atomic::Ordering;

use counterfoil::store::StoreError;
use futures_util::future::join_all;

use crate::shared_connection::Does;
use crate::store::RedisStore;

const OP: &str = "probe";
/// The number of shards that one probe of a cluster writes to. The next probe writes to the next shards, so that a few
/// probes test every primary.
const SHARDS: u8 = 16;

impl RedisStore {
    /// Writes a Redis key that nothing reads. A server refuses this write if it is a replica, or if its memory or its
    /// disk is full.
    pub(crate) async fn probe_writes(&self) -> Result<(), StoreError> {
        let shards = if self.connection().connector().is_cluster() { SHARDS } else { 1 };
        let first = self.probed().fetch_add(shards, Ordering::Relaxed);
        let write = |shard: u8| async move {
            let mut set = redis::cmd("SET");
            set.arg(self.keys().barrier(first.wrapping_add(shard))).arg(1);
            self.connection().command(OP, Does::Write, &set).await
        };
        for written in join_all((0..shards).map(write)).await {
            written?;
        }
        Ok(())
    }
}
