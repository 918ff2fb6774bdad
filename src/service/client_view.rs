//! Clients in requests and in results. No type in this module contains a digest, and only [`NewClientSecret`] contains
//! a secret.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::types::client::{ClientId, Grant, RefreshMode, Registration, StoredSecret};
use crate::types::ids::RecordId;
use crate::types::scope::Scope;
use crate::types::secret::Secret;
use crate::types::service_account_id::ServiceAccountId;
use crate::types::time::Timestamp;

/// A client to register.
///
/// ```
/// use counterfoil::client::{Grant, NewClient};
///
/// let new = NewClient::named("angularApp").with_grants(vec![Grant::RefreshToken]);
/// assert!(!new.public && new.id.is_none());
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct NewClient {
    /// The public id. If it is `None`, a random id of 16 letters is created.
    pub id: Option<ClientId>,
    /// The name shown to people: 1 to 100 characters.
    pub display_name: String,
    /// The grants that the client may use at the token endpoint. RFC 9700 §2.4 says that the password grant must not be
    /// used.
    pub grants: Vec<Grant>,
    /// The widest scope that the client may request. If it is `None`, the scope of the presenter that registers the
    /// client is stored instead. If that presenter has no scope either, the client may request any scope.
    pub allowed_scope: Option<Scope>,
    /// The scope that is granted if a request names no scope. It must lie within the allowed scope. `None` grants the
    /// whole allowed scope.
    ///
    /// A credential without a scope has all rights of its owner. Its introspection response has no member `scope` (RFC
    /// 7662 §2.2), so resource servers that require scopes refuse it. Set a default scope if the client's tokens are
    /// used at these servers.
    pub default_scope: Option<Scope>,
    /// Whether the client is public, that is, has no secret.
    pub public: bool,
    /// Whether a refresh replaces the refresh token by a new one or keeps it. A public client must use
    /// [`RefreshMode::Rotate`].
    pub refresh_mode: RefreshMode,
    /// Whether the client may introspect every token of the realm, except refresh tokens of other clients. Must be
    /// false for a public client.
    pub resource_server: bool,
    /// The service account whose tokens the client gets with the grant [`Grant::ClientCredentials`], which needs one.
    /// The presenter must have at least the account's role and scope. Must be `None` for a public client.
    pub service_account: Option<ServiceAccountId>,
}

crate::types::setters::setters!(NewClient {
    with_id id: Option<ClientId>;
    with_display_name display_name: String;
    with_grants grants = Vec<Grant>;
    with_allowed_scope allowed_scope: Option<Scope>;
    with_default_scope default_scope: Option<Scope>;
    with_public public = bool;
    with_refresh_mode refresh_mode = RefreshMode;
    with_resource_server resource_server = bool;
    with_service_account service_account: Option<ServiceAccountId>;
});

impl NewClient {
    /// Creates a confidential client with that name and without grants.
    #[must_use]
    pub fn named(display_name: &str) -> Self {
        Self {
            id: None,
            display_name: display_name.to_owned(),
            grants: Vec::new(),
            allowed_scope: None,
            default_scope: None,
            public: false,
            refresh_mode: RefreshMode::default(),
            resource_server: false,
            service_account: None,
        }
    }
}

/// A change of a client. A field that is `None` leaves its value unchanged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientUpdate {
    /// Whether the client is disabled. All tokens of a disabled client are refused. When the client is enabled again,
    /// its tokens that have not expired work again.
    pub disabled: Option<bool>,
    /// The name shown to people.
    pub display_name: Option<String>,
    /// The grants that the client may use. If a grant is removed, all tokens from sign-ins with this grant are refused.
    pub grants: Option<Vec<Grant>>,
    /// Whether a refresh replaces the refresh token by a new one or keeps it.
    pub refresh_mode: Option<RefreshMode>,
    /// The widest scope that the client may request. `None` leaves it unchanged. `Some(None)` removes this limit, so
    /// the client may request any scope. A change takes effect at once, and also applies to existing tokens.
    pub allowed_scope: Option<Option<Scope>>,
    /// The default scope, which is granted if a request names no scope. `None` leaves it unchanged. `Some(None)`
    /// removes it: such a request then gets the whole allowed scope.
    pub default_scope: Option<Option<Scope>>,
    /// The service account whose tokens the client gets with the grant [`Grant::ClientCredentials`]. `None` leaves it
    /// unchanged. `Some(None)` removes it from the client. Existing tokens keep the account with which they were
    /// issued.
    pub service_account: Option<Option<ServiceAccountId>>,
}

crate::types::setters::setters!(ClientUpdate {
    with_disabled disabled ? bool;
    with_display_name display_name ? String;
    with_grants grants ? Vec<Grant>;
    with_refresh_mode refresh_mode ? RefreshMode;
});

impl ClientUpdate {
    /// Sets the widest scope that the client may request. `None` means any scope.
    #[must_use]
    pub fn with_allowed_scope(mut self, allowed_scope: impl Into<Option<Scope>>) -> Self {
        self.allowed_scope = Some(allowed_scope.into());
        self
    }

