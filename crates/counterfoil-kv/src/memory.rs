//! An engine in memory, for tests.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::engine::{Engine, EngineError, Key, Outcome, Value, Write};

/// An engine that keeps its pairs in an ordered map behind a lock. A clone is another handle to the same pairs. The
/// pairs are dropped with the last handle.
#[derive(Clone, Debug, Default)]
pub struct MemoryEngine(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    pairs: BTreeMap<Key, Value>,
    down: bool,
}

impl MemoryEngine {
    /// Begins an outage if `down` is true, and ends it otherwise. During an outage, every call fails with an
    /// [`EngineError`].
    pub fn set_down(&self, down: bool) {
        self.lock().down = down;
    }

    /// Returns the number of stored key-value pairs.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().pairs.len()
    }

    /// Returns true if no key-value pair is stored.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn up(&self) -> Result<MutexGuard<'_, Kept>, EngineError> {
        let kept = self.lock();
        if kept.down { Err(EngineError::not_done("out of reach, as a test asked")) } else { Ok(kept) }
    }
}

#[async_trait]
impl Engine for MemoryEngine {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Value>>, EngineError> {
        let kept = self.up()?;
        Ok(keys.iter().map(|key| kept.pairs.get(key).cloned()).collect())
    }

    async fn scan(&self, from: &[u8], until: &[u8], limit: usize) -> Result<Vec<(Key, Value)>, EngineError> {
        let kept = self.up()?;
        let range = kept.pairs.range::<[u8], _>((Bound::Included(from), Bound::Excluded(until)));
        Ok(range.take(limit).map(|(key, value)| (key.clone(), value.clone())).collect())
    }

    async fn write(&self, write: Write) -> Result<Outcome, EngineError> {
        let mut kept = self.up()?;
        if write.expect.iter().any(|(key, value)| kept.pairs.get(key) != value.as_ref()) {
            return Ok(Outcome::Conflict);
        }
        for (key, value) in write.change {
            match value {
                Some(value) => drop(kept.pairs.insert(key, value)),
                None => drop(kept.pairs.remove(&key)),
            }
        }
        Ok(Outcome::Applied)
    }
}
