//! What a run came to.

/// What one run of a worker did. Counts are of notices, unless they say digests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Digests that the transport took.
    pub digests: u64,
    /// Notices that went out with them, and are marked so.
    pub sent: u64,
    /// Refused for good by the transport, and given up.
    pub refused: u64,
    /// Not taken now; they wait for their back-off.
    pub delayed: u64,
    /// Due and not tried: past the budget, or because the transport was found to be down, or because the worker was told to stop.
    pub left: u64,
    /// Sent, but the mark was no longer this worker's: the expiry was changed meanwhile, or the lease had run out.
    pub overtaken: u64,
    /// Whether the transport was found to be down.
    pub down: bool,
}

impl Report {
    pub(crate) fn add(&mut self, other: Self) {
        self.digests += other.digests;
        self.sent += other.sent;
        self.refused += other.refused;
        self.delayed += other.delayed;
        self.left += other.left;
        self.overtaken += other.overtaken;
        self.down |= other.down;
    }
}
