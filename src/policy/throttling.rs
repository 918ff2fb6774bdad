//! How many failures are let through before everybody has to wait.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use crate::types::time::Span;

/// So many failures in so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowance {
    /// How many.
    pub failures: NonZeroU32,
    /// In which time, from the first of them on; in back-off one waits for its end.
    pub window: Span,
}

impl Allowance {
    /// So many failures in so long.
    #[must_use]
    pub const fn new(failures: NonZeroU32, window: Span) -> Self {
        Self { failures, window }
    }
}

/// Throttling of failures at the token endpoint, revocation, introspection and sign-in; of bearer use never.
///
/// Counters are kept per (canonical account, source), (client, source) and source alone, the source's for logins and for client secrets apart.
/// So nobody can lock out an owner or a client from elsewhere. Where the host knows no source ([`Source::Unknown`](crate::types::Source)) nothing is
/// counted and a right secret is never refused: how fast passwords can be guessed there is the directory's to limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Throttling {
    /// Wrong passwords per account and source. Logins under way take up places until they end.
    pub account: Allowance,
    /// Wrong secrets per client and source. Requests under way take up places, so this also bounds how many of one client and source run at once.
    pub client: Allowance,
    /// Wrong passwords per source, and wrong client secrets per source: as many of each.
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
            account: Allowance::new(failures(10), Span::minutes(1)),
            // Requests under way take up places, and one gateway sends many at once; secrets are not guessed in a hundred.
            client: Allowance::new(failures(100), Span::minutes(1)),
            source: Allowance::new(failures(1_000), Span::minutes(1)),
        }
    }
}
