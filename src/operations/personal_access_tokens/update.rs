//! Changes the label and the description of a personal access token.

use super::target::Target;
use crate::counterfoil::Counterfoil;
use crate::event::{Action, EventKind};
use crate::record::token_record::TokenRecord;
use crate::service::authority::operations::UpdateToken;
use crate::service::authority::{Permission, Permit};
use crate::service::changing::Changed;
use crate::service::error::{Conflict, ManageError};
use crate::service::invalid::Invalid;
use crate::service::presenter::Presenter;
use crate::service::view::CredentialView;
use crate::store::change::{Change, Relabel};
use crate::types::description::Description;
use crate::types::ids::{OwnerId, RecordId};
use crate::types::label::Label;

/// A change of a personal access token. A field that is `None` keeps its value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenUpdate<'a> {
    /// The new label.
    pub label: Option<&'a str>,
    /// The new description, at most 500 characters. An empty text removes the description.
    pub description: Option<&'a str>,
}

crate::types::setters::setters!(TokenUpdate<'a> {
    with_label label: Option<&'a str>;
    with_description description: Option<&'a str>;
});

impl Counterfoil {
    /// Changes the label or the description of the presenter's own personal access token, or both. This is possible at
    /// any time while the token is listed, also after its expiry. A token and its rotations have one label.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has a personal access token or a security code, if the scope
    /// `credentials:write` is missing, or if personal access tokens are blocked ([`Counterfoil::gates`]).
    /// [`ManageError::NotFound`] if the token is not the presenter's. [`ManageError::Invalid`] for an invalid label or
    /// description. [`ManageError::Conflict`] if the label is taken or the token was replaced.
    /// [`ManageError::Unavailable`] if a store or the directory failed.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has either made all the changes or changed nothing.
    ///
    /// # Example
    ///
    /// ```
    #[doc = include_str!("../../example.in")]
    /// use counterfoil::operations::TokenUpdate;
    ///
    /// let new = NewPersonalAccessToken::new("deploy", Lifetime::Days(30));
    /// let issued = counterfoil.create_personal_access_token(&ivan, &new).await?;
    /// let change = TokenUpdate::default().with_label("release").with_description("used by the build server");
    /// let changed = counterfoil.update_personal_access_token(&ivan, &issued.view.id, &change).await?;
    /// assert_eq!(changed.label, "release");
    /// assert_eq!(changed.description.as_deref(), Some("used by the build server"));
    /// # Ok(()) }) }
    /// ```
    pub async fn update_personal_access_token(
        &self,
        by: &Presenter,
        id: &RecordId,
        change: &TokenUpdate<'_>,
    ) -> Result<CredentialView, ManageError> {
        let permit: Permit<'_, UpdateToken> = self.permit(by).await?;
        let owner = permit.person()?.into();
        update(&permit, owner, id, change).await
    }
}

/// Changes the owner's token. An expired token that is still listed blocks its label, so it can be renamed to free the
/// label. A replaced token cannot be renamed, because the label belongs to its whole family.
pub(crate) async fn update<O: Permission>(
    permit: &Permit<'_, O>,
    owner: OwnerId,
    id: &RecordId,
    change: &TokenUpdate<'_>,
) -> Result<CredentialView, ManageError> {
    let target = Target::of(permit, owner).await?;
    let (service, now) = (target.service, target.now);
    // Checks existence, then validates the fields, then checks the state.
    let record = target.read(Some(id)).await?;
    let rules = &service.policy.personal_access_tokens;
    let label = change.label.map(|label| Label::new(label, rules.label_max)).transpose().map_err(Invalid::from)?;
    let label = label.map(|label| Relabel { key: rules.unique_labels.then(|| label.key()), label });
    let description = change.description.map(Description::new).transpose().map_err(Invalid::from)?;
    let is_empty = label.is_none() && description.is_none();
    let edit = Change::Edit { label, description, scope: None, details: None };
    let plan = |record: &TokenRecord| target.life(record).map(|_| (!is_empty).then(|| edit.clone()));
    match service.change("update", record, now, plan).await? {
        Changed::Done(written) => {
            permit.tell(EventKind::Changed { id: *id, action: Action::Edited });
            service.listed(&written, now).await?.ok_or(ManageError::NotFound)
        }
        Changed::Kept(there) => service.listed(&there, now).await?.ok_or(ManageError::NotFound),
        Changed::LabelTaken => Err(Conflict::LabelTaken.into()),
        Changed::Missing => Err(ManageError::NotFound),
    }
}

/// Checks that the owner's token exists. `None` stands for a text that is not a valid id.
pub(crate) async fn exists<O: Permission>(
    permit: &Permit<'_, O>,
    owner: OwnerId,
    id: Option<&RecordId>,
) -> Result<(), ManageError> {
    Target::of(permit, owner).await?.read(id).await.map(drop)
}
