//! The table of settings: name, unit and range of each.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The name of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettingName {
    /// Whether personal access tokens can be created and can authenticate.
    PersonalAccessTokensEnabled,
    /// The lifetime of an access token.
    AccessLifetimeSeconds,
    /// The inactivity time-out of refresh tokens.
    RefreshInactivitySeconds,
    /// The absolute lifetime of a family.
    RefreshAbsoluteSeconds,
    /// The longest lifetime of a personal access token.
    PatMaxDays,
    /// The default lifetime of a security code, also after reset and reactivation.
    CodeLifetimeSeconds,
    /// How long before expiry the advance notice is due.
    NoticeLeadDays,
}

/// The unit of a setting's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SettingUnit {
    /// On or off: 1 or 0.
    Switch,
    /// Seconds.
    Seconds,
    /// Days of 86,400 seconds.
    Days,
}

impl SettingUnit {
    /// The seconds of one unit; `None` for a switch.
    #[must_use]
    pub const fn seconds(self) -> Option<u64> {
        match self {
            Self::Switch => None,
            Self::Seconds => Some(1),
            Self::Days => Some(86_400),
        }
    }
}

/// A row of the table of settings: wire name, unit, smallest and largest number.
struct Line(&'static str, SettingUnit, u64, u64);

impl SettingName {
    /// All settings.
    pub const ALL: [Self; 7] = [
        Self::PersonalAccessTokensEnabled,
        Self::AccessLifetimeSeconds,
        Self::RefreshInactivitySeconds,
        Self::RefreshAbsoluteSeconds,
        Self::PatMaxDays,
        Self::CodeLifetimeSeconds,
        Self::NoticeLeadDays,
    ];

    /// The only table of settings. Store, policy, API and pages use it.
    const fn line(self) -> Line {
        use SettingUnit::{Days, Seconds, Switch};
        const DAY: u64 = 86_400;
        const YEAR: u64 = 366 * DAY;
        match self {
            Self::PersonalAccessTokensEnabled => Line("personal_access_tokens_enabled", Switch, 0, 1),
            Self::AccessLifetimeSeconds => Line("access_lifetime_seconds", Seconds, 1, DAY),
            Self::RefreshInactivitySeconds => Line("refresh_inactivity_seconds", Seconds, 1, YEAR),
            Self::RefreshAbsoluteSeconds => Line("refresh_absolute_seconds", Seconds, 1, YEAR),
            Self::PatMaxDays => Line("pat_max_days", Days, 1, 3_660),
            Self::CodeLifetimeSeconds => Line("code_lifetime_seconds", Seconds, 1, YEAR),
            Self::NoticeLeadDays => Line("notice_lead_days", Days, 1, 365),
        }
    }

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.line().0
    }

    /// The unit of its number.
    #[must_use]
    pub const fn unit(self) -> SettingUnit {
        self.line().1
    }

    /// The smallest and the largest whole number, in its unit; 0 and 1 for the switch.
    #[must_use]
    pub const fn range(self) -> (u64, u64) {
        let Line(_, _, least, most) = self.line();
        (least, most)
    }
}

impl fmt::Display for SettingName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A value outside a setting's range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} must be a whole number from {least} to {most}")]
pub struct InvalidSetting {
    /// The setting.
    pub name: SettingName,
    /// The smallest valid number.
    pub least: u64,
    /// The largest valid number.
    pub most: u64,
}
