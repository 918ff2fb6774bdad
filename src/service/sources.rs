//! Decides whether the addresses from which a credential can be used may be changed, and plans the change.

use crate::event::{Action, EventKind};
use crate::record::family_details::FamilyDetails;
use crate::record::phase::Phase;
use crate::record::token_record::TokenRecord;
use crate::service::authority::sources::{OwnSources, allowed_sources};
use crate::service::authority::{Permission, Permit};
use crate::service::changing::Changed;
use crate::service::error::{Conflict, Forbidden, ManageError};
use crate::service::finding::{Whose, there};
use crate::service::view::CredentialView;
use crate::store::change::Change;
use crate::types::ids::RecordId;
use crate::types::networks::Networks;

/// The details with a changed list, and the action for the event.
pub(crate) type NewSources = (Option<Box<FamilyDetails>>, Action);

/// What a presenter may do with lists of addresses.
pub(crate) struct SourcesRule<'a, O: Permission> {
    permit: &'a Permit<'a, O>,
    widening: Result<OwnSources, Forbidden>,
}

impl<'a, O: Permission> SourcesRule<'a, O> {
    /// `W` is the operation that the presenter must also be allowed to do if a new list contains an address that the
    /// old one does not contain.
    pub(crate) async fn of<W: Permission>(permit: &'a Permit<'a, O>) -> Result<Self, ManageError> {
        let widening = match permit.also::<W>().await {
            Ok(()) => Ok(permit.own_sources().await?),
            Err(ManageError::Forbidden(forbidden)) => Err(forbidden),
            Err(error) => return Err(error),
        };
        Ok(Self { permit, widening })
    }

    /// Plans the change of a record's list to `allowed`. `None` if the record has this list already. The caller decides
    /// again if another write comes first.
    pub(crate) fn plan(
        &self,
        record: &TokenRecord,
        allowed: Option<&Networks>,
    ) -> Result<Option<NewSources>, ManageError> {
        let old = allowed_sources(record);
        if old == allowed {
            return Ok(None);
        }
        let widens = Networks::widens(old, allowed);
        if widens {
            let own = self.widening.as_ref().map_err(|forbidden| *forbidden)?;
            self.permit.needs_scope(record.record().scope.as_ref())?;
            if !own.cover(allowed) {
                return Err(Forbidden::Outranked.into());
            }
        }
        let details = record.view().details().cloned().unwrap_or_default();
        let action = if widens { Action::SourcesWidened } else { Action::SourcesNarrowed };
        Ok(Some((details.with_allowed_sources(allowed.cloned()).kept(), action)))
    }
}

/// Changes the list of a credential.
pub(crate) async fn set_sources<O: Permission, W: Permission>(
    permit: &Permit<'_, O>,
    whose: Whose<'_>,
    id: &RecordId,
    allowed: Option<&Networks>,
) -> Result<CredentialView, ManageError> {
    let (service, now) = (permit.service(), permit.now());
    let record = there(permit, whose, id).await?;
    let judging = service.judging(now).await?;
    let rule = SourcesRule::of::<W>(permit).await?;
    let mut told = None;
    let plan = |record: &TokenRecord| -> Result<_, ManageError> {
        stands(record, judging.phase(record))?;
        let Some((details, action)) = rule.plan(record, allowed)? else { return Ok(None) };
        told = Some(action);
        Ok(Some(Change::Edit { label: None, description: None, scope: None, details: Some(details) }))
    };
    match service.change("change of allowed sources", record, now, plan).await? {
        Changed::Done(written) => {
            told.into_iter().for_each(|action| permit.tell(EventKind::Changed { id: *id, action }));
            service.listed(&written, now).await?.ok_or(ManageError::NotFound)
        }
        Changed::Kept(there) => service.listed(&there, now).await?.ok_or(ManageError::NotFound),
        Changed::LabelTaken => Err(Conflict::ChangedMeanwhile.into()),
        Changed::Missing => Err(ManageError::NotFound),
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
