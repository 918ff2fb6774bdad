//! What an authentication came to, as it travels in a request's extensions.

use counterfoil::http_auth::Refusal;
use counterfoil::{Challenge, ChallengeReason, Denied, Principal as Verified, Realm};

use crate::rejection::{Rejection, RejectionReason};

/// What the layer found out about a request: the extension that everything behind it reads.
///
/// A host that authenticates by other means (a session's cookie) puts one in itself, in front of the layer, which then asks nothing again.
/// Only a verification makes a principal, so none can be made up.
#[derive(Clone, Debug)]
pub struct Authentication(Result<Box<Verified>, Rejection>);

impl From<Result<Verified, Challenge>> for Authentication {
    /// What [`Counterfoil::authenticate`](counterfoil::Counterfoil::authenticate) came to.
    fn from(outcome: Result<Verified, Challenge>) -> Self {
        Self(outcome.map(Box::new).map_err(Rejection::from))
    }
}

impl Authentication {
    /// A request whose credential was verified.
    #[must_use]
    pub fn active(principal: Verified) -> Self {
        Self(Ok(Box::new(principal)))
    }

    /// A request whose credential was refused, or that brought none.
    #[must_use]
    pub fn rejected(rejection: Rejection) -> Self {
        Self(Err(rejection))
    }

    /// The same in front of the routers of that realm: a principal of another realm is refused there.
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
    /// The rejection, where nobody is.
    pub fn principal(&self) -> Result<&Verified, &Rejection> {
        self.0.as_ref().map(|principal| &**principal)
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
