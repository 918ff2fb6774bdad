//! The result of a verification. It describes the caller and its rights.

use std::sync::Arc;

use counterfoil::types::TokenKind;
use counterfoil::{Challenge, Forbidden, Realm, Role, Scope, SubjectId, Timestamp};

/// An authenticated caller, with the values from the answer of the authorization server. Only a verification creates a
/// value of this type. Clones share their content.
#[derive(Clone, Debug)]
pub struct RemotePrincipal(Arc<Parts>);

/// The values in the endpoint's answer about an active token.
#[derive(Debug)]
pub(crate) struct Parts {
    pub(crate) realm: Realm,
    pub(crate) subject: SubjectId,
    pub(crate) scope: Granted,
    pub(crate) client_id: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) kind: Option<TokenKind>,
    pub(crate) role: Option<Role>,
    pub(crate) actor: Option<SubjectId>,
    pub(crate) issued_at: Option<Timestamp>,
    pub(crate) expires_at: Option<Timestamp>,
}

/// The operations that a token permits.
#[derive(Debug)]
pub(crate) enum Granted {
    /// The token permits everything that its subject may do.
    Everything,
    /// The token permits only operations that require no scope.
    Nothing,
    /// The token permits the operations of this scope.
    Scope(Scope),
}

impl RemotePrincipal {
    pub(crate) fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The realm that is named in challenges (`WWW-Authenticate`). It is configured in this process.
    #[must_use]
    pub fn realm(&self) -> &Realm {
        &self.0.realm
    }

    /// The subject whose rights the token has. It is the member `sub` of the answer.
    #[must_use]
    pub fn subject(&self) -> &SubjectId {
        &self.0.subject
    }

    /// The subject's name for display. It is the member `username` of the answer. `None` if the answer has no such
    /// member.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.0.username.as_deref()
    }

    /// The client to which the token was issued. It is the member `client_id` of the answer. `None` if the answer has
    /// no such member.
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        self.0.client_id.as_deref()
    }

    /// The scope of the token. `None` in two cases: the token permits everything, or it permits nothing.
    /// [`RemotePrincipal::is_unrestricted`] is true in the first case only.
    #[must_use]
    pub fn scope(&self) -> Option<&Scope> {
        match &self.0.scope {
            Granted::Scope(scope) => Some(scope),
            Granted::Everything | Granted::Nothing => None,
        }
    }

    /// Whether the token has no scope and therefore permits everything that its subject may do. Always false without
    /// [`of_counterfoil`](crate::IntrospectionBuilder::of_counterfoil).
    #[must_use]
    pub fn is_unrestricted(&self) -> bool {
        matches!(self.0.scope, Granted::Everything)
    }

    /// The kind of the token. `None` if the verifier was built without
    /// [`of_counterfoil`](crate::IntrospectionBuilder::of_counterfoil).
    #[must_use]
    pub fn kind(&self) -> Option<TokenKind> {
        self.0.kind
    }

    /// The role with which the token acts, as it was at the time of the answer. `None` if the verifier was built
    /// without [`of_counterfoil`](crate::IntrospectionBuilder::of_counterfoil).
    #[must_use]
    pub fn role(&self) -> Option<Role> {
        self.0.role
    }

    /// The party that acts through the token (RFC 8693 §4.1). It is the member `sub` of `act` in the answer. For a
    /// security code of a `counterfoil` service, it is the creator of the code. `None` if the answer has no `act`.
    #[must_use]
    pub fn actor(&self) -> Option<&SubjectId> {
        self.0.actor.as_ref()
    }

    /// The instant at which the token was issued. It is the member `iat` of the answer. `None` if the answer has no
    /// such member.
    #[must_use]
    pub fn issued_at(&self) -> Option<Timestamp> {
        self.0.issued_at
    }

    /// The instant at which the token expires, in whole seconds. It is the member `exp` of the answer. `None` if the
    /// answer has no such member.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.0.expires_at
    }

    /// Whether the token permits operations that require this scope token.
    #[must_use]
    pub fn may(&self, scope_token: &str) -> bool {
        match &self.0.scope {
            Granted::Everything => true,
            Granted::Nothing => false,
            Granted::Scope(scope) => scope.contains(scope_token),
        }
    }

    /// Requires every scope token in `scope` (RFC 6749 §3.3). The scope tokens are separated by spaces.
    ///
    /// # Errors
    ///
    /// The [`Challenge`] that [`Principal::require`](counterfoil::Principal::require) also returns: 403
    /// `insufficient_scope` with the required scope (RFC 6750 §3.1).
    pub fn require(&self, scope: &str) -> Result<(), Challenge> {
        let needed = || scope.split(' ').filter(|token| !token.is_empty());
        // If `scope` contains no scope tokens, only an unrestricted token satisfies it.
        if self.is_unrestricted() || (needed().next().is_some() && needed().all(|token| self.may(token))) {
            return Ok(());
        }
        Err(Challenge::scope(scope.parse().ok(), self.realm()))
    }

    /// Requires at least one of several scopes. A refusal's challenge contains the first scope. If `scopes` is empty,
    /// every token is refused.
    ///
    /// # Errors
    ///
    /// The same as for [`RemotePrincipal::require`].
    pub fn require_any(&self, scopes: &[&str]) -> Result<(), Challenge> {
        if scopes.iter().any(|scope| self.require(scope).is_ok()) {
            return Ok(());
        }
        Err(Challenge::scope(scopes.first().and_then(|first| first.parse().ok()), self.realm()))
    }

    /// Requires the role `needed` or a higher role. Returns an error if the role of the token is unknown.
    ///
    /// # Errors
    ///
    /// A [`Challenge`] with status 403. It has no `WWW-Authenticate`, because a token with a larger scope would be
    /// refused too.
    pub fn require_role(&self, needed: Role) -> Result<(), Challenge> {
        match self.role() {
            Some(role) if role >= needed => Ok(()),
            _ => Err(Challenge::forbidden(Forbidden::Role { needed }, self.realm())),
        }
    }
}
