//! Changes the label of a personal access token.

use crate::counterfoil::Counterfoil;
use crate::event::{Action, EventKind};
use crate::record::phase::{Phase, phase};
use crate::record::token_record::TokenRecord;
use crate::service::authority::Permit;
use crate::service::authority::operations::UpdateToken;
use crate::service::changing::Changed;
use crate::service::error::{Conflict, ManageError};
use crate::service::invalid::Invalid;
use crate::service::presenter::Presenter;
use crate::service::view::CredentialView;
use crate::store::change::{Change, Relabel};
use crate::types::ids::{OwnerId, RecordId};
use crate::types::kind::TokenKind;
use crate::types::label::Label;

impl Counterfoil {
    /// Changes the label of the presenter's own personal access token.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has a personal access token or a security code, if the scope
    /// `credentials:write` is missing, or if personal access tokens are blocked ([`Counterfoil::gates`]).
    /// [`ManageError::NotFound`] if the token is not the presenter's. [`ManageError::Invalid`] for an invalid label.
    /// [`ManageError::Conflict`] if the label is taken or the token was replaced. [`ManageError::Unavailable`] if a
    /// store or the directory failed.
    pub async fn update_personal_access_token(
        &self,
        by: &Presenter,
        id: &RecordId,
        label: &str,
    ) -> Result<CredentialView, ManageError> {
        relabel(self.permit(by).await?, id, label).await
    }
}

/// Changes the label of the presenter's own token. An expired token that is still listed blocks its label, so it can be
/// renamed to free the label. A replaced token cannot be renamed, because the label belongs to its whole family.
async fn relabel(permit: Permit<'_, UpdateToken>, id: &RecordId, label: &str) -> Result<CredentialView, ManageError> {
    let (service, now, owner) = (permit.service(), permit.now(), OwnerId::from(permit.person()?));
    let (settings, _) = service.settings_and_gate(None, now).await?;
    let stands = |record: &TokenRecord| {
        let own = record.record();
        let is_own = own.realm == service.realm && own.owner == owner && own.kind == TokenKind::PersonalAccessToken;
        match phase(record.view(), service.limits(&settings), now) {
            Phase::Revoked(_) | Phase::Purgeable => Err(ManageError::NotFound),
            _ if !is_own => Err(ManageError::NotFound),
            _ if own.superseded.is_some() => Err(Conflict::Replaced.into()),
            _ => Ok(()),
        }
    };
    let record = service.store.get(id).await?.ok_or(ManageError::NotFound)?;
    // Checks existence, then validates the label, then checks the state.
    if let Err(missing @ ManageError::NotFound) = stands(&record) {
        return Err(missing);
    }
    let rules = &service.policy.personal_access_tokens;
    let label = Label::new(label, rules.label_max).map_err(Invalid::from)?;
    let label = Relabel { key: rules.unique_labels.then(|| label.key()), label };
    let edit = Change::Edit { label: Some(label), description: None, scope: None, details: None };
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
