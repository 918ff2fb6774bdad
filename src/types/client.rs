//! A registered client (RFC 6749 §2) as a value.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::types::ids::{KeyId, Version};
use crate::types::scope::Scope;
use crate::types::service_account_id::ServiceAccountId;
use crate::types::short::Short;
use crate::types::time::Timestamp;
use crate::types::unknown::UnknownFields;

/// The public id of a client: 1 to 100 characters of `[A-Za-z0-9._~-]`. These characters need no encoding in HTTP
/// Basic.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ClientId(Short);

/// The error for a string that is not a valid client id. Operations report it as [`Invalid`](crate::Invalid) with the
/// field `id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("client id must be 1 to {} characters of [A-Za-z0-9._~-]", ClientId::MAX)]
pub struct InvalidClientId;

impl ClientId {
    /// The longest client id, in bytes.
    pub const MAX: usize = 100;

    /// The client id as a text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl FromStr for ClientId {
    type Err = InvalidClientId;

    fn from_str(text: &str) -> Result<Self, InvalidClientId> {
        let fits = (1..=Self::MAX).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'~' | b'-'));
        fits.then(|| Self(Short::new(text))).ok_or(InvalidClientId)
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ClientId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ClientId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// The internal id of a client registration: 16 bytes. Every family of the client's tokens contains this id. When a
/// registration no longer has the id, no other registration of the realm gets it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct ClientKey([u8; 16]);

impl ClientKey {
    /// Creates an internal id from its bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The internal id as bytes, in the form in which a store keeps it.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// A grant type: how a client gets tokens at the token endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Grant {
    /// The password grant (RFC 6749 §4.3). RFC 9700 §2.4 says that it must not be used. So only a client whose
    /// registration lists this grant can use it.
    Password,
    /// The refresh token grant (RFC 6749 §6).
    RefreshToken,
    /// The client credentials grant (RFC 6749 §4.4). The client acts as the service account that its registration names
    /// ([`Registration::service_account`]). A version of this library without this grant refuses a registration that
    /// lists the grant.
    ClientCredentials,
}

impl Grant {
    /// Every grant that [`Registration::grants`] can contain.
    pub const ALL: [Self; 3] = [Self::Password, Self::RefreshToken, Self::ClientCredentials];

    /// The value of `grant_type` in a request.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
        }
    }

    /// The grant for this value of `grant_type`. `None` for any other value.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|grant| grant.as_str() == name)
    }
}

/// Whether a refresh rotates or reuses the refresh token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefreshMode {
    /// Each refresh returns a new refresh token. The old refresh token can then no longer be used (RFC 9700 §2.2.2).
    #[default]
    Rotate,
    /// Each refresh returns the same refresh token. For confidential clients only.
    Reuse,
}

/// Where a client secret comes from. The digests of the two forms are computed differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SecretForm {
    /// A secret `cfc_…` that this library drew.
    Generated,
    /// A secret that the host imported. It can be any text.
    Imported,
}

