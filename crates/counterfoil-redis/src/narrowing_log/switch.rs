//! Switches the log on and off.

use counterfoil::crypto::{Entropy as _, SystemEntropy};
use counterfoil::store::StoreError;
use futures_util::future::join_all;

use super::BATCH;
use crate::ask::{ABREAST, args};
use crate::keys::{Index, LAYOUT, LOGGED};
use crate::row::{Bytes, NEVER};
use crate::scripts;
use crate::store::RedisStore;

const OP: &str = "narrowing_log";

impl RedisStore {
    /// Switches the log of every shard on. Does nothing to a shard whose log is on. Before the first one, raises the
    /// version of the layout, so that versions of the crate that write no steps refuse to open the store from then on.
    pub(crate) async fn begin_log(&self) -> Result<(), StoreError> {
        let mut identity = [0; 16];
        SystemEntropy.fill(&mut identity).map_err(|failed| StoreError::Unavailable {
            op: OP,
            retry: true,
            maybe_done: false,
            source: Some(Box::new(failed)),
        })?;
        self.raise(LOGGED).await?;
        let arguments = args![identity];
        each_shard(|shard| self.begin_shard(shard, &arguments)).await
    }

    async fn begin_shard(&self, shard: u8, arguments: &[Bytes]) -> Result<(), StoreError> {
        let key = [self.keys().index(shard, Index::Log)];
        self.script(OP, &scripts::BEGIN_LOG, &key, arguments).await.map(drop)
    }

    /// Switches the log off on every node, and removes all its steps. Nodes that read it get
    /// [`StoreError::Unsupported`] from then on. The next [`open`](Self::open) with
    /// [`Options::with_narrowing_log`](crate::Options::with_narrowing_log) switches it on again. Do not open a store
    /// with this option meanwhile.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] if a server does not answer. Some shards can then be without a log, and no node can
    /// read the log. Call this function again.
    pub async fn end_narrowing_log(&self) -> Result<(), StoreError> {
        each_shard(|shard| self.end_shard(shard)).await?;
        let versions = args![LOGGED.to_string().as_bytes(), LAYOUT.to_string().as_bytes()];
        self.script(OP, &scripts::LOWER, &[self.keys().layout()], &versions).await.map(drop)
    }

    async fn end_shard(&self, shard: u8) -> Result<(), StoreError> {
        let key = [self.keys().index(shard, Index::Log)];
        let all = args![NEVER, BATCH.to_string().as_bytes()];
        while Self::count(OP, &self.script(OP, &scripts::TRIM_LOG, &key, &all).await?)? == BATCH {}
        self.script(OP, &scripts::END_LOG, &key, &[]).await.map(drop)
    }
}

/// Calls `act` for each shard, for some shards at the same time.
async fn each_shard<F: Future<Output = Result<(), StoreError>>>(act: impl Fn(u8) -> F) -> Result<(), StoreError> {
    let shards: Vec<u8> = (0..=u8::MAX).collect();
    for abreast in shards.chunks(ABREAST) {
        for done in join_all(abreast.iter().map(|shard| act(*shard))).await {
            done?;
        }
    }
    Ok(())
}
