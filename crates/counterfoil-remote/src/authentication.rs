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
pub struct Authentication(Result<RemotePrincipal, Rejection>);

impl From<Result<RemotePrincipal, Challenge>> for Authentication {
    /// Converts the result of [`Introspection::authenticate`](crate::Introspection::authenticate).
    fn from(outcome: Result<RemotePrincipal, Challenge>) -> Self {
        Self(outcome.map_err(Rejection::from))
    }
}

impl Authentication {
    /// Makes the result for a request whose token was verified.
    #[must_use]
    pub fn active(principal: RemotePrincipal) -> Self {
        Self(Ok(principal))
    }

    /// Makes the result for a request without a token, or for a request whose token was refused.
    #[must_use]
    pub fn rejected(rejection: Rejection) -> Self {
        Self(Err(rejection))
    }

    /// If the principal belongs to another realm, returns a refusal. Otherwise returns the value unchanged. A verifier
    /// calls this with its own realm.
    #[must_use]
    pub fn of_realm(self, realm: &Realm) -> Self {
        match &self.0 {
            Ok(principal) if principal.realm() != realm => {
                Self::rejected(Challenge::denied(Denied::Refused(Refusal::WrongRealm), realm).into())
            }
            _ => self,
        }
    }

    /// Returns the authenticated principal.
    ///
    /// # Errors
    ///
    /// The rejection if there is no principal.
    pub fn principal(&self) -> Result<&RemotePrincipal, &Rejection> {
        self.0.as_ref()
    }

    /// Whether the layer examined a credential of the request. The credential may be valid or not.
    #[must_use]
    pub fn is_attempted(&self) -> bool {
        match self.0.as_ref().map_err(Rejection::reason) {
            Err(RejectionReason::Challenge(challenge)) => !matches!(challenge.reason(), ChallengeReason::NoCredential),
            _ => true,
        }
    }
}
