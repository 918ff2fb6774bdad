//! The interface between the store and a key-value engine.

use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::store::StoreSource;

/// A key. Keys are ordered byte by byte.
pub type Key = Vec<u8>;
/// A value. An empty value is still a value; index entries use it.
pub type Value = Vec<u8>;

/// An ordered key-value engine with three calls. Each call is atomic.
///
/// The trait is object safe, and [`KvStore`](crate::KvStore) holds an `Arc<dyn Engine>`. So one compiled store serves
/// every engine, and an engine can be wrapped, for example to count calls or to add a prefix to each key. The virtual
/// call costs nothing compared with the engine.
///
/// # What an adapter must guarantee
///
/// - **Every call sees every write that was acknowledged before the call began**, whichever handle or process made the
///   write. Never read from a cache, or from a replica that may lag.
/// - **A call reads one moment.** All values of one [`get`](Engine::get) are from the same instant, and so are all
///   pairs of one [`scan`](Engine::scan).
/// - **An acknowledged write is durable.**
/// - **If the future of a write is dropped**, all of the write or none of it takes effect, immediately or shortly
///   after.
///
/// # What the store requests
///
/// One `get` names at most 100 keys, unless more records than that are inserted at once. One `write` names all keys
/// that its step changes: at most about a hundred in a purge, about seven for each new record, and five for each family
/// that is ended to make room for another. Label keys are the longest: at most about 10 KB if the policy allows labels
/// of 255 characters, otherwise well below 1 KB. No value is longer than the document that it holds.
#[async_trait]
pub trait Engine: Send + Sync + 'static {
    /// The values of the keys, in the order of `keys`; `None` for a missing key.
    ///
    /// # Errors
    ///
    /// [`EngineError`] if the engine cannot answer.
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Value>>, EngineError>;

    /// The first `limit` pairs with `from <= key < until`, in the order of their keys. Returns fewer only if there are
    /// no more.
    ///
    /// # Errors
    ///
    /// [`EngineError`] if the engine cannot answer.
    async fn scan(&self, from: &[u8], until: &[u8], limit: usize) -> Result<Vec<(Key, Value)>, EngineError>;

    /// Applies all changes if every expectation holds, and none otherwise, in one atomic step.
    ///
    /// An expectation is compared with the value at the moment when the changes are applied. An engine may also return
    /// [`Outcome::Conflict`] for other reasons, such as a lost optimistic transaction or a lease that moved. The store
    /// then reads again.
    ///
    /// # Errors
    ///
    /// [`EngineError`] if the engine does not know whether the changes were applied, or could not try.
    async fn write(&self, write: Write) -> Result<Outcome, EngineError>;

    /// Waits before a step is retried after `conflicts` conflicts. The default lets other tasks run, which suits an
    /// engine in the same process. The adapter of a remote engine should sleep for a short, growing and random time.
    async fn pause(&self, conflicts: u32) {
        let _ = conflicts;
        let mut yielded = false;
        std::future::poll_fn(|context| {
            if std::mem::replace(&mut yielded, true) {
                return std::task::Poll::Ready(());
            }
            context.waker().wake_by_ref();
            std::task::Poll::Pending
        })
        .await;
    }
}

#[async_trait]
impl<E: Engine + ?Sized> Engine for Arc<E> {
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Value>>, EngineError> {
        (**self).get(keys).await
    }

    async fn scan(&self, from: &[u8], until: &[u8], limit: usize) -> Result<Vec<(Key, Value)>, EngineError> {
        (**self).scan(from, until, limit).await
    }

    async fn write(&self, write: Write) -> Result<Outcome, EngineError> {
        (**self).write(write).await
    }

    async fn pause(&self, conflicts: u32) {
        (**self).pause(conflicts).await;
    }
}

/// One conditional write over several keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Write {
    /// The expected value of each key; `None` if the key must be missing. Each key occurs once.
    pub expect: Vec<(Key, Option<Value>)>,
    /// The new value of each key; `None` removes the key, which may already be missing. Each key occurs once.
    pub change: Vec<(Key, Option<Value>)>,
}

/// The outcome of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    /// All changes were applied.
    Applied,
    /// Nothing was changed.
    Conflict,
}

/// The error of an engine that cannot answer.
#[derive(Debug, thiserror::Error)]
#[error("the engine cannot answer")]
#[non_exhaustive]
pub struct EngineError {
    /// Whether the same call may succeed a moment later.
    pub retry: bool,
    /// Whether the changes may have been applied. True whenever the request may have been sent.
    pub maybe_done: bool,
    /// The engine's own error.
    #[source]
    pub source: Option<StoreSource>,
}

impl EngineError {
    /// The error of a call that changed nothing: a read, or a write that was not sent.
    pub fn not_done(source: impl Into<StoreSource>) -> Self {
        Self { retry: true, maybe_done: false, source: Some(source.into()) }
    }

    /// The error of a write whose outcome is unknown.
    pub fn unknown(source: impl Into<StoreSource>) -> Self {
        Self { retry: true, maybe_done: true, source: Some(source.into()) }
    }
}
