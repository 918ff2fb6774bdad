//! The sections of a policy.

use std::num::NonZeroU32;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::policy::existing::Existing;
use crate::policy::notice_gathering::Gather;
use crate::types::duration::{days, hours, minutes, whole_seconds};
use crate::types::kind::TokenKind;

/// Whether the policy uses the setting `personal_access_tokens_enabled`, and whether this setting is on or off if no
/// value is stored. An invalid stored value always means off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SettingGate {
    /// The policy does not use the setting.
    NotAsked,
    /// The policy uses the setting, and requires that somebody turns it on. The setting is off by default. While it is
    /// off, personal access tokens are blocked.
    Required,
    /// The policy uses the setting. The setting is on until somebody turns it off.
    DefaultOn,
}

impl SettingGate {
    /// Whether this gate allows personal access tokens if no value of the setting is stored.
    pub(crate) const fn opens_by_default(self) -> bool {
        match self {
            Self::NotAsked | Self::DefaultOn => true,
            Self::Required => false,
        }
    }
}

/// Whether the policy uses each account's own switch "token login allowed", and whether this switch is on or off for an
/// account whose switch was never set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SwitchGate {
    /// The policy does not use the switch.
    NotAsked,
    /// The policy uses the switch. The switch of an account is off until somebody turns it on.
    DefaultOff,
    /// The policy uses the switch. The switch of an account is on until somebody turns it off.
    DefaultOn,
}

impl SwitchGate {
    /// Whether this gate allows the personal access tokens of an account whose switch was never set.
    pub(crate) const fn opens_by_default(self) -> bool {
        match self {
            Self::NotAsked | Self::DefaultOn => true,
            Self::DefaultOff => false,
        }
    }
}

/// A limit on live sign-ins or sessions. A new one beyond the limit is refused, or an old one is revoked instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiveCap {
    /// The largest number of live sign-ins or sessions, including the new one.
    pub limit: NonZeroU32,
    /// Whether the least recently used sign-in or session is revoked if a new one would exceed the limit. If false, the
    /// new one is refused.
    pub evict: bool,
}

pub(super) const fn at_least_one(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}

/// The rules for personal access tokens, those of persons and those of service accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct PersonalAccessTokens {
    /// Whether and how the policy uses the setting `personal_access_tokens_enabled`.
    pub setting: SettingGate,
    /// Whether and how the policy uses each account's own switch "token login allowed".
    pub switch: SwitchGate,
    /// The longest lifetime in days, from 1 to `max_days_ceiling`. The setting `pat_max_days` can change it.
    pub max_days: u16,
    /// The largest valid value of the setting `pat_max_days`. This field is from 1 to 3,660.
    pub max_days_ceiling: u16,
    /// Whether a token may be permanent, that is, have no expiry.
    pub permanent: bool,
    /// What happens to an existing token that lives longer than the setting `pat_max_days` now allows, or that is
    /// permanent although `permanent` is false.
    pub existing: Existing,
    /// The longest label in characters, from 1 to 255.
    pub label_max: u16,
    /// Whether all labels of an owner must be different.
    pub unique_labels: bool,
    /// The largest number of live tokens of one owner. A token and its rotations count once. `None` means no limit.
    pub max_live_per_owner: Option<NonZeroU32>,
    /// The largest number of tokens that one owner can create in any hour. Rotations are counted separately. `None`
    /// means no limit.
    pub creations_per_hour: Option<NonZeroU32>,
    /// How long an expired token stays in listings, at most 366 days.
    #[serde(with = "whole_seconds")]
    pub retention: Duration,
    /// The longest time for which a replaced token can still be accepted after its rotation, at most 366 days.
    #[serde(with = "whole_seconds")]
    pub max_overlap: Duration,
    /// Whether a token without a scope is refused.
    pub scope_demanded: bool,
    /// Whether the owner may set a new expiry of a token that keeps its secret. If false, a token can only be renewed
    /// by a rotation, which replaces the secret.
    pub extendable: bool,
    /// Whether an administrator may create a token for another person. The administrator learns the token's secret, and
    /// so can act as this person.
    pub made_by_administrators: bool,
}

impl Default for PersonalAccessTokens {
    fn default() -> Self {
        Self {
            setting: SettingGate::Required,
            switch: SwitchGate::DefaultOff,
            max_days: 180,
            max_days_ceiling: 3_660,
            permanent: false,
            existing: Existing::Grandfather,
            label_max: 20,
            unique_labels: true,
            max_live_per_owner: NonZeroU32::new(50),
            creations_per_hour: NonZeroU32::new(100),
            retention: days(30),
            max_overlap: days(7),
            scope_demanded: false,
            extendable: false,
            made_by_administrators: false,
        }
    }
}

/// The rules for access tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct AccessTokens {
    /// The lifetime, from 1 s to `max_lifetime`. The setting `access_lifetime_seconds` can change it.
    #[serde(with = "whole_seconds")]
    pub lifetime: Duration,
    /// The largest valid value of the setting `access_lifetime_seconds`. This field is from 1 s to 1 day.
    #[serde(with = "whole_seconds")]
    pub max_lifetime: Duration,
    /// The largest number of live access tokens of one sign-in. `None` means no limit.
    pub max_live_per_family: Option<NonZeroU32>,
    /// Whether a token without a scope is refused.
    pub scope_demanded: bool,
    /// Whether the response of the token endpoint also has the fields of 12d Synergy: `user_name`, `user_id`,
    /// `as:client_id`, `is_read_only_web_user`, `.issued` and `.expires`. The host's claims are in the response in both
    /// cases.
    pub vendor_fields: bool,
}

