//! The outcome of an authentication, as it travels in a request's extensions.

use counterfoil::http_auth::Refusal;
use counterfoil::{Challenge, ChallengeReason, Denied, Realm};
use counterfoil_tower::{Rejection, RejectionReason};

use crate::principal::RemotePrincipal;

/// What the layer found out about a request: the extension that everything behind it reads.
///
/// A host that authenticates by other means puts one in itself, in front of the layer, which then asks nothing again.
#[derive(Clone, Debug)]
pub struct Authentication(Result<RemotePrincipal, Rejection>);

impl From<Result<RemotePrincipal, Challenge>> for Authentication {
    /// The outcome of [`Introspection::authenticate`](crate::Introspection::authenticate).
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

    /// A request whose token was refused, or that brought none.
    #[must_use]
    pub fn rejected(rejection: Rejection) -> Self {
        Self(Err(rejection))
    }

    /// The same behind a verifier of that realm: a principal of another realm is refused there.
    #[must_use]
    pub fn of_realm(self, realm: &Realm) -> Self {
        match &self.0 {
            Ok(principal) if principal.realm() != realm => {
                Self::rejected(Challenge::denied(Denied::Refused(Refusal::WrongRealm), realm).into())
            }
            _ => self,
        }
    }

    /// Who is calling.
    ///
    /// # Errors
    ///
    /// The rejection, if nobody is.
    pub fn principal(&self) -> Result<&RemotePrincipal, &Rejection> {
        self.0.as_ref()
    }

    /// Whether the request brought a credential that the layer looked at, good or bad.
    #[must_use]
    pub fn is_attempted(&self) -> bool {
        match self.0.as_ref().map_err(Rejection::reason) {
            Err(RejectionReason::Challenge(challenge)) => !matches!(challenge.reason(), ChallengeReason::NoCredential),
            _ => true,
        }
    }
}