/// The stored digest of a client secret, with the instants of its creation and of its expiry. A stored document must
/// contain every member: if `expires_at` were optional, a misspelled `expires_at` would mean "never expires".
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StoredSecret {
    /// An id that is hashed together with the secret. The text of a generated secret also contains this id.
    pub id: [u8; 16],
    /// How the secret is digested.
    pub form: SecretForm,
    /// The digest of the secret, computed as its form (the field `form`) requires.
    pub digest: [u8; 32],
    /// The key of the key ring under which the digest was computed. [`KeyId::NONE`] if it was computed without a key.
    pub key_id: KeyId,
    /// When the secret was created.
    pub created_at: Timestamp,
    /// When the secret expires. `None` means that it does not expire. A secret gets an expiry when a newer secret
    /// replaces it.
    #[serde(deserialize_with = "Option::deserialize")]
    pub expires_at: Option<Timestamp>,
    /// Members of the stored document that a newer version of this library wrote.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}

impl StoredSecret {
    /// Creates a secret that does not expire.
    #[must_use]
    pub fn new(id: [u8; 16], form: SecretForm, digest: [u8; 32], key_id: KeyId, created_at: Timestamp) -> Self {
        Self { id, form, digest, key_id, created_at, expires_at: None, unknown: UnknownFields::default() }
    }
}

crate::types::setters::setters!(StoredSecret {
    with_expires_at expires_at: Option<Timestamp>;
});

/// A registered client, without the texts of its secrets.
///
/// A store keeps the output of [`Registration::to_document`] together with `client_id`, [`ClientKey`] and [`Version`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Registration {
    /// The public `client_id` of RFC 6749 §2.2.
    pub client_id: ClientId,
    /// The internal id, to which tokens are bound. A client that is deleted and registered again gets a new internal
    /// id.
    pub key: ClientKey,
    /// The name shown to people. If the policy's `vendor_fields` is on, the token endpoint returns this name as the
    /// member `as:client_id`.
    pub display_name: String,
    /// The client's secrets: at most two, the newest last. Empty for a public client.
    pub secrets: Vec<StoredSecret>,
    /// The grants that the client may use at the token endpoint.
    pub grants: Vec<Grant>,
    /// The widest scope that the client is allowed to request. `None` means any scope.
    #[serde(deserialize_with = "Option::deserialize")]
    pub allowed_scope: Option<Scope>,
    /// The scope that is granted if a request names no scope. `None` grants the client's allowed scope. If the allowed
    /// scope is also `None`, the credential has no scope.
    ///
    /// A credential without a scope has all rights of its owner. Its introspection response has no member `scope` (RFC
    /// 7662 §2.2), so resource servers that require scopes refuse it. Set a default scope if the client's tokens are
    /// used at these servers.
    #[serde(deserialize_with = "Option::deserialize")]
    pub default_scope: Option<Scope>,
    /// Whether the client is public, that is, has no secret (RFC 6749 §2.1).
    pub public: bool,
    /// Whether a refresh rotates or reuses the refresh token. A public client must use [`RefreshMode::Rotate`].
    pub refresh_mode: RefreshMode,
    /// Whether the client may introspect every token of the realm (RFC 7662), except refresh tokens of other clients.
    pub resource_server: bool,
    /// Whether the client is disabled. All tokens of a disabled client are refused.
    pub disabled: bool,
    /// The epoch: a number that is copied into each family of the client's tokens. If the epoch in a family differs
    /// from the client's current epoch, the tokens of the family are refused. So raising the epoch revokes all of the
    /// client's tokens at once.
    pub epoch: u64,
    /// When the client was registered.
    pub created_at: Timestamp,
    /// The service account whose tokens the client gets with the grant [`Grant::ClientCredentials`]. `None` if the
    /// registration names no service account. A client with this grant must have one. A change of this field does not
    /// affect existing tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service_account: Option<ServiceAccountId>,
    /// Members of the stored document that a newer version of this library wrote.
    #[serde(flatten)]
    pub unknown: UnknownFields,
}

impl Registration {
    /// Creates a confidential client that has no secrets and no grants and may request any scope.
    #[must_use]
    pub fn new(client_id: ClientId, key: ClientKey, display_name: impl Into<String>, created_at: Timestamp) -> Self {
        Self {
            client_id,
            key,
            display_name: display_name.into(),
            secrets: Vec::new(),
            grants: Vec::new(),
            allowed_scope: None,
            default_scope: None,
            public: false,
            refresh_mode: RefreshMode::default(),
            resource_server: false,
            disabled: false,
            epoch: 0,
            created_at,
            service_account: None,
            unknown: UnknownFields::default(),
        }
    }
}

crate::types::setters::setters!(Registration {
    with_key key = ClientKey;
    with_display_name display_name: String;
    with_secrets secrets = Vec<StoredSecret>;
    with_grants grants = Vec<Grant>;
    with_allowed_scope allowed_scope: Option<Scope>;
    with_default_scope default_scope: Option<Scope>;
    with_public public = bool;
    with_refresh_mode refresh_mode = RefreshMode;
    with_resource_server resource_server = bool;
    with_disabled disabled = bool;
    with_epoch epoch = u64;
    with_created_at created_at = Timestamp;
    with_service_account service_account: Option<ServiceAccountId>;
});

/// A registration with its version in the store.
#[derive(Clone, Debug)]
pub struct VersionedRegistration {
    /// The version that `put_client` and `remove_client` must pass.
    pub version: Version,
    /// The registration, as the store returned it.
    pub registration: Registration,
}

/// The error for a stored document that this version of the library cannot read.
#[derive(Debug, thiserror::Error)]
#[error("stored document cannot be read")]
pub struct InvalidDocument(#[source] serde_json::Error);

impl Registration {
    /// The stored form: JSON with the field names of this struct.
    ///
    /// # Errors
    ///
    /// [`InvalidDocument`] does not occur in practice: every field has a JSON form.
    pub fn to_document(&self) -> Result<String, InvalidDocument> {
        serde_json::to_string(self).map_err(InvalidDocument)
    }

    /// Reads the output of [`Registration::to_document`]. Members that a newer version added are kept in
    /// [`Registration::unknown`].
    ///
    /// # Errors
    ///
    /// [`InvalidDocument`] for any other text.
    pub fn from_document(text: &str) -> Result<Self, InvalidDocument> {
        serde_json::from_str(text).map_err(InvalidDocument)
    }

    /// Whether the client may use the grant.
    #[must_use]
    pub fn allows(&self, grant: Grant) -> bool {
        self.grants.contains(&grant)
    }
}

impl InvalidDocument {
    pub(crate) fn new(source: serde_json::Error) -> Self {
        Self(source)
    }
}

#[cfg(test)]
#[path = "client_tests.rs"]
mod tests;
