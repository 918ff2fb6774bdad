//! Reads the logs of many shards with one request to each node.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use counterfoil::store::StoreError;
use futures_util::future::join_all;
use redis::{Cmd, Pipeline, Value};

use super::lineage::Lineage;
use crate::error::refusal;
use crate::keys::Index;
use crate::slots::{self, Ranges};
use crate::store::RedisStore;

/// The nodes of a cluster, as they were when they were last asked for.
#[derive(Default)]
pub(crate) struct Homes(Mutex<Option<Arc<Ranges>>>);

/// The answer of a shard, and the lineage of the node that gave it.
pub(super) struct Told {
    pub(super) shard: u8,
    pub(super) lineage: Lineage,
    pub(super) answer: Value,
}

impl RedisStore {
    /// Sends a command about the log of each of these shards. Each command is sent to the primary of its shard,
    /// together with the other commands to this node. Returns `None` if a node was replaced meanwhile. Then the call
    /// must be repeated.
    pub(super) async fn by_node(
        &self,
        op: &'static str,
        asked: Vec<(u8, Cmd)>,
    ) -> Result<Option<Vec<Told>>, StoreError> {
        let homes = self.homes(op).await?;
        let mut nodes: BTreeMap<u16, Vec<(u8, Cmd)>> = BTreeMap::new();
        for (shard, command) in asked {
            let slot = slots::slot_of(&self.keys().index(shard, Index::Log));
            nodes.entry(homes.home(slot)).or_default().push((shard, command));
        }
        let asking = nodes.into_iter().map(|(slot, asked)| self.of_node(op, slot, asked));
        let mut told = Vec::new();
        for node in join_all(asking).await {
            match node {
                Ok(Some(some)) => told.extend(some),
                Ok(None) => return Ok(None),
                Err(error) => {
                    // Slots may have moved to other nodes.
                    self.log_homes().forget();
                    return Err(error);
                }
            }
        }
        told.sort_by_key(|told| told.shard);
        Ok(Some(told))
    }

    /// Sends commands to the primary that serves `slot`. Asks for its lineage before and after them. If both are equal,
    /// all answers are of this lineage.
    async fn of_node(
        &self,
        op: &'static str,
        slot: u16,
        asked: Vec<(u8, Cmd)>,
    ) -> Result<Option<Vec<Told>>, StoreError> {
        let mut pipeline = Pipeline::with_capacity(asked.len() + 2);
        pipeline.add_command(Lineage::question());
        let mut shards = Vec::with_capacity(asked.len());
        for (shard, command) in asked {
            shards.push(shard);
            pipeline.add_command(command);
        }
        pipeline.add_command(Lineage::question());
        let mut answers = self.connection().reads_on(op, slot, &pipeline).await?.into_iter();
        let lineage =
            |answer: Option<Value>| Lineage::of(&answer.unwrap_or_default()).map_err(|refused| refusal(op, refused));
        let before = lineage(answers.next())?;
        let told =
            shards.iter().zip(answers.by_ref()).map(|(shard, answer)| Told { shard: *shard, lineage: before, answer });
        let told: Vec<Told> = told.collect();
        let after = lineage(answers.next())?;
        Ok((before == after && told.len() == shards.len()).then_some(told))
    }

    async fn homes(&self, op: &'static str) -> Result<Arc<Ranges>, StoreError> {
        if let Some(known) = self.log_homes().get() {
            return Ok(known);
        }
        let found = Arc::new(self.connection().ranges(op).await?);
        self.log_homes().set(&found);
        Ok(found)
    }
}

impl Homes {
    fn get(&self) -> Option<Arc<Ranges>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, ranges: &Arc<Ranges>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(ranges));
    }

    fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
