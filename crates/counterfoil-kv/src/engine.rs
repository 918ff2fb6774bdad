//! What the store needs of a key-value engine.

use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::store::StoreSource;

/// A key. Keys are ordered byte by byte.
pub type Key = Vec<u8>;
/// A value. The empty value is a value: index entries have it.
pub type Value = Vec<u8>;

/// An ordered key-value engine: three calls, each of one moment.
///
/// The trait is object safe, and [`KvStore`](crate::KvStore) holds an `Arc<dyn Engine>`: one compiled store serves
/// every engine, and engines can be wrapped (to count calls, to put a prefix before each key). The virtual call costs
/// nothing beside the engine.
///
/// # What an adapter must keep
///
/// - **Every call sees every write that was answered before it began**, whichever handle or process made it. Never read
///   from a replica that may lag, and never from a cache.
/// - **A call is of one moment.** All values of one [`get`](Engine::get) are those of one instant, and so are all pairs
///   of one [`scan`](Engine::scan).
/// - **A write that was answered is durable.**
/// - **A future that is dropped** leaves all of its write or nothing, at once or shortly.
///
/// # What the store asks for
///
/// One `get` names at most 100 keys, but where more records than that are inserted at once. One `write` names as many
/// keys as its step changes: at most about a hundred in a purge, about seven for each new record, five for each family
/// that makes room for another. The longest keys are those of labels, at most about 10 KB where a policy allows labels
/// of 255 characters, else well below 1 KB; no value is longer than the documents that it holds.
#[async_trait]
pub trait Engine: Send + Sync + 'static {
    /// The values of those keys, in their order; `None` for a missing key.
    ///
    /// # Errors
    ///
    /// [`EngineError`] if the engine cannot answer.
    async fn get(&self, keys: &[Key]) -> Result<Vec<Option<Value>>, EngineError>;

    /// The first `limit` pairs with `from <= key < until`, in the order of the keys. Fewer only where there are no
    /// more.
    ///
    /// # Errors
    ///
    /// [`EngineError`] if the engine cannot answer.
    async fn scan(&self, from: &[u8], until: &[u8], limit: usize) -> Result<Vec<(Key, Value)>, EngineError>;

    /// Makes all changes if every expectation holds, and none otherwise, in one atomic step.
    ///
    /// An expectation is compared with the value that is there when the changes are made. An engine may answer
    /// [`Outcome::Conflict`] for other reasons too (an optimistic transaction that lost, a lease that moved): the store
    /// reads again.
    ///
    /// # Errors
    ///
    /// [`EngineError`] if the engine does not know whether the changes were made, or could not try.
    async fn write(&self, write: Write) -> Result<Outcome, EngineError>;

    /// Waits before a step is tried again that met `conflicts` conflicts. This one lets other tasks run, which is right
    /// for an engine in the same process. The adapter of a remote engine sleeps for a short, growing and random time.
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
    /// What must be there: that value, or nothing. Each key once.
    pub expect: Vec<(Key, Option<Value>)>,
    /// What then is there: that value, or nothing. Each key once; a key that is to be removed may be missing already.
    pub change: Vec<(Key, Option<Value>)>,
}

/// What became of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    /// All changes were made.
    Applied,
    /// Nothing was changed.
    Conflict,
}

/// An engine that cannot answer.
#[derive(Debug, thiserror::Error)]
#[error("the engine cannot answer")]
#[non_exhaustive]
pub struct EngineError {
    /// Whether the same call may succeed in a moment.
    pub retry: bool,
    /// Whether the changes may have been made. True whenever the request may have been sent.
    pub maybe_done: bool,
    /// The engine's own error.
    #[source]
    pub source: Option<StoreSource>,
}

impl EngineError {
    /// A call that changed nothing: a read, or a write that was not sent.
    pub fn not_done(source: impl Into<StoreSource>) -> Self {
        Self { retry: true, maybe_done: false, source: Some(source.into()) }
    }

    /// A write whose outcome is unknown.
    pub fn unknown(source: impl Into<StoreSource>) -> Self {
        Self { retry: true, maybe_done: true, source: Some(source.into()) }
    }
}
