//! Settings: what administrators change at run time, kept as text and read leniently where reading is safe.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::words::client::InvalidDocument;
use crate::words::ids::{KeyId, SubjectId, Version};
use crate::words::key_check::KeyCheck;
use crate::words::time::Span;
use crate::words::unknown::UnknownFields;

/// The name of a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettingName {
    /// "Creation and authentication of personal access tokens": `true` or `false`.
    PersonalAccessTokensEnabled,
    /// Seconds that an access token lives.
    AccessLifetimeSeconds,
    /// Seconds of inactivity after which a refresh token has ended.
    RefreshInactivitySeconds,
    /// Seconds after which a family has ended whatever happens.
    RefreshAbsoluteSeconds,
    /// The most days of a personal access token.
    PatMaxDays,
    /// Seconds that a security code lives by default; also what reset and reactivate give.
    CodeLifetimeSeconds,
    /// Days before expiry at which the advance notice is due.
    NoticeLeadDays,
}

impl SettingName {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::PersonalAccessTokensEnabled,
        Self::AccessLifetimeSeconds,
        Self::RefreshInactivitySeconds,
        Self::RefreshAbsoluteSeconds,
        Self::PatMaxDays,
        Self::CodeLifetimeSeconds,
        Self::NoticeLeadDays,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PersonalAccessTokensEnabled => "personal_access_tokens_enabled",
            Self::AccessLifetimeSeconds => "access_lifetime_seconds",
            Self::RefreshInactivitySeconds => "refresh_inactivity_seconds",
            Self::RefreshAbsoluteSeconds => "refresh_absolute_seconds",
            Self::PatMaxDays => "pat_max_days",
            Self::CodeLifetimeSeconds => "code_lifetime_seconds",
            Self::NoticeLeadDays => "notice_lead_days",
        }
    }

    /// The smallest and the greatest whole number it takes; the switch takes none.
    #[must_use]
    pub const fn range(self) -> (u64, u64) {
        const YEAR: u64 = 366 * 86_400;
        match self {
            Self::PersonalAccessTokensEnabled => (0, 0),
            Self::AccessLifetimeSeconds => (1, 86_400),
            Self::RefreshInactivitySeconds | Self::RefreshAbsoluteSeconds => (1, YEAR),
            Self::PatMaxDays => (1, 3_660),
            Self::CodeLifetimeSeconds => (1, YEAR),
            Self::NoticeLeadDays => (1, 365),
        }
    }
}

impl fmt::Display for SettingName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A value that a setting does not take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} must be a whole number from {least} to {most}")]
pub struct InvalidSetting {
    /// The field at fault.
    pub name: SettingName,
    /// The smallest it takes.
    pub least: u64,
    /// The greatest it takes.
    pub most: u64,
}

/// What stands in the store for one setting: absence, garbage and a value are three cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading<T> {
    /// Nothing was stored.
    Missing,
    /// Something that is no value of this setting.
    Garbage,
    /// A value.
    Value(T),
}

/// Settings and switches of one realm as a store keeps them: the document of [`StoredSettings::to_document`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredSettings {
    /// The values, as text, by name. Unknown names are kept.
    #[serde(default)]
    pub values: BTreeMap<String, String>,
    /// "Token login allowed", for the accounts that differ from the policy's default.
    #[serde(default)]
    pub switches: BTreeMap<SubjectId, bool>,
    /// What tells the keys of the key ring apart: [`KeyRing`](crate::KeyRing)s that number their keys alike.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub key_checks: BTreeMap<KeyId, KeyCheck>,
    /// What a newer version wrote beside it.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}

/// Settings with the version under which the store keeps them.
#[derive(Clone, Debug)]
pub struct VersionedSettings {
    /// What `put` must name.
    pub version: Version,
    /// The settings.
    pub settings: StoredSettings,
}

