//! A service with accounts and a manual clock. Tests call its router directly, without a socket.
#![cfg_attr(not(feature = "console"), allow(dead_code, reason = "the tests of the console use the rest"))]

#[cfg(feature = "console")]
pub mod slow;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use counterfoil::client::{Grant, NewClient, RefreshMode};
use counterfoil::directory::Directory;
use counterfoil::memory::{MemoryDirectory, MemoryStore};
use counterfoil::policy::Policy;
use counterfoil::settings::SettingsUpdate;
use counterfoil::testing::{ManualClock, RecordingSink};
use counterfoil::{Account, Counterfoil, KeyRing, Presenter, Role, Scope, Secret, SubjectId, Timestamp};
use counterfoil_axum::{Source, Sources};
use http::{HeaderMap, Request, StatusCode};
use serde_json::Value;
use tower::ServiceExt as _;

/// The secret of the imported clients.
pub const SECRET: &str = "abcdefghijklmnopqrstuvwxyz012345";

/// A service, and the parts of it that tests need.
pub struct World {
    pub counterfoil: Counterfoil,
    pub people: Arc<MemoryDirectory>,
    pub clock: Arc<ManualClock>,
    pub sink: RecordingSink,
    pub router: Router,
}

/// A response whose body was read.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("text"))
    }

    /// Returns the name of the error: the end of a problem's `type`. If the body has no `type`, returns the `error` of
    /// RFC 6749.
    pub fn problem(&self) -> String {
        let json = self.json();
        match json["type"].as_str() {
            Some(kind) => kind.rsplit(':').next().expect("a name").to_owned(),
            None => json["error"].as_str().unwrap_or_default().to_owned(),
        }
    }

    /// Returns the status, the name of the problem, and the field that caused it.
    pub fn outcome(&self) -> (u16, String, Option<String>) {
        (self.status.as_u16(), self.problem(), self.json()["field"].as_str().map(str::to_owned))
    }
}

pub fn subject(id: &str) -> SubjectId {
    SubjectId::new(id).expect("a subject")
}

/// Makes a service. Its accounts are bill (member), carol (collaborator), adam (administrator), sue (super
/// administrator) and mia (member who manages profiles). The name of each account is also its password. Its clients are
/// `app`, which is confidential and has the grants `password` and `refresh_token`, `rs`, which is a resource server,
/// and `open`, which is public.
pub async fn world() -> World {
    world_on(Policy::default(), |people| people as Arc<dyn Directory>).await
}

/// Makes a service like [`world`], with the directory that `directory` returns for the directory of [`world`].
pub async fn world_with(directory: impl FnOnce(Arc<MemoryDirectory>) -> Arc<dyn Directory>) -> World {
    world_on(Policy::default(), directory).await
}

/// Makes a service like [`world`], but with this policy. If the policy uses the setting or the per-user switch for
/// personal access tokens, they are on.
pub async fn world_under(policy: Policy) -> World {
    world_on(policy, |people| people as Arc<dyn Directory>).await
}

async fn world_on(policy: Policy, directory: impl FnOnce(Arc<MemoryDirectory>) -> Arc<dyn Directory>) -> World {
    let people = Arc::new(MemoryDirectory::default());
    for (name, role) in [
        ("bill", Role::Member),
        ("carol", Role::Collaborator),
        ("adam", Role::Administrator),
        ("sue", Role::SuperAdministrator),
        ("mia", Role::Member),
    ] {
        let account = Account::new(subject(name), name, role).with_profile_management(name == "mia");
        people.insert(account, &[name], name);
    }
    let clock = Arc::new(ManualClock::at(Timestamp::from_micros(1_800_000_000_000_000).expect("in range")));
    let sink = RecordingSink::default();
    let counterfoil = Counterfoil::builder()
        .policy(policy)
        .store(MemoryStore::default())
        .directory(directory(people.clone()))
        .key_ring(KeyRing::generate_from_system().expect("a key"))
        .clock(clock.clone())
        .events(sink.clone())
        .build()
        .expect("a handle");
    // A flush counts as upkeep. Without it, the handle would log a warning about missing upkeep.
    let _flushed = counterfoil.flush().await;
    let host = Presenter::host();
    for name in ["bill", "carol", "adam", "sue", "mia"].into_iter().filter(|_| counterfoil.gates().switch) {
        counterfoil.set_token_login(&host, &subject(name), true).await.expect("the switch");
    }
    let on = SettingsUpdate::default().with_personal_access_tokens_enabled(true);
    if counterfoil.gates().setting {
        counterfoil.update_settings(&host, &on).await.expect("the setting");
    }
    let client = |id: &str| NewClient::named(id).with_id(id.parse::<counterfoil::client::ClientId>().expect("an id"));
    let grants = vec![Grant::Password, Grant::RefreshToken];
    let app = client("app").with_grants(grants.clone()).with_refresh_mode(RefreshMode::Rotate);
    let rs = client("rs").with_resource_server(true);
    for new in [app, rs] {
        counterfoil.import_client(&host, new, &Secret::from(SECRET.to_owned()), false).await.expect("a client");
    }
    let open = client("open").with_grants(grants).with_public(true);
    counterfoil.create_client(&host, open).await.expect("a client");
    let router = router(&counterfoil);
    World { counterfoil, people, clock, sink, router }
}

