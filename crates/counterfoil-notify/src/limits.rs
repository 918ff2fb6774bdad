//! A worker's limits and timeouts.

use std::num::NonZeroU32;
use std::time::Duration;

/// A worker's limits. The defaults suit a nearby mail server and some thousand notices a day.
///
/// ```
/// use counterfoil_notify::Limits;
///
/// let limits = Limits::default().with_budget(100.try_into().expect("not zero"));
/// assert!(limits.lease() > limits.send_timeout);
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// The pause between the end of a run and the next run. Default: a minute.
    pub interval: Duration,
    /// The maximum random time that is added to each interval, so that the nodes do not all run at the same time.
    /// Default: 15 seconds.
    pub jitter: Duration,
    /// The maximum number of notices that one run sends. The rest is sent in the next run. All notices of a person are
    /// sent in one message, so a run can send a few notices more. Default: 1,000.
    pub budget: NonZeroU32,
    /// The maximum time that a transport is given to deliver one message, at most 50 minutes. Default: 30 seconds.
    pub send_timeout: Duration,
    /// The number of people to whom messages are sent at the same time. A value below 1 counts as 1, and a value above
    /// 64 as 64. Default: 4.
    pub at_once: usize,
    /// How long to wait after the first failed delivery to a person. Each further failure doubles the wait. Default: 5
    /// minutes.
    pub first_back_off: Duration,
    /// The longest wait after failed deliveries to a person. Default: 4 hours.
    pub longest_back_off: Duration,
}

/// The time that a claim lasts in addition to the timeout of a delivery. The worker needs it to claim the notices and
/// to record the outcome.
const MARGIN: Duration = Duration::from_secs(120);

/// The maximum timeout of a delivery. Together with [`MARGIN`] it must not exceed the longest claim, which is an hour.
const LONGEST: Duration = Duration::from_secs(50 * 60);

impl Limits {
    /// Sets [`interval`](Self::interval).
    #[must_use]
    pub const fn with_interval(mut self, interval: Duration) -> Self {
        self.interval = interval;
        self
    }

    /// Sets [`jitter`](Self::jitter).
    #[must_use]
    pub const fn with_jitter(mut self, jitter: Duration) -> Self {
        self.jitter = jitter;
        self
    }

    /// Sets [`budget`](Self::budget).
    #[must_use]
    pub const fn with_budget(mut self, budget: NonZeroU32) -> Self {
        self.budget = budget;
        self
    }

    /// Sets [`send_timeout`](Self::send_timeout).
    #[must_use]
    pub const fn with_send_timeout(mut self, send_timeout: Duration) -> Self {
        self.send_timeout = send_timeout;
        self
    }

    /// Sets [`at_once`](Self::at_once).
    #[must_use]
    pub const fn with_at_once(mut self, at_once: usize) -> Self {
        self.at_once = at_once;
        self
    }

    /// Sets [`first_back_off`](Self::first_back_off).
    #[must_use]
    pub const fn with_first_back_off(mut self, first_back_off: Duration) -> Self {
        self.first_back_off = first_back_off;
        self
    }

    /// Sets [`longest_back_off`](Self::longest_back_off).
    #[must_use]
    pub const fn with_longest_back_off(mut self, longest_back_off: Duration) -> Self {
        self.longest_back_off = longest_back_off;
        self
    }

    /// How long a worker claims a notice. It is [`send_timeout`](Self::send_timeout) (at most 50 minutes) plus two
    /// minutes.
    #[must_use]
    pub fn lease(&self) -> Duration {
        self.timeout().saturating_add(MARGIN)
    }

    /// The timeout of a delivery, at most [`LONGEST`].
    pub(crate) fn timeout(&self) -> Duration {
        self.send_timeout.min(LONGEST)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            interval: Duration::from_secs(60),
            jitter: Duration::from_secs(15),
            budget: NonZeroU32::MIN.saturating_add(999),
            send_timeout: Duration::from_secs(30),
            at_once: 4,
            first_back_off: Duration::from_secs(5 * 60),
            longest_back_off: Duration::from_secs(4 * 3_600),
        }
    }
}
