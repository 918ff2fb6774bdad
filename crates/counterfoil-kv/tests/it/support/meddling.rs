//! An engine that executes another operation between the reads and the write of one operation.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use counterfoil_kv::{Engine, EngineError, Key, KvStore, MemoryEngine, Outcome, Value, Write};

type Deed = Pin<Box<dyn Future<Output = ()> + Send>>;

/// An engine in memory. Before its next write, it executes the operation that a test has set.
#[derive(Clone, Default)]
pub struct Meddling {
    engine: MemoryEngine,
    deed: Arc<Mutex<Option<Deed>>>,
}

impl Meddling {
    /// Opens a store on this engine, and a second store on the same data that causes no operation.
    pub async fn stores(&self) -> (KvStore, KvStore) {
        let store = KvStore::open(self.clone()).await.expect("a store");
        (store, KvStore::open(self.engine.clone()).await.expect("a store"))
    }

    /// Sets the operation that is executed before the next write.
    pub fn before_the_next_write(&self, deed: impl Future<Output = ()> + Send + 'static) {
        *self.deed.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::pin(deed));
    }
}

#[async_trait]
impl Engine for Meddling {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Value>>, EngineError> {
        self.engine.get(keys).await
    }

    async fn scan(&self, from: &[u8], until: &[u8], limit: usize) -> Result<Vec<(Key, Value)>, EngineError> {
        self.engine.scan(from, until, limit).await
    }

    async fn write(&self, write: Write) -> Result<Outcome, EngineError> {
        let deed = self.deed.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(deed) = deed {
            deed.await;
        }
        self.engine.write(write).await
    }
}
