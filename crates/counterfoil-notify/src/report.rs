//! What a run came to.

/// What one run of a worker did. Counts are of notices, unless they say digests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// Digests that the transport took.
    pub digests: u64,
    /// Notices in those digests, marked as sent.
    pub sent: u64,
    /// Settled without sending, since the owner's account is disabled or deleted. Each is an event too
    /// ([`EventKind::NoticeWithheld`](counterfoil::event::EventKind::NoticeWithheld)).
    pub withheld: u64,
    /// Permanently refused by the transport.
    pub refused: u64,
    /// Temporarily refused; retried after the back-off.
    pub delayed: u64,
    /// Expired, and waiting for others of the same person, as the policy gathers them.
    pub waiting: u64,
    /// Due but not tried: over the budget, or because the transport was down, the worker was stopped, or another worker
    /// is at the same person.
    pub left: u64,
    /// Sent, but the mark was no longer this worker's: the expiry was changed meanwhile, or the lease had run out.
    pub overtaken: u64,
    /// Credentials whose next notice was set anew, since the policy or the settings changed when notices are due.
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

    /// Writes it to `tracing`: a warning if something could not be sent, information if something was done, and
    /// otherwise a debug message.
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
