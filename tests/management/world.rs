//! A service with three people, a clock moved by hand, and everything in memory.

use std::num::NonZeroU32;
use std::sync::Arc;

use counterfoil::client::{ClientId, ClientKey, RefreshMode, Registration};
use counterfoil::directory::Directory;
use counterfoil::event::What;
use counterfoil::memory::{MemoryDirectory, MemoryStore};
use counterfoil::policy::{Policy, SettingGate};
use counterfoil::settings::{SettingName, StoredSettings};
use counterfoil::store::{ClientStore, SettingsPut, SettingsStore, TokenStore};
use counterfoil::testing::{ManualClock, RecordingSink, SeededEntropy};
use counterfoil::{
    Account, Counterfoil, EmailAddress, Issued, Lifetime, NewAccess, NewPersonalAccessToken, NewSecurityCode,
    Presenter, Realm, RecordId, Role, Scope, SignIn, Span, SubjectId, Ts,
};
pub(crate) use futures_executor::block_on;

pub(crate) struct World {
    pub(crate) foil: Counterfoil,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) people: Arc<MemoryDirectory>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) sink: RecordingSink,
}

pub(crate) fn subject(id: &str) -> SubjectId {
    SubjectId::new(id).expect("an id")
}

pub(crate) fn limit(limit: u32) -> NonZeroU32 {
    NonZeroU32::new(limit).expect("not zero")
}

/// No gate but the setting, which is on until a test turns it off; settings are read at each call.
pub(crate) fn policy() -> Policy {
    let mut policy = Policy::synergy();
    policy.personal_access_tokens.setting = SettingGate::DefaultOn;
    policy.settings_staleness = Span::ZERO;
    policy
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(policy())
    }

    pub(crate) fn with(policy: Policy) -> Self {
        let store = Arc::new(MemoryStore::default());
        let people = Arc::new(MemoryDirectory::default());
        let clock = Arc::new(ManualClock::at(Ts::from_micros(1_700_000_000_000_000).expect("in range")));
        let sink = RecordingSink::default();
        let foil = Counterfoil::builder()
            .policy(policy)
            .clock(clock.clone())
            .entropy(SeededEntropy::new(7))
            .store(store.clone())
            .directory(people.clone() as Arc<dyn Directory>)
            .events(sink.clone())
            .build()
            .expect("a handle");
        for (id, role) in [("ivan", Role::Member), ("admin", Role::Administrator), ("super", Role::SuperAdministrator)]
        {
            let email = EmailAddress::new(&format!("{id}@example.com")).expect("an address");
            people.insert(Account::new(subject(id), id, role).with_email(email).with_zone("Europe/Moscow"), &[id], id);
        }
        sink.take();
        Self { foil, store, people, clock, sink }
    }

    pub(crate) fn account(&self, id: &str) -> Account {
        block_on(self.people.account(&subject(id))).expect("a directory").expect("an account")
    }

    pub(crate) fn as_person(&self, id: &str) -> Presenter {
        Presenter::signed_in(&self.account(id))
    }

    /// What a token presents itself as.
    pub(crate) fn as_token(&self, text: &str) -> Presenter {
        Presenter::from(&block_on(self.foil.verify(text)).expect("a good token"))
    }

    pub(crate) fn verifies(&self, text: &str) -> bool {
        block_on(self.foil.verify(text)).is_ok()
    }

    pub(crate) fn token(&self, owner: &str, label: &str, days: i64) -> Issued {
        self.scoped_token(owner, label, days, None)
    }

    pub(crate) fn scoped_token(&self, owner: &str, label: &str, days: i64, scope: Option<&str>) -> Issued {
        let scope = scope.map(|scope| scope.parse::<Scope>().expect("a scope"));
        let new = NewPersonalAccessToken { label, lifetime: Lifetime::Days(days), scope };
        block_on(self.foil.create_personal_access_token(&self.as_person(owner), &new)).expect("a token")
    }

    /// What an access token of that scope presents itself as, after a sign-in through a client.
    pub(crate) fn as_signed_in_with(&self, id: &str, scope: &str) -> Presenter {
        let client: ClientId = "app".parse().expect("an id");
        let registration = Registration {
            client_id: client.clone(),
            key: ClientKey::from_bytes([1; 16]),
            display_name: "App".into(),
            secrets: Vec::new(),
            grants: Vec::new(),
            allowed_scope: None,
            default_scope: None,
            public: true,
            refresh_mode: RefreshMode::Rotate,
            resource_server: false,
            disabled: false,
            epoch: 0,
            created_at: Ts::EPOCH,
        };
        let _ = block_on(self.store.put_client(&Realm::default(), None, &registration)).expect("a store");
        let scope = Some(scope.parse().expect("a scope"));
        let sign_in = SignIn { client: &client, subject: &subject(id), scope, remember: false };
        let granted = block_on(self.foil.open_sign_in(&sign_in)).expect("signed in");
        self.as_token(granted.access_token.expose_secret())
    }

    pub(crate) fn code(&self, description: &str) -> Issued {
        let new = NewSecurityCode { access: NewAccess::SuperAdministrator, description: Some(description) };
        block_on(self.foil.create_security_code(&self.as_person("super"), &new)).expect("a code")
    }

    pub(crate) fn delete(&self, owner: &str, id: &RecordId) {
        block_on(self.foil.delete_token(&self.as_person(owner), id)).expect("deleted");
    }

    pub(crate) fn is_stored(&self, id: &RecordId) -> bool {
        block_on(self.store.get(id)).expect("a store").is_some()
    }

    /// Writes settings behind the handle's back, as another node would.
    pub(crate) fn set(&self, change: impl FnOnce(&mut StoredSettings)) {
        let there = block_on(self.store.settings(&Realm::default())).expect("a store");
        let (version, mut settings) =
            there.map_or((None, StoredSettings::default()), |there| (Some(there.version), there.settings));
        change(&mut settings);
        let put = block_on(self.store.put_settings(&Realm::default(), version, &settings)).expect("a store");
        assert!(matches!(put, SettingsPut::Done(_)));
    }

    pub(crate) fn open_gate(&self, open: bool) {
        self.set(|settings| settings.set_personal_access_tokens(open));
    }

    pub(crate) fn set_number(&self, name: SettingName, number: u64) {
        self.set(|settings| settings.set_number(name, number).expect("in range"));
    }

    /// What was told since the last look.
    pub(crate) fn told(&self) -> Vec<What> {
        self.sink.take().into_iter().map(|event| event.what).collect()
    }

    pub(crate) fn pass(&self, span: Span) {
        self.clock.advance(span);
    }
}
