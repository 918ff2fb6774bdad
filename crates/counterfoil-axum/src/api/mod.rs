//! The JSON API for credentials, as routers that a host nests under a path of its choice. Each router can be mounted
//! alone and brings its own authentication.

mod client_body;
mod client_view;
pub(crate) mod clients;
mod location;
mod paths;
pub(crate) mod personal_access_tokens;
mod request;
#[cfg(feature = "openapi")]
pub(crate) mod schema;
pub(crate) mod security_codes;
#[cfg(feature = "openapi")]
mod setting_schemas;
pub(crate) mod settings;
pub(crate) mod users;
mod view;

use axum::response::{IntoResponse as _, Response};
use axum::routing::MethodRouter;
use counterfoil::Counterfoil;
use counterfoil_tower::AuthenticateLayer;

use crate::problem::{self, Problem};
use crate::routes::{Route, Routes};

/// Adds authentication to routes. An unsupported method gets 405 without authentication.
fn guarded<const N: usize>(counterfoil: Counterfoil, routes: [Route<Counterfoil>; N]) -> Routes {
    let layer = AuthenticateLayer::required(counterfoil.clone());
    let authenticated =
        |methods: MethodRouter<Counterfoil>| methods.route_layer(layer.clone()).fallback(method_not_allowed);
    Routes::of(routes.map(|route| route.map(authenticated)), counterfoil)
}

async fn method_not_allowed() -> Response {
    Problem::new(problem::METHOD).into_response()
}
