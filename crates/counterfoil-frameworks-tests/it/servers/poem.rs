//! The service of the test cases, as a poem application.

use counterfoil::{Counterfoil, Role};
use counterfoil_poem::{Authenticate, Mount as _, Principal, Rejection, RequireScope, Source, Sources, host_of};
use poem::error::NotFoundError;
use poem::http::StatusCode;
use poem::listener::TcpAcceptor;
use poem::{Endpoint, EndpointExt as _, IntoResponse as _, Request, Response, Route, Server, get, handler};

use super::{NO_SOURCE, NOTHING, Running, the_metadata};

pub async fn start(counterfoil: Counterfoil) -> Running {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let acceptor = TcpAcceptor::from_tokio(listener).expect("an acceptor");
    let app = app(&counterfoil);
    Running::task(address, tokio::spawn(async move { Server::new_with_acceptor(acceptor).run(app).await }))
}

async fn give_source(mut request: Request) -> poem::Result<Request> {
    let peer = request.remote_addr().as_socket_addr().copied();
    if let Some(peer) = peer.filter(|_| !request.headers().contains_key(NO_SOURCE)) {
        request.extensions_mut().insert(Source::from(peer));
    }
    Ok(request)
}

async fn check_host(request: Request) -> poem::Result<Request> {
    host_of(&request)?;
    Ok(request)
}

#[handler]
async fn name(who: Principal) -> String {
    who.name().to_owned()
}

#[handler]
async fn perhaps(who: Option<Principal>) -> String {
    who.map_or("nobody".to_owned(), |who| who.name().to_owned())
}

#[handler]
async fn decides(who: poem::Result<Principal>) -> String {
    match who {
        Ok(who) => who.name().to_owned(),
        Err(error) => format!("refused: {}", Rejection::of(&error).expect("a rejection").kind().name()),
    }
}

#[handler]
async fn inside(who: Principal) -> Result<&'static str, Rejection> {
    who.require("projects:write")?;
    Ok("in")
}

#[handler]
async fn role(who: Principal) -> Result<&'static str, Rejection> {
    who.require_role(Role::Administrator)?;
    Ok("in")
}

#[handler]
async fn entered() -> &'static str {
    "in"
}

#[handler]
async fn preflight() -> &'static str {
    "preflight"
}

async fn nothing(_: NotFoundError) -> Response {
    NOTHING.with_status(StatusCode::NOT_FOUND).into_response()
}

fn app(counterfoil: &Counterfoil) -> impl Endpoint + use<> {
    let own = || counterfoil.clone();
    let required = || Authenticate::required(own());
    let either = RequireScope::any_of(&["projects:read", "projects:admin"]);
    let api = counterfoil_poem::me_tokens(own())
        .merge(counterfoil_poem::me_sign_ins(own()))
        .merge(counterfoil_poem::users(own()))
        .merge(counterfoil_poem::credentials(own()))
        .merge(counterfoil_poem::security_codes(own()))
        .merge(counterfoil_poem::service_accounts(own()))
        .merge(counterfoil_poem::clients(own()))
        .merge(counterfoil_poem::settings(own()));
    let oauth = counterfoil_poem::token(own(), Sources::Extension)
        .merge(counterfoil_poem::revoke(own(), Sources::Extension))
        .merge(counterfoil_poem::introspect(own(), Sources::Extension))
        .merge(counterfoil_poem::leaks(own(), Sources::Extension))
        .merge(counterfoil_poem::metadata(the_metadata(counterfoil)));
    Route::new()
        .at("/required", get(name).post(name).options(preflight).with(required()))
        .at("/preflights", preflight.with(RequireScope::new("projects:read")).with(required().pass_preflights()))
        .at("/optional", get(perhaps).with(Authenticate::optional(own())))
        .at("/decides", get(decides).with(Authenticate::deferred(own())))
        .at("/scoped", get(entered).with(RequireScope::new("projects:read")).with(required()))
        .at("/any", get(entered).with(either).with(required()))
        .at("/inside", get(inside).with(required()))
        .at("/role", get(role).with(required()))
        .at("/bare", get(name))
        .at("/bare-scope", get(entered).with(RequireScope::new("projects:read")))
        .mount(oauth)
        .mount(api.below("/api/v1"))
        .catch_error(nothing)
        .before(give_source)
        .before(check_host)
}
