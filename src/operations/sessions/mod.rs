//! Console sessions. A session is a family with one record. The text in its cookie is not a bearer token: only
//! [`verify`] accepts it.

use crate::service::Service;
use crate::types::account::{Account, Identity};
use crate::types::ids::RecordId;
use crate::types::kind::TokenKind;
use crate::types::metadata::Metadata;
use crate::types::principal::Principal;
use crate::types::source::SourceName;
use crate::types::time::Timestamp;

pub(crate) mod end;
pub(crate) mod open;
pub(crate) mod verify;

/// Creates the principal of a verified or new session.
fn principal(
    service: &Service,
    account: Account,
    credential: RecordId,
    (expires_at, authenticated_at): (Timestamp, Timestamp),
    (is_restricted, metadata): (bool, Option<Metadata>),
    source: Option<&SourceName>,
) -> Principal {
    let (role, manages_profiles) = (account.role(), account.manages_profiles());
    let Identity { subject, name, contact, extension } = account.into_identity();
    Principal {
        realm: service.realm.clone(),
        subject,
        name,
        role,
        manages_profiles,
        kind: TokenKind::ConsoleSession,
        credential,
        label: None,
        scope: None,
        expires_at: Some(expires_at),
        actor: None,
        authenticated_at: Some(authenticated_at),
        // If the policy leaves sources out of events, the source is not stored in the principal either.
        source: service.policy.events.named(source).cloned(),
        is_restricted,
        metadata,
        contact,
        extension,
    }
}
