//! A service in memory with a fixed clock and known random numbers. For each input of a target, the service is in the
//! same state at the beginning.

use std::cell::RefCell;

use axum::Router;
use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use counterfoil::client::{Grant, NewClient};
use counterfoil::memory::{MemoryDirectory, MemoryStore};
use counterfoil::settings::SettingsUpdate;
use counterfoil::testing::{ManualClock, SeededEntropy};
use counterfoil::{Account, Counterfoil, KeyRing, Presenter, Role, Secret, SubjectId, Timestamp};
use counterfoil_axum::Sources;
use counterfoil_axum::console::{Console, SessionLayer, Transport};
use http::{HeaderMap, HeaderValue, Request, StatusCode};
use serde_json::Value;
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

/// The secret of the client `app`.
pub(crate) const SECRET: &str = "abcdefghijklmnopqrstuvwxyz012345";
/// The suffix of the console's cookies.
pub(crate) const COOKIE: &str = "fuzz";

/// A response of the service, with its whole body as text.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("text"))
    }

    /// Checks that the response is a problem document with the right content type and status, and that it is short.
    pub(crate) fn assert_problem(&self) {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        assert_eq!(self.json()["status"], u64::from(self.status.as_u16()), "{self:?}");
        assert!(self.text.len() < 2_048, "{self:?}");
    }
}

/// A service, and credentials that a request may present.
pub(crate) struct World {
    runtime: Runtime,
    pub(crate) router: Router,
    /// An access token of `sue`, a super administrator.
    pub(crate) access: String,
    pub(crate) refresh: String,
    /// A console session of `sue`.
    pub(crate) session: String,
    /// The id of a personal access token of `sue`.
    pub(crate) pat: String,
    pub(crate) code: String,
}

thread_local!(static WORLD: RefCell<Option<World>> = const { RefCell::new(None) });

/// Runs `ask` with a service in its initial state, and returns the first value that `ask` returns. The second value
/// says whether `ask` changed the service. If it did, the next call makes a new service.
pub(crate) fn in_world<T>(ask: impl FnOnce(&World) -> (T, bool)) -> T {
    WORLD.with_borrow_mut(|kept| {
        let world = kept.take().unwrap_or_else(World::new);
        let (answer, changed) = ask(&world);
        if !changed {
            *kept = Some(world);
        }
        answer
    })
}

impl World {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let counterfoil = service();
        let router = runtime.block_on(prepared(&counterfoil));
        let mut world = Self {
            runtime,
            router,
            access: String::new(),
            refresh: String::new(),
            session: String::new(),
            pat: String::new(),
            code: String::new(),
        };
        let signed_in = world.form("/token", &basic("app", SECRET), b"grant_type=password&username=sue&password=sue");
        let text = |answer: &Answer, name: &str| answer.json()[name].as_str().expect("a text").to_owned();
        (world.access, world.refresh) = (text(&signed_in, "access_token"), text(&signed_in, "refresh_token"));
        for label in ["one", "two", "three"] {
            let body = format!("{{\"label\":\"{label}\",\"expires_in_days\":30}}");
            world.pat = text(&world.api("POST", "/me/tokens", Some(body.as_bytes())), "id");
        }
        world.code = text(&world.api("POST", "/security-codes", Some(b"{\"access\":\"super_administrator\"}")), "id");
        let sue = Account::new(subject("sue"), "sue", Role::SuperAdministrator);
        let session = world.runtime.block_on(counterfoil.open_session_for(&sue)).expect("a session");
        world.session = session.token.expose_secret().to_owned();
        world
    }

    pub(crate) fn send(&self, request: Request<Body>) -> Answer {
        self.runtime.block_on(async {
            let response = self.router.clone().oneshot(request).await.expect("infallible");
            let (parts, body) = response.into_parts();
            let bytes = axum::body::to_bytes(body, 1 << 20).await.expect("a bounded body");
            let text = String::from_utf8(bytes.to_vec()).expect("UTF-8");
            assert!(parts.status.as_u16() < 500, "{parts:?} {text}");
            Answer { status: parts.status, headers: parts.headers, text }
        })
    }

    pub(crate) fn form(&self, path: &str, authorization: &HeaderValue, body: &[u8]) -> Answer {
        let request = Request::post(path)
            .header("authorization", authorization)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(body.to_vec()));
        self.send(request.expect("a request"))
    }

    /// Sends a request to the API, signed in as `sue`.
    pub(crate) fn api(&self, method: &str, path: &str, body: Option<&[u8]>) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("/api/v1{path}"));
        request = request.header("authorization", format!("Bearer {}", self.access));
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        self.send(request.body(body.map_or_else(Body::empty, |body| Body::from(body.to_vec()))).expect("a request"))
    }
}

