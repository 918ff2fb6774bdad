//! Asking the server: one statement, again where it lost to another one.

use std::future::Future;
use std::io::ErrorKind;
use std::time::Duration;

use counterfoil::store::{FamilyParts, NewRecord, RecordParts, StoreError, TokenRecord};
use counterfoil::types::{FamilyId, RecordId};
use sqlx::Postgres;
use sqlx::postgres::{PgArguments, PgQueryResult, PgRow};
use sqlx::query::Query;
use tokio::time::sleep;

use super::sql;
use super::store::PgStore;
use crate::error::{unavailable, unread};
use crate::row::{self, count, micros, micros_of};

pub(super) type Statement<'q> = Query<'q, Postgres, PgArguments>;

/// How often a statement is repeated that the server rolled back for another's sake, or a step whose conditions another one moved. Whoever loses a turn
/// loses it to somebody who won it, so only a crowd on one family gets this far: at SERIALIZABLE one of sixteen that never rest wins one turn in sixteen, and 64
/// turns were once not enough for an edit.
pub(super) const TURNS: u32 = 512;

/// Turns that are taken at once.
const AT_ONCE: u32 = 8;
/// The longest pause before a turn.
const PAUSE: u32 = 20;

/// Before a turn that follows one that was lost. Who loses again and again does so to a transaction that is still under way, and turns that follow at
/// once are all lost to the same one.
pub(super) async fn give_way(lost: u32) {
    let pause = lost.saturating_sub(AT_ONCE).min(PAUSE);
    if pause > 0 {
        sleep(Duration::from_millis(u64::from(pause))).await;
    }
}

/// Where a write broke a unique key.
pub(super) enum Wrote<T> {
    Done(T),
    Taken,
}

