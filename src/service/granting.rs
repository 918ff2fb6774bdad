//! The tokens that the token endpoint grants, and the records of these tokens.

use std::borrow::Cow;

use crate::record::record_parts::NewRecord;
use crate::service::Service;
use crate::service::minting::{Entry, Minted};
use crate::types::account::Account;
use crate::types::client::Registration;
use crate::types::ids::{FamilyId, OwnerId, RecordId};
use crate::types::kind::TokenKind;
use crate::types::known_scopes::KnownScopes;
use crate::types::scope::Scope;
use crate::types::scope_meet::{NothingLeft, is_granted, meet};
use crate::types::secret::Secret;
use crate::types::time::Timestamp;

/// The tokens granted to a client. Only this value contains the texts of the tokens.
#[derive(Debug)]
#[non_exhaustive]
pub struct Granted {
    /// The text of the access token, to be sent to the client.
    pub access_token: Secret,
    /// The public id of the access token.
    pub access_id: RecordId,
    /// When the access token was issued.
    pub issued_at: Timestamp,
    /// When the access token expires.
    pub expires_at: Timestamp,
    /// The text of the refresh token. `None` if the client may not refresh.
    pub refresh_token: Option<Secret>,
    /// The family that contains both tokens: the id of the sign-in.
    pub family: FamilyId,
    /// The scope of the access token. `None` means all rights of its owner.
    pub scope: Option<Scope>,
    /// Whether the granted scope equals the requested scope. If false, the token response must contain the scope (RFC
    /// 6749 §5.1). If a refresh omits the parameter `scope`, the refresh token's scope counts as the requested one.
    pub scope_as_asked: bool,
    /// The account of the owner, from the directory.
    pub account: Account,
    /// The client's display name.
    pub client_name: String,
}

/// The fields of a new token's record that its sign-in determines.
pub(crate) struct Place<'a> {
    pub(crate) owner: &'a OwnerId,
    pub(crate) parent: Option<RecordId>,
    pub(crate) generation: u64,
    pub(crate) scope: Option<Scope>,
    pub(crate) expires_at: Timestamp,
}

impl Service {
    /// Returns the record of a new access token, to be inserted.
    pub(crate) fn access_record(&self, minted: &Minted, place: Place<'_>, now: Timestamp) -> NewRecord {
        self.endpoint_record(minted, place, TokenKind::AccessToken, now)
    }

    /// Returns the record of a new refresh token, to be inserted.
    pub(crate) fn refresh_record(&self, minted: &Minted, place: Place<'_>, now: Timestamp) -> NewRecord {
        self.endpoint_record(minted, place, TokenKind::RefreshToken, now)
    }

    fn endpoint_record(&self, minted: &Minted, place: Place<'_>, kind: TokenKind, now: Timestamp) -> NewRecord {
        let entry = Entry {
            owner: place.owner.clone(),
            parent: place.parent,
            generation: place.generation,
            created_at: now,
            scope: place.scope,
            label: None,
            description: None,
            expires_at: Some(place.expires_at),
            gone_at: Some(self.policy.gone_after_expiry(kind, place.expires_at)),
            notice: None,
        };
        self.counterfoil(minted, entry)
    }
}

/// Returns the scope that a client gets. A requested scope is granted if the client's allowed scope contains it and the
/// policy knows all its scope tokens. If no scope is requested, the client's default scope is granted, or the client's
/// whole allowed scope if there is no default.
pub(crate) fn client_scope(
    client: &Registration,
    asked: Option<&Scope>,
    known: Option<&KnownScopes>,
) -> Result<Option<Scope>, ScopeBeyond> {
    let allowed = client.allowed_scope.as_ref();
    if let Some(asked) = asked {
        return if is_granted(asked, allowed, known) { Ok(Some(asked.clone())) } else { Err(ScopeBeyond) };
    }
    let left = meet(client.default_scope.as_ref(), allowed, known).map_err(|NothingLeft| ScopeBeyond)?;
    Ok(left.map(Cow::into_owned))
}

/// The error of [`client_scope`], in one of these cases:
///
/// - The requested scope exceeds the scope that the client may have.
/// - The requested scope contains a scope token that the service does not know.
/// - No scope was requested, and the scope that the client would get has no token that is still allowed and known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ScopeBeyond;
