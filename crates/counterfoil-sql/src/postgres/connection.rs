//! A connection that is known to lead to the primary: it is asked when it opens and once a second while it is in use. Where one is found to lead elsewhere,
//! is cut or does not answer, all that were opened before are closed unasked: they lead the same way, and a new one is cheap.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgQueryResult, PgRow};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::time::{Instant, sleep, timeout};

use super::ask::{Statement, is_cut, is_demoted, is_transient};
use super::sql;

/// How long a connection is taken at its word that its server is the primary.
const ASKED: Duration = Duration::from_secs(1);
/// How long that question may take on a connection that was good a moment ago.
const ANSWERS: Duration = Duration::from_secs(1);
/// The server and what is in between change: no connection is kept for longer.
const AGE: Duration = Duration::from_secs(30 * 60);
/// How long a server that was found to be no primary is left alone: it would make a process for each call that is refused.
const LEFT_ALONE: Duration = Duration::from_millis(250);
/// Between two attempts to connect, at first.
const PAUSE: Duration = Duration::from_millis(10);

/// The server is a replica, or takes no writes.
#[derive(Debug, thiserror::Error)]
#[error("the server is a replica or read-only: the address must lead to the primary")]
struct NotPrimary;

/// How connections are made, and which are trusted.
pub(super) struct Route {
    options: PgConnectOptions,
    limit: Duration,
    seen: Arc<Seen>,
}

/// What connections have found out.
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
    /// `limit`: how long a statement may be under way.
    pub(super) fn new(options: PgConnectOptions, limit: Duration) -> Self {
        Self { options, limit, seen: Arc::default() }
    }

    /// To the same server with another setting in force. What one finds out holds for both.
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

    /// A connection that was just asked.
    pub(super) fn adopt(&self, connection: PgConnection) -> Connection {
        let (opened, asked) = (Instant::now(), Instant::now());
        Connection { inner: connection, opened, asked, trust: self.seen.distrusted.load(Ordering::Acquire) }
    }

    /// Connects, again and again where `waits` says of an error that it passes. The caller bounds the time.
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

    /// The connection, where it may be used still. Else it is closed.
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

    /// Whether the connection may be kept after what it answered.
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

    /// Whatever was opened before is not used again.
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

    /// Reads to the end what a caller asked who went away.
    pub(super) async fn settle(&mut self, limit: Duration) -> bool {
        matches!(timeout(limit, self.inner.ping()).await, Ok(Ok(())))
    }

    /// Takes leave of the server, beside all else.
    pub(super) fn close(self) {
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(self.closed());
        }
    }

    /// Takes leave of the server.
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

/// What a statement that is not answered in time ends with: whether it was carried out is not known.
pub(super) fn unanswered() -> sqlx::Error {
    sqlx::Error::Io(io::Error::new(
        io::ErrorKind::TimedOut,
        "the statement was not answered in time, and its connection was dropped",
    ))
}

/// What passes while a server starts, or while connections that were dropped still count.
pub(super) fn passes_soon(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused) || is_transient(error)
}
