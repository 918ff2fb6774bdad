//! What a notice says to its recipient, and what an outstanding notice of a record is about.

use std::time::Duration;

use crate::record::leak_mark::Leak;
use crate::types::time::Timestamp;

/// What a notice says to its recipient. A template of the host puts it into words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoticeText {
    /// The credential expires in the future. The duration is counted from the claim, so it is exact even if the notice
    /// is claimed late.
    ExpiresIn(Duration),
    /// The credential has expired.
    Expired,
    /// The secret of the credential was found in a public place and reported
    /// ([`report_leaked`](crate::Counterfoil::report_leaked)).
    Leaked {
        /// Whether the credential has been ended. False for a security code that the policy does not end
        /// ([`Leaks::end_codes`](crate::policy::Leaks::end_codes)): its secret is still accepted, so the recipient must
        /// delete it.
        ended: bool,
    },
    /// An old text of a personal access token was found in a public place and reported. The text no longer works,
    /// because a rotation had replaced it. The token was not ended. The recipient must delete it if somebody else has
    /// rotated it: a thief who rotates a stolen token has its new text.
    ReplacedLeaked,
}

/// What the notice to send for a record is about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Topic {
    /// The expiry at this instant. `stage` is the stage of the notice in the schedule.
    Expiry { stage: u8, expires_at: Timestamp },
    /// A leak. `leak` says which text was found, and `ended` whether the credential has been ended.
    Leak { leak: Leak, ended: bool },
}

impl Topic {
    pub(crate) fn text(self, now: Timestamp) -> NoticeText {
        match self {
            Self::Expiry { expires_at, .. } if now.reached(expires_at) => NoticeText::Expired,
            Self::Expiry { expires_at, .. } => NoticeText::ExpiresIn(expires_at.since(now)),
            Self::Leak { leak: Leak::Working, ended } => NoticeText::Leaked { ended },
            Self::Leak { leak: Leak::Replaced, .. } => NoticeText::ReplacedLeaked,
        }
    }
}
