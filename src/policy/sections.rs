//! The sections of a policy.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use crate::policy::gathering::Gather;
use crate::types::kind::TokenKind;
use crate::types::time::Span;

/// Whether the setting "creation and authentication of personal access tokens" is asked, and what its absence means. Garbage is always off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SettingGate {
    /// Not asked.
    NotAsked,
    /// Asked; missing counts as off.
    Required,
    /// Asked; missing counts as on.
    DefaultOn,
}

/// Whether the per-account switch "token login allowed" is asked, and what it says for an account that has none of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SwitchGate {
    /// Not asked.
    NotAsked,
    /// Asked; off where nothing is set.
    DefaultOff,
    /// Asked; on where nothing is set.
    DefaultOn,
}

/// How many may be live at once, and what a new one meets where they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiveCap {
    /// The most live ones, the new one included.
    pub limit: NonZeroU32,
    /// Whether the least recently used one ends to make room. Otherwise the new one is refused.
    pub evict: bool,
}

const fn at_least_one(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}

/// Personal access tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PersonalAccessTokens {
    /// The gate that a setting holds.
    pub setting: SettingGate,
    /// The gate that each account's switch holds.
    pub switch: SwitchGate,
    /// The most days, where the setting says nothing else: 1..=`max_days_ceiling`.
    pub max_days: u16,
    /// The most days that the setting can allow, 1..=3660.
    pub max_days_ceiling: u16,
    /// Whether one may be permanent.
    pub permanent: bool,
    /// The most characters of a label, 1..=255.
    pub label_max: u16,
    /// Whether an owner's labels differ from each other.
    pub unique_labels: bool,
    /// The most live families of one owner; `None`: any number.
    pub max_live_per_owner: Option<NonZeroU32>,
    /// The most that one owner makes in any hour, rotations of one token counted apart; `None`: any number.
    pub creations_per_hour: Option<NonZeroU32>,
    /// How long an expired one stays listed.
    pub retention: Span,
    /// The longest overlap of a rotation.
    pub max_overlap: Span,
    /// Whether one without scope is refused.
    pub scope_demanded: bool,
}

impl Default for PersonalAccessTokens {
    fn default() -> Self {
        Self {
            setting: SettingGate::Required,
            switch: SwitchGate::DefaultOff,
            max_days: 180,
            max_days_ceiling: 3_660,
            permanent: false,
            label_max: 20,
            unique_labels: true,
            max_live_per_owner: NonZeroU32::new(50),
            creations_per_hour: NonZeroU32::new(100),
            retention: Span::days(30),
            max_overlap: Span::days(7),
            scope_demanded: false,
        }
    }
}

/// Access tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccessTokens {
    /// How long one lives, where the setting says nothing else: 1 s to `max_lifetime`.
    pub lifetime: Span,
    /// The longest life that the setting can give, 1 s to 1 day.
    pub max_lifetime: Span,
    /// The most live ones of one family; `None`: any number.
    pub max_live_per_family: Option<NonZeroU32>,
    /// Whether one without scope is refused.
    pub scope_demanded: bool,
}

impl Default for AccessTokens {
    fn default() -> Self {
        Self {
            lifetime: Span::minutes(10),
            max_lifetime: Span::days(1),
            max_live_per_family: NonZeroU32::new(100),
            scope_demanded: false,
        }
    }
}

/// Refresh tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RefreshTokens {
    /// The inactivity time-out, where the setting says nothing else: each refresh of a remembered sign-in slides it.
    /// 1 s to `max_inactivity`.
    pub inactivity: Span,
    /// The longest inactivity time-out that the setting can give, 1 s to 366 days.
    pub max_inactivity: Span,
    /// The family's absolute life, where it is remembered and the setting says nothing else: 1 s to `max_absolute`.
    pub absolute: Span,
    /// The longest absolute life that the setting can give, 1 s to 366 days.
    pub max_absolute: Span,
    /// Within which time of its first use a used-up token is answered alike, 0..=60 s; zero: every second presentation revokes.
    pub grace: Span,
    /// The most rotations of one family in any 24 hours. Four times what the access tokens' life needs are always allowed
    /// (with a life of 10 minutes: 576).
    pub rotations_per_day: NonZeroU32,
    /// How many sign-ins of one owner through one client may be live; `None`: any number.
    pub live_per_owner_and_client: Option<LiveCap>,
}

impl Default for RefreshTokens {
    fn default() -> Self {
        Self {
            inactivity: Span::hours(24),
            max_inactivity: Span::days(366),
            absolute: Span::days(30),
            max_absolute: Span::days(366),
            grace: Span::seconds(30),
            rotations_per_day: at_least_one(600),
            live_per_owner_and_client: Some(LiveCap { limit: at_least_one(50), evict: true }),
        }
    }
}

/// Security codes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SecurityCodes {
    /// What creation, reset and reactivation give, where the setting says nothing else: 1 s to `max_default_lifetime`.
    pub default_lifetime: Span,
    /// The longest default life that the setting can give, 1 s to 366 days.
    pub max_default_lifetime: Span,
    /// How long an expired one is kept and can be reactivated.
    pub retention: Span,
    /// The most live codes of a realm; `None`: any number.
    pub max_live: Option<NonZeroU32>,
    /// The most that are made in a realm in any hour; `None`: any number.
    pub creations_per_hour: Option<NonZeroU32>,
}

impl Default for SecurityCodes {
    fn default() -> Self {
        Self {
            default_lifetime: Span::hours(24),
            max_default_lifetime: Span::days(366),
            retention: Span::days(7),
            max_live: None,
            creations_per_hour: NonZeroU32::new(100),
        }
    }
}

/// Sessions of the console.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConsoleSessions {
    /// The inactivity time-out.
    pub idle: Span,
    /// Its absolute life.
    pub absolute: Span,
    /// For how long a proof of the password counts as fresh.
    pub fresh: Span,
    /// How many sessions of one owner may be live; `None`: any number.
    pub live_per_owner: Option<LiveCap>,
}

impl Default for ConsoleSessions {
    fn default() -> Self {
        Self {
            idle: Span::minutes(30),
            absolute: Span::hours(12),
            fresh: Span::minutes(10),
            live_per_owner: Some(LiveCap { limit: at_least_one(20), evict: true }),
        }
    }
}

/// Notices.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Notices {
    /// Which kinds are announced.
    pub kinds: Vec<TokenKind>,
    /// How long before expiry; a setting changes it.
    pub lead: Span,
    /// Further thresholds, in any order.
    pub more_leads: Vec<Span>,
    /// Whether the expiry itself is announced.
    pub on_expiry: bool,
    /// How long a purge waits for an unsent notice.
    pub unsent_kept: Span,
    /// How one person's notices are gathered into digests.
    pub gather: Gather,
}

impl Default for Notices {
    fn default() -> Self {
        Self {
            kinds: vec![TokenKind::PersonalAccessToken],
            lead: Span::days(7),
            more_leads: Vec::new(),
            on_expiry: true,
            unsent_kept: Span::days(30),
            gather: Gather::default(),
        }
    }
}

/// The recording of last use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Uses {
    /// At most one write a token in that time.
    pub interval: Span,
    /// The most tokens whose use waits to be written.
    pub buffered: u32,
}

impl Default for Uses {
    fn default() -> Self {
        Self { interval: Span::minutes(1), buffered: 100_000 }
    }
}
