//! Checks permissions without executing the operation. With this check, a server can refuse a caller before it reports
//! errors in the request's body.

use crate::counterfoil::Counterfoil;
use crate::operations::clients::update;
use crate::operations::personal_access_tokens::{create_for, get, rotate, update as update_token};
use crate::operations::sign_ins::end;
use crate::operations::{security_codes, service_accounts, users};
use crate::service::authority::operations::{
    CreateClient, CreateCode, CreateServiceAccount, CreateToken, DeleteClient, DeleteServiceToken, DescribeCode,
    DisableClient, DisableServiceAccount, EndSignIn, ExtendServiceToken, ExtendToken, ForbidTokenLogin, ListClients,
    ListCredentials, ListServiceAccounts, ListServiceTokens, ListSignInsOf, ListTokensOf, RevokeAllOf,
    RotateServiceToken, RotateToken, UpdateSettings, UpdateToken,
};
use crate::service::error::ManageError;
use crate::service::known_person::known_person;
use crate::service::presenter::Presenter;
use crate::types::client::ClientId;
use crate::types::ids::{FamilyId, RecordId, SubjectId};
use crate::types::service_account_id::ServiceAccountId;

/// An operation whose permission [`Counterfoil::authorize`] checks. In a variant with an `Option`, `None` stands for a
/// text that is not a valid id, for example in a path. For such a text `authorize` returns [`ManageError::NotFound`] if
/// the permission check succeeds.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Operation<'a> {
    /// [`Counterfoil::create_personal_access_token`].
    CreateToken,
    /// [`Counterfoil::update_personal_access_token`]. Whether the change widens the token is not checked.
    UpdateToken(Option<&'a RecordId>),
    /// [`Counterfoil::rotate_personal_access_token`] without a new lifetime.
    RotateToken(Option<&'a RecordId>),
    /// [`Counterfoil::extend_personal_access_token`].
    ExtendToken(Option<&'a RecordId>),
    /// The permission for [`Counterfoil::end_other_sign_ins`].
    EndOtherSignIns,
    /// [`Counterfoil::end_sign_in`].
    EndSignIn(&'a FamilyId),
    /// [`Counterfoil::list_sign_ins_of`].
    ListSignInsOf(Option<&'a SubjectId>),
    /// [`Counterfoil::end_sign_in_of`].
    EndSignInOf(&'a SubjectId, &'a FamilyId),
    /// [`Counterfoil::revoke_all_of`] and [`Counterfoil::revoke_kinds_of`]. These methods do not check that the subject
    /// is known, but [`Counterfoil::authorize`] does.
    RevokeAllOf(Option<&'a SubjectId>),
    /// [`Counterfoil::disable_service_accounts_made_by`]. Whether the person made any service accounts is not checked.
    DisableServiceAccountsMadeBy,
    /// [`Counterfoil::list_personal_access_tokens_of`].
    ListTokensOf(Option<&'a SubjectId>),
    /// [`Counterfoil::list_credentials`]. Whether the presenter may list security codes is not checked.
    ListCredentials,
    /// [`Counterfoil::delete_personal_access_token`].
    DeleteToken(&'a RecordId),
    /// [`Counterfoil::delete_personal_access_token_of`].
    DeleteTokenOf(&'a SubjectId, &'a RecordId),
    /// [`Counterfoil::create_personal_access_token_for`].
    CreateTokenFor(Option<&'a SubjectId>),
    /// [`Counterfoil::create_service_account`]. Whether the presenter has the role and the scope of the new account is
    /// not checked.
    CreateServiceAccount,
    /// The permission for [`Counterfoil::service_account`]. Whether the account exists is not checked.
    SeeServiceAccount,
    /// [`Counterfoil::update_service_account`].
    UpdateServiceAccount(Option<&'a ServiceAccountId>),
    /// [`Counterfoil::delete_service_account`].
    DeleteServiceAccount(Option<&'a ServiceAccountId>),
    /// [`Counterfoil::list_service_tokens`].
    ListServiceTokens(Option<&'a ServiceAccountId>),
    /// [`Counterfoil::create_service_token`].
    CreateServiceToken(Option<&'a ServiceAccountId>),
    /// [`Counterfoil::update_service_token`]. Whether the change widens the token is not checked.
    UpdateServiceToken(Option<&'a ServiceAccountId>, Option<&'a RecordId>),
    /// [`Counterfoil::rotate_service_token`].
    RotateServiceToken(Option<&'a ServiceAccountId>, Option<&'a RecordId>),
    /// [`Counterfoil::extend_service_token`].
    ExtendServiceToken(Option<&'a ServiceAccountId>, Option<&'a RecordId>),
    /// [`Counterfoil::delete_service_token`].
    DeleteServiceToken(Option<&'a ServiceAccountId>, Option<&'a RecordId>),
    /// [`Counterfoil::set_token_login`].
    SetTokenLogin(Option<&'a SubjectId>),
    /// [`Counterfoil::create_security_code`].
    CreateCode,
    /// Any change of a security code. Examples are [`Counterfoil::update_security_code`] and
    /// [`Counterfoil::reset_security_code`]. Whether a change of the allowed sources widens the code is not checked.
    UpdateCode(Option<&'a RecordId>),
    /// [`Counterfoil::delete_security_code`].
    DeleteCode(&'a RecordId),
    /// The permission for [`Counterfoil::client`]. Whether the client exists is not checked.
    SeeClient,
    /// [`Counterfoil::create_client`].
    CreateClient,
    /// [`Counterfoil::update_client`] or [`Counterfoil::rotate_client_secret`].
    UpdateClient(Option<&'a ClientId>),
    /// The permission for [`Counterfoil::delete_client`]. Whether the client exists is not checked.
    DeleteClient,
    /// [`Counterfoil::update_settings`].
    UpdateSettings,
}

impl Counterfoil {
    /// Checks whether the presenter has the permission for an operation, and whether the target of the operation
    /// exists. The operation itself starts with the same two checks, except where [`Operation`] says otherwise. The
    /// operation can require more than this method checks. For example, most changes of a client also require that the
    /// password was entered recently.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the permission is missing. [`ManageError::NotFound`] if the target does not exist.
    /// [`ManageError::Unavailable`] if a store or the directory failed.
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is written.
    ///
    /// # Example: a member and the settings
    ///
    /// ```
    #[doc = include_str!("../example.in")]
    /// use counterfoil::operations::Operation;
    /// use counterfoil::{Forbidden, ManageError};
    ///
    /// assert!(counterfoil.authorize(&ivan, Operation::CreateToken).await.is_ok());
    /// let refused = counterfoil.authorize(&ivan, Operation::UpdateSettings).await.expect_err("administrators do");
    /// assert!(matches!(refused, ManageError::Forbidden(Forbidden::Role { .. })));
    /// # Ok(()) }) }
    /// ```
    pub async fn authorize(&self, by: &Presenter, operation: Operation<'_>) -> Result<(), ManageError> {
        match operation {
            Operation::CreateToken => self.permit::<CreateToken>(by).await.map(drop),
            Operation::UpdateToken(id) => {
                let permit = self.permit::<UpdateToken>(by).await?;
                update_token::exists(&permit, permit.person()?.into(), id).await
            }
            Operation::RotateToken(id) => rotate::exists(&self.permit_on::<RotateToken>(by, id).await?, id).await,
            Operation::ExtendToken(id) => rotate::exists(&self.permit::<ExtendToken>(by).await?, id).await,
            Operation::EndOtherSignIns => self.permit::<EndSignIn>(by).await.map(drop),
            Operation::EndSignIn(id) => end::own_exists(self.permit(by).await?, id).await,
            Operation::ListSignInsOf(subject) => known_person(&self.permit::<ListSignInsOf>(by).await?, subject).await,
            Operation::EndSignInOf(subject, id) => end::exists_of(self.permit(by).await?, subject, id).await,
            Operation::RevokeAllOf(subject) => known_person(&self.permit::<RevokeAllOf>(by).await?, subject).await,
            Operation::DisableServiceAccountsMadeBy => self.permit::<DisableServiceAccount>(by).await.map(drop),
            Operation::ListTokensOf(subject) => known_person(&self.permit::<ListTokensOf>(by).await?, subject).await,
            Operation::ListCredentials => self.permit::<ListCredentials>(by).await.map(drop),
            Operation::DeleteToken(id) => get::own_exists(self.permit(by).await?, id).await,
            Operation::DeleteTokenOf(subject, id) => get::exists_of(self.permit(by).await?, subject, id).await,
            Operation::CreateTokenFor(subject) => create_for::owner(&self.permit(by).await?, subject).await.map(drop),
            Operation::CreateServiceAccount => self.permit::<CreateServiceAccount>(by).await.map(drop),
            Operation::SeeServiceAccount => self.permit::<ListServiceAccounts>(by).await.map(drop),
            Operation::UpdateServiceAccount(id) => {
                service_accounts::get::exists(&self.permit::<DisableServiceAccount>(by).await?, id).await
            }
            Operation::DeleteServiceAccount(id) => service_accounts::delete::exists(self.permit(by).await?, id).await,
            Operation::ListServiceTokens(id) => {
                service_accounts::get::exists(&self.permit::<ListServiceTokens>(by).await?, id).await
            }
            Operation::CreateServiceToken(id) => {
                service_accounts::tokens::may_create(&self.permit(by).await?, id).await
            }
            Operation::UpdateServiceToken(account, id) => {
                service_accounts::tokens::may_update(&self.permit(by).await?, account, id).await
            }
            Operation::RotateServiceToken(account, id) => {
                service_accounts::tokens::may_renew(&self.permit::<RotateServiceToken>(by).await?, account, id).await
            }
            Operation::ExtendServiceToken(account, id) => {
                service_accounts::tokens::may_renew(&self.permit::<ExtendServiceToken>(by).await?, account, id).await
            }
            Operation::DeleteServiceToken(account, id) => {
                service_accounts::tokens::exists(&self.permit::<DeleteServiceToken>(by).await?, account, id).await
            }
            Operation::DeleteCode(id) => security_codes::get::code_exists(self.permit(by).await?, id).await,
            Operation::SeeClient => self.permit::<ListClients>(by).await.map(drop),
            Operation::SetTokenLogin(subject) => {
                users::known(&self.permit::<ForbidTokenLogin>(by).await?, subject).await.map(drop)
            }
            Operation::CreateCode => self.permit::<CreateCode>(by).await.map(drop),
            Operation::UpdateCode(id) => {
                security_codes::update::exists(&self.permit::<DescribeCode>(by).await?, id).await
            }
            Operation::CreateClient => self.permit::<CreateClient>(by).await.map(drop),
            Operation::UpdateClient(id) => update::exists(&self.permit::<DisableClient>(by).await?, id).await,
            Operation::DeleteClient => self.permit::<DeleteClient>(by).await.map(drop),
            Operation::UpdateSettings => self.permit::<UpdateSettings>(by).await.map(drop),
        }
    }
}
