//! Reads and changes the settings. For administrators.

use crate::counterfoil::Counterfoil;
use crate::event::EventKind;
use crate::http_auth::refusal::Gate;
use crate::policy::{Gates, Policy};
use crate::service::authority::Permit;
use crate::service::authority::operations::{ReadSettings, UpdateSettings};
use crate::service::error::{Conflict, Invalid, ManageError};
use crate::service::presenter::Presenter;
use crate::types::known_scopes::KnownScopes;
use crate::types::setting_name::{InvalidSetting, SettingName, SettingUnit};
use crate::types::settings::{Settings, StoredSettings};

/// A change of the settings. `None` leaves a setting unchanged. Units are those of the wire names.
///
/// ```
/// use counterfoil::settings::SettingsUpdate;
///
/// let change = SettingsUpdate { pat_max_days: Some(90), ..SettingsUpdate::default() };
/// assert_eq!(change.access_lifetime_seconds, None);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SettingsUpdate {
    /// Whether personal access tokens can be created and can authenticate.
    pub personal_access_tokens_enabled: Option<bool>,
    /// The lifetime of an access token, 1 s to 1 day. Each upper end is at most the policy's
    /// ([`Policy::setting_range`](crate::policy::Policy::setting_range)).
    pub access_lifetime_seconds: Option<u64>,
    /// The inactivity time-out of refresh tokens, 1 s to 366 days.
    pub refresh_inactivity_seconds: Option<u64>,
    /// The absolute lifetime of a family, 1 s to 366 days.
    pub refresh_absolute_seconds: Option<u64>,
    /// The longest lifetime of a personal access token in days, 1 to 3,660.
    pub pat_max_days: Option<u64>,
    /// The default lifetime of a security code, 1 s to 366 days.
    pub code_lifetime_seconds: Option<u64>,
    /// How many days before expiry the advance notice is due, 1 to 365. Existing credentials follow when a notice
    /// worker reaches them ([`Counterfoil::rearm_notices`](crate::Counterfoil::rearm_notices)).
    pub notice_lead_days: Option<u64>,
}

impl SettingsUpdate {
    /// Sets a setting by name to a number in its unit. For the switch, 0 is off and any other number on.
    ///
    /// ```
    /// use counterfoil::settings::{SettingName, SettingsUpdate};
    ///
    /// let mut change = SettingsUpdate::default();
    /// change.set(SettingName::PatMaxDays, 90);
    /// assert_eq!(change, SettingsUpdate { pat_max_days: Some(90), ..SettingsUpdate::default() });
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

    /// The new number of a setting, as [`SettingsUpdate::set`] takes it.
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

impl Counterfoil {
    /// The settings in force. For administrators with scope `settings:manage`.
    ///
    /// # Errors
    ///
    /// [`ManageError`], split by whose fault it is.
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is written.
    pub async fn settings(&self, by: &Presenter) -> Result<Settings, ManageError> {
        read(self.permit(by).await?).await
    }

    /// Changes settings, all that are set or none. Takes effect from the next call of this process, and within the
    /// policy's staleness in others.
    ///
    /// # Errors
    ///
    /// [`ManageError`]: a number out of its range is `Invalid`, with the field and its limits.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has applied the whole change or nothing.
    pub async fn update_settings(&self, by: &Presenter, change: &SettingsUpdate) -> Result<Settings, ManageError> {
        update(self.permit(by).await?, change).await
    }

    /// The gates of personal access tokens that the policy uses. Not secret: no presenter is needed.
    #[must_use]
    pub fn gates(&self) -> Gates {
        self.service.policy.gates()
    }

    /// The scope tokens known to the service, from the policy; `None`: any.
    #[must_use]
    pub fn known_scopes(&self) -> Option<&KnownScopes> {
        self.service.policy.scopes.as_ref()
    }

    /// The smallest and the largest number of a setting under the policy, in the unit of its name. Not secret: no
    /// presenter is needed.
    #[must_use]
    pub fn setting_range(&self, name: SettingName) -> (u64, u64) {
        self.service.policy.setting_range(name)
    }
}

/// The settings in force. If a stored number is invalid the policy's own is shown, so that an administrator can see
/// and repair it.
async fn read(permit: Permit<'_, ReadSettings>) -> Result<Settings, ManageError> {
    Ok(permit.service().with_settings(permit.now(), |view| view.settings).await?)
}

/// Changes the settings that are set, all or none.
async fn update(permit: Permit<'_, UpdateSettings>, change: &SettingsUpdate) -> Result<Settings, ManageError> {
    let (service, now) = (permit.service(), permit.now());
    if change.personal_access_tokens_enabled.is_some() && !service.policy.gates().setting {
        return Err(Conflict::NotApplicable { gate: Gate::Setting }.into());
    }
    let (view, changed) = service
        .update_settings(now, |stored| {
            let before = stored.clone();
            apply(&service.policy, change, stored)?;
            Ok(differences(&before, stored))
        })
        .await?;
    for (name, value) in changed {
        permit.tell(EventKind::Setting { name, value });
    }
    Ok(view.settings)
}

fn apply(policy: &Policy, change: &SettingsUpdate, stored: &mut StoredSettings) -> Result<(), Invalid> {
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
