//! The engine for a fjall folder.

use std::fs::{self, DirBuilder};
use std::io;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use fjall::{
    Error, KeyspaceCreateOptions, PersistMode, Readable as _, SingleWriterTxDatabase, SingleWriterTxKeyspace,
    SingleWriterWriteTx,
};

use crate::engine::{Engine, EngineError, Key, Outcome, Value, Write};
use crate::queue::{Embedded, Queue};

/// A fjall database in a folder. Only one process may have the folder open.
///
/// A read runs on the calling thread, and blocks it while fjall reads from its cache or the disk. All writes run on one
/// thread of the engine. Writes that wait for this thread at the same time share one transaction. Every transaction is
/// committed with [`PersistMode::SyncAll`], so an acknowledged write is on the disk.
pub struct FjallEngine {
    // This field is dropped before the database, because the writing thread must release the database first.
    queue: Queue,
    folder: Arc<Folder>,
}

struct Folder {
    database: SingleWriterTxDatabase,
    keyspace: SingleWriterTxKeyspace,
}

impl FjallEngine {
    /// Opens the database in the folder `path`. If the folder is missing, creates it, on Unix with mode 0700. The mode
    /// of an existing folder stays unchanged. If the folder contains no database, creates an empty one in it.
    ///
    /// # Errors
    ///
    /// [`EngineError`] if the database is already open, if fjall does not support the version of its format, or if the
    /// folder cannot be read or written.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, EngineError> {
        create_private(path.as_ref()).map_err(EngineError::not_done)?;
        Self::on(SingleWriterTxDatabase::builder(path).open().map_err(EngineError::not_done)?)
    }

    /// Creates an engine on a database that the caller has opened with fjall's own builder. The data is in the keyspace
    /// `counterfoil`, which this function creates if it is missing.
    ///
    /// # Errors
    ///
    /// [`EngineError`] if the keyspace cannot be opened or created, or if the thread for writes cannot be started.
    pub fn on(database: SingleWriterTxDatabase) -> Result<Self, EngineError> {
        let keyspace = database.keyspace("counterfoil", KeyspaceCreateOptions::default);
        let keyspace = keyspace.map_err(EngineError::not_done)?;
        let folder = Arc::new(Folder { database, keyspace });
        Ok(Self { queue: Queue::start(Arc::clone(&folder))?, folder })
    }
}

/// Creates the folder if it is missing, on Unix with mode 0700. Without this, fjall would create the folder open to
/// every user. Missing parent folders get the default mode of the process.
fn create_private(path: &Path) -> io::Result<()> {
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        fs::create_dir_all(parent)?;
    }
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        created => created,
    }
}

impl Embedded for Folder {
    type Error = Error;

    fn transact(&self, writes: &[Write]) -> Result<Vec<Outcome>, Error> {
        let mut transaction = self.database.write_tx().durability(Some(PersistMode::SyncAll));
        let mut outcomes = Vec::with_capacity(writes.len());
        for write in writes {
            outcomes.push(self.carry_out(&mut transaction, write)?);
        }
        if outcomes.contains(&Outcome::Applied) {
            transaction.commit()?;
        }
        Ok(outcomes)
    }
}

impl Folder {
    fn carry_out(&self, transaction: &mut SingleWriterWriteTx<'_>, write: &Write) -> Result<Outcome, Error> {
        for (key, expected) in &write.expect {
            if transaction.get(&self.keyspace, key)?.as_deref() != expected.as_deref() {
                return Ok(Outcome::Conflict);
            }
        }
        for (key, value) in &write.change {
            match value {
                Some(value) => transaction.insert(&self.keyspace, key.as_slice(), value.as_slice()),
                None => transaction.remove(&self.keyspace, key.as_slice()),
            }
        }
        Ok(Outcome::Applied)
    }
}

#[async_trait]
impl Engine for FjallEngine {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Value>>, EngineError> {
        let moment = self.folder.database.read_tx();
        let value = |key: &Key| Ok(moment.get(&self.folder.keyspace, key)?.map(|value| value.to_vec()));
        keys.iter().map(value).collect::<Result<_, Error>>().map_err(EngineError::not_done)
    }

    async fn scan(&self, from: &[u8], until: &[u8], limit: usize) -> Result<Vec<(Key, Value)>, EngineError> {
        let moment = self.folder.database.read_tx();
        let range = moment.range(&self.folder.keyspace, from..until).take(limit);
        let pair = |found: fjall::Guard| found.into_inner().map(|(key, value)| (key.to_vec(), value.to_vec()));
        range.map(pair).collect::<Result<_, Error>>().map_err(EngineError::not_done)
    }

    async fn write(&self, write: Write) -> Result<Outcome, EngineError> {
        self.queue.write(write).await
    }
}
