//! The settings as they are stored.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::types::client::InvalidDocument;
use crate::types::ids::{KeyId, SubjectId, Version};
use crate::types::key_check::KeyCheck;
use crate::types::service_account::ServiceAccount;
use crate::types::service_account_id::ServiceAccountId;
use crate::types::settings::{InvalidSetting, SettingName, SettingUnit};
use crate::types::unknown::UnknownFields;

/// The stored value of one setting. It can be missing or invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading<T> {
    /// Nothing was stored.
    Missing,
    /// The stored text is not a valid value of this setting.
    Garbage,
    /// A valid value.
    Value(T),
}

/// The stored settings and switches of one realm. [`StoredSettings::to_document`] gives the text that a store keeps.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StoredSettings {
    /// The stored values of the settings, as text. The key of the map is [`SettingName::as_str`]. Values under names
    /// that this version does not know are kept.
    pub values: BTreeMap<String, String>,
    /// The switch "token login allowed", for each account whose switch differs from the policy's default.
    pub switches: BTreeMap<SubjectId, bool>,
    /// The check value of each key of the key ring, by the key's number. With these values, a service detects that its
    /// [`KeyRing`](crate::KeyRing) has a different key with the same number.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub key_checks: BTreeMap<KeyId, KeyCheck>,
    /// The service accounts of the realm. All accounts are in this one document, which is replaced only if its version
    /// has not changed, so two concurrent calls cannot store the same label twice. A verification reads the accounts
    /// from the copy in memory.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub service_accounts: BTreeMap<ServiceAccountId, ServiceAccount>,
    /// Members of the stored document that a newer version of this library wrote.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}

/// The settings of a realm as a store returns them, with the version that identifies this state of the document.
#[derive(Clone, Debug)]
pub struct VersionedSettings {
    /// The version that a call of `SettingsStore::put_settings` must expect in order to replace these settings.
    pub version: Version,
    /// The settings, as the store returned them.
    pub settings: StoredSettings,
}

impl StoredSettings {
    /// The stored text: JSON.
    ///
    /// # Errors
    ///
    /// [`InvalidDocument`] does not occur in practice: every field has a JSON form.
    pub fn to_document(&self) -> Result<String, InvalidDocument> {
        serde_json::to_string(self).map_err(InvalidDocument::new)
    }

    /// Reads the output of [`StoredSettings::to_document`]. Members that a newer version added are kept in
    /// [`StoredSettings::unknown`].
    ///
    /// # Errors
    ///
    /// [`InvalidDocument`] for any other text.
    pub fn from_document(text: &str) -> Result<Self, InvalidDocument> {
        serde_json::from_str(text).map_err(InvalidDocument::new)
    }

    /// The stored number of a setting, in its unit. A switch is stored as `true` or `false`, which this method returns
    /// as 1 or 0.
    #[must_use]
    pub fn number(&self, name: SettingName) -> Reading<u64> {
        let Some(text) = self.values.get(name.as_str()) else { return Reading::Missing };
        let number = match (name.unit(), text.as_str()) {
            (SettingUnit::Switch, "true") => Some(1),
            (SettingUnit::Switch, "false") => Some(0),
            (SettingUnit::Switch, _) => None,
            (SettingUnit::Seconds | SettingUnit::Days, digits) => whole_number(digits),
        };
        let (least, most) = name.range();
        match number {
            Some(number) if (least..=most).contains(&number) => Reading::Value(number),
            _ => Reading::Garbage,
        }
    }

    /// Sets a setting to a number in its unit, if the number is in the range of the setting. For a switch, 1 is on and
    /// 0 is off.
    ///
    /// # Errors
    ///
    /// [`InvalidSetting`] with the setting and its range, if the number is out of range.
    pub fn set_number(&mut self, name: SettingName, number: u64) -> Result<(), InvalidSetting> {
        let (least, most) = name.range();
        if !(least..=most).contains(&number) {
            return Err(InvalidSetting { name, least, most });
        }
        let text = match name.unit() {
            SettingUnit::Switch => (number == 1).to_string(),
            SettingUnit::Seconds | SettingUnit::Days => number.to_string(),
        };
        self.values.insert(name.as_str().into(), text);
        Ok(())
    }
}

/// Parses a number of decimal digits. `None` for any other text, such as `+5`.
fn whole_number(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both members are always written, so a missing member means that the document is damaged. If a document without
    /// `switches` were accepted, an account whose switch was off could use its tokens again.
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
        const SWITCH: SettingName = SettingName::PersonalAccessTokensEnabled;
        let mut stored = StoredSettings::default();
        assert_eq!(stored.number(SWITCH), Reading::Missing);
        for garbage in ["", "TRUE", "1", "yes", " true"] {
            stored.values.insert("personal_access_tokens_enabled".into(), garbage.into());
            assert_eq!(stored.number(SWITCH), Reading::Garbage, "{garbage:?}");
        }
        assert_eq!(stored.set_number(SWITCH, 1), Ok(()));
        assert_eq!(stored.number(SWITCH), Reading::Value(1));
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
