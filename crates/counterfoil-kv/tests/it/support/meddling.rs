//! An engine that executes another operation between two calls of one operation.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use counterfoil_kv::{Engine, EngineError, Key, KvStore, MemoryEngine, Outcome, Value, Write};

type Deed = Pin<Box<dyn Future<Output = ()> + Send>>;

/// An engine in memory. A test can set two operations. The engine executes each of them once: the first after its next
/// scan, and the second before its next write.
#[derive(Clone, Default)]
pub struct Meddling {
    engine: MemoryEngine,
    after_scan: Arc<Mutex<Option<Deed>>>,
    before_write: Arc<Mutex<Option<Deed>>>,
}

async fn execute(deed: &Mutex<Option<Deed>>) {
    let deed = deed.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(deed) = deed {
        deed.await;
    }
}

fn set(to: &Mutex<Option<Deed>>, deed: impl Future<Output = ()> + Send + 'static) {
    *to.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::pin(deed));
}

impl Meddling {
    /// Opens a store on this engine, and a second store on the same data. Calls of the second store do not trigger the
    /// operations that a test has set.
    pub async fn stores(&self) -> (KvStore, KvStore) {
        let store = KvStore::open(self.clone()).await.expect("a store");
        (store, KvStore::open(self.engine.clone()).await.expect("a store"))
    }

    /// Sets the operation that is executed after the next scan.
    pub fn after_the_next_scan(&self, deed: impl Future<Output = ()> + Send + 'static) {
        set(&self.after_scan, deed);
    }

    /// Sets the operation that is executed before the next write.
    pub fn before_the_next_write(&self, deed: impl Future<Output = ()> + Send + 'static) {
        set(&self.before_write, deed);
    }
}

#[async_trait]
impl Engine for Meddling {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Value>>, EngineError> {
        self.engine.get(keys).await
    }

    async fn scan(&self, from: &[u8], until: &[u8], limit: usize) -> Result<Vec<(Key, Value)>, EngineError> {
        let pairs = self.engine.scan(from, until, limit).await;
        execute(&self.after_scan).await;
        pairs
    }

    async fn write(&self, write: Write) -> Result<Outcome, EngineError> {
        execute(&self.before_write).await;
        self.engine.write(write).await
    }
}
