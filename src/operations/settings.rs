//! Reads and changes the settings. Only for administrators.

use crate::counterfoil::Counterfoil;
use crate::event::EventKind;
use crate::http_auth::refusal::Gate;
use crate::policy::{Gates, Policy};
use crate::service::authority::Permit;
use crate::service::authority::operations::{ReadSettings, UpdateSettings};
use crate::service::error::{Conflict, Forbidden, ManageError};
use crate::service::invalid::Invalid;
use crate::service::presenter::Presenter;
use crate::types::known_scopes::KnownScopes;
use crate::types::settings::{SettingName, Settings, SettingsUpdate, StoredSettings};

impl Counterfoil {
    /// Returns the settings in force. Only for administrators, with the scope `settings:manage`.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission. [`ManageError::Unavailable`] if the store failed.
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is written.
    pub async fn settings(&self, by: &Presenter) -> Result<Settings, ManageError> {
        read(self.permit(by).await?).await
    }

    /// Changes all settings that are set in `change`, or none of them. The change takes effect at the next call in this
    /// process, and within the policy's `settings_staleness` in other processes.
    ///
    /// # Errors
    ///
    /// [`ManageError`]. A number out of range gives `Invalid` with the field and its limits. A setting that the policy
    /// does not use gives `Conflict`. A presenter whose credential can be used only from some addresses gets
    /// `Forbidden` if the change would turn on personal access tokens or let credentials live longer.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has applied either the whole change or nothing.
    pub async fn update_settings(&self, by: &Presenter, change: &SettingsUpdate) -> Result<Settings, ManageError> {
        update(self.permit(by).await?, change).await
    }

    /// Which gates the policy uses. A gate can block personal access tokens. There are two gates: a setting that blocks
    /// the tokens of all accounts, and a switch of each account that blocks only the tokens of this account. This is
    /// not secret, so no presenter is needed.
    #[must_use]
    pub fn gates(&self) -> Gates {
        self.service.policy.gates()
    }

    /// Whether the policy uses a setting. A setting that the policy does not use cannot be changed.
    #[must_use]
    pub fn uses_setting(&self, name: SettingName) -> bool {
        self.service.policy.uses_setting(name)
    }

    /// The scope tokens that the policy makes known to the service. `None` means that every scope token is accepted.
    #[must_use]
    pub fn known_scopes(&self) -> Option<&KnownScopes> {
        self.service.policy.scopes.as_ref()
    }

    /// The smallest and the largest number that the policy allows for a setting, in the setting's unit. These numbers
    /// are not secret, so no presenter is needed.
    #[must_use]
    pub fn setting_range(&self, name: SettingName) -> (u64, u64) {
        self.service.policy.setting_range(name)
    }
}

/// The settings in force. If a stored number is invalid, the policy's own number is returned instead, so that an
/// administrator can still read and repair the settings.
async fn read(permit: Permit<'_, ReadSettings>) -> Result<Settings, ManageError> {
    Ok(permit.service().with_settings(permit.now(), |view| view.settings).await?)
}

async fn update(permit: Permit<'_, UpdateSettings>, change: &SettingsUpdate) -> Result<Settings, ManageError> {
    let (service, now) = (permit.service(), permit.now());
    let is_unused = |name: &SettingName| change.number(*name).is_some() && !service.policy.uses_setting(*name);
    if SettingName::ALL.iter().any(is_unused) {
        return Err(Conflict::NotApplicable { gate: Gate::Setting }.into());
    }
    let own_sources = permit.own_sources().await?;
    let (view, changed) = service
        .update_settings(now, |stored| {
            let before = stored.clone();
            apply(&service.policy, change, stored)?;
            // Most credentials can be used from anywhere. So a presenter that is restricted to some addresses may not
            // turn personal access tokens on, and may not let credentials live longer.
            if widens(&service.policy, &before, stored) && !own_sources.cover(None) {
                return Err(Forbidden::Outranked.into());
            }
            Ok(differences(&before, stored))
        })
        .await?;
    for (name, value) in changed {
        permit.tell(EventKind::Setting { name, value });
    }
    Ok(view.settings)
}

/// Whether a change of the settings lets credentials be used that could not be used before, or lets credentials live
/// longer. A longer lead of the notices does neither.
fn widens(policy: &Policy, before: &StoredSettings, after: &StoredSettings) -> bool {
    let [before, after] = [before, after].map(|stored| policy.in_force(stored).0);
    let grows = |&name: &SettingName| after.number(name) > before.number(name);
    SettingName::ALL.iter().filter(|&&name| name != SettingName::NoticeLeadDays).any(grows)
}

fn apply(policy: &Policy, change: &SettingsUpdate, stored: &mut StoredSettings) -> Result<(), Invalid> {
    for &name in SettingName::ALL {
        if let Some(number) = change.number(name) {
            policy.set_number(stored, name, number)?;
        }
    }
    Ok(())
}

fn differences(before: &StoredSettings, after: &StoredSettings) -> Vec<(SettingName, String)> {
    let value = |stored: &StoredSettings, name: SettingName| stored.values.get(name.as_str()).cloned();
    let changed = |name| value(after, name).filter(|own| value(before, name).as_ref() != Some(own));
    SettingName::ALL.iter().filter_map(|&name| Some((name, changed(name)?))).collect()
}
