//! The interface between the store and a key-value engine.

use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::store::StoreSource;

/// A key. Keys are ordered byte by byte.
pub type Key = Vec<u8>;
/// A value. It can be empty, as the values of most index entries are. A key with an empty value is not a missing key.
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
/// - **A call reads from one snapshot.** All values of one [`get`](Engine::get) are from the same instant, and so are
///   all pairs of one [`scan`](Engine::scan).
/// - **An acknowledged write is durable.**
/// - **A write is never applied in part.** This also holds if the caller drops the future of the write. If the engine
///   then still applies the write, it does so at once or shortly afterwards.
///
/// # What the store requests
///
/// One `get` names at most 100 keys in most calls. It names more if one call inserts or restores more than 100 records,
/// or if an insert ends more than 100 families to make room for a new one.
///
/// One `scan` has a limit of at most 512 pairs in most calls. The limit is larger if the scan counts families or
/// records for a larger limit of the policy. It is `usize::MAX` if the scan makes room for a new family, lists the
/// families of an owner, or reads a whole family to copy it.
///
/// One `write` changes all keys of one step together. In a purge these are about a hundred keys at most. In an insert
/// they are about seven for each new record, and five for each family that is ended to make room.
///
/// The longest keys contain a label. If the policy allows labels of 255 characters, such a key has at most about 10 KB.
/// Otherwise it has far less than 1 KB. The longest values contain a document, such as a client's registration.
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

    /// Applies all changes of `write` in one atomic step and returns [`Outcome::Applied`], if every expectation of
    /// `write` is true. Otherwise changes nothing and returns [`Outcome::Conflict`].
    ///
    /// The engine compares an expectation with the value at the moment at which it applies the changes. An engine is
    /// also allowed to return [`Outcome::Conflict`] for other reasons. Examples are a lost optimistic transaction, and
    /// a key range whose lease has moved to another node. After a conflict, the store reads again and sends a new
    /// write.
    ///
    /// # Errors
    ///
    /// [`EngineError`] if the engine does not know whether the changes were applied, or if it could not try to apply
    /// them.
    async fn write(&self, write: Write) -> Result<Outcome, EngineError>;

    /// Waits after a conflict, before the store reads again and sends a new write. `conflicts` is the number of
    /// conflicts that this operation has had so far. The default only lets other tasks run, which suits an engine in
    /// the same process. The adapter of a remote engine should sleep for a short random time that grows with
    /// `conflicts`.
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
    /// The new value of each key. `None` removes the key, or does nothing if the key is missing. Each key occurs once.
    pub change: Vec<(Key, Option<Value>)>,
}

/// The outcome of a write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Outcome {
    /// All expectations were true, and all changes were applied.
    Applied,
    /// Nothing was changed. An expectation was false, or the engine had another reason to refuse the write.
    Conflict,
}

/// The error of an engine that could not answer a call.
#[derive(Debug, thiserror::Error)]
#[error("the engine cannot answer")]
#[non_exhaustive]
pub struct EngineError {
    /// Whether the same call could succeed if it is repeated a moment later.
    pub retry: bool,
    /// Whether the changes of a write have possibly been applied. An adapter must set this to true if the write was
    /// possibly sent.
    pub maybe_done: bool,
    /// The engine's own error. `None` if the engine has none.
    #[source]
    pub source: Option<StoreSource>,
}

impl EngineError {
    /// Creates the error of a read, or of a write that was never sent. Nothing was changed. Sets `retry` to true.
    pub fn not_done(source: impl Into<StoreSource>) -> Self {
        Self { retry: true, maybe_done: false, source: Some(source.into()) }
    }

    /// Creates the error of a write whose outcome is unknown: its changes have been applied, or not. Sets `retry` to
    /// true.
    pub fn unknown(source: impl Into<StoreSource>) -> Self {
        Self { retry: true, maybe_done: true, source: Some(source.into()) }
    }
}
