//! Determines which value of a setting is in force: the stored value, the policy's own value, or the largest value that
//! the policy allows. A new value above that largest value is refused.

use crate::policy::{Policy, SettingGate};
use crate::types::settings::{InvalidSetting, Reading, SettingName, Settings, StoredSettings};

impl Policy {
    /// The policy's own values of the settings, which apply if nothing is stored. The value of the setting
    /// `personal_access_tokens_enabled` comes from [`SettingGate`].
    #[must_use]
    pub fn settings(&self) -> Settings {
        Settings {
            personal_access_tokens: self.personal_access_tokens.setting.opens_by_default(),
            access_lifetime: self.access_tokens.lifetime,
            refresh_inactivity: self.refresh_tokens.inactivity,
            refresh_absolute: self.refresh_tokens.absolute,
            pat_max_days: self.personal_access_tokens.max_days,
            code_lifetime: self.security_codes.default_lifetime,
            notice_lead: self.notices.lead,
        }
    }

    /// The smallest and the largest number of a setting under this policy, in the unit of the setting. If a larger
    /// number is stored, the largest number applies. A request to set a larger number is refused.
    #[must_use]
    pub const fn setting_range(&self, name: SettingName) -> (u64, u64) {
        let (least, most) = name.range();
        let ceiling = match name {
            SettingName::AccessLifetimeSeconds => self.access_tokens.max_lifetime.as_secs(),
            SettingName::RefreshInactivitySeconds => self.refresh_tokens.max_inactivity.as_secs(),
            SettingName::RefreshAbsoluteSeconds => self.refresh_tokens.max_absolute.as_secs(),
            SettingName::PatMaxDays => self.personal_access_tokens.max_days_ceiling as u64,
            SettingName::CodeLifetimeSeconds => self.security_codes.max_default_lifetime.as_secs(),
            SettingName::PersonalAccessTokensEnabled | SettingName::NoticeLeadDays => most,
        };
        (least, if ceiling < most { ceiling } else { most })
    }

    /// Returns the settings in force, and the name of a setting whose stored number is invalid. The name is `None` if
    /// every stored number is valid. If a stored number is invalid, the policy's own value is in force.
    pub(crate) fn in_force(&self, stored: &StoredSettings) -> (Settings, Option<SettingName>) {
        let (mut settings, mut garbage) = (self.settings(), None);
        settings.personal_access_tokens = self.setting_opens(stored);
        for name in SettingName::ALL.iter().copied().filter(|name| *name != SettingName::PersonalAccessTokensEnabled) {
            match stored.number(name) {
                Reading::Missing => {}
                Reading::Value(number) => settings.set_number(name, number.min(self.setting_range(name).1)),
                Reading::Garbage => garbage = Some(name),
            }
        }
        (settings, garbage)
    }

    /// Whether the setting `personal_access_tokens_enabled` allows personal access tokens. True if the policy does not
    /// use the setting. If no value is stored, the policy's default applies. False if the stored value is invalid.
    fn setting_opens(&self, stored: &StoredSettings) -> bool {
        match (self.personal_access_tokens.setting, stored.number(SettingName::PersonalAccessTokensEnabled)) {
            (SettingGate::NotAsked, _) => true,
            (_, Reading::Value(number)) => number == 1,
            (_, Reading::Garbage) => false,
            (gate, Reading::Missing) => gate.opens_by_default(),
        }
    }

    /// Sets a setting to a new number in its unit.
    ///
    /// # Errors
    ///
    /// [`InvalidSetting`] if the number is larger than the policy allows, or not in the range of the setting.
    pub(crate) fn set_number(
        &self,
        stored: &mut StoredSettings,
        name: SettingName,
        number: u64,
    ) -> Result<(), InvalidSetting> {
        let (least, most) = self.setting_range(name);
        if number > most {
            return Err(InvalidSetting { name, least, most });
        }
        stored.set_number(name, number)
    }
}
