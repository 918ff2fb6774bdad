//! Another label for one's own personal access token.

use crate::counterfoil::phase::{Phase, phase};
use crate::counterfoil::record::TokenRecord;
use crate::desk::authority::Permit;
use crate::desk::authority::operations::RelabelToken;
use crate::desk::changing::Changed;
use crate::desk::error::{Conflict, Invalid, ManageError};
use crate::desk::view::Listed;
use crate::instruments::event::{Action, What};
use crate::ports::change::{Change, Relabel};
use crate::words::ids::{OwnerId, RecordId};
use crate::words::kind::TokenKind;
use crate::words::label::Label;

/// Gives one's own token another label. An expired one that is still listed holds its label, so it can be renamed to free it; the old half of
/// a hand-over cannot, since the label is its family's.
pub(crate) async fn relabel(
    permit: Permit<'_, RelabelToken>,
    id: &RecordId,
    label: &str,
) -> Result<Listed, ManageError> {
    let (desk, now, owner) = (permit.desk(), permit.now(), OwnerId::from(permit.person()?));
    let (settings, _) = desk.settings_and_gate(None, now).await?;
    let stands = |record: &TokenRecord| {
        let own = record.record();
        let is_own = own.realm == desk.realm && own.owner == owner && own.kind == TokenKind::PersonalAccessToken;
        match phase(record, &settings, now) {
            Phase::Revoked(_) | Phase::Purgeable => Err(ManageError::NotFound),
            _ if !is_own => Err(ManageError::NotFound),
            _ if own.superseded.is_some() => Err(Conflict::Replaced.into()),
            _ => Ok(()),
        }
    };
    let record = desk.store.get(id).await?.ok_or(ManageError::NotFound)?;
    // Whether it is there goes before whether the label fits, and that before whether its state allows it.
    if let Err(missing @ ManageError::NotFound) = stands(&record) {
        return Err(missing);
    }
    let rules = &desk.policy.personal_access_tokens;
    let label = Label::new(label, rules.label_max).map_err(Invalid::from)?;
    let label = Relabel { key: rules.unique_labels.then(|| label.key()), label };
    let edit = Change::Edit { label: Some(label), description: None, scope: None };
    let plan = |record: &TokenRecord| stands(record).map(|()| Some(edit.clone()));
    match desk.change("relabel", record, now, plan).await? {
        Changed::Done(written) => {
            permit.tell(What::Changed { id: *id, action: Action::Edited });
            desk.listed(&written, now).await?.ok_or(ManageError::NotFound)
        }
        Changed::Kept(there) => desk.listed(&there, now).await?.ok_or(ManageError::NotFound),
        Changed::LabelTaken => Err(Conflict::LabelTaken.into()),
        Changed::Missing => Err(ManageError::NotFound),
    }
}
