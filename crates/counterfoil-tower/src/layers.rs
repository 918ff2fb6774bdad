//! The types of [`generic`] with [`Counterfoil`] as the authenticator.

use counterfoil::{Counterfoil, Principal};

use crate::generic;
use crate::refuse::AsProblem;

/// The result of the authentication layer, in the request's extensions. Inner services and extractors read it.
/// [`generic::Authentication`] describes it.
pub type Authentication = generic::Authentication<Principal>;

/// Authenticates every request by the credential in `Authorization: Bearer …`: an access token, a personal access token
/// or a security code.
///
/// The layer uses the types of `http` and depends on no framework. It puts an [`Authentication`] into the request's
/// extensions. Extractors and [`RequireScopeLayer`] read it there. If a credential is refused, the response does not
/// contain the full reason. If a store or the directory is unavailable, the status of the refusal is 503.
///
/// - [`AuthenticateLayer::required`] refuses requests without a valid credential.
/// - [`AuthenticateLayer::optional`] refuses no request. The inner services decide.
///
/// Both mark `Authorization` as sensitive, so that inner services do not print it. If the extensions already contain an
/// [`Authentication`], the layer uses it and verifies nothing. Tokens in the query string, the body or a cookie are not
/// read.
///
/// A CORS preflight is treated like any other request. Put CORS middleware in front of this layer, where it answers
/// preflights itself. If the middleware is behind this layer, see [`AuthenticateLayer::pass_preflights`].
///
/// ```
/// use std::convert::Infallible;
///
/// use counterfoil::Counterfoil;
/// use counterfoil_tower::{AuthenticateLayer, Authentication};
/// use http::{Request, Response};
/// use tower::{Layer, Service, service_fn};
///
/// async fn hello(request: Request<()>) -> Result<Response<String>, Infallible> {
///     let known = request.extensions().get::<Authentication>().and_then(|known| known.principal().ok());
///     Ok(Response::new(known.map_or_else(String::new, |who| format!("hello, {}", who.name()))))
/// }
///
/// fn service(counterfoil: Counterfoil) -> impl Service<Request<()>, Response = Response<String>, Error = Infallible> {
///     AuthenticateLayer::required(counterfoil).layer(service_fn(hello))
/// }
/// ```
pub type AuthenticateLayer<R = AsProblem> = generic::AuthenticateLayer<Counterfoil, R>;

/// Authenticates requests. [`AuthenticateLayer`] puts this service around an inner service.
pub type Authenticate<S, R> = generic::Authenticate<S, Counterfoil, R>;

/// The future of [`Authenticate`].
pub type AuthenticateFuture<S, R, B, C> = generic::AuthenticateFuture<S, Principal, R, B, C>;

/// Requires that a request is authenticated, and that its scope contains the required scope tokens (RFC 6749 §3.3).
/// With [`RequireScopeLayer::any_of`], one of several scopes is enough. Other requests are refused. Mount this layer
/// behind an [`AuthenticateLayer`], required or optional. Without an `AuthenticateLayer`, the response is 500 and an
/// error is logged.
///
/// A credential without a scope has all rights of its owner, so it passes. A CORS preflight passes only if the
/// authentication layer let it pass: see [`AuthenticateLayer::pass_preflights`].
///
/// ```
/// use std::convert::Infallible;
///
/// use counterfoil::Counterfoil;
/// use counterfoil_tower::{AuthenticateLayer, RequireScopeLayer};
/// use http::{Request, Response};
/// use tower::{Layer, Service, service_fn};
///
/// fn service(counterfoil: Counterfoil) -> impl Service<Request<()>, Response = Response<String>, Error = Infallible> {
///     let reports = service_fn(async |_| Ok(Response::new("numbers".to_owned())));
///     let behind = RequireScopeLayer::new("demo:read").layer(reports);
///     AuthenticateLayer::required(counterfoil).layer(behind) // in front
/// }
/// ```
pub type RequireScopeLayer<R = AsProblem> = generic::RequireScopeLayer<Principal, R>;

/// Requires a scope. [`RequireScopeLayer`] puts this service around an inner service.
pub type RequireScope<S, R> = generic::RequireScope<S, Principal, R>;
