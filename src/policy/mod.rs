//! Policies: what holds for a host.

mod check;
mod events;
mod gathering;
mod presets;
mod sections;
mod throttling;

pub use check::InvalidPolicy;
pub use events::Events;
pub use gathering::Gather;
pub use sections::{
    AccessTokens, ConsoleSessions, LiveCap, Notices, PersonalAccessTokens, RefreshTokens, SecurityCodes, SettingGate,
    SwitchGate, Uses,
};
pub use throttling::{Allowance, Throttling};

use serde::{Deserialize, Serialize};

use crate::types::known_scopes::KnownScopes;
use crate::types::settings::{SettingName, Settings};
use crate::types::time::Span;

/// The rules for all credentials of a host. The default is hardened. [`Policy::open`] is neutral: it follows the
/// standards, with personal access tokens on. [`Policy::synergy`], [`Policy::a2nta`], [`Policy::aodocs`] and
/// [`Policy::aal2`] give each product's behaviour in one line. Times are written in whole seconds.
///
/// ```
/// use counterfoil::types::Span;
/// use counterfoil::policy::Policy;
///
/// let policy = Policy::aal2();
/// assert_eq!(policy.refresh_tokens.inactivity, Span::hours(1));
/// assert_eq!(policy.refresh_tokens.absolute, Span::hours(24));
/// assert_eq!(policy.refresh_tokens.grace, Span::seconds(10));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Policy {
    /// Personal access tokens and labelled tokens.
    pub personal_access_tokens: PersonalAccessTokens,
    /// Access tokens.
    pub access_tokens: AccessTokens,
    /// Refresh tokens.
    pub refresh_tokens: RefreshTokens,
    /// Security codes.
    pub security_codes: SecurityCodes,
    /// Sessions of the console.
    pub console_sessions: ConsoleSessions,
    /// Notices.
    pub notices: Notices,
    /// The recording of last use.
    pub uses: Uses,
    /// Throttling of failures.
    pub throttle: Throttling,
    /// What events say.
    pub events: Events,
    /// Within which time a change made in another process holds here; zero: settings and clients are read at each call.
    pub settings_staleness: Span,
    /// How long something deleted answers a second deletion with success.
    pub tombstone: Span,
    /// For how long [`run_upkeep`](crate::Counterfoil::run_upkeep) purges nothing after the clock went ahead by more than a day, or where no upkeep was
    /// ever noted: 20 minutes to 1 day, or 0. 0 believes every clock at once, which is for tests.
    pub clock_doubt: Span,
    /// Whether the builder refuses a retry window without a key ring.
    pub retry_needs_key_ring: bool,
    /// The scope tokens that the service knows; the library's own are always among them. An unknown one is then refused
    /// wherever it is asked for, and drops out of what is stored already. `None`: any scope token is taken.
    pub scopes: Option<KnownScopes>,
}

/// Which gates of personal access tokens a policy asks. One that it does not ask cannot be opened or closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gates {
    /// The setting "creation and authentication of personal access tokens".
    pub setting: bool,
    /// The per-account switch "token login allowed".
    pub switch: bool,
}

impl Policy {
    /// Which gates of personal access tokens it asks.
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

    /// The policy's own values of what settings can change; the switch as [`SettingGate`] has it where nothing is stored.
    #[must_use]
    pub fn settings(&self) -> Settings {
        Settings {
            personal_access_tokens: self.personal_access_tokens.setting != SettingGate::Required,
            access_lifetime: self.access_tokens.lifetime,
            refresh_inactivity: self.refresh_tokens.inactivity,
            refresh_absolute: self.refresh_tokens.absolute,
            pat_max_days: self.personal_access_tokens.max_days,
            code_lifetime: self.security_codes.default_lifetime,
            notice_lead: self.notices.lead,
        }
    }

    /// The least and the greatest number that a setting takes under this policy, in the unit of its name. A stored number
    /// above the greatest counts as the greatest; a new one is refused.
    #[must_use]
    pub const fn setting_range(&self, name: SettingName) -> (u64, u64) {
        let (least, most) = name.range();
        let ceiling = match name {
            SettingName::AccessLifetimeSeconds => self.access_tokens.max_lifetime.whole_seconds(),
            SettingName::RefreshInactivitySeconds => self.refresh_tokens.max_inactivity.whole_seconds(),
            SettingName::RefreshAbsoluteSeconds => self.refresh_tokens.max_absolute.whole_seconds(),
            SettingName::PatMaxDays => self.personal_access_tokens.max_days_ceiling as u64,
            SettingName::CodeLifetimeSeconds => self.security_codes.max_default_lifetime.whole_seconds(),
            SettingName::PersonalAccessTokensEnabled | SettingName::NoticeLeadDays => most,
        };
        (least, if ceiling < most { ceiling } else { most })
    }
}
