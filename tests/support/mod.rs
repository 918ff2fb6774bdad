//! A host for tests: the demo's people and clients over the memory store, a clock moved by hand, events that are kept.

#![allow(dead_code, reason = "each test file uses its own part of the world")]

use std::sync::Arc;

use base64::Engine as _;
use counterfoil::client::{ClientId, Grant, NewClient, RefreshMode};
use counterfoil::event::{Event, What};
use counterfoil::memory::{MemoryDirectory, MemoryStore};
use counterfoil::oauth::{Answer, OAuthRequest};
use counterfoil::policy::Policy;
use counterfoil::testing::{ManualClock, RecordingSink, SeededEntropy};
use counterfoil::*;
pub use futures_executor::block_on;

pub const KEY: &str = "a7d849366d224f8eb521ccf696925627";

pub struct World {
    pub handle: Counterfoil,
    pub store: Arc<MemoryStore>,
    pub people: Arc<MemoryDirectory>,
    pub clock: Arc<ManualClock>,
    pub sink: RecordingSink,
    pub secrets: Vec<(&'static str, String)>,
}

/// 2023-11-14 22:13:20 UTC.
pub fn start() -> Ts {
    Ts::from_micros(1_700_000_000_000_000).expect("in range")
}

pub fn micro() -> Span {
    Span::from_micros(1).expect("small")
}

pub fn subject(id: &str) -> SubjectId {
    SubjectId::new(id).expect("an id")
}

pub fn client_id(id: &str) -> ClientId {
    id.parse().expect("a client id")
}

pub fn scope(text: &str) -> Option<Scope> {
    Some(text.parse().expect("a scope"))
}

pub fn people() -> MemoryDirectory {
    let people = MemoryDirectory::default();
    let email = |name: &str| EmailAddress::new(&format!("{name}@example.com")).expect("an address");
    let insert = |id: &str, name: &str, role: Role, password: &str| {
        let account = Account::new(subject(id), name, role).with_email(email(id));
        people.insert(account, &[name], password);
    };
    insert("bill", "AD\\bill.posters", Role::Member, "blabla");
    insert("carol", "carol", Role::Collaborator, "carol");
    insert("admin", "admin", Role::Administrator, "admin");
    insert("super", "super@example.com", Role::SuperAdministrator, "super");
    insert("ivan", "ivan", Role::Member, "ivan");
    people
}

/// The hardened policy with both gates open for everybody, so that tests close what they speak of.
pub fn open_policy() -> Policy {
    let mut policy = Policy::default();
    policy.personal_access_tokens.setting = counterfoil::policy::SettingGate::DefaultOn;
    policy.personal_access_tokens.switch = counterfoil::policy::SwitchGate::DefaultOn;
    policy
}

pub fn world() -> World {
    world_with(open_policy(), |builder| builder)
}

pub fn world_with(policy: Policy, change: impl FnOnce(Builder) -> Builder) -> World {
    world_on(policy, Arc::new(MemoryStore::default()), change)
}

pub fn world_on(policy: Policy, store: Arc<MemoryStore>, change: impl FnOnce(Builder) -> Builder) -> World {
    let people = Arc::new(people());
    let clock = Arc::new(ManualClock::at(start()));
    let sink = RecordingSink::default();
    let ring = KeyRing::generate(&SeededEntropy::new(99)).expect("a ring");
    let builder = Counterfoil::builder()
        .policy(policy)
        .key_ring(ring)
        .clock(clock.clone())
        .store(store.clone())
        .directory(people.clone() as Arc<dyn directory::Directory>)
        .events(sink.clone());
    let handle = change(builder).build().expect("a handle");
    let mut world = World { handle, store, people, clock, sink, secrets: Vec::new() };
    world.register();
    world
}

impl World {
    fn register(&mut self) {
        let host = Presenter::host();
        let grants = || vec![Grant::Password, Grant::RefreshToken];
        let seed = NewClient {
            id: Some(client_id("test.token")),
            grants: grants(),
            refresh_mode: RefreshMode::Reuse,
            ..NewClient::named("angularApp")
        };
        block_on(self.handle.import_client(&host, seed, &Secret::from(KEY.to_owned()), false)).expect("imported");
        self.secrets.push(("test.token", KEY.into()));
        for (id, public, resource_server, grants) in [
            ("rotating", false, false, grants()),
            ("public-app", true, false, grants()),
            ("machine", false, true, Vec::new()),
        ] {
            let new = NewClient { id: Some(client_id(id)), grants, public, resource_server, ..NewClient::named(id) };
            let made = block_on(self.handle.create_client(&host, new)).expect("created");
            if let Some(secret) = made.secret {
                self.secrets.push((id, secret.expose_secret().to_owned()));
            }
        }
        drop(self.sink.take());
    }

    pub fn now(&self) -> Ts {
        self.clock.now()
    }

    pub fn pass(&self, span: Span) {
        self.clock.advance(span);
    }

    pub fn account(&self, id: &str) -> Account {
        use counterfoil::directory::Directory as _;
        block_on(self.people.account(&subject(id))).expect("available").expect("an account")
    }

    pub fn presenter(&self, id: &str) -> Presenter {
        Presenter::signed_in(&self.account(id))
    }

    pub fn events(&self) -> Vec<What> {
        self.sink.take().into_iter().map(|Event { what, .. }| what).collect()
    }

