//! An engine that counts its calls.

use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use counterfoil_kv::{Engine, EngineError, Key, MemoryEngine, Outcome, Value, Write};
use std::sync::Arc;

/// The number of keys and pairs that were read, the number of keys that were written, and the number of calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub calls: usize,
    pub read: usize,
    pub written: usize,
}

/// An engine in memory that counts its calls. All clones have the same counts.
#[derive(Clone, Default)]
pub struct Counted {
    engine: MemoryEngine,
    counts: Arc<[AtomicUsize; 3]>,
}

impl Counted {
    /// Returns the counts since the last call of this method.
    pub fn take(&self) -> Counts {
        let [calls, read, written] = &*self.counts;
        let take = |count: &AtomicUsize| count.swap(0, Ordering::Relaxed);
        Counts { calls: take(calls), read: take(read), written: take(written) }
    }

    fn count(&self, read: usize, written: usize) {
        for (count, more) in self.counts.iter().zip([1, read, written]) {
            count.fetch_add(more, Ordering::Relaxed);
        }
    }

    pub fn len(&self) -> usize {
        self.engine.len()
    }
}

#[async_trait]
impl Engine for Counted {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Value>>, EngineError> {
        self.count(keys.len(), 0);
        self.engine.get(keys).await
    }

    async fn scan(&self, from: &[u8], until: &[u8], limit: usize) -> Result<Vec<(Key, Value)>, EngineError> {
        let found = self.engine.scan(from, until, limit).await?;
        self.count(found.len(), 0);
        Ok(found)
    }

    async fn write(&self, write: Write) -> Result<Outcome, EngineError> {
        self.count(0, write.change.len());
        self.engine.write(write).await
    }
}
