//! Gathers the notices of one person, so that many expiries cause few mails.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::types::duration::{hours, whole_seconds};

/// How a person's notices are gathered into digests. Zero switches a rule off.
///
/// ```
/// use counterfoil::policy::Gather;
///
/// let gather = Gather::default();
/// let hours = [gather.ahead, gather.gap, gather.longest_wait].map(|time| time.as_secs() / 3_600);
/// assert_eq!(hours, [24, 1, 6]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Gather {
    /// If a digest contains an advance notice, it also contains the person's advance notices that become due within
    /// this time. At most 7 days.
    #[serde(with = "whole_seconds")]
    pub ahead: Duration,
    /// Notices on expiry wait until no other credential of the person has expired for this time. At most
    /// `longest_wait`.
    #[serde(with = "whole_seconds")]
    pub gap: Duration,
    /// The longest wait of a notice on expiry, counted from the first expiry. At most 1 day.
    #[serde(with = "whole_seconds")]
    pub longest_wait: Duration,
}

impl Default for Gather {
    fn default() -> Self {
        Self { ahead: hours(24), gap: hours(1), longest_wait: hours(6) }
    }
}
