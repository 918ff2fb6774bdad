//! Whether the servers take writes.

use std::sync::atomic::Ordering;

use counterfoil::store::StoreError;
use futures_util::future::join_all;

use crate::link::Does;
use crate::store::RedisStore;

const OP: &str = "probe";
/// Shards of a cluster that one probe writes to. The next one goes on with others, so that each primary is met soon.
const SHARDS: u8 = 16;

impl RedisStore {
    /// Tries a write that changes nothing visible: it sets a key of its own that nothing reads. A replica, a full memory and a disk that takes nothing more refuse it.
    pub(crate) async fn probe_writes(&self) -> Result<(), StoreError> {
        let shards = if self.link().door().is_cluster() { SHARDS } else { 1 };
        let first = self.probed().fetch_add(shards, Ordering::Relaxed);
        let write = |shard: u8| async move {
            let mut set = redis::cmd("SET");
            set.arg(self.keys().barrier(first.wrapping_add(shard))).arg(1);
            self.link().command(OP, Does::Write, &set).await
        };
        for written in join_all((0..shards).map(write)).await {
            written?;
        }
        Ok(())
    }
}