impl PgStore {
    /// Runs a write; a broken unique key is an answer.
    pub(super) async fn write<'q>(
        &self,
        op: &'static str,
        statement: impl Fn() -> Statement<'q> + Send + Sync,
    ) -> Result<Wrote<PgQueryResult>, StoreError> {
        self.repeated(op, || self.done(op, statement())).await
    }

    /// Runs a write that returns a row.
    pub(super) async fn write_one<'q>(
        &self,
        op: &'static str,
        statement: impl Fn() -> Statement<'q> + Send + Sync,
    ) -> Result<Wrote<Option<PgRow>>, StoreError> {
        let written = self.repeated(op, || self.rows(op, self.limit(), statement())).await?;
        Ok(match written {
            Wrote::Done(rows) => Wrote::Done(rows.into_iter().next()),
            Wrote::Taken => Wrote::Taken,
        })
    }

    /// How many rows a write that breaks no key has changed.
    pub(super) async fn changed<'q>(
        &self,
        op: &'static str,
        statement: impl Fn() -> Statement<'q> + Send + Sync,
    ) -> Result<u64, StoreError> {
        match self.write(op, statement).await? {
            Wrote::Done(done) => Ok(done.rows_affected()),
            Wrote::Taken => Err(lost(op)),
        }
    }

    async fn repeated<T, F>(&self, op: &'static str, run: impl Fn() -> F + Send + Sync) -> Result<Wrote<T>, StoreError>
    where
        F: Future<Output = Result<Result<T, sqlx::Error>, StoreError>> + Send,
    {
        let mut elsewhere = true;
        for turn in 0..TURNS {
            match run().await? {
                Ok(done) => return Ok(Wrote::Done(done)),
                Err(error) if is_taken(&error) => return Ok(Wrote::Taken),
                Err(error) if is_rolled_back(&error) => give_way(turn).await,
                // Refused by a server that was demoted, so not done: once more, by a connection that is asked first.
                Err(error) if is_demoted(&error) && elsewhere => elsewhere = false,
                Err(error) => {
                    let sent = maybe_sent(&error);
                    return Err(unavailable(op, sent, error));
                }
            }
        }
        Err(lost(op))
    }

    /// Runs a read. A connection that died since it was last used is no reason to fail: the next one is new. Nor is a read that the server rolled back, as it
    /// may at SERIALIZABLE.
    pub(super) async fn read<'q>(
        &self,
        op: &'static str,
        statement: impl Fn() -> Statement<'q> + Send + Sync,
    ) -> Result<Vec<PgRow>, StoreError> {
        self.read_within(op, self.limit(), statement).await
    }

    /// The same with another limit.
    pub(super) async fn read_within<'q>(
        &self,
        op: &'static str,
        limit: Duration,
        statement: impl Fn() -> Statement<'q> + Send + Sync,
    ) -> Result<Vec<PgRow>, StoreError> {
        let (mut elsewhere, mut turn) = (true, 0);
        loop {
            match self.rows(op, limit, statement()).await? {
                Ok(rows) => return Ok(rows),
                Err(error) if elsewhere && is_cut(&error) && !is_unanswered(&error) => elsewhere = false,
                Err(error) if turn < TURNS && is_rolled_back(&error) => {
                    give_way(turn).await;
                    turn += 1;
                }
                Err(error) => return Err(unavailable(op, false, error)),
            }
        }
    }

    /// Runs a statement once. The outer error: nothing was sent.
    async fn rows(
        &self,
        op: &'static str,
        limit: Duration,
        statement: Statement<'_>,
    ) -> Result<Result<Vec<PgRow>, sqlx::Error>, StoreError> {
        let lent = self.pool().lend().await.map_err(|error| unavailable(op, false, error))?;
        Ok(lent.rows(limit, statement).await)
    }

    async fn done(
        &self,
        op: &'static str,
        statement: Statement<'_>,
    ) -> Result<Result<PgQueryResult, sqlx::Error>, StoreError> {
        let lent = self.pool().lend().await.map_err(|error| unavailable(op, false, error))?;
        Ok(lent.done(self.limit(), statement).await)
    }

    /// The first row of a read.
    pub(super) async fn read_one<'q>(
        &self,
        op: &'static str,
        statement: impl Fn() -> Statement<'q> + Send + Sync,
    ) -> Result<Option<PgRow>, StoreError> {
        Ok(self.read(op, statement).await?.into_iter().next())
    }

    /// A record, for those who ask by its id.
    pub(super) async fn pair(&self, op: &'static str, id: &RecordId) -> Result<Option<TokenRecord>, StoreError> {
        let found = self.reader().get(id).await.map_err(|source| unread(op, source))?;
        found.map(|sheet| row::record_of(id, &*sheet)).transpose()
    }

    /// Both halves of a record.
    pub(super) async fn parts(
        &self,
        op: &'static str,
        id: &RecordId,
    ) -> Result<Option<(RecordParts, FamilyParts)>, StoreError> {
        Ok(self.pair(op, id).await?.map(TokenRecord::into_parts))
    }

    /// A family's row.
    pub(super) async fn family(&self, op: &'static str, id: &FamilyId) -> Result<Option<FamilyParts>, StoreError> {
        let found = self.read_one(op, || sqlx::query(sql::FAMILY).bind(id.as_bytes().as_slice())).await?;
        found.as_ref().map(row::family).transpose()
    }

    /// The first id of `new` that is taken, in the store or by another one of `new`.
    pub(super) async fn taken(&self, op: &'static str, new: &[NewRecord]) -> Result<Option<RecordId>, StoreError> {
        let ids = || new.iter().map(|new| new.id.as_bytes().to_vec()).collect::<Vec<_>>();
        let rows = self.read(op, || sqlx::query(sql::TAKEN).bind(ids())).await?;
        let stored = rows.iter().map(row::id).collect::<Result<Vec<_>, _>>()?;
        Ok(first_taken(new, &stored))
    }
}

