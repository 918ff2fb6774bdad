//! Runs statements, and repeats them after a lost race.

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

/// The maximum number of tries of one statement. The statement is tried again if the server rolls it back, or if a
/// concurrent write changes its conditions. Each failed try means that another call succeeded, so only many concurrent
/// calls on one family need many tries. At SERIALIZABLE, with sixteen callers that never pause, a call needs sixteen
/// tries on average. But some calls need many more: with a limit of 64, an edit failed.
pub(super) const TURNS: u32 = 512;

/// The number of lost races of one call after which the next try still starts without a pause.
const AT_ONCE: u32 = 8;
/// The longest pause before a try, in milliseconds. Each lost race after the first [`AT_ONCE`] makes the pause 1 ms
/// longer, up to this limit.
const PAUSE: u32 = 20;

/// Pauses after a lost race. A call that loses repeatedly usually conflicts with one transaction that is still running.
/// Without a pause it would lose all its tries to that transaction.
pub(super) async fn give_way(lost: u32) {
    let pause = lost.saturating_sub(AT_ONCE).min(PAUSE);
    if pause > 0 {
        sleep(Duration::from_millis(u64::from(pause))).await;
    }
}

/// The outcome of a write that can violate a unique key.
pub(super) enum Wrote<T> {
    Done(T),
    Taken,
}

impl PgStore {
    /// Runs a write. If the write violates a unique key, returns [`Wrote::Taken`] and not an error.
    pub(super) async fn write<'q>(
        &self,
        op: &'static str,
        statement: impl Fn() -> Statement<'q> + Send + Sync,
    ) -> Result<Wrote<PgQueryResult>, StoreError> {
        self.repeated(op, || self.done(op, statement())).await
    }

    /// Like [`write`](Self::write), for a statement that returns at most one row.
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

    /// Runs a write that cannot violate a unique key. Returns the number of changed rows.
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
                // A demoted server refused the statement, so nothing was written. The statement is repeated on a
                // connection that was checked first.
                Err(error) if is_demoted(&error) && elsewhere => elsewhere = false,
                Err(error) => {
                    let sent = maybe_sent(&error);
                    return Err(unavailable(op, sent, error));
                }
            }
        }
        Err(lost(op))
    }

    /// Runs a read. If the connection broke since its last use, repeats the read on a new connection. Also repeats the
    /// read if the server rolled it back, which can happen at SERIALIZABLE.
    pub(super) async fn read<'q>(
        &self,
        op: &'static str,
        statement: impl Fn() -> Statement<'q> + Send + Sync,
    ) -> Result<Vec<PgRow>, StoreError> {
        self.read_within(op, self.limit(), statement).await
    }

    /// Runs a read with a time limit that the caller chooses.
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

    /// Runs a statement once. The outer error means that no connection was free, so nothing was sent to the server. The
    /// inner error is the error of the statement.
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

    /// Runs a read and returns the first row.
    pub(super) async fn read_one<'q>(
        &self,
        op: &'static str,
        statement: impl Fn() -> Statement<'q> + Send + Sync,
    ) -> Result<Option<PgRow>, StoreError> {
        Ok(self.read(op, statement).await?.into_iter().next())
    }

    /// Reads a record by its id.
    pub(super) async fn pair(&self, op: &'static str, id: &RecordId) -> Result<Option<TokenRecord>, StoreError> {
        let found = self.reader().get(id).await.map_err(|source| unread(op, source))?;
        found.map(|row| row::record_of(id, &*row)).transpose()
    }

    /// Reads a record and its family as separate parts.
    pub(super) async fn parts(
        &self,
        op: &'static str,
        id: &RecordId,
    ) -> Result<Option<(RecordParts, FamilyParts)>, StoreError> {
        Ok(self.pair(op, id).await?.map(TokenRecord::into_parts))
    }

    pub(super) async fn family(&self, op: &'static str, id: &FamilyId) -> Result<Option<FamilyParts>, StoreError> {
        let found = self.read_one(op, || sqlx::query(sql::FAMILY).bind(id.as_bytes().as_slice())).await?;
        found.as_ref().map(row::family).transpose()
    }

    /// Returns the first id of `new` that is already in use in the store, or that occurs earlier in `new`. `None` if
    /// there is no such id.
    pub(super) async fn taken(&self, op: &'static str, new: &[NewRecord]) -> Result<Option<RecordId>, StoreError> {
        let ids = || new.iter().map(|new| new.id.as_bytes().to_vec()).collect::<Vec<_>>();
        let rows = self.read(op, || sqlx::query(sql::TAKEN).bind(ids())).await?;
        let stored = rows.iter().map(row::id).collect::<Result<Vec<_>, _>>()?;
        Ok(first_taken(new, &stored))
    }
}

/// Returns the first id of `new` that is in `stored`, or that occurs earlier in `new`. `None` if there is no such id.
pub(super) fn first_taken(new: &[NewRecord], stored: &[RecordId]) -> Option<RecordId> {
    let twice = |index: usize, id| new.iter().take(index).any(|earlier| earlier.id == id);
    let taken = new.iter().enumerate().find(|(index, new)| stored.contains(&new.id) || twice(*index, new.id));
    taken.map(|(_, new)| new.id)
}

/// Binds the parameters $1 to $16, which every statement that inserts records has.
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

/// The error of a call that lost a race in each of its tries. Nothing was written. The caller can repeat the call.
pub(super) fn lost(op: &'static str) -> StoreError {
    StoreError::unavailable(op)
}

fn code(error: &sqlx::Error) -> Option<std::borrow::Cow<'_, str>> {
    error.as_database_error().and_then(sqlx::error::DatabaseError::code)
}

pub(super) fn is_taken(error: &sqlx::Error) -> bool {
    code(error).is_some_and(|code| code == "23505")
}

/// Whether the error is a serialization failure or a deadlock. Then the server rolled the whole statement back.
pub(super) fn is_rolled_back(error: &sqlx::Error) -> bool {
    code(error).is_some_and(|code| code == "40001" || code == "40P01")
}

/// Whether the connection broke or the server closed it.
pub(super) fn is_cut(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Io(_) | sqlx::Error::Protocol(_))
        || code(error).is_some_and(|code| code.starts_with("57P"))
}

/// Whether no answer to the statement arrived within the time limit.
fn is_unanswered(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Io(error) if error.kind() == ErrorKind::TimedOut)
}

/// Whether a replica or a read-only server refused the write.
pub(super) fn is_demoted(error: &sqlx::Error) -> bool {
    code(error).is_some_and(|code| code == "25006")
}

/// Whether the server refused a connection because all its connections are in use.
pub(super) fn is_full(error: &sqlx::Error) -> bool {
    code(error).is_some_and(|code| code == "53300")
}

/// Whether the server refused a connection because all its connections are in use, or because the server is starting.
pub(super) fn is_transient(error: &sqlx::Error) -> bool {
    is_full(error) || code(error).is_some_and(|code| code == "57P03")
}

/// Whether the server has possibly executed a write that ended with this error. If the server reported an error, it has
/// rolled the write back. The exceptions are code 40003 and the codes of a server that shuts down, which leave the
/// outcome unknown. If there was no connection, nothing was sent. After any other error the outcome is unknown.
fn maybe_sent(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Tls(_) | sqlx::Error::Configuration(_) => {
            false
        }
        sqlx::Error::Database(_) => code(error).is_some_and(|code| code == "40003" || code.starts_with("57P")),
        _ => true,
    }
}
