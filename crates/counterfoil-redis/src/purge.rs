//! Purges records. Removes each record whose `gone_at` is reached. Shrinks each record whose `honoured_until` is
//! reached: removes its scope, its label, its description, its last use and its notices, among others. A purge reads
//! only the first entries of each shard's purge indexes, so it never reads a record that is not yet due.

use std::num::NonZeroU32;

use counterfoil::Timestamp;
use counterfoil::store::{Progress, StoreError};
use counterfoil::types::{FamilyId, RecordId};
use redis::{Cmd, Value};

use crate::ask::{ABREAST, args, members};
use crate::keys::Index;
use crate::row::{Bytes, time};
use crate::scripts;
use crate::store::RedisStore;

const OP: &str = "purge";
/// The maximum number of records of each index that one script purges. The number is small, because the server executes
/// nothing else during a script.
const BATCH: u32 = 64;
/// The purge indexes, in the order in which a purge processes them.
const FRONTS: [Index; 5] = [Index::Tombs, Index::UnsentTombs, Index::Gone, Index::Unsent, Index::Windows];

/// The instants up to which a purge processes the entries of its indexes.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) now: Timestamp,
    pub(crate) unsent_before: Timestamp,
    pub(crate) windows_before: Timestamp,
}

impl Limits {
    fn of(self, front: Index) -> Timestamp {
        match front {
            Index::UnsentTombs | Index::Unsent => self.unsent(),
            Index::Windows => self.windows_before,
            _ => self.now,
        }
    }

    /// The instant up to which a purge processes records with a notice that was not sent yet. It is at most `now`, so
    /// that no record is removed before its `gone_at`.
    fn unsent(self) -> Timestamp {
        self.now.min(self.unsent_before)
    }
}

impl RedisStore {
    pub(crate) async fn purge_batch(&self, limits: Limits, limit: NonZeroU32) -> Result<Progress, StoreError> {
        let limit = u64::from(limit.get());
        let mut changed = 0;
        let shards: Vec<u8> = (0..=u8::MAX).collect();
        for abreast in shards.chunks(ABREAST) {
            // Each index is read again after each batch. At least one entry is read, even if the limit is reached: this
            // read only finds out whether there are more records to purge.
            let most = u32::try_from(limit - changed).unwrap_or(BATCH).clamp(1, BATCH);
            let looks = abreast.iter().map(|shard| self.fronts(*shard, limits, most)).collect();
            for (shard, front) in abreast.iter().zip(self.groups(OP, looks).await?) {
                let mut front = front;
                loop {
                    let chores = chores(&front);
                    if chores.is_empty() {
                        break;
                    }
                    if changed >= limit {
                        return Ok(Progress { changed, more: true });
                    }
                    changed += self.work_off(&chores, limits, limit - changed).await?;
                    let again = vec![self.fronts(*shard, limits, most)];
                    front = self.groups(OP, again).await?.pop().unwrap_or_default();
                }
            }
        }
        if changed < limit {
            self.sweep(limits.now).await?;
        }
        Ok(Progress { changed, more: false })
    }

    fn fronts(&self, shard: u8, limits: Limits, most: u32) -> Vec<Cmd> {
        let look = |front: &Index| {
            let mut range = redis::cmd("ZRANGEBYSCORE");
            range.arg(self.keys().index(shard, *front)).arg("-inf").arg(limits.of(*front).micros());
            range.arg("LIMIT").arg(0).arg(most);
            range
        };
        FRONTS.iter().map(look).collect()
    }

    /// Purges these families and records, but changes at most `left` records. Returns how many it has changed. The
    /// script checks each family and record again, because other calls may have changed them since the index was read.
    async fn work_off(&self, chores: &[Chore], limits: Limits, left: u64) -> Result<u64, StoreError> {
        let Some(first) = chores.first() else { return Ok(0) };
        let mut keys = self.keys().step(&first.family());
        let mut arguments = args![time(limits.now), time(limits.unsent()), time(limits.windows_before)];
        arguments.push(left.to_string().into_bytes());
        for chore in chores {
            keys.push(self.keys().family(&chore.family()));
            let key = keys.len().to_string();
            arguments.extend(match chore {
                Chore::Family(_) => args![b"family", b"", key.as_bytes()],
                Chore::Record(id) => args![b"record", id.member(), key.as_bytes()],
            });
        }
        Self::count(OP, &self.script(OP, &scripts::PURGE, &keys, &arguments).await?)
    }
}

/// What one entry of a purge index names: a family, or a record.
enum Chore {
    Family(FamilyId),
    Record(RecordId),
}

impl Chore {
    fn of(member: &Bytes) -> Option<Self> {
        let family = || member.as_slice().try_into().ok().map(|id| Self::Family(FamilyId::from_bytes(id)));
        member.as_slice().try_into().ok().map(|id| Self::Record(RecordId::from_bytes(id))).or_else(family)
    }

    fn family(&self) -> FamilyId {
        match self {
            Self::Family(family) => *family,
            Self::Record(id) => id.family(),
        }
    }
}

fn chores(fronts: &[Value]) -> Vec<Chore> {
    fronts.iter().cloned().flat_map(members).filter_map(|member| Chore::of(&member)).collect()
}
