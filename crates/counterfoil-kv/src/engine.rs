//! The interface between the store and a key-value engine.

use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::store::StoreSource;

/// A key. Keys are ordered byte by byte.
pub type Key = Vec<u8>;
/// A value. An empty value is different from no value. Index entries have empty values.
pub type Value = Vec<u8>;

/// An ordered key-value engine with three calls. Each call is atomic.
///
/// The trait is object safe, and [`KvStore`](crate::KvStore) holds an `Arc<dyn Engine>`. So one compiled store serves
/// every engine. An engine can also be wrapped, for example to count calls or to add a prefix to each key. The cost of
/// the virtual call is negligible compared with the cost of the engine.
///
/// # What an adapter must guarantee
///
/// - **Every call sees every write that was acknowledged before the call began**, even if another handle or another
///   process made the write. An adapter must never read from a cache, or from a replica that may lag.
/// - **A call reads one moment.** All values of one [`get`](Engine::get) are from the same instant, and so are all
///   pairs of one [`scan`](Engine::scan).
/// - **An acknowledged write is durable.**
/// - **If the future of a write is dropped**, the engine executes the write completely or not at all. It does so
///   immediately or shortly afterwards.
///
/// # What the store requests
///
/// One `get` names at most 100 keys, except if more than 100 records are inserted at once. One `write` names all keys
/// that its step changes. These are at most about a hundred in a purge. In an insert they are about seven for each new
/// record, and five for each family that is ended to make room. The keys of labels are the longest. They have at most
/// about 10 KB if the policy allows labels of 255 characters, otherwise far less than 1 KB. No value is longer than the
/// document that it contains.
#[async_trait]
pub trait Engine: Send + Sync + 'static {
    /// Returns the values of the keys, in the order of `keys`. The value of a missing key is `None`.
    ///
    /// # Errors
    ///
    /// [`EngineError`] if the engine cannot answer.
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Value>>, EngineError>;

    /// Returns the first `limit` pairs with `from <= key < until`, in the order of their keys. Returns fewer pairs only
    /// if the range contains no more.
    ///
    /// # Errors
    ///
    /// [`EngineError`] if the engine cannot answer.
    async fn scan(&self, from: &[u8], until: &[u8], limit: usize) -> Result<Vec<(Key, Value)>, EngineError>;

    /// In one atomic step, applies all changes if every expectation is true. Otherwise applies none.
    ///
    /// The engine compares an expectation with the value at the moment at which it applies the changes. An engine may
    /// also return [`Outcome::Conflict`] for other reasons, such as a lost optimistic transaction or a lease that
    /// moved. The store then reads again.
    ///
    /// # Errors
    ///
    /// [`EngineError`] if the engine does not know whether the changes were applied, or if it could not try to apply
    /// them.
    async fn write(&self, write: Write) -> Result<Outcome, EngineError>;

    /// Waits before a step is tried again. `conflicts` is the number of conflicts so far. The default lets other tasks
    /// run, which suits an engine in the same process. The adapter of a remote engine should sleep for a short random
    /// time that grows with `conflicts`.
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
    /// The expected value of each key. `None` means that the key must be missing. Each key occurs once.
    pub expect: Vec<(Key, Option<Value>)>,
    /// The new value of each key. `None` removes the key, which may already be missing. Each key occurs once.
    pub change: Vec<(Key, Option<Value>)>,
}

/// The outcome of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    /// All expectations were true, and all changes were applied.
    Applied,
    /// Nothing was changed.
    Conflict,
}

/// The error of an engine that could not answer a call.
#[derive(Debug, thiserror::Error)]
#[error("the engine cannot answer")]
#[non_exhaustive]
pub struct EngineError {
    /// Whether the same call may succeed a moment later.
    pub retry: bool,
    /// Whether the changes may have been applied. This must be true if the request may have been sent.
    pub maybe_done: bool,
    /// The engine's own error.
    #[source]
    pub source: Option<StoreSource>,
}

impl EngineError {
    /// The error of a call that changed nothing. This is a read, or a write that was not sent.
    pub fn not_done(source: impl Into<StoreSource>) -> Self {
        Self { retry: true, maybe_done: false, source: Some(source.into()) }
    }

    /// The error of a write whose outcome is unknown.
    pub fn unknown(source: impl Into<StoreSource>) -> Self {
        Self { retry: true, maybe_done: true, source: Some(source.into()) }
    }
}
