//! The personal access tokens of service accounts.

use std::num::NonZeroU32;

use super::{found, reaches};
use crate::counterfoil::Counterfoil;
use crate::operations::personal_access_tokens::create::{For, Lifetime, NewPersonalAccessToken, draft};
use crate::operations::personal_access_tokens::extend::extend;
use crate::operations::personal_access_tokens::rotate::{replace, replaceable};
use crate::operations::personal_access_tokens::rotation::Rotation;
use crate::operations::personal_access_tokens::update::{self, TokenUpdate};
use crate::service::authority::operations::{
    CreateServiceToken, DeleteServiceToken, ExtendServiceToken, ListServiceTokens, RotateServiceToken,
    UpdateServiceToken, WidenServiceToken,
};
use crate::service::authority::{Permission, Permit};
use crate::service::error::{Conflict, Forbidden, ManageError};
use crate::service::finding::{shown, there};
use crate::service::issuing::insert;
use crate::service::listing::{Wanted, page};
use crate::service::presenter::Presenter;
use crate::service::revoking::{by_administrator, delete};
use crate::service::view::{CredentialView, IssuedCredential};
use crate::store::page::{Cursor, Page};
use crate::token::once::OnceKey;
use crate::types::account::Account;
use crate::types::ids::{OwnerId, RecordId};
use crate::types::kind::TokenKind;
use crate::types::role::Role;
use crate::types::service_account_id::ServiceAccountId;

impl Counterfoil {
    /// Creates a personal access token that a service account owns. Only for administrators, with the scope
    /// `service-accounts:manage`. Only the result contains the token's secret.
    ///
    /// If the request contains no scope, the scope of the token depends on the presenter:
    ///
    /// - If the presenter has no scope, the token gets no scope of its own. At each use, it has the scope that its
    ///   account has at that time.
    /// - If the presenter has a scope, the token gets the scope that its account has now. A later change of the
    ///   account's scope does not widen the token.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission, or a lower role or a narrower scope than the
    /// account, or if personal access tokens are blocked for all accounts. [`ManageError::NotFound`] if no account has
    /// this id. [`ManageError::Invalid`] for an invalid field. [`ManageError::Conflict`] if the account may not act
    /// ([`Conflict::MayNotAct`]), if the label is taken, or if the account already has as many live tokens as the
    /// policy allows. [`ManageError::SlowDown`] after too many creations in an hour.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has either created the token or changed nothing.
    ///
    /// # Example
    ///
    /// See [`Counterfoil::create_service_account`].
    pub async fn create_service_token(
        &self,
        by: &Presenter,
        account: &ServiceAccountId,
        new: &NewPersonalAccessToken<'_>,
    ) -> Result<IssuedCredential, ManageError> {
        create(self.permit(by).await?, account, new, None).await
    }

