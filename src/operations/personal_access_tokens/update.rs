//! Changes the label, the description and the allowed addresses of a personal access token.

use super::target::Target;
use crate::counterfoil::Counterfoil;
use crate::event::{Action, EventKind};
use crate::record::token_record::TokenRecord;
use crate::service::authority::operations::{UpdateToken, WidenToken};
use crate::service::authority::{Permission, Permit};
use crate::service::changing::Changed;
use crate::service::error::{Conflict, ManageError};
use crate::service::invalid::Invalid;
use crate::service::presenter::Presenter;
use crate::service::sources::SourcesRule;
use crate::service::view::CredentialView;
use crate::store::change::{Change, Relabel};
use crate::types::description::Description;
use crate::types::ids::{OwnerId, RecordId};
use crate::types::label::Label;
use crate::types::networks::Networks;

/// A change of a personal access token. A field that is `None` keeps its value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenUpdate<'a> {
    /// The new label.
    pub label: Option<&'a str>,
    /// The new description, at most 500 characters. An empty text removes the description.
    pub description: Option<&'a str>,
    /// The addresses from which the token can be used. `Some(None)` means from anywhere. If this token has replaced
    /// another token that still works, the change applies to both.
    pub allowed_sources: Option<Option<Networks>>,
}

crate::types::setters::setters!(TokenUpdate<'a> {
    with_label label: Option<&'a str>;
    with_description description: Option<&'a str>;
});

impl TokenUpdate<'_> {
    /// Sets the addresses from which the token can be used. `None` means from anywhere.
    #[must_use]
    pub fn with_allowed_sources(mut self, allowed: impl Into<Option<Networks>>) -> Self {
        self.allowed_sources = Some(allowed.into());
        self
    }
}

impl Counterfoil {
    /// Changes the label, the description or the allowed addresses of the presenter's own personal access token. This
    /// is possible at any time while the token is listed, also after its expiry. A token and the tokens that replace it
    /// by rotations have one label and the same allowed addresses.
    ///
    /// If the new allowed addresses contain an address that the old ones do not contain ([`Networks::widens`]), the
    /// change widens the token. Then the password must have been entered recently, as for the creation of a token.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has a personal access token or a security code, if the scope
    /// `credentials:write` is missing, or if personal access tokens are blocked ([`Counterfoil::gates`]). If the change
    /// widens the token, also in each of these cases:
    ///
    /// - The presenter has a session in which the password was not entered recently.
    /// - The presenter's credential has a narrower scope than the token.
    /// - The presenter's credential itself cannot be used from all addresses that the change allows.
    ///
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
    /// use counterfoil::types::{Networks, Source};
    ///
    /// let new = NewPersonalAccessToken::new("deploy", Lifetime::Days(30));
    /// let issued = counterfoil.create_personal_access_token(&ivan, &new).await?;
    /// let change = TokenUpdate::default().with_label("release").with_description("used by the build server");
    /// let changed = counterfoil.update_personal_access_token(&ivan, &issued.view.id, &change).await?;
    /// assert_eq!(changed.label, "release");
    /// assert_eq!(changed.description.as_deref(), Some("used by the build server"));
    ///
    /// let office = TokenUpdate::default().with_allowed_sources(Networks::new(["192.0.2.0/24"])?);
    /// counterfoil.update_personal_access_token(&ivan, &issued.view.id, &office).await?;
    /// let (inside, outside): (Source, Source) = ("192.0.2.7".parse()?, "198.51.100.7".parse()?);
    /// let token = issued.token.expose_secret();
    /// assert!(counterfoil.from_source(&inside).verify(token).await.is_ok());
    /// assert!(counterfoil.from_source(&outside).verify(token).await.is_err());
    /// assert!(counterfoil.verify(token).await.is_err(), "the source is unknown");
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
        update::<_, WidenToken>(&permit, owner, id, change).await
    }
}

/// Changes the owner's token. `W` is the operation that the presenter must also be allowed to do if the change widens
/// the token. An expired token that is still listed blocks its label, so it can be renamed to free the label. A
/// replaced token cannot be renamed, because the label belongs to its whole family.
pub(crate) async fn update<O: Permission, W: Permission>(
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
    let sources = match &change.allowed_sources {
        Some(allowed) => Some((SourcesRule::of::<W>(permit).await?, allowed.as_ref())),
        None => None,
    };
    let edited = (label.is_some() || description.is_some()).then_some(Action::Edited);
    let mut moved = None;
    let plan = |record: &TokenRecord| -> Result<_, ManageError> {
        target.life(record)?;
        let planned = sources.as_ref().map(|(rule, allowed)| rule.plan(record, *allowed)).transpose()?.flatten();
        let (details, action) = planned.unzip();
        moved = action;
        if edited.is_none() && details.is_none() {
            return Ok(None);
        }
        let (label, description) = (label.clone(), description.clone());
        Ok(Some(Change::Edit { label, description, scope: None, details }))
    };
    match service.change("update", record, now, plan).await? {
        Changed::Done(written) => {
            let actions = edited.into_iter().chain(moved);
            actions.for_each(|action| permit.tell(EventKind::Changed { id: *id, action }));
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
