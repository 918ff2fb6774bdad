//! How many failures are allowed before further attempts are refused.

use std::num::NonZeroU32;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::types::duration::{minutes, whole_seconds};

/// A number of failures that is allowed within a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowance {
    /// The number of failures.
    pub failures: NonZeroU32,
    /// The window: 1 s to 1 day from the first of the failures. If the number is reached, attempts are refused until
    /// its end.
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

/// Throttling of failures at the token endpoint, revocation, introspection and sign-in. Bearer tokens are not
/// throttled.
///
/// Counters are kept per (canonical account, source), (client, source) and source. A source has separate counters for
/// logins and for client secrets. So one source cannot lock out an owner or a client at another source. If the host
/// does not know the source ([`Source::Unknown`](crate::types::Source)), nothing is counted and a correct secret is
/// never refused. The directory must then limit password guessing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Throttling {
    /// Wrong passwords per account and source. Logins under way count too, until they end.
    pub account: Allowance,
    /// Wrong secrets per client and source. Requests under way count too, so this also limits the concurrent requests
    /// of one client and source.
    pub client: Allowance,
    /// Wrong passwords per source, and wrong client secrets per source. The limit applies to each of the two
    /// separately.
    pub source: Allowance,
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
            // Requests under way count too, and a gateway sends many at once. A secret cannot be guessed in a hundred
            // attempts.
            client: Allowance::new(failures(100), minutes(1)),
            source: Allowance::new(failures(1_000), minutes(1)),
        }
    }
}
