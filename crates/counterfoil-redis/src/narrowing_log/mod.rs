//! The log of narrowing steps. Each shard has a log of its own, because a script can write only the keys of one slot.
//! The log of a shard is a hash: its steps are numbered from 1 on. A position in the log of the store consists of one
//! number for each shard.
//!
//! A read asks every node once, for the newest number of each of its shards. Only shards with new steps are then read.

mod by_node;
mod heads;
mod lineage;
mod page;
mod position;
mod step;
mod switch;

use std::num::NonZeroU32;

use async_trait::async_trait;
use counterfoil::Timestamp;
use counterfoil::store::{LogPosition, Narrowed, NarrowingLog, Narrowings, StoreError};
use counterfoil::types::FamilyId;

use crate::ask::{TURNS, args, lost};
use crate::keys::Index;
use crate::row::time;
use crate::scripts;
use crate::store::RedisStore;
use page::Page;
use position::Position;

pub(crate) use by_node::Homes;

const OP: &str = "narrowings";
/// The maximum number of steps that one script removes. The number is limited, because the server executes nothing else
/// during a script.
const BATCH: u64 = 1_000;

/// Keeps at most 4,096 steps of each of the 256 shards.
/// [`Options::with_narrowing_log`](crate::Options::with_narrowing_log) switches the log on. The README of the crate
/// says what a fail-over does to it.
#[async_trait]
impl NarrowingLog for RedisStore {
    async fn narrowings(&self, after: Option<&LogPosition>, limit: NonZeroU32) -> Result<Narrowings, StoreError> {
        for _ in 0..TURNS {
            let Some(heads) = self.heads(OP).await? else { continue };
            let (epoch, end) = (heads.epoch(), heads.end());
            let Some(after) = after else { return Ok(Narrowings::new(epoch, end.encoded())) };
            let Some(after) = Position::decode(after) else {
                return Ok(Narrowings::new(epoch, end.encoded()).with_lost(true));
            };
            let page = Page::plan(&after, &heads, limit);
            // If steps were trimmed since the heads were read, or a node was replaced, everything is read again.
            if let Some(steps) = self.steps(OP, &heads, &page).await? {
                let read = Narrowings::new(epoch, page.next.encoded());
                return Ok(read.with_steps(steps, page.more).with_lost(page.lost));
            }
        }
        Err(lost(OP))
    }

    async fn narrow(&self, what: &Narrowed, now: Timestamp) -> Result<(), StoreError> {
        const OP: &str = "narrow";
        let (shard, step) = step::encoded(what);
        // The script reads and writes only the log of the shard.
        let mut nothing = [0; 10];
        nothing[0] = shard;
        let keys = self.keys().step(&FamilyId::from_bytes(nothing));
        let arguments = args![time(now), step];
        let value = self.waited(OP, &scripts::NARROW, shard, &keys, &arguments).await?;
        match Self::count(OP, &value)? {
            0 => Err(off(OP)),
            _ => Ok(()),
        }
    }

    async fn trim_narrowings(&self, before: Timestamp, limit: NonZeroU32) -> Result<u64, StoreError> {
        const OP: &str = "trim_narrowings";
        let shards = self.shards_to_trim(OP, before).await?;
        let (limit, mut removed) = (u64::from(limit.get()), 0);
        for shard in shards {
            let key = [self.keys().index(shard, Index::Log)];
            while removed < limit {
                let most = BATCH.min(limit - removed);
                let arguments = args![time(before), most.to_string().as_bytes()];
                let some = Self::count(OP, &self.script(OP, &scripts::TRIM_LOG, &key, &arguments).await?)?;
                removed += some;
                if some < most {
                    break;
                }
            }
        }
        Ok(removed)
    }
}

/// Returns the error of a call that needs the log while the log is off.
fn off(op: &'static str) -> StoreError {
    StoreError::Unsupported { op, backend: "Redis without Options::with_narrowing_log" }
}
