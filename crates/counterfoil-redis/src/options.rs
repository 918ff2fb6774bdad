//! What a host decides about a store.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::error::SetupError;

/// The default deadline of a call: longer than a successful fail-over.
const DEADLINE: Duration = Duration::from_secs(10);

/// Waiting for replicas after each insert, rotate and revoke, on connections of its own.
///
/// WAIT does not make Redis lossless: a replica that has a write need not be the one that is promoted. It makes losses
/// rare. A call whose write reached too few in time is `Unavailable` with `maybe_done: true` and
/// [`NotReplicated`](crate::NotReplicated) as its source; the same call again recognises its own write, and waits
/// again, for what stands as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waits {
    pub(crate) replicas: NonZeroU32,
    pub(crate) within: Duration,
    pub(crate) connections: NonZeroU32,
}

impl Waits {
    /// Waits for that many replicas, for at most that long (at least a millisecond), on 4 connections.
    #[must_use]
    pub fn new(replicas: NonZeroU32, within: Duration) -> Self {
        // WAIT takes 0 for "for ever".
        let within = within.max(Duration::from_millis(1));
        Self { replicas, within, connections: NonZeroU32::MIN.saturating_add(3) }
    }

    /// The number of connections: that many writes wait at once, the others queue.
    #[must_use]
    pub fn on_connections(self, connections: NonZeroU32) -> Self {
        Self { connections, ..self }
    }
}

/// How a store is opened.
///
/// ```
/// use std::num::NonZeroU32;
/// use std::time::Duration;
///
/// use counterfoil_redis::{Options, Waits};
///
/// let options = Options::new().prefix("billing").waits(Waits::new(NonZeroU32::MIN, Duration::from_millis(200)));
/// assert_ne!(options, Options::default());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub(crate) prefix: String,
    pub(crate) deadline: Duration,
    pub(crate) waits: Option<Waits>,
    pub(crate) volatile: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { prefix: "counterfoil".to_owned(), deadline: DEADLINE, waits: None, volatile: false }
    }
}

impl Options {
    /// Keys that begin with `counterfoil`, a deadline of 10 s, no waiting for replicas, an append-only file demanded.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What every key begins with: 1 to 64 visible ASCII characters but braces. Stores with different prefixes are
    /// apart.
    #[must_use]
    pub fn prefix(mut self, prefix: &str) -> Self {
        prefix.clone_into(&mut self.prefix);
        self
    }

    /// How long a call is waited for before it is `Unavailable`.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Waits for replicas.
    #[must_use]
    pub fn waits(mut self, waits: Waits) -> Self {
        self.waits = Some(waits);
        self
    }

    /// Accepts a server without an append-only file. A restart may lose writes, including revocations, so that revoked
    /// credentials are valid again. For services that keep their data by other means, and for tests.
    #[must_use]
    pub fn volatile(mut self) -> Self {
        self.volatile = true;
        self
    }

    pub(crate) fn check(&self) -> Result<(), SetupError> {
        let fits = (1..=64).contains(&self.prefix.len())
            && self.prefix.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'{' | b'}'));
        if fits {
            Ok(())
        } else {
            Err(SetupError::refused("the prefix is not 1 to 64 visible ASCII characters without braces"))
        }
    }
}
