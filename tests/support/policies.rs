//! Policies for tests. A test changes only the fields that it is about.

use std::sync::Arc;
use std::time::Duration;

use counterfoil::KeyRing;
use counterfoil::policy::{Policy, SettingGate, SwitchGate};
use counterfoil::testing::SeededEntropy;

/// The hardened policy, but with the setting and the switch for personal access tokens on for everybody.
pub fn open_policy() -> Policy {
    let mut policy = Policy::default();
    policy.personal_access_tokens.setting = SettingGate::DefaultOn;
    policy.personal_access_tokens.switch = SwitchGate::DefaultOn;
    policy
}

/// Synergy's policy. The setting is on until a test turns it off, and each call reads the settings again.
pub fn synergy_policy() -> Policy {
    let mut policy = Policy::synergy();
    policy.personal_access_tokens.setting = SettingGate::DefaultOn;
    policy.settings_staleness = Duration::ZERO;
    policy
}

/// The key ring of every host whose policy needs a key ring.
pub fn ring() -> KeyRing {
    KeyRing::generate(&SeededEntropy::new(99)).expect("seeded")
}

pub fn ring_for(policy: &Policy) -> Option<Arc<KeyRing>> {
    policy.retry_needs_key_ring.then(|| ring().into())
}
