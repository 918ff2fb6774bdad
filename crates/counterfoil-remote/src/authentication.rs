//! The result of an authentication, in a request's extensions.

use counterfoil::http_auth::Refusal;
use counterfoil::{Challenge, ChallengeReason, Denied, Realm};
use counterfoil_tower::{Rejection, RejectionReason};

use crate::principal::RemotePrincipal;

/// The result of the authentication layer, in the request's extensions. Inner services and extractors read it.
///
/// A host that authenticates in another way inserts a value itself, in front of the layer. The layer then verifies
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
    /// A request whose token was verified.
    #[must_use]
    pub fn active(principal: RemotePrincipal) -> Self {
        Self(Ok(principal))
    }

    /// A request without a token, or whose token was refused.
    #[must_use]
    pub fn rejected(rejection: Rejection) -> Self {
        Self(Err(rejection))
    }

    /// Refuses a principal of another realm; other values stay the same. For a verifier of that realm.
    #[must_use]
    pub fn of_realm(self, realm: &Realm) -> Self {
        match &self.0 {
            Ok(principal) if principal.realm() != realm => {
                Self::rejected(Challenge::denied(Denied::Refused(Refusal::WrongRealm), realm).into())
            }
            _ => self,
        }
    }

    /// The authenticated principal.
    ///
    /// # Errors
    ///
    /// The rejection, if there is no principal.
    pub fn principal(&self) -> Result<&RemotePrincipal, &Rejection> {
        self.0.as_ref()
    }

    /// Whether the request had a credential, valid or not, that the layer examined.
    #[must_use]
    pub fn is_attempted(&self) -> bool {
        match self.0.as_ref().map_err(Rejection::reason) {
            Err(RejectionReason::Challenge(challenge)) => !matches!(challenge.reason(), ChallengeReason::NoCredential),
            _ => true,
        }
    }
}
