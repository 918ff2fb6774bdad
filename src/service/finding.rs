//! One credential by its id: one read of the store.

use crate::record::phase::{Phase, phase};
use crate::record::token_record::TokenRecord;
use crate::service::authority::{Permission, Permit};
use crate::service::error::ManageError;
use crate::service::view::CredentialView;
use crate::types::ids::{OwnerId, RecordId};
use crate::types::kind::TokenKind;

/// Whose record is meant, and of which kind.
pub(crate) type Whose<'a> = (TokenKind, &'a OwnerId);

/// The record, where it is theirs and not past all that kept it; somebody else's id and an unknown one are alike.
pub(crate) async fn there<O: Permission>(
    permit: &Permit<'_, O>,
    (kind, owner): Whose<'_>,
    id: &RecordId,
) -> Result<TokenRecord, ManageError> {
    let (service, now) = (permit.service(), permit.now());
    let settings = service.with_settings(now, |view| view.settings).await?;
    let found = service.store.get(id).await?.filter(|record| {
        let own = record.record();
        own.realm == service.realm && own.owner == *owner && own.kind == kind
    });
    found.filter(|record| phase(record, &settings, now) != Phase::Purgeable).ok_or(ManageError::NotFound)
}

/// The same, as lists show it.
pub(crate) async fn shown<O: Permission>(
    permit: &Permit<'_, O>,
    whose: Whose<'_>,
    id: &RecordId,
) -> Result<CredentialView, ManageError> {
    let record = there(permit, whose, id).await?;
    permit.service().judging(permit.now()).await?.listed(&record).await?.ok_or(ManageError::NotFound)
}