impl StoredSettings {
    /// The text that a store keeps: JSON.
    ///
    /// # Errors
    ///
    /// [`InvalidDocument`] never in practice: every field has a JSON form.
    pub fn to_document(&self) -> Result<String, InvalidDocument> {
        serde_json::to_string(self).map_err(InvalidDocument::new)
    }

    /// Reads what [`StoredSettings::to_document`] wrote.
    ///
    /// # Errors
    ///
    /// [`InvalidDocument`] for anything else.
    pub fn from_document(text: &str) -> Result<Self, InvalidDocument> {
        serde_json::from_str(text).map_err(InvalidDocument::new)
    }

    /// The switch "creation and authentication of personal access tokens".
    #[must_use]
    pub fn personal_access_tokens(&self) -> Reading<bool> {
        match self.values.get(SettingName::PersonalAccessTokensEnabled.as_str()).map(String::as_str) {
            None => Reading::Missing,
            Some("true") => Reading::Value(true),
            Some("false") => Reading::Value(false),
            Some(_) => Reading::Garbage,
        }
    }

    /// A setting that is a whole number.
    #[must_use]
    pub fn number(&self, name: SettingName) -> Reading<u64> {
        let Some(text) = self.values.get(name.as_str()) else { return Reading::Missing };
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let (least, most) = name.range();
        match text.parse() {
            Ok(number) if digits && (least..=most).contains(&number) => Reading::Value(number),
            _ => Reading::Garbage,
        }
    }

    /// Writes a number after checking its range.
    ///
    /// # Errors
    ///
    /// [`InvalidSetting`] names the field and its limits.
    pub fn set_number(&mut self, name: SettingName, number: u64) -> Result<(), InvalidSetting> {
        let (least, most) = name.range();
        if !(least..=most).contains(&number) {
            return Err(InvalidSetting { name, least, most });
        }
        self.values.insert(name.as_str().into(), number.to_string());
        Ok(())
    }

    /// Writes the switch.
    pub fn set_personal_access_tokens(&mut self, on: bool) {
        self.values.insert(SettingName::PersonalAccessTokensEnabled.as_str().into(), on.to_string());
    }
}

/// The settings as they hold now: what is stored, over the policy's own values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Creation and authentication of personal access tokens.
    pub personal_access_tokens: bool,
    /// How long an access token lives.
    pub access_lifetime: Span,
    /// The inactivity time-out of refresh tokens.
    pub refresh_inactivity: Span,
    /// The absolute life of a family.
    pub refresh_absolute: Span,
    /// The most days of a personal access token.
    pub pat_max_days: u16,
    /// The default life of a security code.
    pub code_lifetime: Span,
    /// How long before expiry the advance notice is due.
    pub notice_lead: Span,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syn_pat_1_missing_and_garbage_are_told_apart_from_a_value() {
        let mut stored = StoredSettings::default();
        assert_eq!(stored.personal_access_tokens(), Reading::Missing);
        for garbage in ["", "TRUE", "1", "yes", " true"] {
            stored.values.insert("personal_access_tokens_enabled".into(), garbage.into());
            assert_eq!(stored.personal_access_tokens(), Reading::Garbage, "{garbage:?}");
        }
        stored.set_personal_access_tokens(true);
        assert_eq!(stored.personal_access_tokens(), Reading::Value(true));
    }

    #[test]
    fn a_number_is_read_in_its_range_only() {
        let mut stored = StoredSettings::default();
        assert_eq!(stored.number(SettingName::PatMaxDays), Reading::Missing);
        for garbage in ["", "+5", "1.5", "-1", "0", "3661", "٥", "99999999999999999999999"] {
            stored.values.insert("pat_max_days".into(), garbage.into());
            assert_eq!(stored.number(SettingName::PatMaxDays), Reading::Garbage, "{garbage:?}");
        }
        assert!(stored.set_number(SettingName::PatMaxDays, 3_661).is_err());
        assert_eq!(stored.set_number(SettingName::PatMaxDays, 180), Ok(()));
        assert_eq!(stored.number(SettingName::PatMaxDays), Reading::Value(180));
    }
}
