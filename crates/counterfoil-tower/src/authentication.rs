//! The result of an authentication, in a request's extensions.

use counterfoil::http_auth::Refusal;
use counterfoil::{Challenge, ChallengeReason, Denied, Realm};

use crate::generic::Caller;
use crate::rejection::{Rejection, RejectionReason};

/// The result that an authentication layer puts into the request's extensions. Inner services and extractors read it.
///
/// A host that authenticates in another way, for example by a session cookie, can insert an `Authentication` in a layer
/// in front of the authentication layer. The authentication layer then verifies no credential. Only a verification can
/// produce a principal, so a host cannot invent one.
#[derive(Clone, Debug)]
pub struct Authentication<P>(Outcome<P>);

#[derive(Clone, Debug)]
enum Outcome<P> {
    Active(Box<P>),
    Rejected(Rejection),
    /// A CORS preflight that the layer let pass although it has no credential. It contains the rejection that any other
    /// request without a credential gets.
    Preflight(Rejection),
}

impl<P: Caller> From<Result<P, Challenge>> for Authentication<P> {
    /// Converts the result of a verification, such as that of
    /// [`Counterfoil::authenticate`](counterfoil::Counterfoil::authenticate).
    fn from(outcome: Result<P, Challenge>) -> Self {
        match outcome {
            Ok(principal) => Self::active(principal),
            Err(challenge) => Self::rejected(challenge.into()),
        }
    }
}

impl<P: Caller> Authentication<P> {
    /// Makes the result for a verified credential.
    #[must_use]
    pub fn active(principal: P) -> Self {
        Self(Outcome::Active(Box::new(principal)))
    }

    /// Makes the result for a request that has no credential, or whose credential was refused.
    #[must_use]
    pub fn rejected(rejection: Rejection) -> Self {
        Self(Outcome::Rejected(rejection))
    }

    /// Makes the result for a CORS preflight that has no credential, but that an authentication layer lets pass. A
    /// layer lets preflights pass only if its host opted in
    /// ([`AuthenticateLayer::pass_preflights`](crate::generic::AuthenticateLayer::pass_preflights)). The result has no
    /// principal: [`principal`](Self::principal) returns the rejection of a request without a credential. A layer that
    /// requires a scope lets the preflight pass too.
    ///
    /// ```
    /// use counterfoil::Realm;
    /// use counterfoil_tower::Authentication;
    ///
    /// let preflight = Authentication::preflight(&Realm::default());
    /// assert!(preflight.is_preflight() && preflight.principal().is_err());
    /// // For another layer, the same result is an ordinary rejection.
    /// assert!(!preflight.of_realm(&Realm::default()).is_preflight());
    /// ```
    #[must_use]
    pub fn preflight(realm: &Realm) -> Self {
        Self(Outcome::Preflight(Challenge::no_credential(realm).into()))
    }

    /// Converts this result for a router or layer of `realm`. A principal of another realm becomes a rejection. A
    /// preflight that another layer let pass becomes the rejection of a request without a credential. Other results
    /// stay the same.
    #[must_use]
    pub fn of_realm(self, realm: &Realm) -> Self {
        match &self.0 {
            Outcome::Active(principal) if principal.realm() != realm => {
                Self::rejected(Challenge::denied(Denied::Refused(Refusal::WrongRealm), realm).into())
            }
            Outcome::Preflight(rejection) => Self::rejected(rejection.clone()),
            _ => self,
        }
    }

    /// Returns the authenticated principal.
    ///
    /// # Errors
    ///
    /// The [`Rejection`] of the request if there is no principal.
    pub fn principal(&self) -> Result<&P, &Rejection> {
        match &self.0 {
            Outcome::Active(principal) => Ok(principal),
            Outcome::Rejected(rejection) | Outcome::Preflight(rejection) => Err(rejection),
        }
    }

    /// Returns false if the request has no credential. This includes a CORS preflight that the layer let pass. Returns
    /// true if the request has a principal, or if it was rejected for any other reason than a missing credential.
    #[must_use]
    pub fn is_attempted(&self) -> bool {
        match self.principal().map_err(Rejection::reason) {
            Err(RejectionReason::Challenge(challenge)) => !matches!(challenge.reason(), ChallengeReason::NoCredential),
            _ => true,
        }
    }

    /// Whether the request is a CORS preflight that the layer let pass: see [`preflight`](Self::preflight).
    #[must_use]
    pub fn is_preflight(&self) -> bool {
        matches!(self.0, Outcome::Preflight(_))
    }
}
