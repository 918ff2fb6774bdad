//! Gives a personal access token another label.

use crate::counterfoil::Counterfoil;
use crate::event::{Action, EventKind};
use crate::record::phase::{Phase, phase};
use crate::record::token_record::TokenRecord;
use crate::service::authority::Permit;
use crate::service::authority::operations::RelabelToken;
use crate::service::changing::Changed;
use crate::service::error::{Conflict, Invalid, ManageError};
use crate::service::presenter::Presenter;
use crate::service::view::CredentialView;
use crate::store::change::{Change, Relabel};
use crate::types::ids::{OwnerId, RecordId};
use crate::types::kind::TokenKind;
use crate::types::label::Label;

impl Counterfoil {
    /// Gives one's own personal access token another label.
    ///
    /// # Errors
    ///
    /// Forbidden unless asked in a session with scope `credentials:write` and open gates; not found where it is not the presenter's; invalid; a
    /// conflict where the label is taken or the token was replaced; unavailable.
    pub async fn relabel_token(
        &self,
        by: &Presenter,
        id: &RecordId,
        label: &str,
    ) -> Result<CredentialView, ManageError> {
        relabel(self.permit(by).await?, id, label).await
    }
}

/// Gives one's own token another label. An expired one that is still listed holds its label, so it can be renamed to free it; the old half of
/// a hand-over cannot, since the label is its family's.
async fn relabel(permit: Permit<'_, RelabelToken>, id: &RecordId, label: &str) -> Result<CredentialView, ManageError> {
    let (service, now, owner) = (permit.service(), permit.now(), OwnerId::from(permit.person()?));
    let (settings, _) = service.settings_and_gate(None, now).await?;
    let stands = |record: &TokenRecord| {
        let own = record.record();
        let is_own = own.realm == service.realm && own.owner == owner && own.kind == TokenKind::PersonalAccessToken;
        match phase(record, &settings, now) {
            Phase::Revoked(_) | Phase::Purgeable => Err(ManageError::NotFound),
            _ if !is_own => Err(ManageError::NotFound),
            _ if own.superseded.is_some() => Err(Conflict::Replaced.into()),
            _ => Ok(()),
        }
    };
    let record = service.store.get(id).await?.ok_or(ManageError::NotFound)?;
    // Whether it is there goes before whether the label fits, and that before whether its state allows it.
    if let Err(missing @ ManageError::NotFound) = stands(&record) {
        return Err(missing);
    }
    let rules = &service.policy.personal_access_tokens;
    let label = Label::new(label, rules.label_max).map_err(Invalid::from)?;
    let label = Relabel { key: rules.unique_labels.then(|| label.key()), label };
    let edit = Change::Edit { label: Some(label), description: None, scope: None };
    let plan = |record: &TokenRecord| stands(record).map(|()| Some(edit.clone()));
    match service.change("relabel", record, now, plan).await? {
        Changed::Done(written) => {
            permit.tell(EventKind::Changed { id: *id, action: Action::Edited });
            service.listed(&written, now).await?.ok_or(ManageError::NotFound)
        }
        Changed::Kept(there) => service.listed(&there, now).await?.ok_or(ManageError::NotFound),
        Changed::LabelTaken => Err(Conflict::LabelTaken.into()),
        Changed::Missing => Err(ManageError::NotFound),
    }
}
