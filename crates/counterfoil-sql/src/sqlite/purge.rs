//! Removes records past `gone_at`. Also shrinks superseded records after their retry window: clears all their fields
//! that reuse detection does not need. A purge uses only the ids of records, so it also purges rows that do not decode.

use std::num::NonZeroU32;

use counterfoil::Timestamp;
use counterfoil::store::{Progress, StoreError};
use counterfoil::types::RecordId;

use super::store::SqliteStore;
use super::write::Write;
use super::{log, sql};
use crate::row::{self, micros};

const OP: &str = "purge";
/// The number of records in one transaction. It is limited so that a large purge does not delay rotations.
const BATCH: u32 = 64;

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

enum Chore {
    Remove(RecordId),
    Shrink(RecordId),
}

impl SqliteStore {
    pub(super) async fn purge_batch(
        &self,
        now: Timestamp,
        unsent_before: Timestamp,
        windows_before: Timestamp,
        limit: NonZeroU32,
    ) -> Result<Progress, StoreError> {
        let limits = Limits { now, unsent_before, windows_before };
        let limit = limit.get();
        let mut changed = 0;
        loop {
            let batch = limit.saturating_sub(changed).min(BATCH);
            let mut write = self.write(OP).await?;
            leave_to_families(&mut write, limits, batch + 1).await?;
            let chores = chores(&mut write, limits, batch + 1).await?;
            let more = chores.len() > usize::try_from(batch).unwrap_or(usize::MAX);
            for (chore, number) in chores.iter().zip(0..) {
                if number >= batch {
                    break;
                }
                match chore {
                    Chore::Remove(id) => remove(&mut write, id).await?,
                    Chore::Shrink(id) => {
                        write.run(sqlx::query(sql::SHRINK).bind(id.as_bytes().as_slice())).await?;
                    }
                }
                changed += 1;
            }
            write.commit(()).await?;
            if !more {
                log::empty(self.writer()).await;
            }
            if !more || changed >= limit {
                return Ok(Progress { changed: u64::from(changed), more });
            }
        }
    }
}

/// Clears the column `purge_at` of members of revoked families. For other records, this column has the instant at which
/// they are purged. A member of a revoked family is purged at the `gone_at` of the family instead. One statement looks
/// at the first `front` rows whose `purge_at` is reached. It is repeated until it clears nothing. After that,
/// [`chores`] reads only records that can be removed.
async fn leave_to_families(write: &mut Write, limits: Limits, front: u32) -> Result<(), StoreError> {
    loop {
        let query = sqlx::query(sql::LEAVE_TO_FAMILY);
        let query = query.bind(micros(limits.now)).bind(limits.unsent()).bind(i64::from(front));
        if write.run(query).await?.rows_affected() == 0 {
            return Ok(());
        }
    }
}

/// Returns the records that the next batch removes or shrinks: at least `most` records, or all records that are due if
/// there are fewer. Reads only records that are due.
async fn chores(write: &mut Write, limits: Limits, most: u32) -> Result<Vec<Chore>, StoreError> {
    let mut chores: Vec<Chore> = Vec::new();
    let now = micros(limits.now);
    let queries = [
        sqlx::query(sql::GONE).bind(now),
        sqlx::query(sql::GONE_UNSENT).bind(limits.unsent()),
        sqlx::query(sql::GONE_FAMILIES).bind(now).bind(limits.unsent()),
        sqlx::query(sql::WINDOWS).bind(micros(limits.windows_before)),
    ];
    let last = queries.len() - 1;
    for (index, query) in queries.into_iter().enumerate() {
        let left = i64::from(most) - i64::try_from(chores.len()).unwrap_or(i64::MAX);
        if left <= 0 {
            break;
        }
        // The last query can also select records that are removed. Such records are skipped, because a removed record
        // need not be shrunk. Therefore the last query reads up to `most` rows, so that a batch is full despite the
        // skipped rows.
        let rows = if index == last { i64::from(most) } else { left };
        for row in write.all(query.bind(rows)).await? {
            let id = row::id(&row)?;
            let goes = chores.iter().any(|chore| matches!(chore, Chore::Remove(gone) if *gone == id));
            match index == last {
                true if goes => {}
                true => chores.push(Chore::Shrink(id)),
                false => chores.push(Chore::Remove(id)),
            }
        }
    }
    Ok(chores)
}

/// Removes a record. If the record was the last member of its family, removes the family too.
async fn remove(write: &mut Write, id: &RecordId) -> Result<(), StoreError> {
    write.run(sqlx::query(sql::REMOVE).bind(id.as_bytes().as_slice())).await?;
    write.run(sqlx::query(sql::REMOVE_EMPTY).bind(id.family().as_bytes().as_slice())).await.map(drop)
}
