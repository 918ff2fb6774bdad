//! The result of an authentication, in a request's extensions.

use counterfoil::http_auth::Refusal;
use counterfoil::{Challenge, ChallengeReason, Denied, Principal as Verified, Realm};

use crate::rejection::{Rejection, RejectionReason};

/// The result of the authentication layer, in the request's extensions. Inner services and extractors read it.
///
/// A host that authenticates in another way (by a session cookie) inserts a value itself, in front of the layer. The
/// layer then verifies nothing. A principal can only come from a verification, so it cannot be made up.
#[derive(Clone, Debug)]
pub struct Authentication(Result<Box<Verified>, Rejection>);

impl From<Result<Verified, Challenge>> for Authentication {
    /// Converts the result of [`Counterfoil::authenticate`](counterfoil::Counterfoil::authenticate).
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

    /// A request without a credential, or whose credential was refused.
    #[must_use]
    pub fn rejected(rejection: Rejection) -> Self {
        Self(Err(rejection))
    }

    /// Refuses a principal of another realm; other values stay the same. For the routers of that realm.
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
    pub fn principal(&self) -> Result<&Verified, &Rejection> {
        self.0.as_ref().map(|principal| &**principal)
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
