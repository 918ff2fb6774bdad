//! The service on hyper, with layers and services of tower, without a framework.

use std::convert::Infallible;
use std::net::SocketAddr;

use counterfoil::{Counterfoil, Role};
use counterfoil_http::{Body, Endpoints, Source, Sources, host_of};
use counterfoil_tower::{AsProblem, AuthenticateLayer, Authentication, Refuse as _, Rejection, RequireScopeLayer};
use http::{HeaderValue, Method, Request, Response, StatusCode, header::CONTENT_TYPE};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tower::{Layer as _, ServiceExt as _, service_fn};

use super::{NO_SOURCE, NOTHING, Running, the_metadata};

type Answer = Result<Response<Body>, Infallible>;

pub async fn start(counterfoil: Counterfoil) -> Running {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let host = Host { endpoints: endpoints(&counterfoil), counterfoil };
    Running::task(address, tokio::spawn(listen(listener, host)))
}

async fn listen(listener: tokio::net::TcpListener, host: Host) {
    while let Ok((stream, peer)) = listener.accept().await {
        let host = host.clone();
        let service = service_fn(move |request| host.clone().answer(peer, request));
        let connection = hyper::server::conn::http1::Builder::new()
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
        tokio::spawn(connection);
    }
}

#[derive(Clone)]
struct Host {
    counterfoil: Counterfoil,
    endpoints: Endpoints,
}

fn endpoints(counterfoil: &Counterfoil) -> Endpoints {
    let own = || counterfoil.clone();
    let api = counterfoil_http::me_tokens(own())
        .merge(counterfoil_http::me_sign_ins(own()))
        .merge(counterfoil_http::users(own()))
        .merge(counterfoil_http::credentials(own()))
        .merge(counterfoil_http::security_codes(own()))
        .merge(counterfoil_http::service_accounts(own()))
        .merge(counterfoil_http::clients(own()))
        .merge(counterfoil_http::settings(own()));
    counterfoil_http::token(own(), Sources::Extension)
        .merge(counterfoil_http::revoke(own(), Sources::Extension))
        .merge(counterfoil_http::introspect(own(), Sources::Extension))
        .merge(counterfoil_http::leaks(own(), Sources::Extension))
        .merge(counterfoil_http::metadata(the_metadata(counterfoil)))
        .merge(api.below("/api/v1"))
}

impl Host {
    async fn answer(self, peer: SocketAddr, mut request: Request<Incoming>) -> Answer {
        if let Err(invalid) = host_of(&request) {
            return Ok(invalid.to_response());
        }
        if !request.headers().contains_key(NO_SOURCE) {
            request.extensions_mut().insert(Source::from(peer));
        }
        let own = || self.counterfoil.clone();
        let guard = || RequireScopeLayer::new("projects:read");
        let either = || RequireScopeLayer::any_of(&["projects:read", "projects:admin"]);
        match request.uri().path() {
            "/required" => AuthenticateLayer::required(own()).layer(service_fn(name)).oneshot(request).await,
            "/preflights" => {
                let behind = guard().layer(service_fn(preflight));
                AuthenticateLayer::required(own()).pass_preflights().layer(behind).oneshot(request).await
            }
            "/optional" => AuthenticateLayer::optional(own()).layer(service_fn(perhaps)).oneshot(request).await,
            "/decides" => AuthenticateLayer::optional(own()).layer(service_fn(decides)).oneshot(request).await,
            "/scoped" => {
                let behind = guard().layer(service_fn(entered));
                AuthenticateLayer::required(own()).layer(behind).oneshot(request).await
            }
            "/any" => {
                let behind = either().layer(service_fn(entered));
                AuthenticateLayer::required(own()).layer(behind).oneshot(request).await
            }
            "/inside" | "/role" => AuthenticateLayer::required(own()).layer(service_fn(inside)).oneshot(request).await,
            "/bare" => name(request).await,
            "/bare-scope" => guard().layer(service_fn(entered)).oneshot(request).await,
            path => match self.endpoints.find(path) {
                Some(endpoint) => Ok(endpoint.respond(request).await),
                None => text(StatusCode::NOT_FOUND, NOTHING),
            },
        }
    }
}

fn text(status: StatusCode, text: &str) -> Answer {
    let mut response = Response::new(Body::from(text.to_owned()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    Ok(response)
}

fn known(request: &Request<Incoming>) -> Result<&Authentication, Rejection> {
    request.extensions().get::<Authentication>().ok_or_else(Rejection::layer_missing)
}

async fn name(request: Request<Incoming>) -> Answer {
    if request.method() == Method::OPTIONS {
        return text(StatusCode::OK, "preflight");
    }
    match known(&request).and_then(|known| known.principal().map_err(Clone::clone)) {
        Ok(who) => text(StatusCode::OK, who.name()),
        Err(rejection) => Ok(AsProblem.refuse(&rejection)),
    }
}

async fn perhaps(request: Request<Incoming>) -> Answer {
    if known(&request).is_ok_and(|known| !known.is_attempted()) {
        return text(StatusCode::OK, "nobody");
    }
    name(request).await
}

async fn decides(request: Request<Incoming>) -> Answer {
    match known(&request).expect("the layer").principal() {
        Ok(who) => text(StatusCode::OK, who.name()),
        Err(rejection) => text(StatusCode::OK, &format!("refused: {}", rejection.kind().name())),
    }
}

async fn preflight(_: Request<Incoming>) -> Answer {
    text(StatusCode::OK, "preflight")
}

async fn entered(_: Request<Incoming>) -> Answer {
    text(StatusCode::OK, "in")
}

/// A handler that itself checks a scope or a role.
async fn inside(request: Request<Incoming>) -> Answer {
    let who = known(&request).expect("the layer").principal().expect("required");
    let judged = match request.uri().path() {
        "/inside" => who.require("projects:write"),
        _ => who.require_role(Role::Administrator),
    };
    match judged {
        Ok(()) => text(StatusCode::OK, "in"),
        Err(challenge) => Ok(AsProblem.refuse(&challenge.into())),
    }
}