pub fn router(counterfoil: &Counterfoil) -> Router {
    let api = counterfoil_axum::me_tokens(counterfoil.clone())
        .merge(counterfoil_axum::me_sign_ins(counterfoil.clone()))
        .merge(counterfoil_axum::users(counterfoil.clone()))
        .merge(counterfoil_axum::credentials(counterfoil.clone()))
        .merge(counterfoil_axum::security_codes(counterfoil.clone()))
        .merge(counterfoil_axum::clients(counterfoil.clone()))
        .merge(counterfoil_axum::service_accounts(counterfoil.clone()))
        .merge(counterfoil_axum::settings(counterfoil.clone()));
    counterfoil_axum::token(counterfoil.clone(), Sources::Extension)
        .merge(counterfoil_axum::revoke(counterfoil.clone(), Sources::Extension))
        .merge(counterfoil_axum::introspect(counterfoil.clone(), Sources::Extension))
        .merge(counterfoil_axum::leaks(counterfoil.clone(), Sources::Extension))
        .nest("/api/v1", api)
        .into()
}

pub async fn send(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.expect("infallible");
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
    let text = String::from_utf8(bytes.to_vec()).expect("UTF-8");
    assert!(parts.status.as_u16() < 500 || [501, 503].contains(&parts.status.as_u16()), "{parts:?} {text}");
    Answer { status: parts.status, headers: parts.headers, text }
}

pub fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

impl World {
    /// Sends a form to a path below the root, with the credentials of the client `app`.
    pub async fn form(&self, path: &str, form: &str) -> Answer {
        self.form_as(path, &basic("app", SECRET), form).await
    }

    pub async fn form_as(&self, path: &str, authorization: &str, form: &str) -> Answer {
        let request = Request::post(path)
            .header("authorization", authorization)
            .header("content-type", "application/x-www-form-urlencoded")
            .extension(Source::from(std::net::IpAddr::from([192, 0, 2, 7])))
            .body(Body::from(form.to_owned()))
            .expect("a request");
        send(&self.router, request).await
    }

    /// Signs a person in through the client `app`. Returns the access token and the refresh token.
    pub async fn sign_in(&self, name: &str, scope: Option<&str>) -> (String, String) {
        let scope = scope.map(|scope| format!("&scope={}", scope.replace(' ', "+"))).unwrap_or_default();
        let form = format!("grant_type=password&username={name}&password={name}&remember=true{scope}");
        let answer = self.form("/token", &form).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let json = answer.json();
        let text = |name: &str| json[name].as_str().expect("a token").to_owned();
        (text("access_token"), text("refresh_token"))
    }

    /// Sends a request to the API routers.
    pub async fn call(&self, method: &str, path: &str, token: &str, body: Option<&str>) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("/api/v1{path}"));
        request = request.header("authorization", format!("Bearer {token}"));
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_owned()));
        send(&self.router, request.body(body).expect("a request")).await
    }

    pub fn scope(text: &str) -> Scope {
        text.parse().expect("a scope")
    }
}

impl World {
    /// Makes an account with this name, and with the role that the account of this name has in the service.
    pub fn people_account(&self, name: &str) -> Account {
        let role = match name {
            "carol" => Role::Collaborator,
            "adam" => Role::Administrator,
            "sue" => Role::SuperAdministrator,
            _ => Role::Member,
        };
        Account::new(subject(name), name, role)
    }
}
