//! A service with a store, a member, an administrator and a client. A node is one handle of the library on this store.
//! The first node turns on personal access tokens, for the service and for Ann.

use std::sync::Arc;

use counterfoil::client::{Grant, NewClient, RefreshMode};
use counterfoil::memory::MemoryDirectory;
use counterfoil::oauth::{Answer, OAuthRequest};
use counterfoil::settings::SettingsUpdate;
use counterfoil::store::{ClientStore, SettingsStore, Throttle, TokenStore};
use counterfoil::testing::ManualClock;
use counterfoil::{Account, Builder, Counterfoil, KeyRing, Presenter, Role, Secret, SubjectId};
use counterfoil_conformance::sample::at;

/// The client's secret, which the service has chosen itself.
pub const CLIENT: &str = "canaryclientsecret0123456789abcd";
pub const PASSWORD: &str = "canary-password-of-ann";
/// The `Authorization` header with the client `canary` and its secret.
const BASIC: &[u8] = b"Basic Y2FuYXJ5OmNhbmFyeWNsaWVudHNlY3JldDAxMjM0NTY3ODlhYmNk";

/// The parts of the service that all its nodes share, except the store.
#[derive(Clone)]
pub struct Site {
    ring: Arc<KeyRing>,
    clock: Arc<ManualClock>,
    people: Arc<MemoryDirectory>,
    pub ann: Account,
}

impl Site {
    pub fn new() -> Self {
        let ann = Account::new(SubjectId::new("ann").expect("a subject"), "ann", Role::Member);
        let people = Arc::new(MemoryDirectory::default());
        people.insert(ann.clone(), &["ann"], PASSWORD);
        let ring = Arc::new(KeyRing::generate_from_system().expect("a key"));
        Self { ring, clock: Arc::new(ManualClock::at(at(0))), people, ann }
    }

    /// Makes a node on the store.
    pub fn node<S>(&self, store: S) -> Counterfoil
    where
        S: TokenStore + ClientStore + SettingsStore + Throttle,
    {
        self.wired(Counterfoil::builder().store(store))
    }

    /// Makes a node on `store` that reads and writes records through `records` instead. `records` must contain the same
    /// records as `store`.
    pub fn node_by_way_of<S>(&self, store: S, records: Arc<dyn TokenStore>) -> Counterfoil
    where
        S: TokenStore + ClientStore + SettingsStore + Throttle,
    {
        self.wired(Counterfoil::builder().store(store).token_store(records))
    }

    fn wired(&self, builder: Builder) -> Counterfoil {
        builder
            .directory(Arc::clone(&self.people))
            .key_ring(Arc::clone(&self.ring))
            .clock(Arc::clone(&self.clock))
            .build()
            .expect("a handle")
    }

    /// Makes the first node on the store. Registers the client and turns on the settings.
    pub async fn first_node<S>(&self, store: S) -> Counterfoil
    where
        S: TokenStore + ClientStore + SettingsStore + Throttle,
    {
        let node = self.node(store);
        let client = NewClient::named("canary")
            .with_id("canary".parse::<counterfoil::client::ClientId>().expect("a client id"))
            .with_grants(vec![Grant::Password, Grant::RefreshToken])
            .with_refresh_mode(RefreshMode::Rotate);
        let secret = Secret::from(CLIENT.to_owned());
        node.import_client(&Presenter::host(), client, &secret, false).await.expect("a client");
        let on = SettingsUpdate::default().with_personal_access_tokens_enabled(true);
        node.update_settings(&Presenter::host(), &on).await.expect("the gate opens");
        node.set_token_login(&Presenter::host(), self.ann.subject(), true).await.expect("the other gate opens");
        node
    }
}

/// Sends a form to the token endpoint, authenticated as the client. Returns the response.
pub async fn post(node: &Counterfoil, form: &str) -> Answer {
    let source = counterfoil::types::Source::from(std::net::IpAddr::from([192, 0, 2, 7]));
    node.token(request(form, &source)).await.unwrap_or_else(Answer::from)
}

/// Sends a token to the revocation endpoint, authenticated as the client. Returns the response.
pub async fn revoke(node: &Counterfoil, token: &str) -> Answer {
    let source = counterfoil::types::Source::from(std::net::IpAddr::from([192, 0, 2, 7]));
    node.revocation(request(&format!("token={token}"), &source)).await.unwrap_or_else(Answer::from)
}

fn request<'a>(form: &'a str, source: &'a counterfoil::types::Source) -> OAuthRequest<'a> {
    OAuthRequest::new(form.as_bytes(), source)
        .with_authorization(&[BASIC])
        .with_content_type(Some(b"application/x-www-form-urlencoded"))
}

/// Signs Ann in. Returns her access token and refresh token.
pub async fn sign_in(node: &Counterfoil) -> [String; 2] {
    let form = format!("grant_type=password&username=ann&password={PASSWORD}&remember=true");
    tokens(&post(node, &form).await)
}

/// Refreshes with the refresh token `token`. Returns the response of the token endpoint.
pub async fn refresh(node: &Counterfoil, token: &str) -> Answer {
    post(node, &format!("grant_type=refresh_token&refresh_token={token}")).await
}

/// The access token and the refresh token in a response.
pub fn tokens(answer: &Answer) -> [String; 2] {
    ["access_token", "refresh_token"].map(|name| field(answer.expose_secret(), name))
}

fn field(body: &str, name: &str) -> String {
    let start = format!("\"{name}\":\"");
    let rest = body.split_once(&start).unwrap_or_else(|| panic!("no {name}: {body}")).1;
    rest.split_once('"').expect("a text ends").0.to_owned()
}
