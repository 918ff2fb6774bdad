//! Changes the addresses from which a personal access token of a service account can be used.

use super::{found, reaches};
use crate::counterfoil::Counterfoil;
use crate::service::authority::Permit;
use crate::service::authority::operations::{UpdateServiceToken, WidenServiceToken};
use crate::service::error::ManageError;
use crate::service::presenter::Presenter;
use crate::service::sources::{may_set_sources, set_sources};
use crate::service::view::CredentialView;
use crate::types::ids::RecordId;
use crate::types::kind::TokenKind;
use crate::types::networks::Networks;
use crate::types::service_account_id::ServiceAccountId;

impl Counterfoil {
    /// Changes the addresses from which a personal access token of a service account can be used. `None` means from
    /// anywhere. Only for administrators, with the scope `service-accounts:manage`.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission, or a lower role or a narrower scope than the
    /// account, or if the change widens the token and the presenter lacks what
    /// [`Counterfoil::update_personal_access_token_sources`] then needs. [`ManageError::NotFound`] if the account does
    /// not exist or does not own the token. [`ManageError::Conflict`] if the token was replaced.
    /// [`ManageError::Unavailable`] if a store or the directory failed.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has either changed the list or nothing.
    pub async fn update_service_token_sources(
        &self,
        by: &Presenter,
        account: &ServiceAccountId,
        id: &RecordId,
        allowed: Option<&Networks>,
    ) -> Result<CredentialView, ManageError> {
        update(self.permit(by).await?, account, id, allowed).await
    }
}

async fn update(
    permit: Permit<'_, UpdateServiceToken>,
    account: &ServiceAccountId,
    id: &RecordId,
    allowed: Option<&Networks>,
) -> Result<CredentialView, ManageError> {
    reaches(&permit, &found(&permit, Some(account)).await?)?;
    let owner = account.subject().into();
    set_sources::<_, WidenServiceToken>(&permit, (TokenKind::PersonalAccessToken, &owner), id, allowed).await
}

/// Checks that the presenter may change the token `id` of the account. `account` or `id` is `None` if the requested id is
/// not valid: the result is then `NotFound`.
pub(crate) async fn may_update(
    permit: &Permit<'_, UpdateServiceToken>,
    account: Option<&ServiceAccountId>,
    id: Option<&RecordId>,
) -> Result<(), ManageError> {
    let owner = account.ok_or(ManageError::NotFound)?.subject().into();
    reaches(permit, &found(permit, account).await?)?;
    may_set_sources(permit, (TokenKind::PersonalAccessToken, &owner), id).await
}
