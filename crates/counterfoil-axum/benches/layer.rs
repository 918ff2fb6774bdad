//! Compares the requests per second of three axum services. One has the authentication layer, one has no such layer,
//! and one verifies an HS256 JWT.
//!
//! The bench measures in two ways. Direct calls of the service show the cost of the layer. Requests over keep-alive
//! connections on loopback show how much the layer slows down a server. The rounds of the three services alternate.
//! Each ratio compares two medians of one run. Client and server share the machine.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a bench that cannot go on says so")]
#![allow(clippy::disallowed_methods, reason = "a bench measures by the wall clock")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use counterfoil::memory::{MemoryDirectory, MemoryStore};
use counterfoil::policy::{Policy, SettingGate};
use counterfoil::{Account, Counterfoil, KeyRing, Lifetime, NewPersonalAccessToken, Presenter, Role, SubjectId};
use counterfoil_axum::AuthenticateLayer;
use http::StatusCode;
use http::header::AUTHORIZATION;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt as _;

const ROUNDS: usize = 15;
const CALLS: usize = 20_000;
const CONNECTIONS: usize = 8;
const OVER_EACH: usize = 1_000;

#[derive(Clone, Serialize, Deserialize)]
struct Claims {
    sub: String,
    name: String,
    role: String,
    iss: String,
    aud: String,
    iat: u64,
    exp: u64,
}

fn service() -> Router {
    Router::new().route("/", get(async || "hello"))
}

/// Makes a service whose store has many credentials, as a real service has. Also returns the text of one token.
async fn counterfoil() -> (Counterfoil, String) {
    let people = Arc::new(MemoryDirectory::default());
    let mut policy = Policy::synergy();
    policy.personal_access_tokens.setting = SettingGate::NotAsked;
    let builder = Counterfoil::builder().policy(policy).store(MemoryStore::default()).directory(people.clone());
    let counterfoil = builder.key_ring(KeyRing::generate_from_system().expect("a key")).build().expect("a handle");
    let mut token = String::new();
    for number in 0..1_000 {
        let id = SubjectId::new(&number.to_string()).expect("an id");
        let account = Account::new(id, "somebody", Role::Member);
        people.insert(account.clone(), &[], "");
        let new = NewPersonalAccessToken::new("bench", Lifetime::Days(30));
        let made =
            counterfoil.create_personal_access_token(&Presenter::signed_in(&account), &new).await.expect("a token");
        made.token.expose_secret().clone_into(&mut token);
    }
    (counterfoil, token)
}

fn jwt() -> (Router, String) {
    let key = [7; 32];
    let now = std::time::SystemTime::UNIX_EPOCH.elapsed().expect("after 1970").as_secs();
    let text = |text: &str| text.to_owned();
    let claims = Claims {
        sub: text("7"),
        name: text("somebody"),
        role: text("member"),
        iss: text("https://auth.example.com"),
        aud: text("api"),
        iat: now,
        exp: now + 3_600,
    };
    let token = encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(&key)).expect("a token");
    let mut rules = Validation::new(Algorithm::HS256);
    rules.set_issuer(&["https://auth.example.com"]);
    rules.set_audience(&["api"]);
    let shared = Arc::new((DecodingKey::from_secret(&key), rules));
    let layer = from_fn(move |mut request: Request, next: Next| {
        let shared = shared.clone();
        async move {
            let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
            let verified = header
                .and_then(|header| header.strip_prefix("Bearer "))
                .and_then(|token| decode::<Claims>(token, &shared.0, &shared.1).ok());
            match verified {
                Some(verified) => {
                    request.extensions_mut().insert(verified.claims);
                    next.run(request).await
                }
                None => StatusCode::UNAUTHORIZED.into_response(),
            }
        }
    });
    (service().layer(layer), token)
}

async fn in_place(router: &Router, token: &str) -> Duration {
    let header = format!("Bearer {token}");
    let began = Instant::now();
    for _ in 0..CALLS {
        let request =
            Request::builder().uri("/").header(AUTHORIZATION, &header).body(Body::empty()).expect("a request");
        let response: Response = router.clone().oneshot(request).await.expect("infallible");
        assert_eq!(response.status(), 200);
    }
    began.elapsed() / u32::try_from(CALLS).expect("few")
}

async fn serve(router: Router) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move { axum::serve(listener, router).await });
    port
}

async fn over_loopback(port: u16, token: &str) -> Duration {
    let request = format!("GET / HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\r\n");
    let began = Instant::now();
    let connections: Vec<_> = (0..CONNECTIONS)
        .map(|_| {
            let request = request.clone();
            tokio::spawn(async move {
                let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("connected");
                stream.set_nodelay(true).expect("no delay");
                let mut answer = [0; 1024];
                for _ in 0..OVER_EACH {
                    stream.write_all(request.as_bytes()).await.expect("sent");
                    let mut read = 0;
                    while !answer[..read].ends_with(b"hello") {
                        let count = stream.read(&mut answer[read..]).await.expect("an answer");
                        assert!(count > 0, "{}", String::from_utf8_lossy(&answer[..read]));
                        read += count;
                    }
                }
            })
        })
        .collect();
    for connection in connections {
        connection.await.expect("served");
    }
    began.elapsed() / u32::try_from(CONNECTIONS * OVER_EACH).expect("few")
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64()
}

fn report(way: &str, [bare, layered, jwt]: [f64; 3]) {
    println!(
        "{way}: bare {:.0}/s, layer {:.0}/s, HS256 {:.0}/s; layer takes {:.2}x the time of bare and {:.2}x that of HS256; by itself {:.2} µs against {:.2} µs",
        1.0 / bare,
        1.0 / layered,
        1.0 / jwt,
        layered / bare,
        layered / jwt,
        (layered - bare) * 1e6,
        (jwt - bare) * 1e6,
    );
}

#[tokio::main]
async fn main() {
    let (counterfoil, pat) = counterfoil().await;
    let (with_jwt, jwt) = jwt();
    let routers = [service(), service().layer(AuthenticateLayer::required(counterfoil)), with_jwt];
    let tokens = [pat.clone(), pat, jwt];
    let mut times = [const { Vec::new() }; 3];
    for round in 0..=ROUNDS {
        for at in 0..3 {
            let took = in_place(&routers[at], &tokens[at]).await;
            // The time of the first round is left out, because that round only warms the service up.
            times[at].extend((round > 0).then_some(took));
        }
    }
    report("in place", times.map(median));
    let mut ports = Vec::new();
    for router in routers {
        ports.push(serve(router).await);
    }
    let mut times = [const { Vec::new() }; 3];
    for round in 0..=ROUNDS {
        for at in 0..3 {
            let took = over_loopback(ports[at], &tokens[at]).await;
            times[at].extend((round > 0).then_some(took));
        }
    }
    report(&format!("over loopback, {CONNECTIONS} connections"), times.map(median));
}
