//! The options of a store.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::error::SetupError;

/// The default time limit of a call. It is longer than a successful fail-over takes.
const DEADLINE: Duration = Duration::from_secs(10);

/// The option to wait for replicas. Each insert, rotation and revocation then returns only after enough replicas have
/// confirmed the write. These operations use connections of their own.
///
/// `WAIT` makes losses rare, but does not exclude them, because a replica without the write can be promoted. If too few
/// replicas confirm a write in time, the call returns `Unavailable` with `maybe_done: true` and
/// [`NotReplicated`](crate::NotReplicated) as its source. If the call is repeated, it recognises its own write and
/// waits for the replicas again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waits {
    pub(crate) replicas: NonZeroU32,
    pub(crate) within: Duration,
    pub(crate) connections: NonZeroU32,
}

impl Waits {
    /// Makes the option: each write waits until `replicas` replicas have confirmed it, but not longer than `within`. A
    /// `within` below one millisecond counts as one millisecond. Writes that wait for replicas use 4 connections of
    /// their own.
    #[must_use]
    pub fn new(replicas: NonZeroU32, within: Duration) -> Self {
        // `WAIT` takes 0 to mean "without a limit".
        let within = within.max(Duration::from_millis(1));
        Self { replicas, within, connections: NonZeroU32::MIN.saturating_add(3) }
    }

    /// Sets the number of connections for writes that wait for replicas. Each connection carries one such write at a
    /// time. If all of these connections are in use, the next write starts when one of them is free.
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
    pub(crate) upgrades: bool,
    pub(crate) narrowing_log: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            prefix: "counterfoil".to_owned(),
            deadline: DEADLINE,
            waits: None,
            volatile: false,
            upgrades: true,
            narrowing_log: false,
        }
    }
}

impl Options {
    /// The defaults: Redis keys begin with `counterfoil`, the deadline is 10 s, writes do not wait for replicas, and
    /// the server must have an append-only file.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the prefix of every Redis key. It consists of 1 to 64 visible ASCII characters and contains no braces.
    /// Stores with different prefixes share no data.
    #[must_use]
    pub fn prefix(mut self, prefix: &str) -> Self {
        prefix.clone_into(&mut self.prefix);
        self
    }

    /// Sets the time limit of a call. A call that has no answer by then returns `Unavailable`. The default is 10 s.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Makes writes wait for replicas. See [`Waits`].
    #[must_use]
    pub fn waits(mut self, waits: Waits) -> Self {
        self.waits = Some(waits);
        self
    }

    /// Accepts a server without an append-only file. A restart of this server can lose writes. If a revocation is lost,
    /// the revoked credential is valid again. Use this in tests, or if the data is protected in another way.
    #[must_use]
    pub fn volatile(mut self) -> Self {
        self.volatile = true;
        self
    }

    /// Sets that nothing is written when the store is opened. If the stored layout is missing or older, the store is
    /// not opened and the error is [`SetupError::Outdated`]. This suits a program that only reads.
    #[must_use]
    pub fn without_upgrade(mut self) -> Self {
        self.upgrades = false;
        self
    }

    /// Switches the log of narrowing steps on ([`NarrowingLog`](counterfoil::store::NarrowingLog)), from which caches
    /// of other nodes learn what they must read again. It stays on, and all nodes write steps from then on, also those
    /// that are opened without this option.
    /// [`RedisStore::end_narrowing_log`](crate::RedisStore::end_narrowing_log) switches it off. Together with
    /// [`without_upgrade`](Self::without_upgrade), a store whose log is off is not opened, and the error is
    /// [`SetupError::Outdated`].
    ///
    /// First stop all nodes with a version of this crate that has no log: such a node writes no steps, so caches would
    /// miss its revocations. It cannot be opened after the log is on ([`SetupError::Newer`]).
    #[must_use]
    pub fn with_narrowing_log(mut self) -> Self {
        self.narrowing_log = true;
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
