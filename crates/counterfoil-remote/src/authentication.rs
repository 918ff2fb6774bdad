//! The result of an authentication. It is in the extensions of a request.

use counterfoil::http_auth::Refusal;
use counterfoil::{Challenge, ChallengeReason, Denied, Realm};
use counterfoil_tower::{Rejection, RejectionReason};

use crate::principal::RemotePrincipal;

/// The result of an authentication. The authentication layer puts it into the extensions of the request. Inner services
/// and extractors read it.
///
/// If a host authenticates in another way, an outer layer can insert a value. The authentication layer then verifies
/// nothing.
#[derive(Clone, Debug)]
pub struct Authentication(Outcome);

#[derive(Clone, Debug)]
enum Outcome {
    Active(RemotePrincipal),
    Rejected(Rejection),
    /// The rejection is that of a request without a token.
    Preflight(Rejection),
}

impl From<Result<RemotePrincipal, Challenge>> for Authentication {
    /// Converts the result of [`Introspection::authenticate`](crate::Introspection::authenticate).
    fn from(outcome: Result<RemotePrincipal, Challenge>) -> Self {
        match outcome {
            Ok(principal) => Self::active(principal),
            Err(challenge) => Self::rejected(challenge.into()),
        }
    }
}

impl Authentication {
    /// Makes the result for a request whose token was verified.
    #[must_use]
    pub fn active(principal: RemotePrincipal) -> Self {
        Self(Outcome::Active(principal))
    }

    /// Makes the result for a request without a token, or for a request whose token was refused.
    #[must_use]
    pub fn rejected(rejection: Rejection) -> Self {
        Self(Outcome::Rejected(rejection))
    }

    /// Makes the result for a CORS preflight without a token, which an authentication layer lets pass because its host
    /// opted in ([`AuthenticateLayer::pass_preflights`](crate::AuthenticateLayer::pass_preflights)). It authenticates
    /// nobody: [`principal`](Self::principal) is the rejection of a request without a token. A scope layer passes it.
    ///
    /// ```
    /// use counterfoil::Realm;
    /// use counterfoil_remote::Authentication;
    ///
    /// let preflight = Authentication::preflight(&Realm::default());
    /// assert!(preflight.is_preflight() && preflight.principal().is_err());
    /// ```
    #[must_use]
    pub fn preflight(realm: &Realm) -> Self {
        Self(Outcome::Preflight(Challenge::no_credential(realm).into()))
    }

    /// If the principal belongs to another realm, returns a refusal. If another layer let a preflight pass, returns the
    /// result for a request without a token. Otherwise returns the value unchanged. Verifiers of `realm` use this.
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
    /// The rejection if there is no principal.
    pub fn principal(&self) -> Result<&RemotePrincipal, &Rejection> {
        match &self.0 {
            Outcome::Active(principal) => Ok(principal),
            Outcome::Rejected(rejection) | Outcome::Preflight(rejection) => Err(rejection),
        }
    }

    /// Whether the layer examined a credential of the request. The credential may be valid or not.
    #[must_use]
    pub fn is_attempted(&self) -> bool {
        match self.principal().map_err(Rejection::reason) {
            Err(RejectionReason::Challenge(challenge)) => !matches!(challenge.reason(), ChallengeReason::NoCredential),
            _ => true,
        }
    }

    /// Whether this is a CORS preflight that the layer let pass. See [`preflight`](Self::preflight).
    #[must_use]
    pub fn is_preflight(&self) -> bool {
        matches!(self.0, Outcome::Preflight(_))
    }
}
