//! Derives the state of a sign-in or a console session from the row of its family alone.

use crate::crypto::digest::Digest;
use crate::record::expiry::effective_expiry;
use crate::record::facts::{Facts, Origin};
use crate::record::family::FamilyParts;
use crate::record::family_body::FamilyBody;
use crate::record::limits::Limits;
use crate::record::record_parts::RecordParts;
use crate::record::record_ref::RecordRef;
use crate::types::ids::{KeyId, RecordId};
use crate::types::kind::TokenKind;
use crate::types::time::Timestamp;

/// When a sign-in or a session was opened. `None` for a family of another kind.
pub(crate) const fn opened_at(family: &FamilyParts) -> Option<Timestamp> {
    match family.body {
        FamilyBody::SignIn { opened_at, .. } => Some(opened_at),
        // A session has the instant of its opening only as `authenticated_at`. The two are equal, because a person who
        // enters the password again gets a new session.
        FamilyBody::Session { authenticated_at, .. } => Some(authenticated_at),
        FamilyBody::Alone | FamilyBody::Code { .. } => None,
    }
}

/// The facts for the decision whether a sign-in or a session works, and the instant at which it ends if nobody uses it.
/// `None` for a family of another kind.
///
/// The last access token of a sign-in can outlive its refresh token, if the setting for access tokens is longer than
/// the inactivity time-out. The sign-in then ends with this access token.
pub(crate) fn facts(family: &FamilyParts, limits: Limits<'_>) -> Option<(Facts, Timestamp)> {
    let newest = newest(family, opened_at(family)?);
    let facts = Facts::of(RecordRef::whole(&newest, family), limits, Origin::NotAsked);
    let ends_at = effective_expiry(RecordRef::whole(&newest, family), limits).unwrap_or(Timestamp::MAX);
    let ends_at = match family.body {
        FamilyBody::SignIn { absolute_end, .. } if family.kind == TokenKind::RefreshToken => {
            let access_end = family.used_at.plus_capped(limits.settings.access_lifetime);
            ends_at.max(access_end.min(absolute_end))
        }
        _ => ends_at,
    };
    Some((facts, ends_at))
}

/// Returns a record with those fields of the family's newest member that follow from the row of the family. Its id
/// contains only the family id, its digest is not the stored one, and its scope is missing.
fn newest(family: &FamilyParts, opened_at: Timestamp) -> RecordParts {
    let mut id = [0; 16];
    id[..10].copy_from_slice(family.id.as_bytes());
    let (id, digest) = (RecordId::from_bytes(id), Digest::from_bytes([0; 32]));
    let (realm, owner) = (family.realm.clone(), family.owner.clone());
    let mut record = RecordParts::new(id, realm, owner, family.kind, digest, KeyId::NONE, opened_at);
    record.generation = family.generation;
    record.expires_at = family.live_until;
    record.expiry_set_at = family.used_at;
    record.gone_at = family.gone_at;
    record
}

#[cfg(test)]
#[path = "sign_in_tests.rs"]
mod tests;
