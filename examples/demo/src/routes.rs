//! The router of the demo, which combines the routers of counterfoil-axum with those of the demo.

use axum::Router;
use axum::response::{IntoResponse as _, Response};
use counterfoil::Counterfoil;
use counterfoil_axum::console::{Console, CookieName, RecentEvents, SessionLayer, Transport};
use counterfoil_axum::{AuthenticateLayer, Issuer, Metadata, Sources};
use http::header::CONTENT_TYPE;
use http::{HeaderName, StatusCode};
use utoipa_axum::router::OpenApiRouter;

use crate::health::health;
use crate::profiles::ProfileStore;
use crate::whoami::whoami;

/// The path of the page with the API documentation.
pub(crate) const API_PAGE: &str = "/api-docs/ui/index";
/// The path of the console.
pub(crate) const CONSOLE: &str = "/console";

/// Makes the router of the demo.
pub fn routes(counterfoil: &Counterfoil, issuer: Issuer, profiles: ProfileStore, events: RecentEvents) -> Router {
    // A browser sends cookies to all ports of a host. The names of the cookies are derived from the issuer, so that two
    // demos on one machine do not share cookies.
    let (transport, cookies) = (transport(&issuer), CookieName::from(&issuer));
    let metadata = Metadata::new(issuer, counterfoil)
        .token("/token")
        .revocation("/revoke")
        .introspection("/introspect")
        .documentation(API_PAGE);
    let api_routers = OpenApiRouter::new()
        .merge(counterfoil_axum::me_tokens(counterfoil.clone()).into())
        .merge(counterfoil_axum::me_sign_ins(counterfoil.clone()).into())
        .merge(counterfoil_axum::users(counterfoil.clone()).into())
        .merge(counterfoil_axum::credentials(counterfoil.clone()).into())
        .merge(counterfoil_axum::security_codes(counterfoil.clone()).into())
        .merge(counterfoil_axum::clients(counterfoil.clone()).into())
        .merge(counterfoil_axum::service_accounts(counterfoil.clone()).into())
        .merge(counterfoil_axum::settings(counterfoil.clone()).into())
        .layer(SessionLayer::new(counterfoil.clone(), transport, CONSOLE).cookie_name(cookies.clone()));
    let api =
        OpenApiRouter::new().merge(whoami().layer(AuthenticateLayer::required(counterfoil.clone()))).merge(api_routers);
    let (router, document) =
        OpenApiRouter::with_openapi(counterfoil_axum::document("counterfoil demo", env!("CARGO_PKG_VERSION")))
            .merge(counterfoil_axum::token(counterfoil.clone(), Sources::Extension).into())
            .merge(counterfoil_axum::revoke(counterfoil.clone(), Sources::Extension).into())
            .merge(counterfoil_axum::introspect(counterfoil.clone(), Sources::Extension).into())
            .merge(counterfoil_axum::leaks(counterfoil.clone(), Sources::Extension).into())
            .merge(counterfoil_axum::metadata(metadata).into())
            .nest("/api/v1", api)
            .merge(health(counterfoil.clone()))
            .split_for_parts();
    let router = router.merge(counterfoil_axum::ui("/api-docs/ui", "/api-docs/openapi.json", &document));
    let console = Console::new(counterfoil.clone(), transport, CONSOLE, Sources::Extension).cookie_name(cookies);
    let console = console.product("counterfoil demo").profiles(profiles).events(events);
    let router = router.nest_service(CONSOLE, console.router());
    router.fallback(not_found)
}

/// Returns the transport of the console: TLS for an https issuer, and plain HTTP on loopback for any other issuer.
fn transport(issuer: &Issuer) -> Transport {
    if issuer.as_str().to_ascii_lowercase().starts_with("https://") {
        Transport::Https
    } else {
        Transport::PlainLoopback
    }
}

async fn not_found() -> Response {
    let problem = r#"{"type":"urn:counterfoil:problem:not-found","title":"not found","status":404}"#;
    let nosniff = HeaderName::from_static("x-content-type-options");
    (StatusCode::NOT_FOUND, [(CONTENT_TYPE, "application/problem+json"), (nosniff, "nosniff")], problem).into_response()
}
