//! Settings over policy, and the gates of personal access tokens.

use crate::desk::Desk;
use crate::desk::error::Unavailable;
use crate::desk::snapshot::SettingsView;
use crate::instruments::policy::{Policy, SettingGate, SwitchGate};
use crate::instruments::refusal::Gate;
use crate::words::ids::SubjectId;
use crate::words::settings::{Reading, SettingName, Settings, StoredSettings};
use crate::words::time::{Span, Ts};

impl Desk {
    /// The settings as they hold now, for what gives something a life: a number that is garbage denies.
    pub(crate) async fn settings(&self, now: Ts) -> Result<Settings, Unavailable> {
        self.with_settings(now, |view| match view.garbage {
            Some(name) => Err(Unavailable::Setting { name }),
            None => Ok(view.settings),
        })
        .await?
    }

    /// The gate that keeps that account from personal access tokens, if one does.
    pub(crate) async fn closed_gate(&self, subject: &SubjectId, now: Ts) -> Result<Option<Gate>, Unavailable> {
        self.with_settings(now, |view| closed_gate(&self.policy, view, subject)).await
    }

    /// Settings and gate in one look, for judging what has its life already. Mostly without looking at the snapshot's maps.
    pub(crate) async fn settings_and_gate(
        &self,
        subject: Option<&SubjectId>,
        now: Ts,
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
    /// What is stored, over the policy's own values.
    pub(crate) fn new(policy: &Policy, stored: StoredSettings) -> Self {
        let mut garbage = None;
        let mut number = |name: SettingName| match stored.number(name) {
            Reading::Missing => None,
            Reading::Value(number) => Some(number.min(policy.setting_range(name).1)),
            Reading::Garbage => {
                garbage = Some(name);
                None
            }
        };
        let own = policy.settings();
        let mut span = |name, own: Span, unit: u64| {
            number(name).and_then(|number| Span::from_seconds(number.saturating_mul(unit))).unwrap_or(own)
        };
        let settings = Settings {
            personal_access_tokens: setting_opens(policy, &stored),
            access_lifetime: span(SettingName::AccessLifetimeSeconds, own.access_lifetime, 1),
            refresh_inactivity: span(SettingName::RefreshInactivitySeconds, own.refresh_inactivity, 1),
            refresh_absolute: span(SettingName::RefreshAbsoluteSeconds, own.refresh_absolute, 1),
            code_lifetime: span(SettingName::CodeLifetimeSeconds, own.code_lifetime, 1),
            notice_lead: span(SettingName::NoticeLeadDays, own.notice_lead, 86_400),
            pat_max_days: number(SettingName::PatMaxDays)
                .and_then(|days| u16::try_from(days).ok())
                .unwrap_or(own.pat_max_days),
        };
        Self { stored, settings, garbage }
    }
}

/// Whether the setting opens: missing means what the policy says, garbage means off.
fn setting_opens(policy: &Policy, stored: &StoredSettings) -> bool {
    match (policy.personal_access_tokens.setting, stored.personal_access_tokens()) {
        (SettingGate::NotAsked, _) => true,
        (_, Reading::Value(on)) => on,
        (_, Reading::Garbage) => false,
        (gate, Reading::Missing) => gate == SettingGate::DefaultOn,
    }
}
