//! The service of the test cases, as an actix-web application.

use actix_web::dev::{Service as _, ServiceRequest};
use actix_web::{App, HttpMessage as _, HttpResponse, HttpServer, web};
use counterfoil::{Counterfoil, Role};
use counterfoil_actix::{Authenticate, Principal, Rejection, RequireScope, Source, Sources, host_of, mount};

use super::{NO_SOURCE, NOTHING, Running, the_metadata};

pub async fn start(counterfoil: Counterfoil) -> Running {
    let server = HttpServer::new(move || {
        App::new().configure(|routes| configure(routes, &counterfoil)).default_service(web::to(nothing)).wrap_fn(
            |request, next| {
                give_source(&request);
                let answer = host_of(&request).map(|_| next.call(request));
                async move { answer?.await }
            },
        )
    });
    let server = server.workers(1).disable_signals().bind(("127.0.0.1", 0)).expect("a port");
    let address = server.addrs()[0];
    let server = server.run();
    let handle = server.handle();
    tokio::spawn(server);
    Running { address, stop: Box::pin(async move { handle.stop(false).await }) }
}

fn give_source(request: &ServiceRequest) {
    let peer = request.peer_addr().filter(|_| !request.headers().contains_key(NO_SOURCE));
    if let Some(peer) = peer {
        request.extensions_mut().insert(Source::from(peer));
    }
}

async fn nothing() -> HttpResponse {
    HttpResponse::NotFound().content_type("text/plain; charset=utf-8").body(NOTHING)
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

fn configure(routes: &mut web::ServiceConfig, counterfoil: &Counterfoil) {
    let own = || counterfoil.clone();
    let required = || Authenticate::required(own());
    let guard = RequireScope::any_of(&["projects:read", "projects:admin"]);
    let api = counterfoil_actix::me_tokens(own())
        .merge(counterfoil_actix::me_sign_ins(own()))
        .merge(counterfoil_actix::users(own()))
        .merge(counterfoil_actix::credentials(own()))
        .merge(counterfoil_actix::security_codes(own()))
        .merge(counterfoil_actix::service_accounts(own()))
        .merge(counterfoil_actix::clients(own()))
        .merge(counterfoil_actix::settings(own()));
    let oauth = counterfoil_actix::token(own(), Sources::Extension)
        .merge(counterfoil_actix::revoke(own(), Sources::Extension))
        .merge(counterfoil_actix::introspect(own(), Sources::Extension))
        .merge(counterfoil_actix::leaks(own(), Sources::Extension))
        .merge(counterfoil_actix::metadata(the_metadata(counterfoil)));
    let preflight = web::method(actix_web::http::Method::OPTIONS).to(async || "preflight");
    let by_name = || web::resource("/required").route(web::get().to(name)).route(web::post().to(name));
    let any_method = || web::resource("/preflights").to(async || "preflight").wrap(RequireScope::new("projects:read"));
    routes
        .service(any_method().wrap(required().pass_preflights()))
        .service(by_name().route(preflight).wrap(required()))
        .service(web::resource("/optional").to(perhaps).wrap(Authenticate::optional(own())))
        .service(web::resource("/decides").to(decides).wrap(Authenticate::deferred(own())))
        .service(web::resource("/scoped").to(async || "in").wrap(RequireScope::new("projects:read")).wrap(required()))
        .service(web::resource("/any").to(async || "in").wrap(guard).wrap(required()))
        .service(web::resource("/inside").to(inside).wrap(required()))
        .service(web::resource("/role").to(role).wrap(required()))
        .service(web::resource("/bare").to(name))
        .service(web::resource("/bare-scope").to(async || "in").wrap(RequireScope::new("projects:read")))
        .service(mount(oauth))
        .service(web::scope("/api/v1").service(mount(api)));
}
