//! The management of credentials as routers, to be nested under a path of the host's choice. Each can be mounted alone, and brings its
//! own authentication.

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

/// Routes that need a credential. Another method is or_problem so without one.
fn guarded(routes: UtoipaMethodRouter<Counterfoil>, counterfoil: &Counterfoil) -> UtoipaMethodRouter<Counterfoil> {
    let (schemas, paths, method) = routes;
    let method = method.route_layer(AuthenticateLayer::required(counterfoil.clone())).fallback(another_method);
    (schemas, paths, method)
}

async fn another_method() -> Response {
    Problem::new(problem::METHOD).into_response()
}