pub(crate) fn basic(id: &str, secret: &str) -> HeaderValue {
    HeaderValue::try_from(format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))).expect("a header")
}

fn subject(id: &str) -> SubjectId {
    SubjectId::new(id).expect("a subject")
}

/// Makes the service. The password of each person is the person's name.
fn service() -> Counterfoil {
    let people = MemoryDirectory::default();
    for (name, role) in [("bill", Role::Member), ("sue", Role::SuperAdministrator)] {
        people.insert(Account::new(subject(name), name, role), &[name], name);
    }
    let keys = Secret::from(format!("1:{}\n", STANDARD.encode([7; 32])));
    Counterfoil::builder()
        .store(MemoryStore::default())
        .directory(people)
        .key_ring(KeyRing::from_text(&keys).expect("a ring"))
        .clock(ManualClock::at(Timestamp::from_micros(1_800_000_000_000_000).expect("in range")))
        .entropy(SeededEntropy::new(7))
        .without_tracing()
        .build()
        .expect("a handle")
}

async fn prepared(counterfoil: &Counterfoil) -> Router {
    let host = Presenter::host();
    let _flushed = counterfoil.flush().await;
    for name in ["bill", "sue"] {
        counterfoil.set_token_login(&host, &subject(name), true).await.expect("the switch");
    }
    let on = SettingsUpdate::default().with_personal_access_tokens_enabled(true);
    counterfoil.update_settings(&host, &on).await.expect("the setting");
    let client = |id: &str| NewClient::named(id).with_id(id.parse::<counterfoil::client::ClientId>().expect("an id"));
    let app = client("app").with_grants(vec![Grant::Password, Grant::RefreshToken]).with_resource_server(true);
    counterfoil.import_client(&host, app, &Secret::from(SECRET.to_owned()), false).await.expect("a client");
    counterfoil.create_client(&host, client("other")).await.expect("a client");
    let name = || COOKIE.parse().expect("a name");
    let console = Console::new(counterfoil.clone(), Transport::Https, "/console", Sources::Unknown).cookie_name(name());
    let api = counterfoil_axum::me_tokens(counterfoil.clone())
        .merge(counterfoil_axum::me_sign_ins(counterfoil.clone()))
        .merge(counterfoil_axum::users(counterfoil.clone()))
        .merge(counterfoil_axum::credentials(counterfoil.clone()))
        .merge(counterfoil_axum::security_codes(counterfoil.clone()))
        .merge(counterfoil_axum::clients(counterfoil.clone()))
        .merge(counterfoil_axum::settings(counterfoil.clone()));
    let oauth = counterfoil_axum::token(counterfoil.clone(), Sources::Unknown)
        .merge(counterfoil_axum::revoke(counterfoil.clone(), Sources::Unknown))
        .merge(counterfoil_axum::introspect(counterfoil.clone(), Sources::Unknown));
    let session = SessionLayer::new(counterfoil.clone(), Transport::Https, "/console").cookie_name(name());
    let api: Router = oauth.nest("/api/v1", api.layer(session)).into();
    api.nest_service("/console", console.router())
}
