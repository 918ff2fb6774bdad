//! One credential, by its id: one read of the store, never a walk over pages.

use crate::counterfoil::phase::{Phase, phase};
use crate::counterfoil::record::TokenRecord;
use crate::desk::authority::operations::{
    DeleteCode, DeleteToken, DeleteTokenOf, ListCodes, ListOwnTokens, ListTokensOf,
};
use crate::desk::authority::{Operation, Permit};
use crate::desk::error::ManageError;
use crate::desk::view::Listed;
use crate::words::ids::{OwnerId, RecordId, SubjectId};
use crate::words::kind::TokenKind;

/// Whose record is meant, and of which kind.
type Whose<'a> = (TokenKind, &'a OwnerId);

/// One of the presenter's own personal access tokens, as lists show it.
pub(crate) async fn own_token(permit: Permit<'_, ListOwnTokens>, id: &RecordId) -> Result<Listed, ManageError> {
    let owner = permit.person()?.into();
    shown(&permit, (TokenKind::PersonalAccessToken, &owner), id).await
}

/// One of somebody's personal access tokens, whatever the gates say, also of a person who has left.
pub(crate) async fn token_of(
    permit: Permit<'_, ListTokensOf>,
    subject: &SubjectId,
    id: &RecordId,
) -> Result<Listed, ManageError> {
    shown(&permit, (TokenKind::PersonalAccessToken, &subject.into()), id).await
}

/// One of the realm's security codes, one that has expired and can be reactivated too.
pub(crate) async fn code(permit: Permit<'_, ListCodes>, id: &RecordId) -> Result<Listed, ManageError> {
    shown(&permit, (TokenKind::SecurityCode, &OwnerId::realm()), id).await
}

/// Whether one of one's own tokens is there to be deleted.
pub(crate) async fn own_exists(permit: Permit<'_, DeleteToken>, id: &RecordId) -> Result<(), ManageError> {
    let owner = permit.person()?.into();
    there(&permit, (TokenKind::PersonalAccessToken, &owner), id).await.map(drop)
}

/// Whether one of somebody's tokens is there to be deleted.
pub(crate) async fn exists_of(
    permit: Permit<'_, DeleteTokenOf>,
    subject: &SubjectId,
    id: &RecordId,
) -> Result<(), ManageError> {
    there(&permit, (TokenKind::PersonalAccessToken, &subject.into()), id).await.map(drop)
}

/// Whether a security code is there to be deleted.
pub(crate) async fn code_exists(permit: Permit<'_, DeleteCode>, id: &RecordId) -> Result<(), ManageError> {
    there(&permit, (TokenKind::SecurityCode, &OwnerId::realm()), id).await.map(drop)
}

/// The record, where it is theirs and not past all that kept it; somebody else's id and an unknown one are alike.
async fn there<O: Operation>(
    permit: &Permit<'_, O>,
    (kind, owner): Whose<'_>,
    id: &RecordId,
) -> Result<TokenRecord, ManageError> {
    let (desk, now) = (permit.desk(), permit.now());
    let settings = desk.with_settings(now, |view| view.settings).await?;
    let found = desk.store.get(id).await?.filter(|record| {
        let own = record.record();
        own.realm == desk.realm && own.owner == *owner && own.kind == kind
    });
    found.filter(|record| phase(record, &settings, now) != Phase::Purgeable).ok_or(ManageError::NotFound)
}

async fn shown<O: Operation>(permit: &Permit<'_, O>, whose: Whose<'_>, id: &RecordId) -> Result<Listed, ManageError> {
    let record = there(permit, whose, id).await?;
    permit.desk().judging(permit.now()).await?.listed(&record).await?.ok_or(ManageError::NotFound)
}
