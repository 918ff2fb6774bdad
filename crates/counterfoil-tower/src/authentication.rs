//! The result of an authentication, in a request's extensions.

use counterfoil::http_auth::Refusal;
use counterfoil::{Challenge, ChallengeReason, Denied, Principal as Verified, Realm};

use crate::rejection::{Rejection, RejectionReason};

/// The result of the authentication layer, in the request's extensions. Inner services and extractors read it.
///
/// A host that authenticates in another way, for example by a session cookie, inserts an `Authentication` in front of
/// the layer. The layer then verifies no credential. Only a verification can produce a principal, so a host cannot
/// invent one.
#[derive(Clone, Debug)]
pub struct Authentication(Result<Box<Verified>, Rejection>);

impl From<Result<Verified, Challenge>> for Authentication {
    /// Converts the result of [`Counterfoil::authenticate`](counterfoil::Counterfoil::authenticate).
    fn from(outcome: Result<Verified, Challenge>) -> Self {
        Self(outcome.map(Box::new).map_err(Rejection::from))
    }
}

impl Authentication {
    /// Makes the result for a verified credential.
    #[must_use]
    pub fn active(principal: Verified) -> Self {
        Self(Ok(Box::new(principal)))
    }

    /// Makes the result for a request that has no credential, or whose credential was refused.
    #[must_use]
    pub fn rejected(rejection: Rejection) -> Self {
        Self(Err(rejection))
    }

    /// Refuses a principal of a realm other than `realm`. Other results stay the same. Use this in the routers of
    /// `realm`.
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
    pub fn principal(&self) -> Result<&Verified, &Rejection> {
        self.0.as_ref().map(|principal| &**principal)
    }

    /// Whether the layer examined a credential of the request, valid or not.
    #[must_use]
    pub fn is_attempted(&self) -> bool {
        match self.0.as_ref().map_err(Rejection::reason) {
            Err(RejectionReason::Challenge(challenge)) => !matches!(challenge.reason(), ChallengeReason::NoCredential),
            _ => true,
        }
    }
}
