//! Policies. A policy contains the rules for all credentials of a host.

mod check;
mod events;
mod existing;
pub(crate) mod kept;
mod leaks;
mod micros;
mod notice_gathering;
mod presets;
mod sections;
mod service_accounts;
mod settings_in_force;
mod throttling;
mod uses;

pub use check::InvalidPolicy;
pub use events::Events;
pub use existing::Existing;
pub use leaks::Leaks;
pub use notice_gathering::Gather;
pub use sections::{
    AccessTokens, ConsoleSessions, LiveCap, Notices, PersonalAccessTokens, RefreshTokens, SecurityCodes, SettingGate,
    SwitchGate,
};
pub use service_accounts::ServiceAccounts;
pub use throttling::{Allowance, Throttling};
pub use uses::Uses;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::types::duration::whole_seconds;
use crate::types::known_scopes::KnownScopes;
use crate::types::settings::SettingName;

/// The rules for all credentials of a host. The default is hardened. [`Policy::open`] only follows the standards, and
/// allows personal access tokens. [`Policy::synergy`], [`Policy::a2nta`] and [`Policy::aodocs`] each have the rules of
/// one product. [`Policy::aal2`] follows a NIST standard.
///
/// [`Builder::build`](crate::Builder::build) removes fractions of a microsecond from each duration. Policy files
/// contain whole seconds.
///
/// ```
/// use std::time::Duration;
///
/// use counterfoil::policy::Policy;
///
/// let policy = Policy::aal2();
/// assert_eq!(policy.refresh_tokens.inactivity, Duration::from_secs(3_600));
/// assert_eq!(policy.refresh_tokens.absolute, Duration::from_secs(24 * 3_600));
/// assert_eq!(policy.refresh_tokens.grace, Duration::from_secs(10));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Policy {
    /// The rules for personal access tokens.
    pub personal_access_tokens: PersonalAccessTokens,
    /// The rules for access tokens.
    pub access_tokens: AccessTokens,
    /// The rules for refresh tokens.
    pub refresh_tokens: RefreshTokens,
    /// The rules for security codes.
    pub security_codes: SecurityCodes,
    /// The rules for console sessions.
    pub console_sessions: ConsoleSessions,
    /// The rules for service accounts.
    pub service_accounts: ServiceAccounts,
    /// The rules for expiry notices.
    pub notices: Notices,
    /// How the last use of a token is recorded.
    pub uses: Uses,
    /// What happens to credentials whose secret was reported as leaked.
    pub leaks: Leaks,
    /// How many failures are allowed before attempts are refused.
    pub throttle: Throttling,
    /// Which data is written to events.
    pub events: Events,
    /// Whether a new sign-in or session stores the device on which it was opened and the source of the request, so that
    /// lists of sign-ins show them. Device and source are personal data, so in every preset this field is false. If you
    /// set it to false again, lists still show what was stored before. A version of this library without lists of
    /// sign-ins refuses a sign-in with a stored device, so set this field to true only after all nodes are upgraded.
    pub remember_source: bool,
    /// The longest time until this process notices a change of settings or clients by another process, at most 300 s.
    /// With zero, each call reads settings and clients from the store. A request of the management API or of the
    /// console uses settings that were at most this old when the request began. If its body arrives slowly, they can be
    /// up to ten seconds older when they are used.
    #[serde(with = "whole_seconds")]
    pub settings_staleness: Duration,
    /// The longest time for which a verification may accept a credential after it was revoked or narrowed, at most 60
    /// s. It is zero without a cache ([`Builder::verification_reads`](crate::Builder::verification_reads)). All
    /// processes of a service need the same value, because
    /// [`Counterfoil::effective_by`](crate::Counterfoil::effective_by) tells it. What comes from settings and clients
    /// can be older by [`settings_staleness`](Self::settings_staleness).
    #[serde(with = "whole_seconds")]
    pub verification_staleness: Duration,
    /// How long the record of a deleted or revoked credential is kept, from 1 to 366 days. During this time, a repeated
    /// deletion of the credential also succeeds.
    #[serde(with = "whole_seconds")]
    pub tombstone: Duration,
    /// How long [`run_upkeep`](crate::Counterfoil::run_upkeep) doubts the clock. While it doubts the clock, it purges
    /// no records. A doubt begins if the clock is more than a day ahead of the previous upkeep, or if the store
    /// contains no previous upkeep. The value is 0, or from 20 minutes to 1 day. With 0, every clock is trusted at
    /// once. Use 0 only in tests.
    #[serde(with = "whole_seconds")]
    pub clock_doubt: Duration,
    /// Whether [`Builder::build`](crate::Builder::build) requires a key ring if refreshes can be retried
    /// (`refresh_tokens.grace` is above zero).
    pub retry_needs_key_ring: bool,
    /// The scope tokens known to the service. The library's own tokens are always known. A request with an unknown
    /// token is refused, and an unknown token in a stored scope is ignored. `None` means that every scope token is
    /// accepted.
    pub scopes: Option<KnownScopes>,
}

/// The gates that a policy uses. A gate is a switch that can block personal access tokens. A gate that the policy does
/// not use cannot be opened or closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gates {
    /// Whether the policy uses the setting `personal_access_tokens_enabled`, which applies to all accounts.
    pub setting: bool,
    /// Whether the policy uses each account's own switch "token login allowed".
    pub switch: bool,
}

impl Policy {
    /// Returns which of the two gates of personal access tokens this policy uses. [`Gates`] explains them.
    ///
    /// ```
    /// use counterfoil::policy::Policy;
    ///
    /// assert!(!Policy::synergy().gates().switch && !Policy::a2nta().gates().setting);
    /// ```
    #[must_use]
    pub fn gates(&self) -> Gates {
        let tokens = &self.personal_access_tokens;
        Gates { setting: tokens.setting != SettingGate::NotAsked, switch: tokens.switch != SwitchGate::NotAsked }
    }

    /// Whether the policy uses a setting. A setting that the policy does not use cannot be changed.
    #[must_use]
    pub fn uses_setting(&self, name: SettingName) -> bool {
        name != SettingName::PersonalAccessTokensEnabled || self.gates().setting
    }
}
