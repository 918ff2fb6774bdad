//! How many failures are allowed before further attempts are refused.

use std::num::NonZeroU32;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::types::duration::{minutes, whole_seconds};

/// The number of failures that are allowed within a window of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowance {
    /// The number of failures in a window at which further attempts are refused.
    pub failures: NonZeroU32,
    /// The length of the window, from 1 s to 1 day. The window starts at the first failure. If the number of failures
    /// is reached, attempts are refused until the end of the window.
    #[serde(with = "whole_seconds")]
    pub window: Duration,
}

impl Allowance {
    /// Allows that many failures within that window.
    #[must_use]
    pub const fn new(failures: NonZeroU32, window: Duration) -> Self {
        Self { failures, window }
    }
}

/// Limits on failures at the token endpoint, the revocation and introspection endpoints, and sign-in. Failures of
/// bearer tokens are not limited.
///
/// Failures are counted for each pair of account (by canonical name) and source, for each pair of client and source,
/// and for each source. A source has separate counters for logins and for client secrets. Every counter belongs to a
/// single source, so one source cannot block an owner or a client at another source. If the host does not know the
/// source ([`Source::Unknown`](crate::types::Source)), nothing is counted, so a correct secret is never refused because
/// of failures. The directory must then limit password guessing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Throttling {
    /// Wrong passwords per account and source. A login in progress also counts towards the limit until it ends.
    pub account: Allowance,
    /// Wrong secrets per client and source. A request in progress also counts towards the limit until it ends, so the
    /// limit also applies to the concurrent requests of one client and source.
    pub client: Allowance,
    /// Wrong passwords per source, and wrong client secrets per source. Passwords and client secrets are counted
    /// separately.
    pub source: Allowance,
    /// Reports of leaked texts per source
    /// ([`Counterfoil::accept_leak_report`](crate::Counterfoil::accept_leak_report)). Every report counts, even if all
    /// its texts are unknown.
    pub leaks: Allowance,
}

const fn failures(count: u32) -> NonZeroU32 {
    match NonZeroU32::new(count) {
        Some(count) => count,
        None => NonZeroU32::MIN,
    }
}

impl Default for Throttling {
    fn default() -> Self {
        Self {
            account: Allowance::new(failures(10), minutes(1)),
            // Requests in progress also count, and a gateway sends many at the same time, so the number is high. A
            // secret cannot be guessed in a hundred attempts.
            client: Allowance::new(failures(100), minutes(1)),
            source: Allowance::new(failures(1_000), minutes(1)),
            leaks: Allowance::new(failures(30), minutes(1)),
        }
    }
}
