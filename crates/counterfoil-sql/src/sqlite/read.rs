//! The connections for reads. They are not in the driver's pool, because that pool tests each connection when it is
//! returned, which doubles the round trips of a read. If a caller drops the future of a read, the driver's thread ends
//! the statement of this read before it begins the next statement.

use counterfoil::store::StoreError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::sync::{Mutex, MutexGuard, Semaphore, SemaphorePermit};
use tokio::time::timeout;

use super::store::{PATIENCE, SqliteStore};
use super::write::Statement;
use crate::error::not_done;
use crate::port::backend_call;

/// The number of connections for reads. More would not help, because a read takes microseconds.
const READERS: usize = 4;

/// The connections for reads, with one permit for each. A connection is `None` until its first use.
pub(super) struct Readers {
    options: SqliteConnectOptions,
    slots: [Mutex<Option<SqliteConnection>>; READERS],
    free: Semaphore,
}

/// A connection taken for one read. The fields are dropped in this order: the connection is released first, and then
/// its permit. Otherwise the next holder of the permit could find no free connection.
struct Slot<'a> {
    connection: MutexGuard<'a, Option<SqliteConnection>>,
    _permit: SemaphorePermit<'a>,
}

impl Readers {
    /// Makes the readers without opening a connection. Each connection opens at its first use.
    pub(super) fn new(options: SqliteConnectOptions) -> Self {
        let options = options.pragma("query_only", "ON");
        Self { options, slots: [const { Mutex::const_new(None) }; READERS], free: Semaphore::new(READERS) }
    }

    async fn slot(&self) -> Result<Slot<'_>, sqlx::Error> {
        let permit = match self.free.try_acquire() {
            Ok(permit) => permit,
            Err(_) => timeout(PATIENCE, self.free.acquire())
                .await
                .map_err(|_| sqlx::Error::PoolTimedOut)?
                .map_err(|_| sqlx::Error::PoolClosed)?,
        };
        // There is one slot for each permit, so this fails only while the readers are being closed.
        let free = self.slots.iter().find_map(|slot| slot.try_lock().ok());
        Ok(Slot { connection: free.ok_or(sqlx::Error::PoolClosed)?, _permit: permit })
    }

    /// Refuses new reads, waits for reads that are running, and closes the connections.
    pub(super) async fn close(&self) {
        self.free.close();
        for slot in &self.slots {
            if let Some(connection) = slot.lock().await.take() {
                let _closed = connection.close().await;
            }
        }
    }

    /// Takes all permits until the returned value is dropped.
    #[cfg(test)]
    pub(super) async fn exhaust(&self) -> SemaphorePermit<'_> {
        self.free.acquire_many(u32::try_from(READERS).unwrap_or(u32::MAX)).await.expect("all slots")
    }
}

impl Slot<'_> {
    async fn connected(&mut self, options: &SqliteConnectOptions) -> Result<&mut SqliteConnection, sqlx::Error> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => options.connect().await?,
        };
        Ok(self.connection.insert(connection))
    }

    /// Returns the result of a read. If the result says that the thread of the connection has ended, also drops the
    /// connection.
    fn checked<T>(mut self, read: Result<T, sqlx::Error>) -> Result<T, sqlx::Error> {
        if matches!(read, Err(sqlx::Error::WorkerCrashed)) {
            *self.connection = None;
        }
        read
    }
}

impl SqliteStore {
    /// Returns all rows of a read.
    pub(super) async fn read(&self, op: &'static str, query: Statement<'_>) -> Result<Vec<SqliteRow>, StoreError> {
        backend_call!();
        let mut slot = self.readers().slot().await.map_err(not_done(op))?;
        let connection = slot.connected(&self.readers().options).await.map_err(not_done(op))?;
        let read = query.fetch_all(connection).await;
        let read = slot.checked(read).map_err(not_done(op))?;
        self.file().stands().map_err(not_done(op))?;
        Ok(read)
    }

    /// Returns the first row of a read.
    pub(super) async fn read_one(
        &self,
        op: &'static str,
        query: Statement<'_>,
    ) -> Result<Option<SqliteRow>, StoreError> {
        backend_call!();
        let mut slot = self.readers().slot().await.map_err(not_done(op))?;
        let connection = slot.connected(&self.readers().options).await.map_err(not_done(op))?;
        let read = query.fetch_optional(connection).await;
        let read = slot.checked(read).map_err(not_done(op))?;
        self.file().stands().map_err(not_done(op))?;
        Ok(read)
    }
}
