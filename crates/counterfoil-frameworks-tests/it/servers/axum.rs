//! The service of the test cases, as an axum application.

use std::net::SocketAddr;

use ::axum::Router;
use ::axum::extract::{ConnectInfo, Request};
use ::axum::http::StatusCode;
use ::axum::middleware::{Next, from_fn};
use ::axum::routing::{any as any_method, get, options};
use counterfoil::{Counterfoil, Role};
use counterfoil_axum::{AuthenticateLayer, Principal, Rejection, RequireScopeLayer, Source, Sources, host_of};

use super::{NO_SOURCE, NOTHING, Running, the_metadata};

pub async fn start(counterfoil: Counterfoil) -> Running {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let service = router(&counterfoil).into_make_service_with_connect_info::<SocketAddr>();
    Running::task(address, tokio::spawn(async move { ::axum::serve(listener, service).await }))
}

async fn name(who: Principal) -> String {
    who.name().to_owned()
}

async fn perhaps(who: Option<Principal>) -> String {
    who.map_or("nobody".to_owned(), |who| who.name().to_owned())
}

async fn decides(who: Result<Principal, Rejection>) -> String {
    who.map_or_else(|no| format!("refused: {}", no.kind().name()), |who| who.name().to_owned())
}

async fn inside(who: Principal) -> Result<&'static str, Rejection> {
    who.require("projects:write")?;
    Ok("in")
}

async fn role(who: Principal) -> Result<&'static str, Rejection> {
    who.require_role(Role::Administrator)?;
    Ok("in")
}

pub async fn check_host(request: Request, next: Next) -> impl IntoAnswer {
    if let Err(invalid) = host_of(&request) {
        return invalid.into_response();
    }
    next.run(request).await
}

async fn source(ConnectInfo(peer): ConnectInfo<SocketAddr>, mut request: Request, next: Next) -> impl IntoAnswer {
    if !request.headers().contains_key(NO_SOURCE) {
        request.extensions_mut().insert(Source::from(peer));
    }
    next.run(request).await
}

use ::axum::response::IntoResponse as IntoAnswer;

fn router(counterfoil: &Counterfoil) -> Router {
    let own = || counterfoil.clone();
    let scoped = any_method(async || "in").layer(RequireScopeLayer::new("projects:read"));
    let any = get(async || "in").layer(RequireScopeLayer::any_of(&["projects:read", "projects:admin"]));
    let required = Router::new()
        .route("/required", get(name).post(name).merge(options(async || "preflight")))
        .route("/scoped", scoped)
        .route("/any", any)
        .route("/inside", get(inside))
        .route("/role", get(role))
        .layer(AuthenticateLayer::required(own()));
    let preflights = Router::new()
        .route("/preflights", any_method(async || "preflight"))
        .layer(RequireScopeLayer::new("projects:read"))
        .layer(AuthenticateLayer::required(own()).pass_preflights());
    let optional = Router::new()
        .route("/optional", get(perhaps))
        .route("/decides", get(decides))
        .layer(AuthenticateLayer::optional(own()));
    let bare = Router::new()
        .route("/bare", get(name))
        .route("/bare-scope", any_method(async || "in").layer(RequireScopeLayer::new("projects:read")));
    let api = counterfoil_axum::me_tokens(own())
        .merge(counterfoil_axum::me_sign_ins(own()))
        .merge(counterfoil_axum::users(own()))
        .merge(counterfoil_axum::credentials(own()))
        .merge(counterfoil_axum::security_codes(own()))
        .merge(counterfoil_axum::service_accounts(own()))
        .merge(counterfoil_axum::clients(own()))
        .merge(counterfoil_axum::settings(own()));
    Router::new()
        .merge(required)
        .merge(preflights)
        .merge(optional)
        .merge(bare)
        .merge(counterfoil_axum::token(own(), Sources::Extension))
        .merge(counterfoil_axum::revoke(own(), Sources::Extension))
        .merge(counterfoil_axum::introspect(own(), Sources::Extension))
        .merge(counterfoil_axum::leaks(own(), Sources::Extension))
        .merge(counterfoil_axum::metadata(the_metadata(counterfoil)))
        .nest("/api/v1", api.into())
        .fallback(async || (StatusCode::NOT_FOUND, NOTHING))
        .layer(from_fn(source))
        .layer(from_fn(check_host))
}
