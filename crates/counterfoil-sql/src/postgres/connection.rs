//! A connection to the primary server. The store checks that the server is the primary when it opens the connection,
//! and once a second while it uses the connection. If a connection breaks, does not answer or leads to a server that is
//! not the primary, the store no longer uses any connection that was opened before. All these connections were opened
//! to the same address, so the others may have the same fault, and new connections are cheap.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgQueryResult, PgRow};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::time::{Instant, sleep, timeout};

use super::ask::{Statement, is_cut, is_demoted, is_transient};
use super::sql;

/// How long the store relies on a check that the server is the primary.
const ASKED: Duration = Duration::from_secs(1);
/// The time limit of the check that an open connection still leads to the primary.
const ANSWERS: Duration = Duration::from_secs(1);
/// The maximum age of a connection. It is limited because servers and networks change.
const AGE: Duration = Duration::from_secs(30 * 60);
/// The pause before the store opens another connection, after a new connection led to a server that is not the primary.
/// Without this pause, each call could make the server start a process for a new connection.
const LEFT_ALONE: Duration = Duration::from_millis(250);
/// The pause after the first failed attempt to connect. It doubles after each further attempt, up to [`ANSWERS`].
const PAUSE: Duration = Duration::from_millis(10);

/// The error that the server is a replica or refuses writes.
#[derive(Debug, thiserror::Error)]
#[error("the server is a replica or read-only: the address must lead to the primary")]
struct NotPrimary;

/// A route to one server. It opens connections to this server, and decides whether an open connection can still be
/// used.
pub(super) struct Route {
    options: PgConnectOptions,
    limit: Duration,
    seen: Arc<Seen>,
}

/// The results of the checks whether the server is the primary. All connections to the server share them.
#[derive(Default)]
struct Seen {
    distrusted: AtomicU64,
    refused: Mutex<Option<Instant>>,
}

/// A connection to the primary.
pub(super) struct Connection {
    inner: PgConnection,
    opened: Instant,
    asked: Instant,
    trust: u64,
}

impl Route {
    /// Makes a route that has opened no connection yet. `limit` is the time limit of a statement.
    pub(super) fn new(options: PgConnectOptions, limit: Duration) -> Self {
        Self { options, limit, seen: Arc::default() }
    }

    /// A route to the same server with one additional setting. Both routes share the results of the checks of the
    /// server.
    pub(super) fn with(&self, setting: (&str, &str)) -> Self {
        let options = self.options.clone().options([setting]);
        Self { options, limit: self.limit, seen: Arc::clone(&self.seen) }
    }

    #[cfg(test)]
    pub(super) async fn connect(&self) -> Result<PgConnection, sqlx::Error> {
        self.options.connect().await
    }

    pub(super) const fn limit(&self) -> Duration {
        self.limit
    }

    /// Wraps a connection to a server that was just checked.
    pub(super) fn adopt(&self, connection: PgConnection) -> Connection {
        let (opened, asked) = (Instant::now(), Instant::now());
        Connection { inner: connection, opened, asked, trust: self.seen.distrusted.load(Ordering::Acquire) }
    }

    /// Opens a connection, and checks that the server is the primary. If connecting fails, and `waits` returns true for
    /// the error, tries again after a pause. There is no time limit, so the caller must set one.
    pub(super) async fn open(&self, waits: impl Fn(&sqlx::Error) -> bool + Send) -> Result<Connection, sqlx::Error> {
        if self.refused().is_some_and(|at| at.elapsed() < LEFT_ALONE) {
            return Err(not_primary());
        }
        let mut pause = PAUSE;
        loop {
            let trust = self.seen.distrusted.load(Ordering::Acquire);
            match self.options.connect().await {
                Ok(connection) => {
                    let mut connection = Connection { trust, ..self.adopt(connection) };
                    if let Err(error) = connection.ask().await {
                        if is_not_primary(&error) {
                            *self.refused() = Some(Instant::now());
                            self.distrust();
                        }
                        return Err(error);
                    }
                    return Ok(connection);
                }
                Err(error) if waits(&error) => {
                    sleep(pause).await;
                    pause = (pause * 2).min(ANSWERS);
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Returns the connection if it can still be used. Otherwise closes it and returns `None`.
    pub(super) async fn still_good(&self, mut connection: Connection) -> Option<Connection> {
        if connection.opened.elapsed() >= AGE {
            connection.close();
            return None;
        }
        if connection.trust != self.seen.distrusted.load(Ordering::Acquire) {
            return None;
        }
        if connection.asked.elapsed() < ASKED {
            return Some(connection);
        }
        if matches!(timeout(ANSWERS, connection.ask()).await, Ok(Ok(()))) {
            return Some(connection);
        }
        self.distrust();
        None
    }

    /// Whether the connection that gave this answer can be used again. Returns false if the connection broke, or if the
    /// server refused a write as read-only. In both cases, this call also makes sure that no other connection that is
    /// open now is used again.
    pub(super) fn keeps<T>(&self, answer: &Result<T, sqlx::Error>) -> bool {
        let lost = answer.as_ref().is_err_and(|error| is_cut(error) || is_demoted(error));
        if lost {
            self.distrust();
        }
        !lost
    }

    fn refused(&self) -> MutexGuard<'_, Option<Instant>> {
        self.seen.refused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Prevents every connection that was opened before this call from being used again.
    pub(super) fn distrust(&self) {
        self.seen.distrusted.fetch_add(1, Ordering::AcqRel);
    }
}

impl Connection {
    async fn ask(&mut self) -> Result<(), sqlx::Error> {
        let primary: bool = sqlx::query_scalar(sql::IS_PRIMARY).fetch_one(&mut self.inner).await?;
        self.asked = Instant::now();
        if primary { Ok(()) } else { Err(not_primary()) }
    }

    pub(super) async fn rows(&mut self, statement: Statement<'_>) -> Result<Vec<PgRow>, sqlx::Error> {
        statement.fetch_all(&mut self.inner).await
    }

    pub(super) async fn done(&mut self, statement: Statement<'_>) -> Result<PgQueryResult, sqlx::Error> {
        statement.execute(&mut self.inner).await
    }

    /// Waits for the end of a statement whose caller dropped its future. Returns whether the statement ended in time.
    pub(super) async fn settle(&mut self, limit: Duration) -> bool {
        matches!(timeout(limit, self.inner.ping()).await, Ok(Ok(())))
    }

    /// Closes the connection in a separate task, so that the caller need not wait. Outside a runtime, only drops it.
    pub(super) fn close(self) {
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(self.closed());
        }
    }

    /// Closes the connection and waits until it is closed.
    pub(super) async fn closed(self) {
        let _gone = timeout(ANSWERS, self.inner.close()).await;
    }
}

fn not_primary() -> sqlx::Error {
    sqlx::Error::Io(io::Error::other(NotPrimary))
}

fn is_not_primary(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Io(error) if error.get_ref().is_some_and(|source| source.is::<NotPrimary>()))
}

/// The error of a statement that was not answered in time. It is unknown whether the server executed the statement.
pub(super) fn unanswered() -> sqlx::Error {
    sqlx::Error::Io(io::Error::new(
        io::ErrorKind::TimedOut,
        "the statement was not answered in time, and its connection was dropped",
    ))
}

/// Whether the error is temporary. Such errors occur while a server starts, and while the server still counts
/// connections that were just closed.
pub(super) fn passes_soon(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused) || is_transient(error)
}
