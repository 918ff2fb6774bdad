//! The layers of `counterfoil-tower` for [`Introspection`].

use counterfoil::types::Source;
use counterfoil::{Challenge, Realm};
use counterfoil_tower::AsProblem;
use counterfoil_tower::generic::{self, Authenticator, Caller};
use http::HeaderValue;

use crate::introspection::Introspection;
use crate::principal::RemotePrincipal;

/// The result of an authentication. The authentication layer puts it into the extensions of the request. Inner services
/// and extractors read it.
///
/// A host that authenticates in another way can insert such a value in an outer layer of its own. The authentication
/// layer then verifies nothing.
///
/// ```
/// use counterfoil::Realm;
/// use counterfoil_remote::Authentication;
///
/// let preflight = Authentication::preflight(&Realm::default());
/// assert!(preflight.is_preflight() && preflight.principal().is_err());
/// ```
pub type Authentication = generic::Authentication<RemotePrincipal>;

/// Authenticates every request by `Authorization: Bearer …`, with an [`Introspection`]. Otherwise it works like
/// `counterfoil_tower::AuthenticateLayer`.
///
/// The result is an [`Authentication`] in the request's extensions. The layer reads the source of the request from the
/// [`Source`] that the host has put into the request's extensions. Without a source, a token with allowed sources is
/// refused.
///
/// - [`AuthenticateLayer::required`] makes a layer that refuses requests without a valid token.
/// - [`AuthenticateLayer::optional`] makes a layer that refuses no request. The inner services decide.
///
/// Both layers mark the header as sensitive. If the extensions already contain an [`Authentication`], the layer uses it
/// and verifies nothing. The layer does not read tokens in the query string, the body or a cookie. A CORS preflight is
/// treated like any other request; see [`AuthenticateLayer::pass_preflights`].
///
/// ```
/// use counterfoil_remote::{AuthenticateLayer, Introspection};
/// # use std::convert::Infallible;
/// # use http::{Request, Response};
/// # use tower::{Layer, ServiceExt, service_fn};
/// # async fn options(_: Request<()>) -> Result<Response<String>, Infallible> {
/// #     Ok(Response::new(String::new()))
/// # }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let verifier = Introspection::builder("http://127.0.0.1:1/introspect", "reports", "a secret".to_owned()).build()?;
/// let layer = AuthenticateLayer::required(verifier).pass_preflights();
///
/// let preflight = Request::options("/").header("origin", "https://app.example");
/// let preflight = preflight.header("access-control-request-method", "GET").body(())?;
/// assert_eq!(layer.layer(service_fn(options)).oneshot(preflight).await?.status(), 200);
/// # Ok(())
/// # }
/// ```
pub type AuthenticateLayer<R = AsProblem> = generic::AuthenticateLayer<Introspection, R>;

/// Authenticates requests. [`AuthenticateLayer`] makes this service.
pub type Authenticate<S, R> = generic::Authenticate<S, Introspection, R>;

/// The future of [`Authenticate`].
pub type AuthenticateFuture<S, R, B, C> = generic::AuthenticateFuture<S, RemotePrincipal, R, B, C>;

/// Requires that a request is authenticated and that its token permits a scope (RFC 6749 §3.3), or one of several
/// ([`RequireScopeLayer::any_of`]). Other requests are refused. An [`AuthenticateLayer`] of this crate, required or
/// optional, must enclose this layer. Without it, the response is 500 and an error is logged.
///
/// The layer makes the same check as [`RemotePrincipal::require`] or [`RemotePrincipal::require_any`]. A CORS preflight
/// passes only if the authentication layer let it pass: see [`AuthenticateLayer::pass_preflights`].
///
/// ```
/// use counterfoil_remote::RequireScopeLayer;
///
/// const EITHER: RequireScopeLayer = RequireScopeLayer::any_of(&["reports:read", "reports:admin"]);
/// assert!(format!("{EITHER:?}").contains("reports:admin"));
/// ```
pub type RequireScopeLayer<R = AsProblem> = generic::RequireScopeLayer<RemotePrincipal, R>;

/// Requires a scope of each request. [`RequireScopeLayer`] makes this service.
pub type RequireScope<S, R> = generic::RequireScope<S, RemotePrincipal, R>;

impl Caller for RemotePrincipal {
    fn realm(&self) -> &Realm {
        self.realm()
    }

    fn require(&self, scope: &str) -> Result<(), Challenge> {
        self.require(scope)
    }

    fn require_any(&self, scopes: &[&str]) -> Result<(), Challenge> {
        self.require_any(scopes)
    }
}

impl Authenticator for Introspection {
    type Principal = RemotePrincipal;

    fn realm(&self) -> &Realm {
        self.realm()
    }

    async fn authenticate(&self, values: &[HeaderValue], source: &Source) -> Result<RemotePrincipal, Challenge> {
        self.authenticate_from(values.iter().map(HeaderValue::as_bytes), source).await
    }
}
