//! Decides when the shared connection is silent for too long and must be replaced. It must be replaced if no call has
//! succeeded for [`PATIENCE`], or if one call has waited this long for its answer.

use std::time::Duration;

use tokio::time::Instant;

use super::state::is_older;

/// The time after which a silent connection is replaced.
pub(crate) const PATIENCE: Duration = Duration::from_secs(3);

/// What is known about the answers of the shared connection.
#[derive(Default)]
pub(super) struct Silence {
    /// The time of the first call after the last success, or `None` if there was no such call. If no call begins for
    /// [`PATIENCE`], the next call counts as the first one.
    since: Option<Instant>,
    last_call: Option<Instant>,
    renewed_at: Option<Instant>,
}

impl Silence {
    /// Records that a call begins at `now`. Returns true if calls have been made for at least [`PATIENCE`] and none of
    /// them has succeeded.
    pub(super) fn call(&mut self, now: Instant) -> bool {
        // The last caller may have been dropped before its answer came. So a pause without calls does not prove
        // silence.
        if self.last_call.replace(now).is_some_and(|last| is_silent(last, now)) {
            self.since = None;
        }
        is_silent(*self.since.get_or_insert(now), now)
    }

    /// Records that a call has succeeded, or that a new connection was opened.
    pub(super) fn end(&mut self) {
        self.since = None;
    }

    /// Whether the connection may be replaced now. At most one attempt is made in each period of [`PATIENCE`].
    pub(super) fn may_renew(&mut self, now: Instant) -> bool {
        let may = is_older(self.renewed_at, PATIENCE, now);
        if may {
            self.renewed_at = Some(now);
        }
        may
    }
}

/// Whether a connection that has given no answer since `since` is silent for too long.
pub(super) fn is_silent(since: Instant, now: Instant) -> bool {
    now.duration_since(since) >= PATIENCE
}

/// Returns the instant at which the connection is silent for too long if it gives no answer from `now` on. If the
/// call's deadline is earlier, returns the deadline. The call waits until the returned instant.
pub(super) fn silent_at(now: Instant, deadline: Instant) -> Instant {
    (now + PATIENCE).min(deadline)
}
