//! The result of a run.

/// What one run of a worker did. Counts are of notices, unless they say digests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Digests that the transport took.
    pub digests: u64,
    /// Notices in those digests, marked as sent.
    pub sent: u64,
    /// Settled without sending, because the owner's account is disabled or deleted. Each is also an event
    /// ([`EventKind::NoticeWithheld`](counterfoil::event::EventKind::NoticeWithheld)).
    pub withheld: u64,
    /// Permanently refused by the transport.
    pub refused: u64,
    /// Temporarily refused by the transport. They are tried again after the back-off.
    pub delayed: u64,
    /// About expired credentials, and waiting to be sent together with later ones, as the policy's gathering says.
    pub waiting: u64,
    /// Due but not tried: over the budget; or the transport was down, the worker was stopped, or another worker handles
    /// the same person.
    pub left: u64,
    /// Sent, but not marked as sent, because the expiry was changed meanwhile or the lease had ended.
    pub overtaken: u64,
    /// Credentials whose next notice got another time, because the policy or the settings changed when notices are due.
    pub rearmed: u64,
    /// Whether the transport was found to be down.
    pub down: bool,
}

impl Report {
    pub(crate) fn add(&mut self, other: Self) {
        self.digests += other.digests;
        self.sent += other.sent;
        self.withheld += other.withheld;
        self.refused += other.refused;
        self.delayed += other.delayed;
        self.waiting += other.waiting;
        self.left += other.left;
        self.overtaken += other.overtaken;
        self.rearmed += other.rearmed;
        self.down |= other.down;
    }

    /// Writes the report to `tracing`: a warning if something could not be sent, an info message if something was done,
    /// a debug message otherwise.
    pub(crate) fn tell(&self) {
        let report = self;
        if self.down {
            tracing::warn!(target: "counterfoil::notice", ?report, "the transport is down: notices wait");
        } else if self.refused > 0 || self.delayed > 0 {
            tracing::warn!(target: "counterfoil::notice", ?report, "not all notices were sent");
        } else if self.sent > 0 {
            tracing::info!(target: "counterfoil::notice", ?report, "notices were sent");
        } else if self.withheld > 0 {
            tracing::info!(target: "counterfoil::notice", ?report, "notices were withheld");
        } else if self.rearmed > 0 {
            tracing::info!(target: "counterfoil::notice", ?report, "notices were set to another time");
        } else {
            tracing::debug!(target: "counterfoil::notice", ?report, "no notice was to be sent");
        }
    }
}
