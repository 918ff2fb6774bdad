//! Finds a credential by its id, with one read of the store. Also determines whether an owner has any credential at
//! all.

use std::num::NonZeroU32;

use crate::record::phase::{Phase, phase};
use crate::record::token_record::TokenRecord;
use crate::service::Service;
use crate::service::authority::{Permission, Permit};
use crate::service::error::{ManageError, Unavailable};
use crate::service::view::CredentialView;
use crate::store::listing::{Listing, Show};
use crate::types::ids::{OwnerId, RecordId};
use crate::types::kind::TokenKind;

/// The kind and the owner of the requested record.
pub(crate) type Whose<'a> = (TokenKind, &'a OwnerId);

/// Returns the record with that id. [`ManageError::NotFound`] if the record does not exist, has another owner or kind,
/// or is past its retention. So the caller cannot distinguish an unknown id from the id of another owner's record.
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
    found
        .filter(|record| phase(record.view(), service.limits(&settings), now) != Phase::Purgeable)
        .ok_or(ManageError::NotFound)
}

/// Returns the view of the record with that id. The function [`there`] finds the record. [`ManageError::NotFound`] if
/// it finds none, or if lists do not show the record.
pub(crate) async fn shown<O: Permission>(
    permit: &Permit<'_, O>,
    whose: Whose<'_>,
    id: &RecordId,
) -> Result<CredentialView, ManageError> {
    let record = there(permit, whose, id).await?;
    permit.service().judging(permit.now()).await?.listed(&record).await?.ok_or(ManageError::NotFound)
}

/// Whether the store has a credential of that owner, in any state and of any kind. True also if a row cannot be
/// decoded, because the row might be such a credential.
pub(crate) async fn owns_anything(service: &Service, owner: &OwnerId) -> Result<bool, Unavailable> {
    for kind in TokenKind::ALL {
        let of = Listing::Owner { realm: &service.realm, owner, kind, show: Show::All };
        let mut after = None;
        loop {
            let read = service.store.list(of, after.as_ref(), NonZeroU32::MIN).await?;
            if !read.items.is_empty() || read.corrupt > 0 {
                return Ok(true);
            }
            after = read.next;
            if after.is_none() {
                break;
            }
        }
    }
    Ok(false)
}
