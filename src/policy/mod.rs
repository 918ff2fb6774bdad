//! Policies. A policy contains the rules for all credentials of a host.

mod check;
mod events;
pub(crate) mod kept;
mod micros;
mod notice_gathering;
mod presets;
mod sections;
mod settings_in_force;
mod throttling;

pub use check::InvalidPolicy;
pub use events::Events;
pub use notice_gathering::Gather;
pub use sections::{
    AccessTokens, ConsoleSessions, LiveCap, Notices, PersonalAccessTokens, RefreshTokens, SecurityCodes, SettingGate,
    SwitchGate, Uses,
};
pub use throttling::{Allowance, Throttling};

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::types::duration::whole_seconds;
use crate::types::known_scopes::KnownScopes;
use crate::types::settings::SettingName;

/// The rules for all credentials of a host. The default is hardened. [`Policy::open`] only follows the standards, and
/// allows personal access tokens. [`Policy::synergy`], [`Policy::a2nta`] and [`Policy::aodocs`] each behave like a
/// product. [`Policy::aal2`] follows a NIST standard.
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
    /// The rules for personal access tokens and other labelled tokens.
    pub personal_access_tokens: PersonalAccessTokens,
    /// The rules for access tokens.
    pub access_tokens: AccessTokens,
    /// The rules for refresh tokens.
    pub refresh_tokens: RefreshTokens,
    /// The rules for security codes.
    pub security_codes: SecurityCodes,
    /// The rules for console sessions.
    pub console_sessions: ConsoleSessions,
    /// The rules for expiry notices.
    pub notices: Notices,
    /// How the last use of a token is recorded.
    pub uses: Uses,
    /// How many failures are allowed before attempts are refused.
    pub throttle: Throttling,
    /// Which data is written to events.
    pub events: Events,
    /// The time within which a change by another process takes effect in this process, at most 300 s. With zero, each
    /// call reads settings and clients from the store.
    #[serde(with = "whole_seconds")]
    pub settings_staleness: Duration,
    /// How long a repeated deletion of a deleted credential still succeeds, from 1 to 366 days.
    #[serde(with = "whole_seconds")]
    pub tombstone: Duration,
    /// The time for which [`run_upkeep`](crate::Counterfoil::run_upkeep) purges nothing after the clock has moved ahead
    /// by more than a day, or if the store has no note of an earlier upkeep. It is 0, or from 20 minutes to 1 day. With
    /// 0, every clock is trusted at once. Use 0 only in tests.
    #[serde(with = "whole_seconds")]
    pub clock_doubt: Duration,
    /// Whether the builder requires a key ring if the policy has a retry window.
    pub retry_needs_key_ring: bool,
    /// The scope tokens known to the service. The library's own tokens are always known. A request with an unknown
    /// token is refused, and an unknown token in a stored scope is ignored. `None` means that every scope token is
    /// accepted.
    pub scopes: Option<KnownScopes>,
}

/// The gates of personal access tokens that a policy uses. A gate that the policy does not use cannot be opened or
/// closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gates {
    /// Whether the policy uses the setting that allows personal access tokens.
    pub setting: bool,
    /// Whether the policy uses the per-account switch "token login allowed".
    pub switch: bool,
}

impl Policy {
    /// The gates of personal access tokens that this policy uses.
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
