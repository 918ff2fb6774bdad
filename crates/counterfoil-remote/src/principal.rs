//! The result of a verification: the caller and its rights.

use std::sync::Arc;

use counterfoil::types::TokenKind;
use counterfoil::{Challenge, Forbidden, Realm, Role, Scope, SubjectId, Timestamp};

/// An authenticated caller, as the authorization server describes it. Only a verification creates one. A clone shares
/// its content.
#[derive(Clone, Debug)]
pub struct RemotePrincipal(Arc<Parts>);

/// The contents of an answer about an active token.
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

/// What a token permits.
#[derive(Debug)]
pub(crate) enum Granted {
    /// Everything that its subject may do.
    Everything,
    /// No operation that requires a scope token.
    Nothing,
    /// The operations of this scope.
    Scope(Scope),
}

impl RemotePrincipal {
    pub(crate) fn new(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }

    /// The realm in challenges, as configured in this process.
    #[must_use]
    pub fn realm(&self) -> &Realm {
        &self.0.realm
    }

    /// The subject whose rights the token has: `sub`.
    #[must_use]
    pub fn subject(&self) -> &SubjectId {
        &self.0.subject
    }

    /// The subject's name for display: `username`.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.0.username.as_deref()
    }

    /// The client that the token was issued to: `client_id`.
    #[must_use]
    pub fn client_id(&self) -> Option<&str> {
        self.0.client_id.as_deref()
    }

    /// The scope. `None` means either no scope token or no restriction; see [`RemotePrincipal::is_unrestricted`].
    #[must_use]
    pub fn scope(&self) -> Option<&Scope> {
        match &self.0.scope {
            Granted::Scope(scope) => Some(scope),
            Granted::Everything | Granted::Nothing => None,
        }
    }

    /// Whether the token has no scope and so permits everything that its subject may do. Can be true only with
    /// [`of_counterfoil`](crate::IntrospectionBuilder::of_counterfoil).
    #[must_use]
    pub fn is_unrestricted(&self) -> bool {
        matches!(self.0.scope, Granted::Everything)
    }

    /// The kind of the token. `None` without [`of_counterfoil`](crate::IntrospectionBuilder::of_counterfoil).
    #[must_use]
    pub fn kind(&self) -> Option<TokenKind> {
        self.0.kind
    }

    /// The effective role at the time of the answer. `None` without
    /// [`of_counterfoil`](crate::IntrospectionBuilder::of_counterfoil).
    #[must_use]
    pub fn role(&self) -> Option<Role> {
        self.0.role
    }

    /// The party that acts through the token (RFC 8693 §4.1): `sub` in `act`. For counterfoil, the creator of a
    /// security code.
    #[must_use]
    pub fn actor(&self) -> Option<&SubjectId> {
        self.0.actor.as_ref()
    }

    /// When the token was issued: `iat`.
    #[must_use]
    pub fn issued_at(&self) -> Option<Timestamp> {
        self.0.issued_at
    }

    /// When the token expires: `exp`, in whole seconds. `None` if the answer contains no expiry.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.0.expires_at
    }

    /// Whether the token permits operations that require that scope token.
    #[must_use]
    pub fn may(&self, scope_token: &str) -> bool {
        match &self.0.scope {
            Granted::Everything => true,
            Granted::Nothing => false,
            Granted::Scope(scope) => scope.contains(scope_token),
        }
    }

    /// Requires a scope (RFC 6749 §3.3): every scope token in `scope`, separated by spaces.
    ///
    /// # Errors
    ///
    /// The same [`Challenge`] as [`Principal::require`](counterfoil::Principal::require): 403 `insufficient_scope` with
    /// the required scope (RFC 6750 §3.1).
    pub fn require(&self, scope: &str) -> Result<(), Challenge> {
        let needed = || scope.split(' ').filter(|token| !token.is_empty());
        // A restricted token never satisfies a text without scope tokens.
        if self.is_unrestricted() || (needed().next().is_some() && needed().all(|token| self.may(token))) {
            return Ok(());
        }
        Err(Challenge::scope(scope.parse().ok(), self.realm()))
    }

    /// Requires at least one of several scopes. The challenge names the first. An empty list is never satisfied.
    ///
    /// # Errors
    ///
    /// As [`RemotePrincipal::require`].
    pub fn require_any(&self, scopes: &[&str]) -> Result<(), Challenge> {
        if scopes.iter().any(|scope| self.require(scope).is_ok()) {
            return Ok(());
        }
        Err(Challenge::scope(scopes.first().and_then(|first| first.parse().ok()), self.realm()))
    }

    /// Requires that role or a higher one. A token whose role is unknown is refused.
    ///
    /// # Errors
    ///
    /// A [`Challenge`]: 403 without `WWW-Authenticate`, because a token with a larger scope would not help.
    pub fn require_role(&self, needed: Role) -> Result<(), Challenge> {
        match self.role() {
            Some(role) if role >= needed => Ok(()),
            _ => Err(Challenge::forbidden(Forbidden::Role { needed }, self.realm())),
        }
    }
}
