//! How much a worker does at once, and how long it waits for what.

use std::num::NonZeroU32;
use std::time::Duration;

use counterfoil::types::Span;

/// A worker's measures. The defaults suit a mail server next door and some thousands of notices a day.
///
/// ```
/// use counterfoil_notify::Limits;
///
/// let limits = Limits { budget: 100.try_into().expect("not zero"), ..Limits::default() };
/// assert!(limits.lease().whole_seconds() > limits.send_timeout.as_secs());
/// ```
#[derive(Clone, Debug)]
pub struct Limits {
    /// From the end of one run of the loop to the next. A minute.
    pub interval: Duration,
    /// Up to so much is added to each interval, by chance, so that the nodes of a fleet do not run in step. 15 seconds.
    pub jitter: Duration,
    /// How many notices one run takes; the others wait for the next. A person's digest is not cut, so it may be some more. 1,000.
    pub budget: NonZeroU32,
    /// How long a transport may take for one digest, at most 50 minutes. 30 seconds.
    pub send_timeout: Duration,
    /// Digests on their way at once, 1 to 64; others count as the nearer of these. 4.
    pub at_once: usize,
    /// The first wait after a failure; each further failure for the same person doubles it. 5 minutes.
    pub first_back_off: Span,
    /// The longest wait after failures. 4 hours.
    pub longest_back_off: Span,
}

/// What a lease has for claiming and settling beside the sending itself.
const MARGIN: Duration = Duration::from_secs(120);

/// A claim holds for an hour at most.
const LONGEST: Duration = Duration::from_secs(50 * 60);

impl Limits {
    /// For how long a claim keeps others off: the time of a send and two minutes, so that it outlasts the transport's time-out.
    #[must_use]
    pub fn lease(&self) -> Span {
        span(self.timeout().saturating_add(MARGIN))
    }

    /// The time-out of a send, within what a lease can outlast.
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
            first_back_off: Span::minutes(5),
            longest_back_off: Span::hours(4),
        }
    }
}

/// In whole microseconds, capped.
pub(crate) fn span(duration: Duration) -> Span {
    u64::try_from(duration.as_micros()).ok().and_then(Span::from_micros).unwrap_or(Span::MAX)
}
