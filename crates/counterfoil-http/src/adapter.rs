//! The rules by which middleware and extractors accept or refuse requests, for a web framework without tower layers. An
//! adapter for such a framework calls these rules and converts the framework's requests and responses.
//! `counterfoil-actix` and `counterfoil-poem` are such adapters.
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

/// Authenticates requests, and decides which of them are refused. Middleware calls [`authenticate`](Self::authenticate)
/// for each request.
#[derive(Clone, Debug)]
pub struct AuthenticationRule {
    counterfoil: Counterfoil,
    mode: Mode,
    pass_preflights: bool,
}

/// Which requests an [`AuthenticationRule`] refuses.
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

    /// Refuses every request whose credential is not active. A request without a credential passes.
    #[must_use]
    pub const fn optional(counterfoil: Counterfoil) -> Self {
        Self::new(counterfoil, Mode::Optional)
    }

    /// Refuses no request. The handler decides by the result of [`principal_of`].
    #[must_use]
    pub const fn deferred(counterfoil: Counterfoil) -> Self {
        Self::new(counterfoil, Mode::Deferred)
    }

    /// Lets CORS preflights pass without a credential. By default, preflights are treated like any other request
    /// without a credential. After this call, a preflight reaches the handler without authentication, and anybody can
    /// send one. So a host must opt in.
    #[must_use]
    pub fn pass_preflights(mut self) -> Self {
        self.pass_preflights = true;
        self
    }

    /// Authenticates a request, and returns the result. The adapter puts the result into the request's extensions. If
    /// the extensions already contain an [`Authentication`], uses it and verifies no credential.
    ///
    /// # Errors
    ///
    /// A [`Rejection`] if this [`AuthenticationRule`] refuses the request. The adapter responds with the rejection.
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

    /// Whether this rule refuses a request that has no principal.
    fn refuses(&self, known: &Authentication) -> bool {
        match self.mode {
            Mode::Required => !known.is_preflight(),
            Mode::Optional => known.is_attempted(),
            Mode::Deferred => false,
        }
    }
}

/// Requires a scope of each request (RFC 6749 §3.3). Middleware calls [`check`](Self::check) for each request.
#[derive(Clone, Debug)]
pub struct ScopeRule(Arc<[&'static str]>);

impl ScopeRule {
    /// Requires at least one of several scopes. Each scope is one or more scope tokens, separated by spaces. The
    /// challenge of a refusal names the first scope. An empty list refuses every request.
    #[must_use]
    pub fn any_of(scopes: &[&'static str]) -> Self {
        Self(scopes.into())
    }

    /// Checks the scope of a request that an [`AuthenticationRule`] let pass. If this request is a preflight that
    /// passed without a credential, it needs no scope.
    ///
    /// # Errors
    ///
    /// A [`Rejection`] if the request has no principal, or if the principal's credential lacks the scope. If the
    /// extensions contain no [`Authentication`], the status of the rejection is 500, and an error is logged.
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
/// A [`Rejection`] if the caller is not authenticated. If the extensions contain no [`Authentication`], the status of
/// the rejection is 500, and an error is logged.
pub fn principal_of(request: &impl RequestHead) -> Result<Principal, Rejection> {
    request.with_extension(|known: Option<&Authentication>| {
        let known = known.ok_or_else(Rejection::layer_missing)?;
        known.principal().cloned().map_err(Clone::clone)
    })
}