    pub fn basic(&self, client: &str) -> String {
        let secret = self.secrets.iter().find(|(id, _)| *id == client).map(|(_, secret)| secret.as_str());
        let pair = format!("{client}:{}", secret.expect("a confidential client"));
        format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(pair))
    }

    fn send(&self, endpoint: Endpoint, client: &str, form: &[(&str, &str)]) -> Reply {
        let mut body = form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(form);
        let public = client == "public-app";
        if public {
            body.append_pair("client_id", client);
        }
        let body = body.finish();
        let header = if public { None } else { Some(self.basic(client)) };
        let headers: Vec<&[u8]> = header.iter().map(|header| header.as_bytes()).collect();
        self.raw(endpoint, &headers, Some(b"application/x-www-form-urlencoded"), body.as_bytes(), Some("10.0.0.1"))
    }

    pub fn raw(
        &self,
        endpoint: Endpoint,
        authorization: &[&[u8]],
        content_type: Option<&[u8]>,
        body: &[u8],
        source: Option<&str>,
    ) -> Reply {
        let request = OAuthRequest { authorization, content_type, body, source };
        let answer = match endpoint {
            Endpoint::Token => block_on(self.handle.token(request)),
            Endpoint::Revoke => block_on(self.handle.revocation(request)),
            Endpoint::Introspect => block_on(self.handle.introspection(request)),
        };
        Reply::from(answer.unwrap_or_else(Answer::from))
    }

    pub fn token(&self, client: &str, form: &[(&str, &str)]) -> Reply {
        self.send(Endpoint::Token, client, form)
    }

    pub fn revoke(&self, client: &str, token: &str) -> Reply {
        self.send(Endpoint::Revoke, client, &[("token", token)])
    }

    pub fn introspect(&self, client: &str, token: &str) -> Reply {
        self.send(Endpoint::Introspect, client, &[("token", token)])
    }

    pub fn log_in(&self, client: &str, remember: &str) -> Reply {
        let form = [
            ("grant_type", "password"),
            ("username", "AD\\bill.posters"),
            ("password", "blabla"),
            ("remember", remember),
            ("mfa_key", ""),
            ("machine_key", ""),
        ];
        let reply = self.token(client, &form);
        assert_eq!(reply.status, 200, "{}", reply.body);
        reply
    }

    pub fn refresh(&self, client: &str, token: &str) -> Reply {
        self.token(client, &[("grant_type", "refresh_token"), ("refresh_token", token)])
    }

    pub fn verify(&self, token: &str) -> Result<Principal, Denied> {
        block_on(self.handle.verify(token))
    }

    /// Whether a bearer token works.
    pub fn works(&self, token: &str) -> bool {
        self.verify(token).is_ok()
    }

    /// The true reason of a refusal.
    pub fn reason(&self, token: &str) -> Refusal {
        match self.verify(token) {
            Err(Denied::Refused(reason)) => reason,
            other => panic!("not refused: {other:?}"),
        }
    }

    pub fn create(&self, id: &str, label: &str, days: i64) -> Result<Issued, ManageError> {
        let new = NewPersonalAccessToken { label, lifetime: Lifetime::Days(days), scope: None };
        block_on(self.handle.create_personal_access_token(&self.presenter(id), &new))
    }

    pub fn pat(&self, id: &str, label: &str) -> Issued {
        self.create(id, label, 30).expect("a token")
    }

    pub fn delete(&self, by: &str, id: &RecordId) -> Result<(), ManageError> {
        block_on(self.handle.delete_token(&self.presenter(by), id))
    }

    pub fn delete_of(&self, by: &str, owner: &str, id: &RecordId) -> Result<(), ManageError> {
        block_on(self.handle.delete_token_of(&self.presenter(by), &subject(owner), id))
    }

    pub fn allow_token_login(&self, by: &str, owner: &str, allowed: bool) -> Result<(), ManageError> {
        block_on(self.handle.set_token_login(&self.presenter(by), &subject(owner), allowed)).map(drop)
    }

    pub fn code(&self, access: NewAccess<'_>) -> Issued {
        let new = NewSecurityCode { access, description: None };
        block_on(self.handle.create_security_code(&self.presenter("super"), &new)).expect("a code")
    }
}

#[derive(Clone, Copy)]
pub enum Endpoint {
    Token,
    Revoke,
    Introspect,
}

/// An answer, opened.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: String,
    json: serde_json::Value,
}

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Self {
        let headers = answer.headers().map(|(name, value)| (name, value.to_owned())).collect();
        let body = answer.expose_secret().to_owned();
        let json = serde_json::from_str(&body).expect("JSON");
        Self { status: answer.status(), headers, body, json }
    }
}

impl Reply {
    pub fn text(&self, name: &str) -> String {
        self.json[name].as_str().unwrap_or_else(|| panic!("no {name} in {}", self.body)).to_owned()
    }

    pub fn number(&self, name: &str) -> u64 {
        self.json[name].as_u64().unwrap_or_else(|| panic!("no {name} in {}", self.body))
    }

    pub fn has(&self, name: &str) -> bool {
        self.json.get(name).is_some()
    }

    pub fn access(&self) -> String {
        self.text("access_token")
    }

    pub fn refresh(&self) -> String {
        self.text("refresh_token")
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| *own == name).map(|(_, value)| value.as_str())
    }

    /// (status, error code).
    pub fn error(&self) -> (u16, String) {
        (self.status, self.text("error"))
    }
}
