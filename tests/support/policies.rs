//! Policies for tests. A test changes only the fields that it tests.

use std::sync::Arc;
use std::time::Duration;

use counterfoil::KeyRing;
use counterfoil::policy::{Policy, SettingGate, SwitchGate};
use counterfoil::testing::SeededEntropy;

/// Returns the hardened policy with one difference: the setting for personal access tokens and the switch of each
/// account are on by default.
pub fn open_policy() -> Policy {
    let mut policy = Policy::default();
    policy.personal_access_tokens.setting = SettingGate::DefaultOn;
    policy.personal_access_tokens.switch = SwitchGate::DefaultOn;
    policy
}

/// Returns Synergy's policy with two differences. The setting for personal access tokens is on by default. Each call
/// reads the settings again, so that a change has an effect at once.
pub fn synergy_policy() -> Policy {
    let mut policy = Policy::synergy();
    policy.personal_access_tokens.setting = SettingGate::DefaultOn;
    policy.settings_staleness = Duration::ZERO;
    policy
}

/// Returns the key ring of the tests. Every host whose policy needs a key ring uses this one.
pub fn ring() -> KeyRing {
    KeyRing::generate(&SeededEntropy::new(99)).expect("seeded")
}

pub fn ring_for(policy: &Policy) -> Option<Arc<KeyRing>> {
    policy.retry_needs_key_ring.then(|| ring().into())
}
