//! The settings in force. They are computed from the stored values and the policy.

use std::time::Duration;

use crate::types::settings::SettingName;
use crate::types::settings::value::SettingValue;

/// The number of `u64` words that [`Settings::words`] returns.
pub(crate) const WORDS: usize = SettingName::ALL.len();

macro_rules! settings {
    ($(
        $(#[$about:meta])*
        $name:ident, $wire:ident, $with:ident, $unit:ident, $least:literal..=$most:expr, $field:ident: $kind:ty;
    )+) => {
        /// The settings in force: for each setting the stored value, or the policy's own value if none is stored.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Settings {
            $($(#[$about])* pub $field: $kind,)+
        }

        impl Settings {
            /// The value of a setting in its unit, as the console and the API show it. A switch is 0 or 1. If a
            /// duration of the policy is not a whole number of units, the value is rounded up.
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
                match name {
                    $(SettingName::$name => self.$field.number(name.unit()),)+
                }
            }

            /// The exact duration of a setting. `None` for a switch.
            #[must_use]
            pub fn duration(&self, name: SettingName) -> Option<Duration> {
                match name {
                    $(SettingName::$name => self.$field.duration(name.unit()),)+
                }
            }

            /// Sets a setting to a number in its unit. Changes nothing if the type of the setting cannot represent the
            /// number.
            pub(crate) fn set_number(&mut self, name: SettingName, number: u64) {
                match name {
                    $(SettingName::$name => {
                        if let Some(value) = SettingValue::of_number(number, name.unit()) {
                            self.$field = value;
                        }
                    })+
                }
            }

            /// All settings, encoded as one `u64` each, for use in memory only.
            pub(crate) fn words(&self) -> [u64; WORDS] {
                [$(self.$field.word(),)+]
            }

            /// Decodes the output of [`Settings::words`]. `None` for words that [`Settings::words`] never returns.
            #[inline]
            pub(crate) fn from_words(words: [u64; WORDS]) -> Option<Self> {
                let mut words = words.into_iter();
                Some(Self { $($field: SettingValue::of_word(words.next()?)?,)+ })
            }
        }
    };
}

crate::settings_table!(settings);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::settings::{SettingUnit, SettingsUpdate, StoredSettings};

    #[test]
    fn fault_f1_every_setting_is_one_row_of_the_table_and_is_read_back_as_it_was_set() {
        let mut settings = Settings::from_words([1; WORDS]).expect("smallest values");
        for &name in SettingName::ALL {
            let written = serde_json::to_string(&name).expect("a name");
            assert_eq!(written, format!("\"{}\"", name.as_str()));
            let (least, most) = name.range();
            for number in [least, most, least] {
                settings.set_number(name, number);
                assert_eq!(settings.number(name), number, "{name}");
                assert_eq!(Settings::from_words(settings.words()), Some(settings), "{name}");
                let (mut stored, mut update) = (StoredSettings::default(), SettingsUpdate::default());
                assert_eq!(stored.set_number(name, number), Ok(()), "{name}");
                assert_eq!(stored.number(name), crate::types::settings::Reading::Value(number), "{name}");
                update.set(name, number);
                assert_eq!(update.number(name), Some(number), "{name}");
            }
            settings.set_number(name, u64::MAX);
            assert_eq!(settings.number(name), least, "a number out of range changes nothing: {name}");
            assert_eq!(settings.duration(name).is_none(), name.unit() == SettingUnit::Switch, "{name}");
        }
    }
}
