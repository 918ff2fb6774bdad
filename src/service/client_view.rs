//! Clients as they are asked for and as they are shown. No digest in any of it, and a secret in one type only.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::types::client::{ClientId, Grant, RefreshMode, Registration, StoredSecret};
use crate::types::ids::RecordId;
use crate::types::scope::Scope;
use crate::types::secret::Secret;
use crate::types::time::Timestamp;

/// A client to be registered.
///
/// ```
/// use counterfoil::client::{Grant, NewClient};
///
/// let new = NewClient { grants: vec![Grant::RefreshToken], ..NewClient::named("angularApp") };
/// assert!(!new.public && new.id.is_none());
/// ```
#[derive(Clone, Debug)]
pub struct NewClient {
    /// Its public id; `None`: 16 letters are drawn.
    pub id: Option<ClientId>,
    /// What people see: 1 to 100 characters.
    pub display_name: String,
    /// What it may ask for at the token endpoint. RFC 9700 §2.4 says that the password grant must not be used.
    pub grants: Vec<Grant>,
    /// The widest scope it may ask for; `None`: any, or the presenter's own where that has one.
    pub allowed_scope: Option<Scope>,
    /// What it gets where it asks for none; within the allowed. `None`: all that it may have.
    ///
    /// A credential without scope has all rights of its owner, and is introspected without a member `scope` (RFC 7662 §2.2): a
    /// resource server that asks for scopes refuses it. Name a default for clients whose tokens such servers see.
    pub default_scope: Option<Scope>,
    /// Without a secret.
    pub public: bool,
    /// What a refresh answers with; never reuse for a public client.
    pub refresh_mode: RefreshMode,
    /// May introspect every token of the realm; never a public client.
    pub resource_server: bool,
}

impl NewClient {
    /// A confidential client of that name without any grant.
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
        }
    }
}

/// What is to be changed of a client; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientChange {
    /// A disabled client's tokens are refused; they work again when it is enabled in time.
    pub disabled: Option<bool>,
    /// What people see.
    pub display_name: Option<String>,
    /// What it may ask for. Sign-ins by a grant that is taken away are refused.
    pub grants: Option<Vec<Grant>>,
    /// What a refresh answers with.
    pub refresh_mode: Option<RefreshMode>,
    /// The widest scope it may have; `Some(None)`: any. Holds at once, for tokens that exist too.
    pub allowed_scope: Option<Option<Scope>>,
    /// What it gets where it asks for none; `Some(None)`: all that it may have.
    pub default_scope: Option<Option<Scope>>,
}

impl ClientChange {
    /// Whether it disables the client and changes nothing else.
    pub(crate) fn only_disables(&self) -> bool {
        let Self { disabled, display_name, grants, refresh_mode, allowed_scope, default_scope } = self;
        *disabled == Some(true)
            && display_name.is_none()
            && grants.is_none()
            && refresh_mode.is_none()
            && allowed_scope.is_none()
            && default_scope.is_none()
    }
}

/// What is shown of a client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientView {
    /// The public id.
    pub id: ClientId,
    /// What people see.
    pub display_name: String,
    /// What it may ask for.
    pub grants: Vec<Grant>,
    /// The widest scope it may ask for; `None`: any.
    pub allowed_scope: Option<Scope>,
    /// What it gets where it asks for none; `None`: all that it may have, and a credential without scope where that is any.
    pub default_scope: Option<Scope>,
    /// Without a secret.
    pub public: bool,
    /// What a refresh answers with.
    pub refresh_mode: RefreshMode,
    /// May introspect every token of the realm.
    pub resource_server: bool,
    /// Refused, with all its tokens.
    pub disabled: bool,
    /// When it was registered.
    pub created_at: Timestamp,
    /// Its secrets' lives, the newest last.
    pub secrets: Vec<SecretView>,
}

/// What is shown of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecretView {
    /// Its id, which is part of a generated secret's text and is itself no secret.
    pub id: RecordId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops; `None`: not replaced yet.
    pub expires_at: Option<Timestamp>,
}

/// A page of clients, by id.
#[derive(Clone, Debug)]
pub struct ClientPage {
    /// What is on it.
    pub items: Vec<ClientView>,
    /// The id after which the next page begins.
    pub next: Option<ClientId>,
}

/// A secret just made: shown once.
pub struct NewClientSecret {
    secret: Secret,
    api_key: Secret,
}

/// A client that was just given a secret, or needs none.
#[derive(Debug)]
pub struct RegisteredClient {
    /// What lists show.
    pub view: ClientView,
    /// Its secret; `None` for a public client. Show it once.
    pub secret: Option<NewClientSecret>,
}

impl NewClientSecret {
    pub(crate) fn new(id: &ClientId, secret: &str) -> Self {
        // Room for all at once, so that no half-written copy is left behind.
        let mut pair = String::with_capacity(id.as_str().len() + 1 + secret.len());
        pair.push_str(id.as_str());
        pair.push(':');
        pair.push_str(secret);
        let pair = Secret::from(pair);
        let api_key = Secret::from(STANDARD.encode(pair.expose_secret()));
        Self { secret: Secret::from(secret.to_owned()), api_key }
    }

    /// The secret.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        self.secret.expose_secret()
    }

    /// Base64 of `id:secret`: what follows `Basic ` in a header.
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
            secrets: registration.secrets.iter().map(secret).collect(),
        }
    }
}
