//! Removes records past `gone_at`, and shrinks superseded records after their retry window.
//!
//! A purge reads each index from its start up to an instant, which [`Limits`] contains. A purge skips rows that do not
//! decode.
//!
//! A member of a revoked family is removed at the `gone_at` of the family, and not at its own. If the index of records
//! by `gone_at` contains such a member, the purge only removes the entry from this index. The member itself is removed
//! later, through the index of revoked families.

mod batch;
mod families;

use std::num::NonZeroU32;

use counterfoil::Timestamp;
use counterfoil::store::{Progress, StoreError};

use crate::engine::{Engine, Key, Value};
use crate::key::{self, Build};
use crate::step::{after_a_part, carry_out, unavailable};
use batch::{Batch, Line};

const OP: &str = "purge";
/// The number of entries that one scan reads.
const SCAN: usize = 64;
/// The number of records that one step reads and changes. Each record needs about ten keys.
const CHANGE: usize = 8;
/// The number of entries that a step reads if the previous step changed nothing.
const LOOK: usize = 32;

/// The instants up to which one purge reads the indexes.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) now: Timestamp,
    pub(crate) unsent_before: Timestamp,
    pub(crate) windows_before: Timestamp,
}

impl Limits {
    /// The limit for records with a notice that was not sent yet. A purge removes such a record only if its `gone_at`
    /// is this instant or earlier. The limit is at most `now`, so that no record is removed before its `gone_at`.
    fn unsent(self) -> Timestamp {
        self.now.min(self.unsent_before)
    }
}

/// A purge in progress, with the number of records that it has changed so far.
struct Sweep<'a> {
    engine: &'a dyn Engine,
    limits: Limits,
    limit: u64,
    changed: u64,
}

/// Removes and shrinks at most `limit` records.
pub(crate) async fn purge(engine: &dyn Engine, limits: Limits, limit: NonZeroU32) -> Result<Progress, StoreError> {
    let mut sweep = Sweep { engine, limits, limit: u64::from(limit.get()), changed: 0 };
    let more = sweep.all().await.map_err(|error| after_a_part(error, sweep.changed > 0))?;
    Ok(Progress { changed: sweep.changed, more })
}

impl Sweep<'_> {
    /// Purges the records of all indexes. Returns true if the purge stopped early because it has reached its limit.
    async fn all(&mut self) -> Result<bool, StoreError> {
        let Limits { now, windows_before, .. } = self.limits;
        let unsent = self.limits.unsent();
        Ok(self.records(key::gone(false), now, Line::Gone).await?
            || self.records(key::gone(true), unsent, Line::Gone).await?
            || self.families(key::ended(false), now, false).await?
            || self.families(key::ended(true), unsent, true).await?
            || self.records(key::window(), windows_before, Line::Windows).await?)
    }

    async fn records(&mut self, timeline: Build, until: Timestamp, line: Line) -> Result<bool, StoreError> {
        let (mut from, until) = (timeline.clone().key(), timeline.number(until.micros() + 1).key());
        loop {
            let page = self.scan(&from, &until).await?;
            let Some((last, _)) = page.last() else { return Ok(false) };
            from = key::after(last.clone());
            let whole = page.len() < SCAN;
            let keys: Vec<Key> = page.into_iter().map(|(key, _)| key).collect();
            let (more, _) = self.change(line, &keys).await?;
            if more || whole {
                return Ok(more);
            }
        }
    }

    /// Removes or shrinks the records with these keys, until the purge has reached its limit. Returns two values. The
    /// first is true if the limit was reached before all of these records were handled. The second contains the keys of
    /// the members that wait for their notice.
    async fn change(&mut self, line: Line, mut keys: &[Key]) -> Result<(bool, Vec<Key>), StoreError> {
        let (mut waiting, mut look) = (Vec::new(), CHANGE);
        while !keys.is_empty() {
            let room = (self.limit - self.changed).min(CHANGE as u64);
            let batch = Batch { line, keys: &keys[..keys.len().min(look)], room, limits: self.limits };
            let done = carry_out(self.engine, OP, &batch).await?;
            self.changed += done.changed;
            look = if done.changed == 0 { LOOK } else { CHANGE };
            waiting.extend(done.waiting);
            if done.more {
                return Ok((true, waiting));
            }
            keys = &keys[done.taken..];
        }
        Ok((false, waiting))
    }

    async fn scan(&self, from: &Key, until: &Key) -> Result<Vec<(Key, Value)>, StoreError> {
        if from >= until {
            return Ok(Vec::new());
        }
        self.engine.scan(from, until, SCAN).await.map_err(|error| unavailable(OP, error))
    }
}
