//! The result of a worker's run.

/// The result of one run of a worker. Unless its documentation says otherwise, a field contains a number of notices.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// The number of messages that the transport accepted. A message contains all notices of one person.
    pub digests: u64,
    /// The number of notices in the accepted messages.
    pub sent: u64,
    /// The number of notices that were settled without sending, because nobody is entitled to them: the owner's account
    /// is disabled or deleted, or the credential is older than the account's `valid_since`. Each such notice is also
    /// reported as an event ([`EventKind::NoticeWithheld`](counterfoil::event::EventKind::NoticeWithheld)).
    pub withheld: u64,
    /// The number of notices that the transport refused permanently. They are not tried again.
    pub refused: u64,
    /// The number of notices that were not sent because of a temporary failure. They are tried again after the
    /// back-off.
    pub delayed: u64,
    /// The number of notices about expired credentials that wait to be sent together with later notices. The policy
    /// says how long they wait.
    pub waiting: u64,
    /// The number of due notices that this run did not try, because the budget was used up, the transport is down, the
    /// worker was stopped, or another worker handles the same person. If there are more due notices than the budget
    /// allows, the run does not read all of them. All notices beyond the budget together are then counted as one.
    pub left: u64,
    /// The number of notices whose claim was no longer valid when the outcome was recorded. During the delivery, the
    /// credential's expiry was changed or the claim ended. If such a notice was sent, it is still recorded as sent.
    pub overtaken: u64,
    /// The number of credentials whose next notice was moved to another time because the policy or the settings
    /// changed.
    pub rearmed: u64,
    /// Whether the transport was down during the run.
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

    /// Writes the report to `tracing`. The level is warning if the transport is down or a notice was refused or
    /// delayed. It is info if notices were sent, withheld or moved to another time. Otherwise it is debug.
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