    /// Sets the default scope, which is granted if a request names no scope. `None` removes it: such a request then
    /// gets the whole allowed scope.
    #[must_use]
    pub fn with_default_scope(mut self, default_scope: impl Into<Option<Scope>>) -> Self {
        self.default_scope = Some(default_scope.into());
        self
    }

    /// Sets the service account whose tokens the client gets with the grant [`Grant::ClientCredentials`]. `None`
    /// removes it.
    #[must_use]
    pub fn with_service_account(mut self, service_account: impl Into<Option<ServiceAccountId>>) -> Self {
        self.service_account = Some(service_account.into());
        self
    }

    /// Whether the update disables the client and changes nothing else.
    pub(crate) fn only_disables(&self) -> bool {
        *self == Self::default().with_disabled(true)
    }
}

/// A client as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ClientView {
    /// The public `client_id` of RFC 6749 §2.2.
    pub id: ClientId,
    /// The name shown to people.
    pub display_name: String,
    /// The grants that the client may use.
    pub grants: Vec<Grant>,
    /// The widest scope that the client may request. `None` means any scope.
    pub allowed_scope: Option<Scope>,
    /// The scope that is granted if a request names no scope. If it is `None`, the whole allowed scope is granted. If
    /// the allowed scope is also `None`, the granted credential has no scope, and so all rights of its owner.
    pub default_scope: Option<Scope>,
    /// Whether the client is public, that is, has no secret.
    pub public: bool,
    /// Whether a refresh replaces the refresh token by a new one or keeps it.
    pub refresh_mode: RefreshMode,
    /// Whether the client may introspect every token of the realm, except refresh tokens of other clients.
    pub resource_server: bool,
    /// Whether the client is disabled. A disabled client and all its tokens are refused.
    pub disabled: bool,
    /// When the client was registered.
    pub created_at: Timestamp,
    /// The service account whose tokens the client gets with the grant [`Grant::ClientCredentials`].
    pub service_account: Option<ServiceAccountId>,
    /// The client's secrets, without the secret texts. The newest secret is last.
    pub secrets: Vec<SecretView>,
}

/// A secret of a client as lists show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SecretView {
    /// The id of the secret. The text of a generated secret contains this id. The id is not confidential.
    pub id: RecordId,
    /// When the secret was created.
    pub created_at: Timestamp,
    /// When the secret expires. `None` if it does not expire, because no new secret has replaced it.
    pub expires_at: Option<Timestamp>,
}

/// A page of clients, in the order of their ids.
#[derive(Clone, Debug)]
pub struct ClientPage {
    /// The clients of the page.
    pub items: Vec<ClientView>,
    /// The id after which the next page begins. `None` on the last page.
    pub next: Option<ClientId>,
}

/// The text of a newly created client secret. Show it only once: it cannot be read again.
pub struct NewClientSecret {
    secret: Secret,
    api_key: Secret,
}

/// A client after its registration or after a rotation of its secret. Contains the secret if one was created.
#[derive(Debug)]
#[non_exhaustive]
pub struct RegisteredClient {
    /// The client as lists show it.
    pub view: ClientView,
    /// The new secret. Show it only once. `None` for a public client.
    pub secret: Option<NewClientSecret>,
}

impl NewClientSecret {
    pub(crate) fn new(id: &ClientId, secret: &str) -> Self {
        // The text is allocated at full size, so that no reallocation leaves a partial copy in memory.
        let mut pair = String::with_capacity(id.as_str().len() + 1 + secret.len());
        pair.push_str(id.as_str());
        pair.push(':');
        pair.push_str(secret);
        let pair = Secret::from(pair);
        let api_key = Secret::from(STANDARD.encode(pair.expose_secret()));
        Self { secret: Secret::from(secret.to_owned()), api_key }
    }

    /// The text of the secret.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        self.secret.expose_secret()
    }

    /// The Base64 form of the text `id:secret`. A client sends it after `Basic ` in an `Authorization` header.
    #[must_use]
    pub fn expose_api_key(&self) -> &str {
        self.api_key.expose_secret()
    }
}

impl fmt::Debug for NewClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewClientSecret([redacted])")
    }
}

impl From<&Registration> for ClientView {
    fn from(registration: &Registration) -> Self {
        let secret = |slot: &StoredSecret| SecretView {
            id: RecordId::from_bytes(slot.id),
            created_at: slot.created_at,
            expires_at: slot.expires_at,
        };
        Self {
            id: registration.client_id.clone(),
            display_name: registration.display_name.clone(),
            grants: registration.grants.clone(),
            allowed_scope: registration.allowed_scope.clone(),
            default_scope: registration.default_scope.clone(),
            public: registration.public,
            refresh_mode: registration.refresh_mode,
            resource_server: registration.resource_server,
            disabled: registration.disabled,
            created_at: registration.created_at,
            service_account: registration.service_account,
            secrets: registration.secrets.iter().map(secret).collect(),
        }
    }
}
