//! The gates of personal access tokens: a setting for all accounts, and a switch for each account. This file also
//! returns the settings in force, which `policy/settings_in_force.rs` determines.

use crate::http_auth::refusal::Gate;
use crate::policy::{Policy, SwitchGate};
use crate::service::Service;
use crate::service::error::Unavailable;
use crate::service::snapshot::SettingsView;
use crate::types::ids::SubjectId;
use crate::types::settings::{Settings, StoredSettings};
use crate::types::time::Timestamp;

impl Service {
    /// Returns the settings that apply now. Fails if a stored number is invalid. Operations that set an expiry use this
    /// method.
    pub(crate) async fn settings(&self, now: Timestamp) -> Result<Settings, Unavailable> {
        self.with_settings(now, |view| match view.garbage {
            Some(name) => Err(Unavailable::Setting { name }),
            None => Ok(view.settings),
        })
        .await?
    }

    /// Returns the closed gate that blocks the personal access tokens of the account. `None` if all gates are open.
    pub(crate) async fn closed_gate(&self, subject: &SubjectId, now: Timestamp) -> Result<Option<Gate>, Unavailable> {
        self.with_settings(now, |view| closed_gate(&self.policy, view, subject)).await
    }

    /// Returns the closed gate that blocks the personal access tokens of the account under these settings. `None` if
    /// all gates are open. The snapshot is read only if the policy has a switch for each account.
    pub(crate) async fn closed_gate_under(
        &self,
        settings: &Settings,
        subject: &SubjectId,
        now: Timestamp,
    ) -> Result<Option<Gate>, Unavailable> {
        match self.closed_gate_at_once(settings) {
            Some(closed) => Ok(closed),
            None => self.with_settings(now, |view| closed_switch(&self.policy, view, subject)).await,
        }
    }

    /// Returns the closed gate that blocks the personal access tokens of every account under these settings, or
    /// `Some(None)` if all gates are open for every account. `None` if the result depends on the account's switch,
    /// which is in the snapshot.
    #[inline]
    pub(crate) fn closed_gate_at_once(&self, settings: &Settings) -> Option<Option<Gate>> {
        let closed = closed_setting(settings);
        let is_known = closed.is_some() || self.policy.personal_access_tokens.switch == SwitchGate::NotAsked;
        is_known.then_some(closed)
    }

    /// Returns the settings if they need not be read from the store, and no other thread is writing the copy in memory
    /// at this moment.
    #[inline]
    pub(crate) fn settings_at_once(&self, now: Timestamp) -> Option<Settings> {
        self.snapshot.quick_settings(self.policy.settings_staleness, now)
    }

    /// Returns the settings, and the closed gate that blocks the personal access tokens of the account. The gate is
    /// `None` if all gates are open, or if `subject` is `None`. Verifications use this method, because it usually reads
    /// only [`Quick`](crate::service::quick::Quick), a copy of the settings that needs no lock.
    pub(crate) async fn settings_and_gate(
        &self,
        subject: Option<&SubjectId>,
        now: Timestamp,
    ) -> Result<(Settings, Option<Gate>), Unavailable> {
        let no_switch = subject.is_none() || self.policy.personal_access_tokens.switch == SwitchGate::NotAsked;
        if no_switch && let Some(settings) = self.settings_at_once(now) {
            return Ok((settings, subject.and_then(|_| closed_setting(&settings))));
        }
        self.with_settings(now, |view| {
            let gate = subject.and_then(|subject| closed_gate(&self.policy, view, subject));
            (view.settings, gate)
        })
        .await
    }
}

/// Whether the account's switch "token login allowed" lets its personal access tokens through. Always true if the
/// policy uses no switch. Always true for a service account, which has no switch.
pub(crate) fn switch_opens(policy: &Policy, stored: &StoredSettings, subject: &SubjectId) -> bool {
    match policy.personal_access_tokens.switch {
        SwitchGate::NotAsked => true,
        _ if subject.is_reserved() => true,
        gate => stored.switches.get(subject).copied().unwrap_or(gate.opens_by_default()),
    }
}

fn closed_gate(policy: &Policy, view: &SettingsView, subject: &SubjectId) -> Option<Gate> {
    closed_setting(&view.settings).or_else(|| closed_switch(policy, view, subject))
}

/// Returns [`Gate::Switch`] if the account's switch is off. Otherwise `None`.
fn closed_switch(policy: &Policy, view: &SettingsView, subject: &SubjectId) -> Option<Gate> {
    (!switch_opens(policy, &view.stored, subject)).then_some(Gate::Switch)
}

/// Returns [`Gate::Setting`] if the setting `personal_access_tokens_enabled` is off, and `None` if it is on.
fn closed_setting(settings: &Settings) -> Option<Gate> {
    (!settings.personal_access_tokens).then_some(Gate::Setting)
}
