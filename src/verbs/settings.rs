//! Settings: read and changed by administrators.

use crate::desk::authority::Permit;
use crate::desk::authority::operations::{ChangeSettings, ReadSettings};
use crate::desk::error::{Conflict, Invalid, ManageError};
use crate::instruments::event::What;
use crate::instruments::policy::Policy;
use crate::instruments::refusal::Gate;
use crate::words::settings::{InvalidSetting, SettingName, SettingUnit, Settings, StoredSettings};

/// What is to be changed; what is `None` stays. Units are those of the names on the wire.
///
/// ```
/// use counterfoil::settings::SettingsChange;
///
/// let change = SettingsChange { pat_max_days: Some(90), ..SettingsChange::default() };
/// assert_eq!(change.access_lifetime_seconds, None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SettingsChange {
    /// Creation and authentication of personal access tokens.
    pub personal_access_tokens_enabled: Option<bool>,
    /// How long an access token lives, 1 s to 1 day. Each upper end is at most the policy's
    /// ([`Policy::setting_range`](crate::policy::Policy::setting_range)).
    pub access_lifetime_seconds: Option<u64>,
    /// The inactivity time-out of refresh tokens, 1 s to 366 days.
    pub refresh_inactivity_seconds: Option<u64>,
    /// The absolute life of a family, 1 s to 366 days.
    pub refresh_absolute_seconds: Option<u64>,
    /// The most days of a personal access token, 1 to 3,660.
    pub pat_max_days: Option<u64>,
    /// The default life of a security code, 1 s to 366 days.
    pub code_lifetime_seconds: Option<u64>,
    /// How many days before expiry the advance notice is due, 1 to 365. Credentials that are there follow as a worker of notices
    /// comes to them ([`Counterfoil::rearm_notices`](crate::Counterfoil::rearm_notices)).
    pub notice_lead_days: Option<u64>,
}

impl SettingsChange {
    /// Names a setting and its new number, in its unit; the switch is on unless the number is 0.
    ///
    /// ```
    /// use counterfoil::settings::{SettingName, SettingsChange};
    ///
    /// let mut change = SettingsChange::default();
    /// change.set(SettingName::PatMaxDays, 90);
    /// assert_eq!(change, SettingsChange { pat_max_days: Some(90), ..SettingsChange::default() });
    /// ```
    pub fn set(&mut self, name: SettingName, number: u64) {
        match name {
            SettingName::PersonalAccessTokensEnabled => self.personal_access_tokens_enabled = Some(number != 0),
            SettingName::AccessLifetimeSeconds => self.access_lifetime_seconds = Some(number),
            SettingName::RefreshInactivitySeconds => self.refresh_inactivity_seconds = Some(number),
            SettingName::RefreshAbsoluteSeconds => self.refresh_absolute_seconds = Some(number),
            SettingName::PatMaxDays => self.pat_max_days = Some(number),
            SettingName::CodeLifetimeSeconds => self.code_lifetime_seconds = Some(number),
            SettingName::NoticeLeadDays => self.notice_lead_days = Some(number),
        }
    }

    /// What is named for a setting, as [`SettingsChange::set`] takes it.
    #[must_use]
    pub fn number(&self, name: SettingName) -> Option<u64> {
        match name {
            SettingName::PersonalAccessTokensEnabled => self.personal_access_tokens_enabled.map(u64::from),
            SettingName::AccessLifetimeSeconds => self.access_lifetime_seconds,
            SettingName::RefreshInactivitySeconds => self.refresh_inactivity_seconds,
            SettingName::RefreshAbsoluteSeconds => self.refresh_absolute_seconds,
            SettingName::PatMaxDays => self.pat_max_days,
            SettingName::CodeLifetimeSeconds => self.code_lifetime_seconds,
            SettingName::NoticeLeadDays => self.notice_lead_days,
        }
    }
}

/// The settings as they hold now. Where a stored number is garbage the policy's own is shown, so that somebody can see it and repair it.
pub(crate) async fn read(permit: Permit<'_, ReadSettings>) -> Result<Settings, ManageError> {
    Ok(permit.desk().with_settings(permit.now(), |view| view.settings).await?)
}

/// Changes what is named, all of it or nothing.
pub(crate) async fn change(
    permit: Permit<'_, ChangeSettings>,
    change: &SettingsChange,
) -> Result<Settings, ManageError> {
    let (desk, now) = (permit.desk(), permit.now());
    if change.personal_access_tokens_enabled.is_some() && !desk.policy.gates().setting {
        return Err(Conflict::NotApplicable { gate: Gate::Setting }.into());
    }
    let (view, changed) = desk
        .update_settings(now, |stored| {
            let before = stored.clone();
            apply(&desk.policy, change, stored)?;
            Ok(differences(&before, stored))
        })
        .await?;
    for (name, value) in changed {
        permit.tell(What::Setting { name, value });
    }
    Ok(view.settings)
}

fn apply(policy: &Policy, change: &SettingsChange, stored: &mut StoredSettings) -> Result<(), Invalid> {
    if let Some(on) = change.personal_access_tokens_enabled {
        stored.set_personal_access_tokens(on);
    }
    for name in SettingName::ALL.into_iter().filter(|name| name.unit() != SettingUnit::Switch) {
        if let Some(number) = change.number(name) {
            let (least, most) = policy.setting_range(name);
            if number > most {
                return Err(InvalidSetting { name, least, most }.into());
            }
            stored.set_number(name, number)?;
        }
    }
    Ok(())
}

fn differences(before: &StoredSettings, after: &StoredSettings) -> Vec<(SettingName, String)> {
    let value = |stored: &StoredSettings, name: SettingName| stored.values.get(name.as_str()).cloned();
    let changed = |name| value(after, name).filter(|own| value(before, name).as_ref() != Some(own));
    SettingName::ALL.into_iter().filter_map(|name| Some((name, changed(name)?))).collect()
}
