//! The engine for a redb file.

use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use redb::{
    Database, Durability, Error, ReadTransaction, ReadableDatabase as _, ReadableTable as _, Table, TableDefinition,
    TableError,
};

use crate::engine::{Engine, EngineError, Key, Outcome, Value, Write};
use crate::queue::{Embedded, Queue};

const TABLE: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("counterfoil");

/// A redb database in a file. Only one process may have the file open.
///
/// A read runs on the calling thread, and blocks it while redb reads from the system's cache or the disk. All writes
/// run on one thread of the engine. Up to 128 writes that wait for this thread at the same time share one transaction.
/// Every transaction is committed with [`Durability::Immediate`], so an acknowledged write is on the disk.
pub struct RedbEngine {
    // This field is dropped before the database, because the writing thread must release the database first.
    queue: Queue,
    file: Arc<File>,
}

struct File(Database);

impl RedbEngine {
    /// Opens the database in the file `path`. If the file is missing, creates it with mode 0600. The mode of an
    /// existing file stays unchanged. If the file is empty, creates an empty database in it.
    ///
    /// # Errors
    ///
    /// [`EngineError`] if the file is already open, if it is neither empty nor a database, or if it cannot be read or
    /// written.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, EngineError> {
        create_private(path.as_ref()).map_err(EngineError::not_done)?;
        Self::on(Database::create(path).map_err(EngineError::not_done)?)
    }

    /// Opens the database in an existing file without creating anything. Returns `None` if the database does not
    /// contain the table `counterfoil`. After a crash, redb repairs the file, also when it is opened with this
    /// function.
    ///
    /// # Errors
    ///
    /// [`EngineError`] if the file is missing or already open, is not a database, or cannot be read.
    pub fn open_unchanged(path: impl AsRef<Path>) -> Result<Option<Self>, EngineError> {
        let database = Database::open(path).map_err(EngineError::not_done)?;
        let read = database.begin_read().map_err(EngineError::not_done)?;
        match read.open_table(TABLE) {
            Ok(_) => {}
            Err(TableError::TableDoesNotExist(_)) => return Ok(None),
            Err(error) => return Err(EngineError::not_done(error)),
        }
        drop(read);
        let file = Arc::new(File(database));
        Ok(Some(Self { queue: Queue::start(Arc::clone(&file))?, file }))
    }

    /// Creates an engine on a database that the caller has opened with redb's own builder. The data is in the table
    /// `counterfoil`, which this function creates if it is missing.
    ///
    /// # Errors
    ///
    /// [`EngineError`] if the table cannot be opened or created, or if the thread for writes cannot be started.
    pub fn on(database: Database) -> Result<Self, EngineError> {
        let file = Arc::new(File(database));
        // A transaction without writes creates the table. Without the table, a read before the first write would fail.
        file.transact(&[]).map_err(EngineError::not_done)?;
        Ok(Self { queue: Queue::start(Arc::clone(&file))?, file })
    }

    fn read(&self) -> Result<ReadTransaction, EngineError> {
        self.file.0.begin_read().map_err(EngineError::not_done)
    }
}

/// Creates an empty file with mode 0600 if the file is missing. If redb created the file, every user could read it.
fn create_private(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

impl Embedded for File {
    type Error = Error;

    fn transact(&self, writes: &[Write]) -> Result<Vec<Outcome>, Error> {
        let mut transaction = self.0.begin_write()?;
        transaction.set_durability(Durability::Immediate)?;
        let mut table = transaction.open_table(TABLE)?;
        let outcomes = writes.iter().map(|write| carry_out(&mut table, write)).collect::<Result<Vec<_>, _>>()?;
        drop(table);
        // If no write was applied, the transaction is dropped instead of committed, because it needs no flush. A call
        // without writes is committed nevertheless, because it creates the table.
        if writes.is_empty() || outcomes.contains(&Outcome::Applied) {
            transaction.commit()?;
        }
        Ok(outcomes)
    }
}

fn carry_out(table: &mut Table<'_, &[u8], &[u8]>, write: &Write) -> Result<Outcome, Error> {
    for (key, expected) in &write.expect {
        if table.get(key.as_slice())?.as_ref().map(|found| found.value()) != expected.as_deref() {
            return Ok(Outcome::Conflict);
        }
    }
    for (key, value) in &write.change {
        match value {
            Some(value) => drop(table.insert(key.as_slice(), value.as_slice())?),
            None => drop(table.remove(key.as_slice())?),
        }
    }
    Ok(Outcome::Applied)
}

#[async_trait]
impl Engine for RedbEngine {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Value>>, EngineError> {
        let table = self.read()?.open_table(TABLE).map_err(EngineError::not_done)?;
        let value = |key: &Key| Ok(table.get(key.as_slice())?.map(|found| found.value().to_vec()));
        keys.iter().map(value).collect::<Result<_, redb::StorageError>>().map_err(EngineError::not_done)
    }

    async fn scan(&self, from: &[u8], until: &[u8], limit: usize) -> Result<Vec<(Key, Value)>, EngineError> {
        let table = self.read()?.open_table(TABLE).map_err(EngineError::not_done)?;
        let range = table.range(from..until).map_err(EngineError::not_done)?;
        let pair = |found: Result<(redb::AccessGuard<'_, &[u8]>, redb::AccessGuard<'_, &[u8]>), redb::StorageError>| {
            found.map(|(key, value)| (key.value().to_vec(), value.value().to_vec()))
        };
        range.take(limit).map(pair).collect::<Result<_, _>>().map_err(EngineError::not_done)
    }

    async fn write(&self, write: Write) -> Result<Outcome, EngineError> {
        self.queue.write(write).await
    }
}
