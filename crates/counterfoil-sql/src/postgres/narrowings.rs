//! Reads, writes and trims the log of narrowing steps, and switches it on and off.

use std::num::NonZeroU32;

use async_trait::async_trait;
use counterfoil::Timestamp;
use counterfoil::store::{LogPosition, Narrowed, NarrowingLog, Narrowings, StoreError};
use sqlx::Row as _;

use super::ask::{Statement, TURNS, Wrote, give_way, is_rolled_back, is_taken, lost};
use super::position::{Place, Position, Seen};
use super::schema::may_not;
use super::sql;
use super::store::PgStore;
use crate::error::SetupError;
use crate::row::{self, micros};

/// The number of steps in one statement of a trim. It is limited so that no statement exceeds its time limit.
const BATCH: u32 = 1024;

#[async_trait]
impl NarrowingLog for PgStore {
    async fn narrowings(&self, after: Option<&LogPosition>, limit: NonZeroU32) -> Result<Narrowings, StoreError> {
        const OP: &str = "narrowings";
        let asked = after.map_or(Some(Position::End(Seen::EVERYTHING)), Position::decode);
        let is_unknown = asked.is_none();
        let position = asked.unwrap_or(Position::End(Seen::EVERYTHING));
        let rows = self.read(OP, || statement(&position, limit)).await?;
        let first = rows.first().ok_or_else(|| off(OP))?;
        let (epoch, running) = (row::epoch(first)?, row::running(first)?);
        let now = Seen { stop: row::number(first, "stop")?, running };
        let trimmed = (row::number(first, "trimmed_xid")?, row::number(first, "trimmed_id")?);
        let late = row::number(first, "late")? != 0;
        let is_lost = is_unknown || after.is_some() && position.is_lost(trimmed, now.stop, late);

        let limit = usize::try_from(limit.get()).unwrap_or(usize::MAX);
        let (mut steps, mut last, mut is_full): (_, Option<Place>, _) = (Vec::new(), None, false);
        for row in &rows {
            let Some(xid) = row::number_or_null(row, "xid")? else { break };
            if steps.len() >= limit {
                is_full = true;
                break;
            }
            steps.push(row::narrowed(row));
            last = Some((xid, row::number(row, "id")?));
        }
        let is_later_page = matches!(position, Position::Within { .. });
        let (from, to) = match position {
            Position::End(from) => (from, now),
            Position::Within { from, to, .. } => (from, to),
        };
        let next = match last.filter(|_| is_full) {
            Some(last) => Position::Within { from, to, last },
            None => Position::End(to),
        };
        // The last of several pages ends where the first page saw the end. More steps may have followed since.
        Ok(Narrowings::new(epoch, next.encode()).with_steps(steps, is_full || is_later_page).with_lost(is_lost))
    }

    async fn narrow(&self, what: &Narrowed, now: Timestamp) -> Result<(), StoreError> {
        const OP: &str = "narrow";
        let (family, realm, owner) = row::columns_of(what);
        let query = || sqlx::query(sql::NARROW).bind(family).bind(realm).bind(owner).bind(micros(now));
        if self.changed(OP, query).await? == 0 { Err(off(OP)) } else { Ok(()) }
    }

    async fn trim_narrowings(&self, before: Timestamp, limit: NonZeroU32) -> Result<u64, StoreError> {
        const OP: &str = "trim_narrowings";
        let mut left = limit.get();
        while left > 0 {
            let batch = left.min(BATCH);
            let query = || sqlx::query(sql::TRIM).bind(micros(before)).bind(i64::from(batch));
            let Wrote::Done(Some(row)) = self.write_one(OP, query).await? else { return Err(lost(OP)) };
            if row::number(&row, "logs")? == 0 {
                return Err(off(OP));
            }
            let removed = u32::try_from(row::number(&row, "removed")?).unwrap_or(0).min(left);
            left -= removed;
            if removed < batch {
                break;
            }
        }
        Ok(u64::from(limit.get() - left))
    }
}

impl PgStore {
    /// Switches the log of narrowing steps on or off, for all nodes. It is off in a new database. With the log on, each
    /// change of a record or family writes one more row (see [`NarrowingLog`]), also if a node of an earlier version
    /// makes the change. If the log is as requested already, this call changes nothing. If it is switched off, its
    /// steps are removed. If it is switched on again, it has another epoch.
    ///
    /// Only the owner of the tables can switch. The call waits for statements that are writing, and other writes wait
    /// for the call.
    ///
    /// If the future is dropped, the log is either switched or not.
    ///
    /// # Errors
    ///
    /// [`SetupError::Refused`] if the role is not the owner, or if a role may write records but not steps: with the log
    /// on, its writes would fail. [`SetupError::Backend`] if the database did not answer.
    ///
    /// ```no_run
    /// # async fn switch() -> Result<(), counterfoil_sql::SetupError> {
    /// use counterfoil_sql::PgStore;
    /// use counterfoil_sql::sqlx::postgres::PgConnectOptions;
    ///
    /// let options = PgConnectOptions::new().host("db.internal").username("owner").database("service");
    /// let store = PgStore::connect(options).await?.with_narrowing_log(true).await?;
    /// # drop(store);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn with_narrowing_log(self, on: bool) -> Result<Self, SetupError> {
        if on {
            let barred = self.setting(|| sqlx::query(sql::MAY_NOT_LOG)).await?;
            if let Some(barred) = barred {
                let role: String = barred.try_get(0)?;
                return Err(SetupError::refused(format!(
                    "the role {role} may change records but not write the log of narrowing steps: GRANT INSERT ON \
                     counterfoil_narrowing TO {role}"
                )));
            }
        }
        if self.setting(|| sqlx::query(sql::LOG_IS_ON)).await?.map(|row| row.try_get(0)).transpose()? == Some(on) {
            return Ok(self);
        }
        self.setting(|| sqlx::query(sql::SWITCH_LOG).bind(on)).await?;
        Ok(self)
    }

    /// Runs a statement of the switch. Repeats it after a lost race.
    async fn setting<'q>(
        &self,
        statement: impl Fn() -> Statement<'q> + Send + Sync,
    ) -> Result<Option<sqlx::postgres::PgRow>, SetupError> {
        let mut turn = 0;
        loop {
            match self.pool().lend().await?.rows(self.limit(), statement()).await {
                Ok(rows) => return Ok(rows.into_iter().next()),
                Err(error) if turn < TURNS && (is_rolled_back(&error) || is_taken(&error)) => {
                    give_way(turn).await;
                    turn += 1;
                }
                Err(error) if may_not(&error) => {
                    return Err(SetupError::refused(
                        "only the owner of the tables switches the log of narrowing steps: connect as the owner",
                    ));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// Selects at most `limit` steps, and one more if there is one.
fn statement(position: &Position, limit: NonZeroU32) -> Statement<'_> {
    let (from, to, last): (_, Option<&Seen>, Place) = match position {
        Position::End(from) => (from, None, (0, 0)),
        Position::Within { from, to, last } => (from, Some(to), *last),
    };
    sqlx::query(sql::NARROWINGS)
        .bind(from.stop)
        .bind(&from.running)
        .bind(to.map_or(i64::MAX, |to| to.stop))
        .bind(to.map_or(&[][..], |to| &to.running))
        .bind(last.0)
        .bind(last.1)
        .bind(i64::from(limit.get()) + 1)
}

fn off(op: &'static str) -> StoreError {
    StoreError::Unsupported { op, backend: "PostgreSQL without its log of narrowing steps" }
}
