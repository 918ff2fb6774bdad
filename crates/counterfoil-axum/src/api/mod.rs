//! The JSON API for credentials, as routers that a host nests under a path of its choice. Each router can be mounted
//! alone and brings its own authentication.

mod client_body;
mod client_view;
pub(crate) mod clients;
mod location;
mod paths;
pub(crate) mod personal_access_tokens;
mod request;
pub(crate) mod schema;
pub(crate) mod security_codes;
pub(crate) mod settings;
pub(crate) mod users;
mod view;

use axum::response::{IntoResponse as _, Response};
use counterfoil::Counterfoil;
use utoipa_axum::router::UtoipaMethodRouter;

use crate::authenticate::layer::AuthenticateLayer;
use crate::problem::{self, Problem};

/// Adds authentication to routes. An unsupported method gets 405 without authentication.
fn guarded(routes: UtoipaMethodRouter<Counterfoil>, counterfoil: &Counterfoil) -> UtoipaMethodRouter<Counterfoil> {
    let (schemas, paths, method) = routes;
    let method = method.route_layer(AuthenticateLayer::required(counterfoil.clone())).fallback(method_not_allowed);
    (schemas, paths, method)
}

async fn method_not_allowed() -> Response {
    Problem::new(problem::METHOD).into_response()
}