/// The first id of `new` that is stored, or that an earlier one of `new` has.
pub(super) fn first_taken(new: &[NewRecord], stored: &[RecordId]) -> Option<RecordId> {
    let twice = |place: usize, id| new.iter().take(place).any(|earlier| earlier.id == id);
    let taken = new.iter().enumerate().find(|(place, new)| stored.contains(&new.id) || twice(*place, new.id));
    taken.map(|(_, new)| new.id)
}

/// $1 to $16 of every statement that adds records.
pub(super) fn adding<'q>(text: &'static str, new: &'q [NewRecord], family: (&'q str, &'q str)) -> Statement<'q> {
    fn each<T>(new: &[NewRecord], column: impl Fn(&NewRecord) -> T) -> Vec<T> {
        new.iter().map(column).collect()
    }
    let text_of = |text: Option<&str>| text.map(str::to_owned);
    sqlx::query(text)
        .bind(each(new, |new| new.id.as_bytes().to_vec()))
        .bind(each(new, |new| i64::from(new.kind.byte())))
        .bind(each(new, |new| new.parent.map(|parent| parent.as_bytes().to_vec())))
        .bind(each(new, |new| count(new.generation)))
        .bind(each(new, |new| micros(new.created_at)))
        .bind(each(new, |new| text_of(new.scope.as_ref().map(counterfoil::Scope::as_str))))
        .bind(each(new, |new| text_of(new.label.as_ref().map(counterfoil::types::Label::as_str))))
        .bind(each(new, |new| text_of(new.description.as_ref().map(counterfoil::types::Description::as_str))))
        .bind(each(new, |new| new.digest.as_bytes().to_vec()))
        .bind(each(new, |new| i64::from(new.key_id.number())))
        .bind(each(new, |new| micros_of(new.expires_at)))
        .bind(each(new, |new| micros_of(new.gone_at)))
        .bind(each(new, |new| new.notice.map(|notice| micros(notice.at))))
        .bind(each(new, |new| new.notice.map(|notice| i64::from(notice.stage))))
        .bind(family.0)
        .bind(family.1)
}

/// All turns were lost: nothing was written, and the same call may go through in a moment.
pub(super) fn lost(op: &'static str) -> StoreError {
    StoreError::unavailable(op)
}

fn code(error: &sqlx::Error) -> Option<std::borrow::Cow<'_, str>> {
    error.as_database_error().and_then(sqlx::error::DatabaseError::code)
}

fn is_taken(error: &sqlx::Error) -> bool {
    code(error).is_some_and(|code| code == "23505")
}

/// Serialization failure and deadlock: the whole statement was rolled back.
pub(super) fn is_rolled_back(error: &sqlx::Error) -> bool {
    code(error).is_some_and(|code| code == "40001" || code == "40P01")
}

/// Whether the connection is no more: cut, or ended by the server.
pub(super) fn is_cut(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Io(_) | sqlx::Error::Protocol(_))
        || code(error).is_some_and(|code| code.starts_with("57P"))
}

/// Whether the statement ran out of time.
fn is_unanswered(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Io(error) if error.kind() == ErrorKind::TimedOut)
}

/// Whether the server refused a write as one that takes none: a replica, or made read-only.
pub(super) fn is_demoted(error: &sqlx::Error) -> bool {
    code(error).is_some_and(|code| code == "25006")
}

/// Whether the server has no connection to spare.
pub(super) fn is_full(error: &sqlx::Error) -> bool {
    code(error).is_some_and(|code| code == "53300")
}

/// The same, or it starts.
pub(super) fn is_transient(error: &sqlx::Error) -> bool {
    is_full(error) || code(error).is_some_and(|code| code == "57P03")
}

/// A write that the server answered with an error was rolled back; before a connection was there nothing was sent. All else is in doubt, 40003 by name.
fn maybe_sent(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Tls(_) | sqlx::Error::Configuration(_) => {
            false
        }
        sqlx::Error::Database(_) => code(error).is_some_and(|code| code == "40003" || code.starts_with("57P")),
        _ => true,
    }
}
