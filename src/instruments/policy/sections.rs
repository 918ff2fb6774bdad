//! The sections of a policy.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use crate::words::kind::TokenKind;
use crate::words::time::Span;

/// Whether the setting "creation and authentication of personal access tokens" is asked, and what its absence means. Garbage is always off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
pub enum SwitchGate {
    /// Not asked.
    NotAsked,
    /// Asked; off where nothing is set.
    DefaultOff,
    /// Asked; on where nothing is set.
    DefaultOn,
}

/// Personal access tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PersonalAccessTokens {
    /// The gate that a setting holds.
    pub setting: SettingGate,
    /// The gate that each account's switch holds.
    pub switch: SwitchGate,
    /// The most days, 1..=3660.
    pub max_days: u16,
    /// Whether one may be permanent.
    pub permanent: bool,
    /// The most characters of a label, 1..=255.
    pub label_max: u16,
    /// Whether an owner's labels differ from each other.
    pub unique_labels: bool,
    /// The most live families of one owner; `None`: any number.
    pub max_live_per_owner: Option<NonZeroU32>,
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
            permanent: false,
            label_max: 20,
            unique_labels: true,
            max_live_per_owner: NonZeroU32::new(50),
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
    /// How long one lives.
    pub lifetime: Span,
    /// Whether one without scope is refused.
    pub scope_demanded: bool,
}

impl Default for AccessTokens {
    fn default() -> Self {
        Self { lifetime: Span::minutes(10), scope_demanded: false }
    }
}

/// Refresh tokens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RefreshTokens {
    /// The inactivity time-out: each refresh of a remembered sign-in slides it.
    pub inactivity: Span,
    /// The family's absolute life, where it is remembered.
    pub absolute: Span,
    /// Within which time of its first use a used-up token is answered alike, 0..=60 s; zero: every second presentation revokes.
    pub grace: Span,
    /// How many generations are kept for telling a replay, 1..=1000; older ones are unknown.
    pub keep: u32,
    /// The most live sign-ins of one owner; `None`: any number.
    pub max_live_per_owner: Option<NonZeroU32>,
}

impl Default for RefreshTokens {
    fn default() -> Self {
        Self {
            inactivity: Span::hours(24),
            absolute: Span::days(30),
            grace: Span::seconds(10),
            keep: 1_000,
            max_live_per_owner: None,
        }
    }
}

/// Security codes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SecurityCodes {
    /// What creation, reset and reactivation give.
    pub default_lifetime: Span,
    /// How long an expired one is kept and can be reactivated.
    pub retention: Span,
    /// The most live codes of a realm; `None`: any number.
    pub max_live: Option<NonZeroU32>,
}

impl Default for SecurityCodes {
    fn default() -> Self {
        Self { default_lifetime: Span::hours(24), retention: Span::days(7), max_live: None }
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
}

impl Default for ConsoleSessions {
    fn default() -> Self {
        Self { idle: Span::minutes(30), absolute: Span::hours(12), fresh: Span::minutes(10) }
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
}

impl Default for Notices {
    fn default() -> Self {
        Self {
            kinds: vec![TokenKind::PersonalAccessToken],
            lead: Span::days(7),
            more_leads: Vec::new(),
            on_expiry: true,
            unsent_kept: Span::days(30),
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
