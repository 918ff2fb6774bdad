//! The pool of connections for writes and lists.
//!
//! The store does not use the driver's pool. That pool tests each connection when the connection is returned, which
//! costs a second round trip for each statement. The test has no timeout. In a network that drops packets, a test would
//! take a quarter of an hour, and the pool would lend one connection less for this time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sqlx::postgres::{PgQueryResult, PgRow};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::ask::Statement;
use super::connection::{Connection, Route, passes_soon, unanswered};

/// A pool that opens connections on demand, at most `size`.
pub(super) struct Pool {
    route: Arc<Route>,
    patience: Duration,
    size: u32,
    free: Arc<Semaphore>,
    idle: Mutex<Vec<Connection>>,
}

/// A connection that is lent for one statement.
pub(super) struct Lent {
    pool: Arc<Pool>,
    connection: Option<Connection>,
    /// Whether a statement was sent whose answer has not been read yet.
    asked: bool,
    permit: Option<OwnedSemaphorePermit>,
}

impl Pool {
    /// Makes a pool of at most `size` connections. A call waits for a connection for at most `patience`. `first` is a
    /// connection that is already open.
    pub(super) fn new(route: Arc<Route>, size: u32, patience: Duration, first: Connection) -> Arc<Self> {
        let permits = usize::try_from(size).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        let (free, idle) = (Arc::new(Semaphore::new(permits)), Mutex::new(vec![first]));
        Arc::new(Self { route, patience, size, free, idle })
    }

    pub(super) fn route(&self) -> &Arc<Route> {
        &self.route
    }

    /// Lends a connection for one statement. Waits until fewer than the maximum number of connections are lent, and
    /// opens a connection if none is idle. An error means that nothing was sent to the server.
    pub(super) async fn lend(self: &Arc<Self>) -> Result<Lent, sqlx::Error> {
        let lent = timeout(self.patience, async {
            let permit = Arc::clone(&self.free).acquire_owned().await.map_err(|_| sqlx::Error::PoolClosed)?;
            while let Some(connection) = self.take() {
                if let Some(connection) = self.route.still_good(connection).await {
                    return Ok(self.lent(connection, permit));
                }
            }
            let connection = self.route.open(passes_soon).await?;
            Ok(self.lent(connection, permit))
        });
        lent.await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
    }

    fn lent(self: &Arc<Self>, connection: Connection, permit: OwnedSemaphorePermit) -> Lent {
        Lent { pool: Arc::clone(self), connection: Some(connection), asked: false, permit: Some(permit) }
    }

    /// Takes the idle connection that was used most recently, so that the others stay idle until they reach their
    /// maximum age. `None` if no connection is idle.
    fn take(&self) -> Option<Connection> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    fn put(&self, connection: Connection) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
    }

    /// Closes the pool and waits for running statements. Later calls fail.
    pub(super) async fn close(&self) {
        let _all = self.free.acquire_many(self.size).await;
        self.free.close();
        while let Some(connection) = self.take() {
            connection.closed().await;
        }
    }
}

impl Lent {
    /// Runs a statement within the time limit and returns its rows.
    pub(super) async fn rows(mut self, limit: Duration, statement: Statement<'_>) -> Result<Vec<PgRow>, sqlx::Error> {
        let Some(connection) = self.connection.as_mut() else { return Err(sqlx::Error::PoolClosed) };
        self.asked = true;
        let answer = timeout(limit, connection.rows(statement)).await;
        self.answered(answer.unwrap_or_else(|_| Err(unanswered())))
    }

    /// Runs a statement within the time limit and returns the number of rows that it changed.
    pub(super) async fn done(
        mut self,
        limit: Duration,
        statement: Statement<'_>,
    ) -> Result<PgQueryResult, sqlx::Error> {
        let Some(connection) = self.connection.as_mut() else { return Err(sqlx::Error::PoolClosed) };
        self.asked = true;
        let answer = timeout(limit, connection.done(statement)).await;
        self.answered(answer.unwrap_or_else(|_| Err(unanswered())))
    }

    fn answered<T>(&mut self, answer: Result<T, sqlx::Error>) -> Result<T, sqlx::Error> {
        self.asked = false;
        if !self.pool.route.keeps(&answer) {
            self.connection = None;
        }
        answer
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Some(mut connection) = self.connection.take() else { return };
        if !self.asked {
            return self.pool.put(connection);
        }
        // The caller dropped its future, but the server still executes the statement. The permit is released when the
        // statement has ended.
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let (pool, permit) = (Arc::clone(&self.pool), self.permit.take());
        runtime.spawn(async move {
            if connection.settle(pool.route.limit()).await {
                pool.put(connection);
            } else {
                pool.route.distrust();
            }
            drop(permit);
        });
    }
}
