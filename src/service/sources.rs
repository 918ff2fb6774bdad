//! Decides whether the addresses from which a credential can be used may be changed, and plans the change.

use crate::event::Action;
use crate::record::family_details::FamilyDetails;
use crate::record::token_record::TokenRecord;
use crate::service::authority::sources::{OwnSources, allowed_sources};
use crate::service::authority::{Permission, Permit};
use crate::service::error::{Forbidden, ManageError};
use crate::types::networks::Networks;

/// The family's details with the new allowed sources, and the action that the event reports. The details are `None` if
/// nothing is left in them.
pub(crate) type NewSources = (Option<Box<FamilyDetails>>, Action);

/// The rule for changes of allowed sources by one presenter. It contains the sources of the presented credential, or
/// the reason why this presenter may add no address.
pub(crate) struct SourcesRule<'a, O: Permission> {
    permit: &'a Permit<'a, O>,
    widening: Result<OwnSources, Forbidden>,
}

impl<'a, O: Permission> SourcesRule<'a, O> {
    /// Creates the rule for a presenter. `W` is the operation that the presenter must also be allowed to do if the new
    /// allowed sources contain an address that the old ones do not contain.
    pub(crate) async fn of<W: Permission>(permit: &'a Permit<'a, O>) -> Result<Self, ManageError> {
        let widening = match permit.also::<W>().await {
            Ok(()) => Ok(permit.own_sources().await?),
            Err(ManageError::Forbidden(forbidden)) => Err(forbidden),
            Err(error) => return Err(error),
        };
        Ok(Self { permit, widening })
    }

    /// Plans the change of a record's allowed sources to `allowed`. `None` if the record already has exactly these
    /// sources. If another write changes the record before the planned change is written, the caller must plan again.
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
