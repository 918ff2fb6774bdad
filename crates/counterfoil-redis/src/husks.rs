//! Completes purges that an earlier version of the crate left incomplete, because the server's user lacked a right. The
//! families that such a purge did not remove are in no index, so this module scans all keys. Each process scans all
//! keys once. A purge runs one step of the scan, unless the purge has reached its limit.

use std::sync::PoisonError;

use counterfoil::Timestamp;
use counterfoil::store::StoreError;
use counterfoil::types::FamilyId;
use redis::{Cmd, Value};

use crate::ask::{members, shape};
use crate::row::{self, time};
use crate::scripts;
use crate::store::RedisStore;

const OP: &str = "purge";
/// The approximate number of keys that a node scans in one step.
const STEP: u32 = 1_000;

/// How far this process has scanned all keys for interrupted purges.
#[derive(Clone, Debug, Default)]
pub(crate) enum Walk {
    #[default]
    Begins,
    /// The scan is in progress. `nodes` contains one slot of each node that is not scanned completely yet. The last of
    /// these nodes is scanned next. `cursor` is the position of the scan in the keys of this node.
    At {
        nodes: Vec<u16>,
        cursor: Vec<u8>,
    },
    Done,
}

impl RedisStore {
    /// Scans the next keys for interrupted purges, and completes these purges. Does nothing if all keys were scanned.
    pub(crate) async fn sweep(&self, now: Timestamp) -> Result<(), StoreError> {
        let walk = self.walk_of_husks().lock().unwrap_or_else(PoisonError::into_inner).clone();
        let (mut nodes, cursor) = match walk {
            Walk::Done => return Ok(()),
            Walk::Begins => (self.connection().slots(OP).await?, b"0".to_vec()),
            Walk::At { nodes, cursor } => (nodes, cursor),
        };
        let Some(node) = nodes.last().copied() else { return Ok(()) };
        let mut scan = redis::cmd("SCAN");
        scan.arg(&cursor).arg("MATCH").arg(self.keys().families_pattern()).arg("COUNT").arg(STEP);
        let Value::Array(answer) = self.connection().on_node(OP, node, scan).await? else { return Err(shape(OP)) };
        let [next, keys] = <[Value; 2]>::try_from(answer).map_err(|_| shape(OP))?;
        let families = members(keys).iter().filter_map(|key| self.keys().family_of(key)).collect();
        self.finish(families, now).await?;
        let cursor = row::bytes(&next).ok_or_else(|| shape(OP))?.to_vec();
        if cursor == b"0" {
            nodes.pop();
        }
        let walk = if nodes.is_empty() { Walk::Done } else { Walk::At { nodes, cursor } };
        *self.walk_of_husks().lock().unwrap_or_else(PoisonError::into_inner) = walk;
        Ok(())
    }

    async fn finish(&self, mut families: Vec<FamilyId>, now: Timestamp) -> Result<(), StoreError> {
        families.sort_unstable();
        for shard in families.chunk_by(|one, other| one.shard() == other.shard()) {
            let look = |family: &FamilyId| {
                let mut get = Cmd::new();
                get.arg("HMGET").arg(self.keys().family(family)).arg("n").arg("r");
                get
            };
            let answers = self.groups(OP, vec![shard.iter().map(look).collect()]).await?.pop().unwrap_or_default();
            let half: Vec<_> =
                shard.iter().zip(answers).filter(|(_, answer)| is_half_done(answer, now)).map(|(one, _)| one).collect();
            let Some(first) = half.first() else { continue };
            let mut keys = self.keys().step(first);
            keys.extend(half.iter().map(|family| self.keys().family(family)));
            self.script(OP, &scripts::HUSKS, &keys, &[time(now).to_vec()]).await?;
        }
        Ok(())
    }
}

/// Whether a purge of this family was interrupted. There are two signs: the family has no members, or it is revoked and
/// its tombstone has ended, so that it should have been purged. The script that purges the family checks the signs
/// again.
fn is_half_done(answer: &Value, now: Timestamp) -> bool {
    let Value::Array(fields) = answer else { return false };
    let [count, revoked] = fields.as_slice() else { return false };
    let empty = row::bytes(count).is_none_or(|count| count == b"0" || count.starts_with(b"-"));
    let ended = row::bytes(revoked).and_then(|revoked| revoked.get(19..35)).is_some_and(|end| *end <= time(now)[..]);
    empty || ended
}
