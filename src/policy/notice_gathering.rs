//! Sends several notices of one person in one mail, so that many expiries cause few mails.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::types::duration::{hours, whole_seconds};

/// How the notices of one person are combined into one mail, called a digest. If a duration is zero, its rule is off.
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
    /// How early an advance notice can be sent to share a mail with others. If a mail contains an advance notice that
    /// is due, it also contains all advance notices of the person that become due within this time after the mail is
    /// sent. This time is at most 7 days.
    #[serde(with = "whole_seconds")]
    pub ahead: Duration,
    /// How long a notice on expiry waits for further expiries of the person's credentials. Each further expiry starts
    /// this time again. This time is at most as long as `longest_wait`.
    #[serde(with = "whole_seconds")]
    pub gap: Duration,
    /// The longest time that a notice on expiry waits. The wait is counted from the earliest expiry among the waiting
    /// notices. This time is at most 1 day.
    #[serde(with = "whole_seconds")]
    pub longest_wait: Duration,
}

impl Default for Gather {
    fn default() -> Self {
        Self { ahead: hours(24), gap: hours(1), longest_wait: hours(6) }
    }
}
