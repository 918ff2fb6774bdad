//! A service with its endpoints, and two ways to send requests to them.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use counterfoil::policy::Policy;
use counterfoil::settings::SettingsUpdate;
use counterfoil::testing::{self, TestService};
use counterfoil::{KeyRing, Presenter};
use counterfoil_http::{Endpoints, Issuer, Metadata, Source, Sources};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::{TcpListener, TcpStream};

/// The base path of the API.
pub const BASE: &str = "/api/v1";
pub const FORM: &str = "application/x-www-form-urlencoded";

/// A service with its endpoints, and the way in which requests reach the endpoints.
pub struct World {
    pub service: TestService,
    pub endpoints: Endpoints,
    front: Front,
}

/// How a request reaches the endpoints.
enum Front {
    Memory,
    /// Requests are sent to a hyper server on this machine.
    Loopback(SocketAddr),
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub async fn of<B>(response: Response<B>) -> Self
    where
        B: http_body::Body<Error: std::fmt::Debug>,
    {
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        let text = String::from_utf8(bytes.to_vec()).expect("UTF-8");
        Self { status: parts.status, headers: parts.headers, text }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("text"))
    }

    /// Returns the status and the name of the error. The name is the last part of a problem's `type`, or the `error` of
    /// an OAuth response (RFC 6749 §5.2).
    pub fn outcome(&self) -> (u16, String) {
        let json = self.json();
        let kind = json["type"].as_str().and_then(|kind| kind.rsplit(':').next());
        let name = kind.or(json["error"].as_str()).unwrap_or_default();
        (self.status.as_u16(), name.to_owned())
    }
}

/// Makes all endpoints of a service. The API is below [`BASE`].
pub fn endpoints(service: &TestService) -> Endpoints {
    let counterfoil = || service.counterfoil().clone();
    let issuer = Issuer::new("https://auth.example.com").expect("an issuer");
    let metadata =
        Metadata::new(issuer, service.counterfoil()).token("/token").revocation("/revoke").introspection("/introspect");
    counterfoil_http::me_tokens(counterfoil())
        .merge(counterfoil_http::me_sign_ins(counterfoil()))
        .merge(counterfoil_http::users(counterfoil()))
        .merge(counterfoil_http::credentials(counterfoil()))
        .merge(counterfoil_http::security_codes(counterfoil()))
        .merge(counterfoil_http::clients(counterfoil()))
        .merge(counterfoil_http::settings(counterfoil()))
        .below(BASE)
        .merge(counterfoil_http::token(counterfoil(), Sources::Extension))
        .merge(counterfoil_http::revoke(counterfoil(), Sources::Extension))
        .merge(counterfoil_http::introspect(counterfoil(), Sources::Extension))
        .merge(counterfoil_http::leaks(counterfoil(), Sources::Extension))
        .merge(counterfoil_http::metadata(metadata))
}

/// Makes a service whose endpoints are called in memory. `ivan` and `sue` may use personal access tokens, and `ada` may
/// not.
pub async fn in_memory() -> World {
    let mut policy = Policy::default();
    policy.personal_access_tokens.made_by_administrators = true;
    in_memory_with(policy).await
}

/// Makes the service of [`in_memory`] with another policy.
pub async fn in_memory_with(policy: Policy) -> World {
    let ring = KeyRing::generate_from_system().expect("a key");
    let service = testing::service_with(policy, |builder| builder.key_ring(ring));
    let on = SettingsUpdate::default().with_personal_access_tokens_enabled(true);
    service.update_settings(&Presenter::host(), &on).await.expect("the setting");
    for name in ["ivan", "sue"] {
        let account = service.account(name);
        service.set_token_login(&Presenter::host(), account.subject(), true).await.expect("the switch");
    }
    World { endpoints: endpoints(&service), service, front: Front::Memory }
}

/// Makes the service of [`in_memory`] behind a hyper server.
pub async fn over_hyper() -> World {
    let world = in_memory().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(serve(listener, world.endpoints.clone()));
    World { front: Front::Loopback(address), ..world }
}

async fn serve(listener: TcpListener, endpoints: Endpoints) {
    while let Ok((stream, peer)) = listener.accept().await {
        let endpoints = endpoints.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            let endpoints = endpoints.clone();
            request.extensions_mut().insert(Source::from(peer.ip()));
            async move { Ok::<_, Infallible>(endpoints.respond(request).await) }
        });
        tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service));
    }
}

impl World {
    /// Sends a request. With the feature `openapi`, also asserts that the OpenAPI document lists the status of the
    /// response.
    pub async fn send(&self, request: Request<Full<Bytes>>) -> Answer {
        #[cfg(feature = "openapi")]
        let asked = (request.method().clone(), request.uri().path().to_owned());
        let answer = self.exchange(request).await;
        #[cfg(feature = "openapi")]
        crate::described::check(&self.endpoints, &asked.0, &asked.1, answer.status);
        answer
    }

    async fn exchange(&self, mut request: Request<Full<Bytes>>) -> Answer {
        match self.front {
            Front::Memory => {
                if request.extensions().get::<Source>().is_none() {
                    request.extensions_mut().insert(Source::from(IpAddr::from([192, 0, 2, 7])));
                }
                Answer::of(self.endpoints.respond(request).await).await
            }
            Front::Loopback(address) => {
                let stream = TcpStream::connect(address).await.expect("a connection");
                let (mut sender, connection) =
                    hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("a handshake");
                tokio::spawn(connection);
                request.headers_mut().insert("host", "auth.example.com".parse().expect("a host"));
                Answer::of(sender.send_request(request).await.expect("a response")).await
            }
        }
    }

    /// Sends a request to the API, with a JSON body if `body` is `Some`.
    pub async fn call(&self, method: &str, path: &str, token: &str, body: Option<&str>) -> Answer {
        let request = Request::builder().method(method).uri(format!("{BASE}{path}"));
        let mut request = request.header("authorization", format!("Bearer {token}"));
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        self.send(request.body(Full::from(body.unwrap_or_default().to_owned())).expect("a request")).await
    }

    /// Returns the value of `Authorization` for the service's client.
    pub fn basic(&self) -> String {
        let secret = self.service.client_secret().expose_secret();
        format!("Basic {}", STANDARD.encode(format!("{}:{secret}", self.service.client())))
    }

    /// Makes a request that posts a form to an OAuth endpoint.
    pub fn form_request(&self, path: &str, form: &str) -> Request<Full<Bytes>> {
        let request = Request::post(path).header("authorization", self.basic()).header("content-type", FORM);
        request.body(Full::from(form.to_owned())).expect("a request")
    }

    /// Posts a form with the credentials of the service's client.
    pub async fn form(&self, path: &str, form: &str) -> Answer {
        self.send(self.form_request(path, form)).await
    }

    /// Signs a person in. Returns the access token.
    pub async fn sign_in(&self, name: &str, scope: Option<&str>) -> String {
        let scope = scope.map(|scope| format!("&scope={}", scope.replace(' ', "+"))).unwrap_or_default();
        let answer = self.form("/token", &format!("grant_type=password&username={name}&password={name}{scope}")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["access_token"].as_str().expect("a token").to_owned()
    }
}
