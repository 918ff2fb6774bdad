//! Changes the addresses from which a credential can be used.

use crate::event::{Action, EventKind};
use crate::record::phase::Phase;
use crate::record::token_record::TokenRecord;
use crate::service::authority::sources::allowed_sources;
use crate::service::authority::{Permission, Permit};
use crate::service::changing::Changed;
use crate::service::error::{Conflict, Forbidden, ManageError};
use crate::service::finding::{Whose, there};
use crate::service::view::CredentialView;
use crate::store::change::Change;
use crate::types::ids::RecordId;
use crate::types::networks::Networks;

/// Changes the list of a credential. `W` is the operation that the presenter must also be allowed to do if the new list
/// contains an address that the old one does not contain. Whether it does is decided again if another write comes first.
pub(crate) async fn set_sources<O: Permission, W: Permission>(
    permit: &Permit<'_, O>,
    whose: Whose<'_>,
    id: &RecordId,
    allowed: Option<&Networks>,
) -> Result<CredentialView, ManageError> {
    let (service, now) = (permit.service(), permit.now());
    let record = there(permit, whose, id).await?;
    let judging = service.judging(now).await?;
    let widening = match permit.also::<W>().await {
        Ok(()) => Ok(permit.own_sources().await?),
        Err(ManageError::Forbidden(forbidden)) => Err(forbidden),
        Err(error) => return Err(error),
    };
    let mut action = Action::SourcesNarrowed;
    let plan = |record: &TokenRecord| -> Result<_, ManageError> {
        stands(record, judging.phase(record))?;
        let old = allowed_sources(record);
        if old == allowed {
            return Ok(None);
        }
        if Networks::widens(old, allowed) {
            let own = widening.as_ref().map_err(|forbidden| *forbidden)?;
            permit.needs_scope(record.record().scope.as_ref())?;
            if !own.cover(allowed) {
                return Err(Forbidden::Outranked.into());
            }
            action = Action::SourcesWidened;
        } else {
            action = Action::SourcesNarrowed;
        }
        let details = record.view().details().cloned().unwrap_or_default();
        let details = Some(details.with_allowed_sources(allowed.cloned()).kept());
        Ok(Some(Change::Edit { label: None, description: None, scope: None, details }))
    };
    match service.change("change of allowed sources", record, now, plan).await? {
        Changed::Done(written) => {
            permit.tell(EventKind::Changed { id: *id, action });
            service.listed(&written, now).await?.ok_or(ManageError::NotFound)
        }
        Changed::Kept(there) => service.listed(&there, now).await?.ok_or(ManageError::NotFound),
        Changed::LabelTaken => Err(Conflict::ChangedMeanwhile.into()),
        Changed::Missing => Err(ManageError::NotFound),
    }
}

/// Checks that a credential exists whose list can be changed. `None` stands for a text that is not a valid id.
pub(crate) async fn may_set_sources<O: Permission>(
    permit: &Permit<'_, O>,
    whose: Whose<'_>,
    id: Option<&RecordId>,
) -> Result<(), ManageError> {
    let record = there(permit, whose, id.ok_or(ManageError::NotFound)?).await?;
    let judging = permit.service().judging(permit.now()).await?;
    match stands(&record, judging.phase(&record)) {
        Err(missing @ ManageError::NotFound) => Err(missing),
        _ => Ok(()),
    }
}

/// The list belongs to the family, and only its newest record can change it.
fn stands(record: &TokenRecord, phase: Phase) -> Result<(), ManageError> {
    match phase {
        Phase::Revoked(_) | Phase::Purgeable => Err(ManageError::NotFound),
        _ if record.record().superseded.is_some() => Err(Conflict::Replaced.into()),
        _ => Ok(()),
    }
}