    /// Returns a page of the personal access tokens of a service account, newest first. `after` is the cursor `next` of
    /// the previous page. Only for administrators, with the scope `service-accounts:manage`.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission. [`ManageError::NotFound`] if no account has this
    /// id. [`ManageError::Unavailable`] if a store or the directory failed.
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is written.
    pub async fn list_service_tokens(
        &self,
        by: &Presenter,
        account: &ServiceAccountId,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<CredentialView>, ManageError> {
        list(self.permit(by).await?, account, after, limit).await
    }

    /// Returns one personal access token of a service account, as [`Counterfoil::list_service_tokens`] shows it.
    ///
    /// # Errors
    ///
    /// The errors of [`Counterfoil::list_service_tokens`]. [`ManageError::NotFound`] also if the token does not exist,
    /// is not the account's, is deleted, or is replaced and no longer works.
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is written.
    pub async fn service_token(
        &self,
        by: &Presenter,
        account: &ServiceAccountId,
        id: &RecordId,
    ) -> Result<CredentialView, ManageError> {
        get(self.permit(by).await?, account, id).await
    }

    /// Changes the label, the description or the allowed addresses of a personal access token of a service account.
    /// Only for administrators, with the scope `service-accounts:manage`.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission, or a lower role or a narrower scope than the
    /// account. The other errors are those of [`Counterfoil::update_personal_access_token`].
    ///
    /// # Cancel safety
    ///
    /// A dropped call has either made all the changes or changed nothing.
    pub async fn update_service_token(
        &self,
        by: &Presenter,
        account: &ServiceAccountId,
        id: &RecordId,
        change: &TokenUpdate<'_>,
    ) -> Result<CredentialView, ManageError> {
        let permit: Permit<'_, UpdateServiceToken> = self.permit(by).await?;
        reaches(&permit, &found(&permit, Some(account)).await?)?;
        update::update::<_, WidenServiceToken>(&permit, account.subject().into(), id, change).await
    }

    /// Replaces a personal access token of a service account by a new token with the same label, description and scope.
    /// Only for administrators, with the scope `service-accounts:manage`. Only the result contains the new token's
    /// secret. A token of a service account cannot replace itself. The argument `rotation` is that of
    /// [`Counterfoil::rotate_personal_access_token`]: an [`Overlap`](crate::operations::Overlap), or a [`Rotation`]
    /// that can set a new lifetime.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission, or a lower role or a narrower scope than the
    /// account or the token. The other errors are those of [`Counterfoil::rotate_personal_access_token`].
    ///
    /// # Cancel safety
    ///
    /// A dropped call has either replaced the token or changed nothing.
    ///
    /// # Example
    ///
    /// ```
    #[doc = include_str!("../../example.in")]
    /// use counterfoil::operations::Overlap;
    /// use counterfoil::service_account::NewServiceAccount;
    ///
    /// let host = Presenter::host();
    /// let account = counterfoil.create_service_account(&host, &NewServiceAccount::new("build", Role::Member)).await?;
    /// let new = NewPersonalAccessToken::new("runner", Lifetime::Days(30));
    /// let old = counterfoil.create_service_token(&host, &account.id, &new).await?;
    /// let new = counterfoil.rotate_service_token(&host, &account.id, &old.view.id, Overlap::Immediate).await?;
    /// assert!(counterfoil.verify(old.token.expose_secret()).await.is_err());
    /// assert!(counterfoil.verify(new.token.expose_secret()).await.is_ok());
    /// # Ok(()) }) }
    /// ```
    pub async fn rotate_service_token(
        &self,
        by: &Presenter,
        account: &ServiceAccountId,
        id: &RecordId,
        rotation: impl Into<Rotation>,
    ) -> Result<IssuedCredential, ManageError> {
        let rotation = rotation.into();
        rotate(self.permit(by).await?, account, id, rotation, None).await
    }

    /// Sets a new expiry of a personal access token of a service account. The token keeps its secret. Only for
    /// administrators, with the scope `service-accounts:manage`, and only if the policy allows it
    /// ([`PersonalAccessTokens::extendable`](crate::policy::PersonalAccessTokens::extendable)).
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission, or a lower role or a narrower scope than the
    /// account or the token. The other errors are those of [`Counterfoil::extend_personal_access_token`].
    ///
    /// # Cancel safety
    ///
    /// A dropped call has either set the expiry or left it unchanged. In both cases, it may have shortened a running
    /// overlap.
    pub async fn extend_service_token(
        &self,
        by: &Presenter,
        account: &ServiceAccountId,
        id: &RecordId,
        lifetime: Lifetime,
    ) -> Result<CredentialView, ManageError> {
        let permit: Permit<'_, ExtendServiceToken> = self.permit(by).await?;
        reaches(&permit, &found(&permit, Some(account)).await?)?;
        extend(&permit, account.subject().into(), id, lifetime).await
    }

    /// Deletes a personal access token of a service account. Only for administrators, with the scope
    /// `service-accounts:manage`. A repeated call also succeeds, for the time of the policy's `tombstone`.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission. [`ManageError::NotFound`] if the account does not
    /// exist, or if it has no token with the id `id`. [`ManageError::Unavailable`] if a store failed.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has either deleted the token or changed nothing.
    pub async fn delete_service_token(
        &self,
        by: &Presenter,
        account: &ServiceAccountId,
        id: &RecordId,
    ) -> Result<(), ManageError> {
        remove(self.permit(by).await?, account, id).await
    }
}

pub(crate) async fn create(
    permit: Permit<'_, CreateServiceToken>,
    id: &ServiceAccountId,
    new: &NewPersonalAccessToken<'_>,
    once: Option<&OnceKey>,
) -> Result<IssuedCredential, ManageError> {
    let (service, now) = (permit.service(), permit.now());
    let account = found(&permit, Some(id)).await?;
    reaches(&permit, &account)?;
    let subject = id.subject();
    if let Some(gate) = service.closed_gate(&subject, now).await? {
        return Err(Forbidden::Gate { gate }.into());
    }
    let settings = service.settings(now).await?;
    let whose = For { owner: (&subject).into(), widest_scope: account.scope.as_ref() };
    let draft = draft(&permit, whose, new, &settings, once).await?;
    let may_act = |account: &Account| !account.is_disabled() && account.role() != Role::Collaborator;
    if !may_act(&service.acting(*id, &account).await?) {
        return Err(Conflict::MayNotAct.into());
    }
    insert(&permit, draft, &settings).await
}

/// Checks that the presenter may create a token for the account. The argument `id` is `None` if the requested id is not
/// valid: the result is then `NotFound`.
pub(crate) async fn may_create(
    permit: &Permit<'_, CreateServiceToken>,
    id: Option<&ServiceAccountId>,
) -> Result<(), ManageError> {
    Ok(reaches(permit, &found(permit, id).await?)?)
}

async fn list(
    permit: Permit<'_, ListServiceTokens>,
    id: &ServiceAccountId,
    after: Option<&Cursor>,
    limit: NonZeroU32,
) -> Result<Page<CredentialView>, ManageError> {
    found(&permit, Some(id)).await?;
    let owner = OwnerId::from(id.subject());
    let wanted = Wanted { owner: &owner, kind: TokenKind::PersonalAccessToken, expired_too: true };
    page(&permit, &wanted, after, limit).await
}

async fn get(
    permit: Permit<'_, ListServiceTokens>,
    account: &ServiceAccountId,
    id: &RecordId,
) -> Result<CredentialView, ManageError> {
    found(&permit, Some(account)).await?;
    shown(&permit, (TokenKind::PersonalAccessToken, &account.subject().into()), id).await
}

pub(crate) async fn rotate(
    permit: Permit<'_, RotateServiceToken>,
    account: &ServiceAccountId,
    id: &RecordId,
    rotation: Rotation,
    once: Option<&OnceKey>,
) -> Result<IssuedCredential, ManageError> {
    reaches(&permit, &found(&permit, Some(account)).await?)?;
    replace(permit, account.subject().into(), id, rotation, once).await
}

/// Checks that the presenter may replace or extend the token `id` of the account. `account` or `id` is `None` if the
/// requested id is not valid: the result is then `NotFound`.
pub(crate) async fn may_renew<O: Permission>(
    permit: &Permit<'_, O>,
    account: Option<&ServiceAccountId>,
    id: Option<&RecordId>,
) -> Result<(), ManageError> {
    let account_id = account.ok_or(ManageError::NotFound)?;
    reaches(permit, &found(permit, account).await?)?;
    replaceable(permit, account_id.subject().into(), id).await
}

/// Checks that the presenter may change the token `id` of the account. `account` or `id` is `None` if the requested id
/// is not valid: the result is then `NotFound`.
pub(crate) async fn may_update(
    permit: &Permit<'_, UpdateServiceToken>,
    account: Option<&ServiceAccountId>,
    id: Option<&RecordId>,
) -> Result<(), ManageError> {
    let account_id = account.ok_or(ManageError::NotFound)?;
    reaches(permit, &found(permit, account).await?)?;
    update::exists(permit, account_id.subject().into(), id).await
}

async fn remove(
    permit: Permit<'_, DeleteServiceToken>,
    account: &ServiceAccountId,
    id: &RecordId,
) -> Result<(), ManageError> {
    found(&permit, Some(account)).await?;
    delete(&permit, (TokenKind::PersonalAccessToken, &account.subject().into()), id, by_administrator(&permit)).await
}

/// Checks that the account has a token with this id that can be deleted. `account` or `id` is `None` if the requested
/// id is not valid: the result is then `NotFound`.
pub(crate) async fn exists<O: Permission>(
    permit: &Permit<'_, O>,
    account: Option<&ServiceAccountId>,
    id: Option<&RecordId>,
) -> Result<(), ManageError> {
    found(permit, account).await?;
    let (account, id) = (account.ok_or(ManageError::NotFound)?, id.ok_or(ManageError::NotFound)?);
    there(permit, (TokenKind::PersonalAccessToken, &account.subject().into()), id).await.map(drop)
}
