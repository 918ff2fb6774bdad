//! One step of the store. A step reads, decides on changes, and makes one conditional write.
//!
//! The conditional write expects the values that the step has read by key. So the write fails if one of these values
//! has changed since then. A scan has no such check. A scan is safe only if the step also reads a guarding row that
//! every change of the scanned entries writes; see [`crate::layout`].

use std::collections::BTreeMap;

use counterfoil::store::{StoreError, StoreSource};

use crate::engine::{Engine, EngineError, Key, Outcome, Value, Write};

/// A step in progress: the values that it has read, and the changes that it will write.
pub(crate) struct Step<'a> {
    engine: &'a dyn Engine,
    op: &'static str,
    read: BTreeMap<Key, Option<Value>>,
    change: BTreeMap<Key, Option<Value>>,
    /// The number of read calls that the step has made.
    looks: u32,
    /// True if the entries of a scan did not match the rows that were read after the scan. The step must then start
    /// again.
    outdated: bool,
}

impl<'a> Step<'a> {
    pub(crate) fn new(engine: &'a dyn Engine, op: &'static str) -> Self {
        Self { engine, op, read: BTreeMap::new(), change: BTreeMap::new(), looks: 0, outdated: false }
    }

    /// Reads the values of the keys from one snapshot. Skips keys that the step has already read.
    pub(crate) async fn load(&mut self, keys: impl IntoIterator<Item = Key>) -> Result<(), StoreError> {
        let mut keys: Vec<Key> = keys.into_iter().filter(|key| !self.read.contains_key(key)).collect();
        keys.sort_unstable();
        keys.dedup();
        if keys.is_empty() {
            return Ok(());
        }
        let values = self.ask(&keys).await?;
        self.read.extend(keys.into_iter().zip(values));
        Ok(())
    }

    async fn ask(&mut self, keys: &[Key]) -> Result<Vec<Option<Value>>, StoreError> {
        self.looks += 1;
        let values = self.engine.get(keys).await.map_err(|error| unavailable(self.op, error))?;
        if values.len() == keys.len() {
            return Ok(values);
        }
        let odd = format!("{} values were given for {} keys", values.len(), keys.len());
        Err(unavailable(self.op, EngineError { retry: false, ..EngineError::not_done(odd) }))
    }

    /// Returns the value of a loaded key, including this step's changes. `None` if the key is missing.
    pub(crate) fn value(&self, key: &Key) -> Option<&Value> {
        self.change.get(key).or_else(|| self.read.get(key))?.as_ref()
    }

    /// Reads the pairs of a range. The pairs do not include this step's changes.
    pub(crate) async fn scan(
        &mut self,
        from: &Key,
        until: &Key,
        limit: usize,
    ) -> Result<Vec<(Key, Value)>, StoreError> {
        if from >= until || limit == 0 {
            return Ok(Vec::new());
        }
        self.looks += 1;
        self.engine.scan(from, until, limit).await.map_err(|error| unavailable(self.op, error))
    }

    /// Makes the step start again. Called if the entries of a scan do not match the rows that were read after the scan.
    pub(crate) fn outdated(&mut self) {
        self.outdated = true;
    }

    pub(crate) fn put(&mut self, key: Key, value: Value) {
        self.change.insert(key, Some(value));
    }

    pub(crate) fn delete(&mut self, key: Key) {
        self.change.insert(key, None);
    }

    /// Makes the conditional write with the changes of the step. If the step has no changes but made more than one
    /// read, reads its keys again instead and compares the values. Returns false if the step must start again: the
    /// engine reported a conflict, a value has changed, or [`outdated`](Self::outdated) was called.
    pub(crate) async fn commit(mut self) -> Result<bool, StoreError> {
        if self.outdated {
            return Ok(false);
        }
        let (read, change) = (std::mem::take(&mut self.read), std::mem::take(&mut self.change));
        let change: Vec<_> = change.into_iter().filter(|(key, value)| read.get(key) != Some(value)).collect();
        if !change.is_empty() {
            let write = Write { expect: read.into_iter().collect(), change };
            let outcome = self.engine.write(write).await.map_err(|error| unavailable(self.op, error))?;
            return Ok(outcome == Outcome::Applied);
        }
        if self.looks <= 1 {
            return Ok(true);
        }
        let (keys, values): (Vec<_>, Vec<_>) = read.into_iter().unzip();
        Ok(keys.is_empty() || self.ask(&keys).await? == values)
    }
}

/// Converts an error of the engine to an error of the store.
pub(crate) fn unavailable(op: &'static str, error: EngineError) -> StoreError {
    let EngineError { retry, maybe_done, source } = error;
    StoreError::Unavailable { op, retry, maybe_done, source }
}

/// Sets `maybe_done` in the error if `carried_out` is true. `carried_out` says that the same call has already made
/// another write before it failed.
pub(crate) fn after_a_part(error: StoreError, carried_out: bool) -> StoreError {
    match error {
        StoreError::Unavailable { op, retry, maybe_done, source } => {
            StoreError::Unavailable { op, retry, maybe_done: maybe_done || carried_out, source }
        }
        other => other,
    }
}

/// The part of a step that reads and decides. After each conflict, this part is executed again.
pub(crate) trait Decision: Sync {
    /// The result that the caller of the store gets.
    type Answer: Send;

    /// Reads, decides, and records the changes in `step`.
    fn decide(&self, step: &mut Step<'_>) -> impl Future<Output = Result<Self::Answer, StoreError>> + Send;
}

/// The largest number of times a step is tried. A conflict usually means that another step succeeded. So a step fails
/// this often only if very many callers change one row at once.
const ATTEMPTS: u32 = 4_096;

/// Executes a step. Repeats it after each conflict.
pub(crate) async fn carry_out<D: Decision>(
    engine: &dyn Engine,
    op: &'static str,
    decision: &D,
) -> Result<D::Answer, StoreError> {
    for conflicts in 1..=ATTEMPTS {
        let mut step = Step::new(engine, op);
        let answer = decision.decide(&mut step).await?;
        if step.commit().await? {
            return Ok(answer);
        }
        engine.pause(conflicts).await;
    }
    let source: StoreSource = format!("the step lost the race {ATTEMPTS} times").into();
    Err(StoreError::Unavailable { op, retry: true, maybe_done: false, source: Some(source) })
}
