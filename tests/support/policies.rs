//! Policies that let a test close or shorten just what it speaks of.

use std::sync::Arc;
use std::time::Duration;

use counterfoil::KeyRing;
use counterfoil::policy::{Policy, SettingGate, SwitchGate};
use counterfoil::testing::SeededEntropy;

/// The hardened policy with both gates open for everybody.
pub fn open_policy() -> Policy {
    let mut policy = Policy::default();
    policy.personal_access_tokens.setting = SettingGate::DefaultOn;
    policy.personal_access_tokens.switch = SwitchGate::DefaultOn;
    policy
}

/// Synergy's, with the setting on until a test turns it off; settings are read at each call.
pub fn synergy_policy() -> Policy {
    let mut policy = Policy::synergy();
    policy.personal_access_tokens.setting = SettingGate::DefaultOn;
    policy.settings_staleness = Duration::ZERO;
    policy
}

/// The ring that every host has whose policy needs one.
pub fn ring() -> KeyRing {
    KeyRing::generate(&SeededEntropy::new(99)).expect("seeded")
}

pub fn ring_for(policy: &Policy) -> Option<Arc<KeyRing>> {
    policy.retry_needs_key_ring.then(|| ring().into())
}
