//! The authorization server and the endpoints that the tests use.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::post;
use counterfoil::client::{ClientId, NewClient};
use counterfoil::memory::{MemoryDirectory, MemoryStore};
use counterfoil::policy::Policy;
use counterfoil::testing::ManualClock;
use counterfoil::{
    Account, Counterfoil, IssuedCredential, KeyRing, Lifetime, NewPersonalAccessToken, Presenter, Role, Secret,
    Timestamp,
};
use counterfoil_axum::Sources;
use counterfoil_remote::{Introspection, IntrospectionBuilder};
use http::header::CONTENT_TYPE;
use std::time::Duration;

/// The client id of the resource server.
pub(crate) const ID: &str = "reports";
/// The client secret of the resource server. It contains characters that HTTP Basic must encode (RFC 6749 §2.3.1).
pub(crate) const SECRET: &str = "abcdefghijklmnopqrstuvwxyz+/=~.0";

/// Counts the requests that a server receives.
#[derive(Clone, Default)]
pub(crate) struct Count(Arc<AtomicUsize>);

impl Count {
    pub(crate) fn get(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    pub(crate) fn count(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

/// An authorization server, and the parts of this server that tests change or read.
pub(crate) struct World {
    pub(crate) counterfoil: Counterfoil,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) ann: Account,
    pub(crate) requests: Count,
    pub(crate) endpoint: String,
}

/// Serves a router on a port of this machine. Returns the address.
pub(crate) async fn serve(router: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}/introspect")
}

/// Serves an endpoint that gives the same answer to every request.
pub(crate) async fn serve_answer(status: u16, media_type: &'static str, body: impl Into<String>) -> (String, Count) {
    let (count, body) = (Count::default(), body.into());
    let counted = count.clone();
    let answer = move || {
        counted.count();
        let response = Response::builder().status(status).header(CONTENT_TYPE, media_type);
        std::future::ready(response.body(axum::body::Body::from(body.clone())).expect("a response"))
    };
    (serve(Router::new().route("/introspect", post(answer))).await, count)
}

pub(crate) fn start() -> Timestamp {
    Timestamp::from_micros(1_800_000_000_000_000).expect("in range")
}

pub(crate) fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::at(start()))
}

/// Starts an authorization server with the account ann and with the client of the resource server.
pub(crate) async fn world() -> World {
    let clock = clock();
    let ann = Account::new(7_u64.into(), "ann", Role::Member);
    let people = MemoryDirectory::default();
    people.insert(ann.clone(), &["ann"], "a password");
    let counterfoil = Counterfoil::builder()
        .policy(Policy::open())
        .store(MemoryStore::default())
        .directory(people)
        .key_ring(KeyRing::generate_from_system().expect("a key"))
        .clock(clock.clone())
        .build()
        .expect("a handle");
    let client = NewClient::named("Reports").with_id(ID.parse::<ClientId>().expect("an id")).with_resource_server(true);
    let secret = Secret::from(SECRET.to_owned());
    counterfoil.import_client(&Presenter::host(), client, &secret, false).await.expect("a client");
    let requests = Count::default();
    let counted = requests.clone();
    let router = Router::from(counterfoil_axum::introspect(counterfoil.clone(), Sources::Unknown));
    let router = router.layer(from_fn(move |request: Request, next: Next| {
        counted.count();
        next.run(request)
    }));
    let endpoint = serve(router).await;
    World { counterfoil, clock, ann, requests, endpoint }
}

impl World {
    /// Creates a personal access token of ann, which is valid for one day.
    pub(crate) async fn token(&self, label: &str, scope: Option<&str>) -> IssuedCredential {
        let scope = scope.map(|scope| scope.parse().expect("a scope"));
        let new = NewPersonalAccessToken::new(label, Lifetime::Days(1)).with_scope(scope);
        self.counterfoil.create_personal_access_token(&Presenter::signed_in(&self.ann), &new).await.expect("a token")
    }

    pub(crate) async fn revoke(&self, issued: &IssuedCredential) {
        let ann = Presenter::signed_in(&self.ann);
        self.counterfoil.delete_personal_access_token(&ann, &issued.view.id).await.expect("deleted");
    }

    pub(crate) fn builder(&self) -> IntrospectionBuilder {
        Introspection::builder(self.endpoint.as_str(), ID, SECRET.to_owned()).of_counterfoil().clock(self.clock.clone())
    }

    pub(crate) fn verifier(&self) -> Introspection {
        self.builder().build().expect("a verifier")
    }
}

/// Begins the configuration of a verifier whose endpoint does not belong to counterfoil.
pub(crate) fn foreign(endpoint: &str, clock: &Arc<ManualClock>) -> IntrospectionBuilder {
    Introspection::builder(endpoint, ID, SECRET.to_owned()).clock(clock.clone())
}

pub(crate) fn microsecond() -> Duration {
    Duration::from_micros(1)
}
