//! What happens to credentials whose secret was reported as leaked.

use serde::{Deserialize, Serialize};

use crate::types::kind::TokenKind;

/// What [`Counterfoil::report_leaked`](crate::Counterfoil::report_leaked) does to a credential. A report always ends
/// personal access tokens, sign-ins and console sessions. A security code or a client secret may be in use by a machine
/// that nobody watches. So by default, such a credential is not ended: the creator of the code gets a notice, and the
/// host gets an event.
///
/// ```
/// use counterfoil::policy::Policy;
///
/// let mut policy = Policy::default();
/// assert!(!policy.leaks.end_codes && !policy.leaks.end_client_secrets);
/// policy.leaks.queued = 99;
/// assert_eq!(policy.check().unwrap_err().field, "leaks.queued");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Leaks {
    /// Whether a leaked security code is ended.
    pub end_codes: bool,
    /// Whether a leaked client secret is removed from its client. A client without a secret cannot authenticate until
    /// an administrator gives it a new one.
    pub end_client_secrets: bool,
    /// The largest number of reported texts that wait in this process to be looked up, from 100 to 100,000. A text has
    /// at most 1,024 bytes. If a report would exceed this number, all its texts are refused.
    pub queued: u32,
}

impl Default for Leaks {
    fn default() -> Self {
        Self { end_codes: false, end_client_secrets: false, queued: 10_000 }
    }
}

impl Leaks {
    /// The smallest valid value of [`Leaks::queued`]: the size of the largest report.
    pub(crate) const LEAST_QUEUED: u32 = 100;
    /// The largest valid value of [`Leaks::queued`].
    pub(crate) const MOST_QUEUED: u32 = 100_000;

    /// Whether a leaked credential of this kind is ended.
    pub(crate) const fn ends(&self, kind: TokenKind) -> bool {
        match kind {
            TokenKind::SecurityCode => self.end_codes,
            TokenKind::ClientSecret => self.end_client_secrets,
            TokenKind::PersonalAccessToken
            | TokenKind::AccessToken
            | TokenKind::RefreshToken
            | TokenKind::ConsoleSession => true,
        }
    }
}
