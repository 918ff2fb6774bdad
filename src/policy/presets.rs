//! Each product's behaviour in one line.

use crate::policy::Policy;
use crate::policy::sections::{PersonalAccessTokens, SettingGate, SwitchGate};
use crate::types::time::Span;

impl Default for Policy {
    /// Hardened: both gates, 180 days, unique labels of 20 characters, no retry window without a key ring.
    fn default() -> Self {
        Self {
            personal_access_tokens: PersonalAccessTokens::default(),
            access_tokens: Default::default(),
            refresh_tokens: Default::default(),
            security_codes: Default::default(),
            console_sessions: Default::default(),
            notices: Default::default(),
            uses: Default::default(),
            throttle: Default::default(),
            events: Default::default(),
            settings_staleness: Span::seconds(1),
            tombstone: Span::days(30),
            clock_doubt: Span::hours(1),
            retry_needs_key_ring: true,
            scopes: None,
        }
    }
}

impl Policy {
    /// 12d Synergy: the setting, 180 days, labels of 100 characters, all different.
    #[must_use]
    pub fn synergy() -> Self {
        Self {
            personal_access_tokens: PersonalAccessTokens {
                switch: SwitchGate::NotAsked,
                max_days_ceiling: 180,
                label_max: 100,
                ..PersonalAccessTokens::default()
            },
            retry_needs_key_ring: false,
            ..Self::default()
        }
    }

    /// A2NTA: the switch (off by default), permanent tokens, unique labels of 20 characters.
    #[must_use]
    pub fn a2nta() -> Self {
        Self {
            personal_access_tokens: PersonalAccessTokens {
                setting: SettingGate::NotAsked,
                permanent: true,
                ..PersonalAccessTokens::default()
            },
            retry_needs_key_ring: false,
            ..Self::default()
        }
    }

    /// AODocs: security codes of 24 hours, kept a week.
    #[must_use]
    pub fn aodocs() -> Self {
        Self { retry_needs_key_ring: false, ..Self::default() }
    }

    /// NIST SP 800-63B-4 §2.2.3: a sign-in lasts at most 24 hours, and at most one hour of inactivity.
    #[must_use]
    pub fn aal2() -> Self {
        let mut policy = Self::default();
        policy.refresh_tokens.inactivity = Span::hours(1);
        policy.refresh_tokens.absolute = Span::hours(24);
        // Administrators cannot exceed the bounds of the standard.
        policy.refresh_tokens.max_inactivity = Span::hours(1);
        policy.refresh_tokens.max_absolute = Span::hours(24);
        policy.refresh_tokens.grace = Span::seconds(10);
        policy
    }
}
