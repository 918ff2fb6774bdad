//! Gathers the notices of one person, so that many expiries give few mails.

use serde::{Deserialize, Serialize};

use crate::types::time::Span;

/// How a person's notices are gathered into digests. Zero switches a rule off.
///
/// ```
/// use counterfoil::policy::Gather;
/// use counterfoil::types::Span;
///
/// let gather = Gather::default();
/// assert_eq!((gather.ahead, gather.gap, gather.longest_wait), (Span::hours(24), Span::hours(1), Span::hours(6)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Gather {
    /// A digest with an advance notice includes the person's advance notices that become due within this time. At
    /// most 7 days.
    pub ahead: Span,
    /// Notices on expiry wait until no further credential of the person has expired for this time. At most
    /// `longest_wait`.
    pub gap: Span,
    /// The longest wait, counted from the first expiry. At most 1 day.
    pub longest_wait: Span,
}

impl Default for Gather {
    fn default() -> Self {
        Self { ahead: Span::hours(24), gap: Span::hours(1), longest_wait: Span::hours(6) }
    }
}
