//! Reads, writes and trims the log of narrowing steps, and switches it on and off.

use std::num::NonZeroU32;

use async_trait::async_trait;
use counterfoil::Timestamp;
use counterfoil::store::{LogPosition, Narrowed, NarrowingLog, Narrowings, StoreError};

use super::sql;
use super::store::SqliteStore;
use super::write::Write;
use crate::error::SetupError;
use crate::row::{self, micros};

/// The number of steps in one transaction of a trim. It is limited so that a large trim does not delay rotations.
const BATCH: u32 = 256;

/// A position of a reader: the last step that it has seen, and the mark of this step.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Position {
    step: i64,
    mark: String,
}

impl Position {
    fn encode(&self) -> LogPosition {
        LogPosition::from_bytes([&self.step.to_be_bytes(), self.mark.as_bytes()].concat())
    }

    /// Returns `None` if the bytes are no position of this kind of store.
    fn decode(position: &LogPosition) -> Option<Self> {
        let (step, mark) = position.as_bytes().split_first_chunk()?;
        let step = Some(i64::from_be_bytes(*step)).filter(|step| *step >= 0)?;
        Some(Self { step, mark: str::from_utf8(mark).ok()?.to_owned() })
    }
}

#[async_trait]
impl NarrowingLog for SqliteStore {
    async fn narrowings(&self, after: Option<&LogPosition>, limit: NonZeroU32) -> Result<Narrowings, StoreError> {
        const OP: &str = "narrowings";
        let asked = after.and_then(Position::decode);
        // No step has this number, so a read from it finds the end of the log.
        let from = asked.as_ref().map_or(i64::MAX, |asked| asked.step);
        let query = sqlx::query(sql::NARROWINGS).bind(from).bind(i64::from(limit.get()) + 1);
        let rows = self.read(OP, query).await?;
        let first = rows.first().ok_or_else(|| off(OP))?;
        let epoch = row::epoch(first)?;
        let mark = |column| row::mark(first, column).map(Option::unwrap_or_default);
        let trimmed = Position { step: row::number(first, "trimmed")?, mark: mark("trimmed_mark")? };
        let end = match row::number_or_null(first, "newest")? {
            Some(step) => Position { step, mark: mark("newest_mark")? },
            None => trimmed.clone(),
        };
        let is_lost = match &asked {
            None => after.is_some(),
            Some(asked) if asked.step == trimmed.step => *asked != trimmed,
            Some(asked) => asked.step < trimmed.step || row::mark(first, "asked_mark")?.as_ref() != Some(&asked.mark),
        };

        let mut found = Vec::new();
        for row in &rows {
            let Some(step) = row::number_or_null(row, "id")? else { break };
            let place = Position { step, mark: row::mark(row, "mark")?.unwrap_or_default() };
            found.push((place, row::narrowed(row)));
        }
        found.sort_by_key(|(place, _)| place.step);
        let limit = usize::try_from(limit.get()).unwrap_or(usize::MAX);
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().map_or(end, |(place, _)| place.clone()).encode();
        let steps = found.into_iter().map(|(_, step)| step).collect();
        Ok(Narrowings::new(epoch, next).with_steps(steps, more).with_lost(is_lost))
    }

    async fn narrow(&self, what: &Narrowed, now: Timestamp) -> Result<(), StoreError> {
        const OP: &str = "narrow";
        let mut write = self.write(OP).await?;
        let (family, realm, owner) = row::columns_of(what);
        let query = sqlx::query(sql::NARROW).bind(family).bind(realm).bind(owner).bind(micros(now));
        if write.run(query).await?.rows_affected() == 0 {
            return Err(off(OP));
        }
        write.commit(()).await
    }

    async fn trim_narrowings(&self, before: Timestamp, limit: NonZeroU32) -> Result<u64, StoreError> {
        const OP: &str = "trim_narrowings";
        let mut left = limit.get();
        while left > 0 {
            let batch = left.min(BATCH);
            let mut write = self.write(OP).await?;
            if write.one(sqlx::query(sql::LOG_IS_ON)).await?.is_none() {
                return Err(off(OP));
            }
            let (mut removed, mut last) = (0, None);
            for row in write.all(sqlx::query(sql::OLDEST_STEPS).bind(i64::from(batch))).await? {
                if row::number(&row, "at")? >= micros(before) {
                    break;
                }
                removed += 1;
                last = Some((row::number(&row, "id")?, row::mark(&row, "mark")?.unwrap_or_default()));
            }
            if let Some((id, mark)) = last {
                write.run(sqlx::query(sql::TRIM_STEPS).bind(id)).await?;
                write.run(sqlx::query(sql::NOTE_TRIM).bind(id).bind(mark)).await?;
                write.commit(()).await?;
            }
            left -= removed;
            if removed < batch {
                break;
            }
        }
        Ok(u64::from(limit.get() - left))
    }
}

impl SqliteStore {
    /// Switches the log of narrowing steps on or off, for all processes that use the file. It is off in a new file.
    /// With the log on, each change of a record or family writes one more row (see [`NarrowingLog`]), also if a process
    /// with an earlier version makes the change. If the log is as requested already, this call changes nothing. If it
    /// is switched off, its steps are removed. If it is switched on again, it has another epoch.
    ///
    /// If the future is dropped, the log is either switched or not.
    ///
    /// # Errors
    ///
    /// [`SetupError::Backend`] if the file cannot be written.
    ///
    /// ```
    /// use std::num::NonZeroU32;
    ///
    /// use counterfoil::store::{NarrowingLog, StoreError};
    /// use counterfoil_sql::SqliteStore;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let folder = tempfile::tempdir()?;
    /// let store = SqliteStore::open_or_create(folder.path().join("service.db")).await?;
    /// let off = store.narrowings(None, NonZeroU32::MIN).await;
    /// assert!(matches!(off, Err(StoreError::Unsupported { .. })));
    /// let store = store.with_narrowing_log(true).await?;
    /// assert!(store.narrowings(None, NonZeroU32::MIN).await.is_ok());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn with_narrowing_log(self, on: bool) -> Result<Self, SetupError> {
        let mut tx = self.writer().begin_with(sql::BEGIN).await?;
        let switch = if on { sql::LOG_ON } else { sql::LOG_OFF };
        sqlx::raw_sql(switch).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(self)
    }
}

impl Write {
    /// Sets the instant of the steps of this transaction that have none. The triggers leave the instant out if the
    /// operation writes it to none of the columns from which they copy it.
    pub(super) async fn date_steps(&mut self, now: Timestamp) -> Result<(), StoreError> {
        self.run(sqlx::query(sql::DATE_STEPS).bind(micros(now))).await.map(drop)
    }
}

fn off(op: &'static str) -> StoreError {
    StoreError::Unsupported { op, backend: "SQLite without its log of narrowing steps" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_read_back_and_other_bytes_are_refused() {
        for (step, mark) in [(0, ""), (7, "12 AB"), (i64::MAX, "1 default ann")] {
            let position = Position { step, mark: mark.to_owned() };
            assert_eq!(Position::decode(&position.encode()), Some(position));
        }
        for bytes in [&b""[..], b"garbage", &[0xFF; 8], &[0, 0, 0, 0, 0, 0, 0, 1, 0xFF]] {
            assert_eq!(Position::decode(&LogPosition::from_bytes(bytes)), None);
        }
    }
}
