//! Settings: administrators change them at run time. They are stored as text, and read leniently where that is safe.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::types::client::InvalidDocument;
use crate::types::duration::{days, from_seconds, seconds_up};
use crate::types::ids::{KeyId, SubjectId, Version};
use crate::types::key_check::KeyCheck;
use crate::types::setting_name::{InvalidSetting, SettingName};
use crate::types::unknown::UnknownFields;

/// The stored value of one setting. A missing value and an invalid one are separate cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading<T> {
    /// Nothing was stored.
    Missing,
    /// The stored text is not a valid value of this setting.
    Garbage,
    /// A valid value.
    Value(T),
}

/// The stored settings and switches of one realm: the document from [`StoredSettings::to_document`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredSettings {
    /// The values, as text, by name. Unknown names are kept.
    pub values: BTreeMap<String, String>,
    /// "Token login allowed", for the accounts that differ from the policy's default.
    pub switches: BTreeMap<SubjectId, bool>,
    /// Check values of the keys, by key id. They distinguish two [`KeyRing`](crate::KeyRing)s with equal key numbers.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub key_checks: BTreeMap<KeyId, KeyCheck>,
    /// Members written by a newer version.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}

/// Settings with their version in the store.
#[derive(Clone, Debug)]
pub struct VersionedSettings {
    /// The version that `put` must pass.
    pub version: Version,
    /// The settings.
    pub settings: StoredSettings,
}

impl StoredSettings {
    /// The stored text: JSON.
    ///
    /// # Errors
    ///
    /// [`InvalidDocument`] never in practice: every field has a JSON form.
    pub fn to_document(&self) -> Result<String, InvalidDocument> {
        serde_json::to_string(self).map_err(InvalidDocument::new)
    }

    /// Reads the output of [`StoredSettings::to_document`].
    ///
    /// # Errors
    ///
    /// [`InvalidDocument`] for any other text.
    pub fn from_document(text: &str) -> Result<Self, InvalidDocument> {
        serde_json::from_str(text).map_err(InvalidDocument::new)
    }

    /// The switch for personal access tokens.
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

    /// Sets a number after checking its range.
    ///
    /// # Errors
    ///
    /// [`InvalidSetting`] with the field and its limits.
    pub fn set_number(&mut self, name: SettingName, number: u64) -> Result<(), InvalidSetting> {
        let (least, most) = name.range();
        if !(least..=most).contains(&number) {
            return Err(InvalidSetting { name, least, most });
        }
        self.values.insert(name.as_str().into(), number.to_string());
        Ok(())
    }

    /// Sets the switch for personal access tokens.
    pub fn set_personal_access_tokens(&mut self, on: bool) {
        self.values.insert(SettingName::PersonalAccessTokensEnabled.as_str().into(), on.to_string());
    }
}

/// The settings in force: the stored values over the policy's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Whether personal access tokens can be created and can authenticate.
    pub personal_access_tokens: bool,
    /// The lifetime of an access token.
    pub access_lifetime: Duration,
    /// The inactivity time-out of refresh tokens.
    pub refresh_inactivity: Duration,
    /// The absolute lifetime of a family.
    pub refresh_absolute: Duration,
    /// The longest lifetime of a personal access token in days.
    pub pat_max_days: u16,
    /// The default lifetime of a security code.
    pub code_lifetime: Duration,
    /// How long before expiry the advance notice is due.
    pub notice_lead: Duration,
}

impl Settings {
    /// A setting as a whole number of its unit, as pages and API show it; the switch as 0 or 1. If the policy's
    /// duration is not a whole number of units, it is rounded up.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use counterfoil::policy::Policy;
    /// use counterfoil::settings::SettingName;
    ///
    /// let mut policy = Policy::default();
    /// policy.notices.lead = Duration::from_secs(36 * 3_600);
    /// let settings = policy.settings();
    /// assert_eq!(settings.number(SettingName::NoticeLeadDays), 2);
    /// assert_eq!(settings.duration(SettingName::NoticeLeadDays), Some(Duration::from_secs(36 * 3_600)));
    /// ```
    #[must_use]
    pub fn number(&self, name: SettingName) -> u64 {
        let unit = name.unit().seconds();
        match (self.duration(name), unit) {
            (Some(duration), Some(unit)) => seconds_up(duration).div_ceil(unit),
            _ => u64::from(self.personal_access_tokens),
        }
    }

    /// A setting's exact duration; `None` for the switch.
    #[must_use]
    pub fn duration(&self, name: SettingName) -> Option<Duration> {
        match name {
            SettingName::PersonalAccessTokensEnabled => None,
            SettingName::AccessLifetimeSeconds => Some(self.access_lifetime),
            SettingName::RefreshInactivitySeconds => Some(self.refresh_inactivity),
            SettingName::RefreshAbsoluteSeconds => Some(self.refresh_absolute),
            SettingName::PatMaxDays => Some(days(self.pat_max_days)),
            SettingName::CodeLifetimeSeconds => Some(self.code_lifetime),
            SettingName::NoticeLeadDays => Some(self.notice_lead),
        }
    }

    /// Sets a number in the setting's unit. A number that the setting cannot represent changes nothing.
    pub(crate) fn set_number(&mut self, name: SettingName, number: u64) {
        let unit = name.unit().seconds().unwrap_or(1);
        let Some(duration) = number.checked_mul(unit).and_then(from_seconds) else { return };
        match name {
            SettingName::PersonalAccessTokensEnabled => self.personal_access_tokens = number != 0,
            SettingName::AccessLifetimeSeconds => self.access_lifetime = duration,
            SettingName::RefreshInactivitySeconds => self.refresh_inactivity = duration,
            SettingName::RefreshAbsoluteSeconds => self.refresh_absolute = duration,
            SettingName::PatMaxDays => self.pat_max_days = u16::try_from(number).unwrap_or(self.pat_max_days),
            SettingName::CodeLifetimeSeconds => self.code_lifetime = duration,
            SettingName::NoticeLeadDays => self.notice_lead = duration,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::setting_name::SettingUnit;

    /// Both are always written, so a missing one means damage: otherwise a barred account would be admitted.
    #[test]
    fn a_document_without_values_or_switches_is_refused() {
        let whole = StoredSettings::default().to_document().expect("written");
        assert!(StoredSettings::from_document(&whole).is_ok());
        for member in ["values", "switches"] {
            assert!(StoredSettings::from_document(&whole.replace(member, "damaged")).is_err(), "{member}");
        }
    }

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

    #[test]
    fn fault_f1_every_setting_is_one_line_of_the_table_and_is_read_back_as_it_was_set() {
        let duration = days(1);
        let mut settings = Settings {
            personal_access_tokens: false,
            access_lifetime: duration,
            refresh_inactivity: duration,
            refresh_absolute: duration,
            pat_max_days: 1,
            code_lifetime: duration,
            notice_lead: duration,
        };
        for name in SettingName::ALL {
            let written = serde_json::to_string(&name).expect("a name");
            assert_eq!(written, format!("\"{}\"", name.as_str()));
            let (least, most) = name.range();
            for number in [least, most, least] {
                settings.set_number(name, number);
                assert_eq!(settings.number(name), number, "{name}");
            }
            settings.set_number(name, u64::MAX);
            let kept = if name.unit() == SettingUnit::Switch { 0 } else { least };
            assert_eq!(settings.number(name), kept, "what cannot be is not set: {name}");
        }
    }
}
