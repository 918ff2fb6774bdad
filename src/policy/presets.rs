//! The presets: the hardened default, the neutral policy, and the policies of products and standards.

use std::time::Duration;

use crate::policy::Policy;
use crate::policy::kept::TOMBSTONE;
use crate::policy::sections::{PersonalAccessTokens, SettingGate, SwitchGate};
use crate::types::duration::hours;

impl Default for Policy {
    /// The hardened policy. Personal access tokens work only if the setting `personal_access_tokens_enabled` and the
    /// account's own switch "token login allowed" are on. They live at most 180 days, and have unique labels of at most
    /// 20 characters. If refreshes can be retried, a key ring is required.
    fn default() -> Self {
        Self {
            personal_access_tokens: PersonalAccessTokens::default(),
            access_tokens: Default::default(),
            refresh_tokens: Default::default(),
            security_codes: Default::default(),
            console_sessions: Default::default(),
            service_accounts: Default::default(),
            notices: Default::default(),
            uses: Default::default(),
            leaks: Default::default(),
            throttle: Default::default(),
            events: Default::default(),
            remember_source: false,
            settings_staleness: Duration::from_secs(1),
            verification_staleness: Duration::ZERO,
            tombstone: TOMBSTONE,
            clock_doubt: hours(1),
            retry_needs_key_ring: true,
            scopes: None,
        }
    }
}

impl Policy {
    /// The neutral policy. It follows the standards, not the rules of a product. It differs from the hardened default
    /// in these points:
    ///
    /// - Personal access tokens are allowed until an administrator turns off the setting
    ///   `personal_access_tokens_enabled`. Accounts have no switch of their own. A token lives at most 366 days, unless
    ///   the setting `pat_max_days` says otherwise. Its label has up to 100 characters.
    /// - A refresh token can be used once. If it is presented again, its family is revoked (RFC 9700 §4.14.2). So a
    ///   client that lost a response must sign in again. A key ring is not required. Set `refresh_tokens.grace` to let
    ///   clients repeat a request.
    /// - Access tokens live at most an hour, and the setting `access_lifetime_seconds` cannot be larger (RFC 6750
    ///   §5.3).
    /// - The response of the token endpoint has the members of RFC 6749 and the host's claims, but no product's fields.
    ///
    /// ```
    /// use counterfoil::memory::{MemoryDirectory, MemoryStore};
    /// use counterfoil::policy::Policy;
    /// use counterfoil::{Account, Counterfoil, Lifetime, NewPersonalAccessToken, Presenter, Role, SubjectId};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let ann = Account::new(SubjectId::new("7")?, "ann", Role::Member);
    /// let people = MemoryDirectory::default();
    /// people.insert(ann.clone(), &["ann"], "a password");
    /// let store = MemoryStore::default();
    /// let counterfoil = Counterfoil::builder().policy(Policy::open()).store(store).directory(people).build()?;
    /// # futures_executor::block_on(async {
    /// let new = NewPersonalAccessToken::new("nightly build", Lifetime::Days(366));
    /// let issued = counterfoil.create_personal_access_token(&Presenter::signed_in(&ann), &new).await?;
    /// assert_eq!(counterfoil.verify(issued.token.expose_secret()).await?.name(), "ann");
    /// # Ok(())
    /// # })
    /// # }
    /// ```
    #[must_use]
    pub fn open() -> Self {
        let mut policy = Self::default();
        policy.personal_access_tokens.setting = SettingGate::DefaultOn;
        policy.personal_access_tokens.switch = SwitchGate::NotAsked;
        policy.personal_access_tokens.max_days = 366;
        policy.personal_access_tokens.label_max = 100;
        policy.access_tokens.max_lifetime = hours(1);
        policy.access_tokens.vendor_fields = false;
        policy.refresh_tokens.grace = Duration::ZERO;
        policy
    }

    /// The policy of 12d Synergy. Personal access tokens work only if the setting `personal_access_tokens_enabled` is
    /// on. Accounts have no switch of their own. Tokens live at most 180 days, and have unique labels of at most 100
    /// characters. A key ring is not required.
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

    /// The policy of A2NTA. Personal access tokens of an account work only if the account's own switch "token login
    /// allowed" is on, and the switch is off by default. There is no setting for all accounts. Tokens may be permanent,
    /// and have unique labels of at most 20 characters. A key ring is not required.
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

    /// The policy of AODocs. Security codes live 24 hours, and are kept for a week after their expiry. A key ring is
    /// not required. The other rules are those of the hardened default.
    #[must_use]
    pub fn aodocs() -> Self {
        Self { retry_needs_key_ring: false, ..Self::default() }
    }

    /// The policy for NIST SP 800-63B-4 §2.2.3. A sign-in ends after 24 hours, or after one hour of inactivity.
    #[must_use]
    pub fn aal2() -> Self {
        let mut policy = Self::default();
        policy.refresh_tokens.inactivity = hours(1);
        policy.refresh_tokens.absolute = hours(24);
        // With these limits, administrators cannot exceed the bounds of the standard.
        policy.refresh_tokens.max_inactivity = hours(1);
        policy.refresh_tokens.max_absolute = hours(24);
        policy.refresh_tokens.grace = Duration::from_secs(10);
        policy
    }
}