impl Default for AccessTokens {
    fn default() -> Self {
        Self {
            lifetime: minutes(10),
            max_lifetime: days(1),
            max_live_per_family: NonZeroU32::new(100),
            scope_demanded: false,
            vendor_fields: true,
        }
    }
}

/// The rules for refresh tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct RefreshTokens {
    /// The inactivity time-out, from 1 s to `max_inactivity`. The setting `refresh_inactivity_seconds` can change it.
    /// In a remembered sign-in (opened with `remember`), each refresh starts the time-out again. Any other sign-in ends
    /// when the first time-out ends.
    #[serde(with = "whole_seconds")]
    pub inactivity: Duration,
    /// The largest valid value of the setting `refresh_inactivity_seconds`. This field is from 1 s to 366 days.
    #[serde(with = "whole_seconds")]
    pub max_inactivity: Duration,
    /// The absolute lifetime of a sign-in, from 1 s to `max_absolute`. The setting `refresh_absolute_seconds` can
    /// change it.
    #[serde(with = "whole_seconds")]
    pub absolute: Duration,
    /// The largest valid value of the setting `refresh_absolute_seconds`. This field is from 1 s to 366 days.
    #[serde(with = "whole_seconds")]
    pub max_absolute: Duration,
    /// The retry window, from 0 to 60 s after the first use of a refresh token. If the refresh token is presented again
    /// within this window, the response contains the same new refresh token. With zero, any second presentation revokes
    /// the family.
    #[serde(with = "whole_seconds")]
    pub grace: Duration,
    /// The largest number of rotations of one sign-in in any 24 hours. The limit in force is at least four times the
    /// number of rotations that a client needs in 24 hours if it refreshes only when its access token expires. For
    /// example, if access tokens live 10 minutes, a client needs 144 rotations, and at least 576 are allowed.
    pub rotations_per_day: NonZeroU32,
    /// The limit on live sign-ins of one owner through one client. `None` means no limit.
    pub live_per_owner_and_client: Option<LiveCap>,
}

impl Default for RefreshTokens {
    fn default() -> Self {
        Self {
            inactivity: hours(24),
            max_inactivity: days(366),
            absolute: days(30),
            max_absolute: days(366),
            grace: Duration::from_secs(30),
            rotations_per_day: at_least_one(600),
            live_per_owner_and_client: Some(LiveCap { limit: at_least_one(50), evict: true }),
        }
    }
}

/// The rules for security codes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct SecurityCodes {
    /// The default lifetime after creation, reset and reactivation, from 1 s to `max_default_lifetime`. The setting
    /// `code_lifetime_seconds` can change it.
    #[serde(with = "whole_seconds")]
    pub default_lifetime: Duration,
    /// The largest valid value of the setting `code_lifetime_seconds`. This field is from 1 s to 366 days.
    #[serde(with = "whole_seconds")]
    pub max_default_lifetime: Duration,
    /// How long an expired code is kept and can be reactivated, at most 366 days.
    #[serde(with = "whole_seconds")]
    pub retention: Duration,
    /// The largest number of live codes of a realm. `None` means no limit.
    pub max_live: Option<NonZeroU32>,
    /// The largest number of codes created in a realm in any hour. `None` means no limit.
    pub creations_per_hour: Option<NonZeroU32>,
}

impl Default for SecurityCodes {
    fn default() -> Self {
        Self {
            default_lifetime: hours(24),
            max_default_lifetime: days(366),
            retention: days(7),
            max_live: None,
            creations_per_hour: NonZeroU32::new(100),
        }
    }
}

/// The rules for console sessions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ConsoleSessions {
    /// The inactivity time-out, from 1 s to 1 day.
    #[serde(with = "whole_seconds")]
    pub idle: Duration,
    /// The absolute lifetime, from 1 s to 30 days.
    #[serde(with = "whole_seconds")]
    pub absolute: Duration,
    /// How long a session counts as fresh after the person entered the password, at most 366 days. Operations that need
    /// a recent proof of the password are refused in a session that is not fresh. Whether a session is fresh is judged
    /// at the instant at which the request begins, even if the body of the request arrives slowly.
    #[serde(with = "whole_seconds")]
    pub fresh: Duration,
    /// The limit on live sessions of one owner. `None` means no limit.
    pub live_per_owner: Option<LiveCap>,
}

impl Default for ConsoleSessions {
    fn default() -> Self {
        Self {
            idle: minutes(30),
            absolute: hours(12),
            fresh: minutes(10),
            live_per_owner: Some(LiveCap { limit: at_least_one(20), evict: true }),
        }
    }
}

/// The rules for expiry notices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Notices {
    /// The kinds of credential for which notices are sent.
    pub kinds: Vec<TokenKind>,
    /// How long before the expiry the advance notice is sent, from 1 s to 365 days. The setting `notice_lead_days` can
    /// change it.
    #[serde(with = "whole_seconds")]
    pub lead: Duration,
    /// The leads of further advance notices, in any order. A lead is the time from a notice to the expiry. At most 6
    /// leads, each at most 3,660 days.
    #[serde(with = "whole_seconds::list")]
    pub more_leads: Vec<Duration>,
    /// Whether a notice is also sent on expiry.
    pub on_expiry: bool,
    /// The time for which a purge keeps a record that could otherwise be removed, if a notice of the record is still
    /// unsent. At most 30 days.
    #[serde(with = "whole_seconds")]
    pub unsent_kept: Duration,
    /// How the notices of one person are combined into one mail.
    pub gather: Gather,
}

impl Default for Notices {
    fn default() -> Self {
        Self {
            kinds: vec![TokenKind::PersonalAccessToken],
            lead: days(7),
            more_leads: Vec::new(),
            on_expiry: true,
            unsent_kept: days(30),
            gather: Gather::default(),
        }
    }
}
