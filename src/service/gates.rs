//! Settings over policy, and the gates of personal access tokens.

use crate::http_auth::refusal::Gate;
use crate::policy::{Policy, SettingGate, SwitchGate};
use crate::service::Service;
use crate::service::error::Unavailable;
use crate::service::snapshot::SettingsView;
use crate::types::ids::SubjectId;
use crate::types::setting_name::{SettingName, SettingUnit};
use crate::types::settings::{Reading, Settings, StoredSettings};
use crate::types::time::Timestamp;

impl Service {
    /// The settings in force, for operations that set an expiry. An invalid stored number is an error.
    pub(crate) async fn settings(&self, now: Timestamp) -> Result<Settings, Unavailable> {
        self.with_settings(now, |view| match view.garbage {
            Some(name) => Err(Unavailable::Setting { name }),
            None => Ok(view.settings),
        })
        .await?
    }

    /// The gate that bars that account from personal access tokens, if one is closed.
    pub(crate) async fn closed_gate(&self, subject: &SubjectId, now: Timestamp) -> Result<Option<Gate>, Unavailable> {
        self.with_settings(now, |view| closed_gate(&self.policy, view, subject)).await
    }

    /// Settings and gate in one lookup, for verifying an existing credential. Usually it does not read the snapshot's
    /// maps.
    pub(crate) async fn settings_and_gate(
        &self,
        subject: Option<&SubjectId>,
        now: Timestamp,
    ) -> Result<(Settings, Option<Gate>), Unavailable> {
        let no_switch = subject.is_none() || self.policy.personal_access_tokens.switch == SwitchGate::NotAsked;
        if no_switch && let Some(settings) = self.snapshot.quick_settings(self.policy.settings_staleness, now) {
            let closed = subject.is_some() && !settings.personal_access_tokens;
            return Ok((settings, closed.then_some(Gate::Setting)));
        }
        self.with_settings(now, |view| {
            let gate = subject.and_then(|subject| closed_gate(&self.policy, view, subject));
            (view.settings, gate)
        })
        .await
    }
}

pub(crate) fn switch_opens(policy: &Policy, view: &SettingsView, subject: &SubjectId) -> bool {
    let switch = || view.stored.switches.get(subject).copied();
    match policy.personal_access_tokens.switch {
        SwitchGate::NotAsked => true,
        SwitchGate::DefaultOff => switch().unwrap_or(false),
        SwitchGate::DefaultOn => switch().unwrap_or(true),
    }
}

fn closed_gate(policy: &Policy, view: &SettingsView, subject: &SubjectId) -> Option<Gate> {
    if !view.settings.personal_access_tokens {
        return Some(Gate::Setting);
    }
    (!switch_opens(policy, view, subject)).then_some(Gate::Switch)
}

impl SettingsView {
    /// The stored settings over the policy's own values.
    pub(crate) fn new(policy: &Policy, stored: StoredSettings) -> Self {
        let (mut settings, mut garbage) = (policy.settings(), None);
        settings.personal_access_tokens = setting_opens(policy, &stored);
        for name in SettingName::ALL.into_iter().filter(|name| name.unit() != SettingUnit::Switch) {
            match stored.number(name) {
                Reading::Missing => {}
                Reading::Value(number) => settings.set_number(name, number.min(policy.setting_range(name).1)),
                Reading::Garbage => garbage = Some(name),
            }
        }
        Self { stored, settings, garbage }
    }
}

/// Whether the setting opens the gate. A missing value means the policy's own, an invalid value means off.
fn setting_opens(policy: &Policy, stored: &StoredSettings) -> bool {
    match (policy.personal_access_tokens.setting, stored.personal_access_tokens()) {
        (SettingGate::NotAsked, _) => true,
        (_, Reading::Value(on)) => on,
        (_, Reading::Garbage) => false,
        (gate, Reading::Missing) => gate == SettingGate::DefaultOn,
    }
}
