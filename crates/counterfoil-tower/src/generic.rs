//! The layers for any verifier of credentials. A crate with a verifier of its own implements [`Authenticator`] and
//! [`Caller`] for it, and gets the same layers. `counterfoil-remote` does this for introspection.
//!
//! The names in the root of this crate are aliases of these types for [`Counterfoil`].

use std::fmt::Debug;
use std::future::Future;

use counterfoil::types::Source;
use counterfoil::{Challenge, Counterfoil, Principal, Realm};
use http::HeaderValue;

pub use crate::authenticate::future::ResponseFuture as AuthenticateFuture;
pub use crate::authenticate::layer::AuthenticateLayer;
pub use crate::authenticate::service::Authenticate;
use crate::authenticate::service::verify;
pub use crate::authentication::Authentication;
pub use crate::scope::layer::RequireScopeLayer;
pub use crate::scope::service::RequireScope;

/// An authenticated caller: the successful result of an [`Authenticator`].
///
/// The authentication layer puts its result into a request's extensions under the type of the caller. Inner layers and
/// extractors look the result up by the same type. So if two authenticators have different types of callers, a layer
/// for one of them ignores the result of the other.
pub trait Caller: Clone + Debug + Send + Sync + 'static {
    /// The realm of the authenticator that verified the credential.
    fn realm(&self) -> &Realm;

    /// Requires every scope token in `scope` (RFC 6749 §3.3). The scope tokens are separated by spaces.
    ///
    /// # Errors
    ///
    /// The challenge `insufficient_scope` (RFC 6750 §3.1).
    fn require(&self, scope: &str) -> Result<(), Challenge>;

    /// Requires at least one of several scopes. If `scopes` is empty, returns an error for every caller.
    ///
    /// # Errors
    ///
    /// The challenge `insufficient_scope` with the first scope.
    fn require_any(&self, scopes: &[&str]) -> Result<(), Challenge>;
}

/// A verifier for the credentials of requests. An [`AuthenticateLayer`] calls it for each request. Clones must be
/// cheap.
///
/// ```
/// use counterfoil::{Challenge, Counterfoil, Principal, Realm, types::Source};
/// use counterfoil_tower::generic::{AuthenticateLayer, Authenticator};
/// use http::{HeaderValue, Request, Response};
/// use tower::{Layer, ServiceExt, service_fn};
///
/// /// Authenticates requests while the service is open.
/// #[derive(Clone, Debug)]
/// struct OpeningHours {
///     counterfoil: Counterfoil,
///     is_open: bool,
/// }
///
/// impl Authenticator for OpeningHours {
///     type Principal = Principal;
///
///     fn realm(&self) -> &Realm {
///         self.counterfoil.realm()
///     }
///
///     async fn authenticate(&self, values: &[HeaderValue], source: &Source) -> Result<Principal, Challenge> {
///         if self.is_open {
///             self.counterfoil.authenticate(values.iter().map(HeaderValue::as_bytes), source).await
///         } else {
///             Err(Challenge::no_credential(self.realm()))
///         }
///     }
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # futures_executor::block_on(async {
/// let service = counterfoil::testing::service();
/// let token = service.personal_access_token("ivan", "demo:read").await.token;
/// for (is_open, status) in [(true, 200), (false, 401)] {
///     let layer = AuthenticateLayer::required(OpeningHours { counterfoil: service.counterfoil().clone(), is_open });
///     let inner = service_fn(async |_| Ok::<_, std::convert::Infallible>(Response::new(String::new())));
///     let request = Request::get("/").header("authorization", format!("Bearer {}", token.expose_secret()));
///     assert_eq!(layer.layer(inner).oneshot(request.body(())?).await?.status(), status);
/// }
/// # Ok(())
/// # })
/// # }
/// ```
pub trait Authenticator: Clone + Send + Sync + 'static {
    /// The type of an authenticated caller: the result if the credential is valid.
    type Principal: Caller;

    /// The realm that is named in challenges (`WWW-Authenticate`). A layer refuses a principal that another realm's
    /// authenticator verified.
    fn realm(&self) -> &Realm;

    /// Authenticates a request by all its values of `Authorization`. This method is also called if there is no value or
    /// more than one. `source` says where the request came from. A credential with allowed sources is accepted only if
    /// `source` is one of them. An authenticator that emits events, such as [`Counterfoil`], also writes `source` to
    /// them if its policy allows sources in events.
    ///
    /// # Errors
    ///
    /// The [`Challenge`] with which the request is to be refused.
    ///
    /// # Cancel safety
    ///
    /// An implementation must allow that its future is dropped at any time, because the client can close the
    /// connection.
    fn authenticate(
        &self,
        values: &[HeaderValue],
        source: &Source,
    ) -> impl Future<Output = Result<Self::Principal, Challenge>> + Send;
}

impl Caller for Principal {
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

impl Authenticator for Counterfoil {
    type Principal = Principal;

    fn realm(&self) -> &Realm {
        self.realm()
    }

    async fn authenticate(&self, values: &[HeaderValue], source: &Source) -> Result<Principal, Challenge> {
        verify(self, values.iter().map(HeaderValue::as_bytes), source).await
    }
}
