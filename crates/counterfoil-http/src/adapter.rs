//! The decisions of the middleware and of the extractors in a framework that has no tower layers. An adapter converts
//! the requests and answers of its framework. `counterfoil-actix` and `counterfoil-poem` are such adapters.
//!
//! ```
//! use counterfoil_http::adapter::{AuthenticationRule, ScopeRule, principal_of};
//! use http::Request;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let service = counterfoil::testing::service();
//! let rule = AuthenticationRule::required(service.counterfoil().clone());
//! assert_eq!(rule.authenticate(&Request::new(())).await.unwrap_err().status(), 401);
//!
//! let token = service.personal_access_token("ivan", "projects:read").await.token;
//! let bearer = format!("Bearer {}", token.expose_secret());
//! let mut request = Request::get("/").header("authorization", bearer).body(())?;
//! let known = rule.authenticate(&request).await?;
//! request.extensions_mut().insert(known); // for guards and extractors
//! assert_eq!(principal_of(&request)?.name(), "ivan");
//! assert!(ScopeRule::any_of(&["projects:read"]).check(&request).is_ok());
//! assert_eq!(ScopeRule::any_of(&["projects:write"]).check(&request).unwrap_err().status(), 403);
//! # Ok(())
//! # }
//! ```

use std::sync::Arc;

use counterfoil::{Counterfoil, Principal};
use counterfoil_tower::{Authentication, Rejection, RequestHead, is_preflight};

/// The rule of middleware that authenticates requests.
#[derive(Clone, Debug)]
pub struct AuthenticationRule {
    counterfoil: Counterfoil,
    mode: Mode,
    pass_preflights: bool,
}

/// Which requests the rule refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Required,
    Optional,
    Deferred,
}

impl AuthenticationRule {
    const fn new(counterfoil: Counterfoil, mode: Mode) -> Self {
        Self { counterfoil, mode, pass_preflights: false }
    }

    /// Refuses every request without an active credential.
    #[must_use]
    pub const fn required(counterfoil: Counterfoil) -> Self {
        Self::new(counterfoil, Mode::Required)
    }

    /// Refuses requests whose credential is not active, and no request without a credential.
    #[must_use]
    pub const fn optional(counterfoil: Counterfoil) -> Self {
        Self::new(counterfoil, Mode::Optional)
    }

    /// Refuses no request.
    #[must_use]
    pub const fn deferred(counterfoil: Counterfoil) -> Self {
        Self::new(counterfoil, Mode::Deferred)
    }

    /// Passes CORS preflights on without a credential. By default they are treated like any other request without a
    /// credential. Anybody can send a preflight, so a host must opt in.
    #[must_use]
    pub fn pass_preflights(mut self) -> Self {
        self.pass_preflights = true;
        self
    }

    /// Returns the authentication of a request, which the adapter puts into the request's extensions. If the extensions
    /// already contain an [`Authentication`], nothing is verified.
    ///
    /// # Errors
    ///
    /// The rejection with which the adapter refuses the request.
    ///
    /// # Cancel safety
    ///
    /// Dropping the future changes nothing.
    pub async fn authenticate(&self, request: &impl RequestHead) -> Result<Authentication, Rejection> {
        let known = self.look(request).await;
        match known.principal() {
            Err(rejection) if self.refuses(&known) => Err(rejection.clone()),
            _ => Ok(known),
        }
    }

    async fn look(&self, request: &impl RequestHead) -> Authentication {
        if self.pass_preflights && is_preflight(request) {
            let is_attempted = request.with_extension(|known| known.is_some_and(Authentication::is_attempted));
            if !is_attempted {
                return Authentication::preflight(self.counterfoil.realm());
            }
        }
        counterfoil_tower::authenticate(&self.counterfoil, request).await
    }

    /// Whether the rule refuses a request without a principal.
    fn refuses(&self, known: &Authentication) -> bool {
        match self.mode {
            Mode::Required => !known.is_preflight(),
            Mode::Optional => known.is_attempted(),
            Mode::Deferred => false,
        }
    }
}

/// The rule of middleware that requires a scope (RFC 6749 §3.3).
#[derive(Clone, Debug)]
pub struct ScopeRule(Arc<[&'static str]>);

impl ScopeRule {
    /// Requires one of several scopes. Each consists of scope tokens that are separated by spaces. The challenge names
    /// the first scope. An empty list refuses every request.
    #[must_use]
    pub fn any_of(scopes: &[&'static str]) -> Self {
        Self(scopes.into())
    }

    /// Checks the scope of a request that an [`AuthenticationRule`] let pass. A preflight that it let pass needs no
    /// scope.
    ///
    /// # Errors
    ///
    /// The rejection with which the adapter refuses the request. If the extensions contain no [`Authentication`], the
    /// status is 500 and an error is logged.
    pub fn check(&self, request: &impl RequestHead) -> Result<(), Rejection> {
        request.with_extension(|known: Option<&Authentication>| {
            let known = known.ok_or_else(Rejection::layer_missing)?;
            if known.is_preflight() {
                return Ok(());
            }
            known.principal().map_err(Clone::clone)?.require_any(&self.0).map_err(Rejection::from)
        })
    }
}

/// Returns the authenticated caller of a request, for an extractor.
///
/// # Errors
///
/// The rejection if the caller is not authenticated. If the extensions contain no [`Authentication`], the status is 500
/// and an error is logged.
pub fn principal_of(request: &impl RequestHead) -> Result<Principal, Rejection> {
    request.with_extension(|known: Option<&Authentication>| {
        let known = known.ok_or_else(Rejection::layer_missing)?;
        known.principal().cloned().map_err(Clone::clone)
    })
}
