//! The options of a store.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::error::SetupError;

/// The default deadline of a call. A successful fail-over takes less time.
const DEADLINE: Duration = Duration::from_secs(10);

/// Makes each insert, rotation and revocation wait for replicas, on separate connections.
///
/// WAIT does not make Redis lossless: a replica that has a write may not be the one that is promoted. But losses become
/// rare. If too few replicas confirm a write in time, the call is `Unavailable` with `maybe_done: true` and
/// [`NotReplicated`](crate::NotReplicated) as its source. The same call again recognises its own write, and again waits
/// for replicas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waits {
    pub(crate) replicas: NonZeroU32,
    pub(crate) within: Duration,
    pub(crate) connections: NonZeroU32,
}

impl Waits {
    /// Waits for that many replicas, at most for that time (at least a millisecond), on 4 connections.
    #[must_use]
    pub fn new(replicas: NonZeroU32, within: Duration) -> Self {
        // WAIT takes 0 as "without a limit".
        let within = within.max(Duration::from_millis(1));
        Self { replicas, within, connections: NonZeroU32::MIN.saturating_add(3) }
    }

    /// Sets the number of connections. That many writes wait at the same time; further ones queue.
    #[must_use]
    pub fn on_connections(self, connections: NonZeroU32) -> Self {
        Self { connections, ..self }
    }
}

/// The options with which a store is opened.
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
    /// The defaults: keys that begin with `counterfoil`, a deadline of 10 s, no waiting for replicas, and an
    /// append-only file is required.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The prefix of every key: 1 to 64 visible ASCII characters except braces. Stores with different prefixes share
    /// nothing.
    #[must_use]
    pub fn prefix(mut self, prefix: &str) -> Self {
        prefix.clone_into(&mut self.prefix);
        self
    }

    /// The time after which a call without an answer is `Unavailable`.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Makes writes wait for replicas.
    #[must_use]
    pub fn waits(mut self, waits: Waits) -> Self {
        self.waits = Some(waits);
        self
    }

    /// Accepts a server without an append-only file. A restart may then lose writes, including revocations, so that
    /// revoked credentials are valid again. Meant for tests, and for services that protect their data in another way.
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
