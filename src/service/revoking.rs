//! Deletes one credential, or revokes its family.

use std::num::NonZeroU32;

use crate::event::{By, EventKind};
use crate::record::phase::{Phase, phase};
use crate::record::state::Revoked;
use crate::record::token_record::TokenRecord;
use crate::service::Service;
use crate::service::authority::{Permission, Permit};
use crate::service::changing::TURNS;
use crate::service::error::{ManageError, Unavailable};
use crate::store::change::{Applied, Change, Revoke};
use crate::types::ids::{OwnerId, RecordId};
use crate::types::kind::TokenKind;
use crate::types::revocation_reason::RevocationReason;
use crate::types::time::Timestamp;

/// The largest number of families that one call of the store revokes.
pub(crate) const BATCH: NonZeroU32 = match NonZeroU32::new(500) {
    Some(batch) => batch,
    None => NonZeroU32::MIN,
};

pub(crate) fn by_administrator<O: Permission>(permit: &Permit<'_, O>) -> RevocationReason {
    if permit.is_host() { RevocationReason::ByHost } else { RevocationReason::ByAdministrator }
}

/// Deletes a credential by revoking its family. If the credential was replaced and still works beside its successor,
/// the family is not revoked: the credential stops working, and the successor still works. A deleted credential stays
/// stored for a while, and a repeated deletion succeeds in this time. The result is [`ManageError::NotFound`] both for
/// an unknown id and for the id of another owner's credential.
pub(crate) async fn delete<O: Permission>(
    permit: &Permit<'_, O>,
    (kind, owner): (TokenKind, &OwnerId),
    id: &RecordId,
    reason: RevocationReason,
) -> Result<(), ManageError> {
    let (service, now) = (permit.service(), permit.now());
    let settings = service.with_settings(now, |view| view.settings).await?;
    let is_own = |record: &TokenRecord| {
        let own = record.record();
        own.realm == service.realm && own.owner == *owner && own.kind == kind
    };
    let mut record = service.store.get(id).await?.filter(is_own).ok_or(ManageError::NotFound)?;
    for _ in 0..TURNS {
        match phase(record.view(), service.limits(&settings), now) {
            Phase::Purgeable => return Err(ManageError::NotFound),
            Phase::Revoked(_) | Phase::Rotated { .. } => return Ok(()),
            // Only the old token of a rotation ends, because its successor must stay live.
            Phase::Overlap { .. } => {
                let gone_at = service.policy.gone_after_revocation(now);
                let change = Change::End { honoured_until: now, gone_at };
                match service.store.apply(id, record.record().version, &change, now).await? {
                    Applied::Done(_) => {
                        permit.tell(EventKind::OverlapEnded { id: *id });
                        return Ok(());
                    }
                    Applied::Stale(there) => record = there,
                    Applied::Missing | Applied::LabelTaken(_) => return Err(ManageError::NotFound),
                }
            }
            // The credential expired after it was superseded, so there is nothing left to end.
            Phase::Expired { .. } if !record.is_newest() => return Ok(()),
            Phase::Live | Phase::Expired { .. } => {
                end_family(service, permit.by(), &record, reason, now).await?;
                // If a rotation came first, this call has ended the successor too, with the whole family. This is
                // intended: the token was the newest one when it was read, so the deletion applies to the whole family.
                return Ok(());
            }
        }
    }
    Err(Unavailable::Contended { operation: "delete" }.into())
}

/// Ends the family of a record. Returns whether this call has ended it: it is false if the family was ended before.
pub(crate) async fn end_family(
    service: &Service,
    by: By,
    record: &TokenRecord,
    reason: RevocationReason,
    now: Timestamp,
) -> Result<bool, Unavailable> {
    let own = record.record();
    let what = Revoke::Family { realm: &own.realm, owner: &own.owner, family: own.id.family() };
    let progress = service
        .store
        .revoke(what, Revoked { at: now, reason }, service.policy.gone_after_revocation(now), NonZeroU32::MIN)
        .await?;
    if progress.changed > 0 {
        service.tell(now, by, EventKind::Revoked { kind: own.kind, id: own.id, reason });
    }
    Ok(progress.changed > 0)
}
