//! What a client is granted at the token endpoint, and the records behind it.

use std::borrow::Cow;

use crate::record::token_record::NewRecord;
use crate::service::Service;
use crate::service::minting::{Entry, Minted};
use crate::types::account::Account;
use crate::types::client::Registration;
use crate::types::ids::{FamilyId, OwnerId, RecordId};
use crate::types::known_scopes::KnownScopes;
use crate::types::scope::Scope;
use crate::types::scope_meet::{NothingLeft, meet};
use crate::types::secret::Secret;
use crate::types::time::{Span, Timestamp};

/// For how long an expired access token is still told from an unknown one.
const ACCESS_AFTERLIFE: Span = Span::minutes(1);

/// For how long an expired refresh token is still told from an unknown one.
const REFRESH_AFTERLIFE: Span = Span::days(1);

/// Tokens granted to a client: an answer that is shown once.
#[derive(Debug)]
pub struct Granted {
    /// The access token.
    pub access_token: Secret,
    /// Its public id.
    pub access_id: RecordId,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it expires.
    pub expires_at: Timestamp,
    /// The refresh token, where the client may refresh.
    pub refresh_token: Option<Secret>,
    /// The family they belong to.
    pub family: FamilyId,
    /// What the access token may do; `None`: all that its owner may.
    pub scope: Option<Scope>,
    /// Whether that is what was asked for.
    pub scope_as_asked: bool,
    /// The owner as the directory told it.
    pub account: Account,
    /// The client's display name.
    pub client_name: String,
}

/// The place of a token in its family.
pub(crate) struct Place<'a> {
    pub(crate) owner: &'a OwnerId,
    pub(crate) parent: Option<RecordId>,
    pub(crate) generation: u64,
    pub(crate) scope: Option<Scope>,
    pub(crate) expires_at: Timestamp,
}

impl Service {
    /// The kept half of an access token.
    pub(crate) fn access_record(&self, minted: &Minted, place: Place<'_>, now: Timestamp) -> NewRecord {
        self.endpoint_record(minted, place, ACCESS_AFTERLIFE, now)
    }

    /// The kept half of a refresh token.
    pub(crate) fn refresh_record(&self, minted: &Minted, place: Place<'_>, now: Timestamp) -> NewRecord {
        self.endpoint_record(minted, place, REFRESH_AFTERLIFE, now)
    }

    fn endpoint_record(&self, minted: &Minted, place: Place<'_>, afterlife: Span, now: Timestamp) -> NewRecord {
        let entry = Entry {
            owner: place.owner.clone(),
            parent: place.parent,
            generation: place.generation,
            created_at: now,
            scope: place.scope,
            label: None,
            description: None,
            expires_at: Some(place.expires_at),
            gone_at: Some(place.expires_at.plus_capped(afterlife)),
            notice: None,
        };
        self.counterfoil(minted, entry)
    }
}

/// When an access token may be purged that expires at `expires_at`.
pub(crate) fn access_gone_at(expires_at: Timestamp) -> Timestamp {
    expires_at.plus_capped(ACCESS_AFTERLIFE)
}

/// When a refresh token may be purged that goes on until `expires_at`.
pub(crate) fn refresh_gone_at(expires_at: Timestamp) -> Timestamp {
    expires_at.plus_capped(REFRESH_AFTERLIFE)
}

/// The scope that a client gets: what it asks for where that lies within what it may have; where it asks for nothing its
/// default, else all that it may have.
pub(crate) fn client_scope(
    client: &Registration,
    asked: Option<&Scope>,
    known: Option<&KnownScopes>,
) -> Result<Option<Scope>, ScopeBeyond> {
    let allowed = client.allowed_scope.as_ref();
    if let Some(asked) = asked {
        let granted =
            allowed.is_none_or(|allowed| allowed.covers(asked)) && known.is_none_or(|known| known.knows(asked));
        return if granted { Ok(Some(asked.clone())) } else { Err(ScopeBeyond) };
    }
    let left = meet(client.default_scope.as_ref(), allowed, known).map_err(|NothingLeft| ScopeBeyond)?;
    Ok(left.map(Cow::into_owned))
}

/// A scope beyond what may be had, or one of which nothing is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ScopeBeyond;
