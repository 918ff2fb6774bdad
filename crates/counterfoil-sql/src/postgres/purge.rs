//! Removes records past `gone_at`. Also shrinks superseded records after their retry window: clears all their fields
//! that reuse detection does not need. A purge uses only the ids of records, so it also purges rows that do not decode.

use std::num::NonZeroU32;

use counterfoil::Timestamp;
use counterfoil::store::{Progress, StoreError};
use counterfoil::types::RecordId;

use super::ask::{Wrote, lost};
use super::sql;
use super::store::PgStore;
use crate::row::{self, micros};

const OP: &str = "purge";
/// The number of records in one statement. It is limited so that a large purge does not delay rotations.
const BATCH: u32 = 256;

/// The instants that decide which records one purge removes, and which it shrinks (reduces to the fields that reuse
/// detection needs).
#[derive(Clone, Copy)]
struct Limits {
    now: Timestamp,
    unsent_before: Timestamp,
    windows_before: Timestamp,
}

impl Limits {
    /// The instant up to which records with an unsent notice are removed. It is never later than `now`, up to which all
    /// other records are removed.
    fn unsent(self) -> i64 {
        micros(self.now.min(self.unsent_before))
    }
}

/// The records that the next batch removes, and those that it shrinks (reduces to the fields that reuse detection
/// needs).
struct Chores {
    remove: Vec<RecordId>,
    shrink: Vec<RecordId>,
    more: bool,
}

impl PgStore {
    pub(super) async fn purge_batch(
        &self,
        now: Timestamp,
        unsent_before: Timestamp,
        windows_before: Timestamp,
        limit: NonZeroU32,
    ) -> Result<Progress, StoreError> {
        let limits = Limits { now, unsent_before, windows_before };
        let limit = limit.get();
        let (mut asked, mut changed) = (0, 0);
        loop {
            let batch = limit.saturating_sub(asked).min(BATCH);
            self.leave_to_families(limits, batch + 1).await?;
            let chores = self.chores(limits, batch).await?;
            changed += self.remove(&chores.remove, limits).await? + self.shrink(&chores.shrink, limits).await?;
            asked += batch;
            if !chores.more || asked >= limit {
                return Ok(Progress { changed, more: chores.more });
            }
        }
    }

    /// Clears the column `purge_at` of members of revoked families. For other records, this column has the instant at
    /// which they are purged. A member of a revoked family is purged at the `gone_at` of the family instead. One
    /// statement looks at the first `front` rows whose `purge_at` is reached, and leaves out rows that other
    /// transactions have locked. It is repeated until it clears nothing.
    async fn leave_to_families(&self, limits: Limits, front: u32) -> Result<(), StoreError> {
        let query = || {
            let query = sqlx::query(sql::LEAVE_TO_FAMILY);
            query.bind(micros(limits.now)).bind(limits.unsent()).bind(i64::from(front))
        };
        while self.changed(OP, query).await? > 0 {}
        Ok(())
    }

    async fn chores(&self, limits: Limits, most: u32) -> Result<Chores, StoreError> {
        let query = || {
            sqlx::query(sql::CHORES)
                .bind(micros(limits.now))
                .bind(limits.unsent())
                .bind(micros(limits.windows_before))
                .bind(i64::from(most) + 1)
        };
        let mut chores = Chores { remove: Vec::new(), shrink: Vec::new(), more: false };
        for row in self.read(OP, query).await? {
            let id = row::id(&row)?;
            // A record that is removed anyway is not shrunk.
            if chores.remove.contains(&id) {
                continue;
            }
            let full = chores.remove.len() + chores.shrink.len() >= usize::try_from(most).unwrap_or(usize::MAX);
            match row::number(&row, "shrinks")? {
                _ if full => chores.more = true,
                0 => chores.remove.push(id),
                _ => chores.shrink.push(id),
            }
        }
        Ok(chores)
    }

    async fn remove(&self, ids: &[RecordId], limits: Limits) -> Result<u64, StoreError> {
        if ids.is_empty() {
            return Ok(0);
        }
        let query = || {
            sqlx::query(sql::REMOVE)
                .bind(bytes(ids))
                .bind(ids.iter().map(|id| id.family().as_bytes().to_vec()).collect::<Vec<_>>())
                .bind(micros(limits.now))
                .bind(limits.unsent())
        };
        match self.write_one(OP, query).await? {
            Wrote::Done(Some(row)) => Ok(u64::try_from(row::number(&row, "removed")?).unwrap_or(0)),
            _ => Err(lost(OP)),
        }
    }

    async fn shrink(&self, ids: &[RecordId], limits: Limits) -> Result<u64, StoreError> {
        if ids.is_empty() {
            return Ok(0);
        }
        self.changed(OP, || sqlx::query(sql::SHRINK).bind(bytes(ids)).bind(micros(limits.windows_before))).await
    }
}

fn bytes(ids: &[RecordId]) -> Vec<Vec<u8>> {
    ids.iter().map(|id| id.as_bytes().to_vec()).collect()
}
