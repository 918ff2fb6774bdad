//! Who may do what, asked without doing it: so that a server can refuse before it says what is wrong with a request's body.

use crate::desk::authority::operations::{
    ChangeSettings, CreateCode, CreateToken, DeleteClient, DescribeCode, DisableClient, ForbidTokenLogin, ListClients,
    RegisterClient,
};
use crate::desk::error::ManageError;
use crate::desk::presenter::Presenter;
use crate::handle::Counterfoil;
use crate::verbs::clients::change;
use crate::verbs::{list, renew, rotate, see, users};
use crate::words::client::ClientId;
use crate::words::ids::{RecordId, SubjectId};

/// What somebody is about to do. `None` stands for a text that cannot be such an id, as a path may hold one: nothing bears it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Intent<'a> {
    /// [`Counterfoil::create_personal_access_token`].
    CreateToken,
    /// [`Counterfoil::rotate_token`].
    RotateToken(Option<&'a RecordId>),
    /// [`Counterfoil::tokens_of`].
    SeeTokensOf(Option<&'a SubjectId>),
    /// [`Counterfoil::delete_token`].
    DeleteToken(&'a RecordId),
    /// [`Counterfoil::delete_token_of`].
    DeleteTokenOf(&'a SubjectId, &'a RecordId),
    /// [`Counterfoil::set_token_login`].
    SetTokenLogin(Option<&'a SubjectId>),
    /// [`Counterfoil::create_security_code`].
    CreateCode,
    /// Editing, resetting, reactivating a security code, or making it permanent.
    ChangeCode(Option<&'a RecordId>),
    /// [`Counterfoil::delete_security_code`].
    DeleteCode(&'a RecordId),
    /// [`Counterfoil::client`], as far as who may goes.
    SeeClient,
    /// [`Counterfoil::create_client`].
    CreateClient,
    /// [`Counterfoil::change_client`], [`Counterfoil::replace_client_secret`].
    ChangeClient(Option<&'a ClientId>),
    /// [`Counterfoil::delete_client`], as far as who may goes.
    DeleteClient,
    /// [`Counterfoil::change_settings`].
    ChangeSettings,
}

impl Counterfoil {
    /// Whether that would be forbidden, or meet nothing: what the verb itself looks at first, and nothing else of it. The verb looks again.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`], [`ManageError::NotFound`], [`ManageError::Unavailable`].
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is written.
    ///
    /// # Example: a member and the settings
    ///
    /// ```
    #[doc = include_str!("example.in")]
    /// use counterfoil::{Forbidden, Intent, ManageError};
    ///
    /// assert!(counterfoil.may(&ivan, Intent::CreateToken).await.is_ok());
    /// let refused = counterfoil.may(&ivan, Intent::ChangeSettings).await.expect_err("administrators do");
    /// assert!(matches!(refused, ManageError::Forbidden(Forbidden::Role { .. })));
    /// # Ok(()) }) }
    /// ```
    pub async fn may(&self, by: &Presenter, intent: Intent<'_>) -> Result<(), ManageError> {
        match intent {
            Intent::CreateToken => self.permit::<CreateToken>(by).await.map(drop),
            Intent::RotateToken(id) => rotate::exists(&self.permit_on(by, id).await?, id).await,
            Intent::SeeTokensOf(subject) => list::known(&self.permit(by).await?, subject).await,
            Intent::DeleteToken(id) => see::own_exists(self.permit(by).await?, id).await,
            Intent::DeleteTokenOf(subject, id) => see::exists_of(self.permit(by).await?, subject, id).await,
            Intent::DeleteCode(id) => see::code_exists(self.permit(by).await?, id).await,
            Intent::SeeClient => self.permit::<ListClients>(by).await.map(drop),
            Intent::SetTokenLogin(subject) => {
                users::known(&self.permit::<ForbidTokenLogin>(by).await?, subject).await.map(drop)
            }
            Intent::CreateCode => self.permit::<CreateCode>(by).await.map(drop),
            Intent::ChangeCode(id) => renew::exists(&self.permit::<DescribeCode>(by).await?, id).await,
            Intent::CreateClient => self.permit::<RegisterClient>(by).await.map(drop),
            Intent::ChangeClient(id) => change::exists(&self.permit::<DisableClient>(by).await?, id).await,
            Intent::DeleteClient => self.permit::<DeleteClient>(by).await.map(drop),
            Intent::ChangeSettings => self.permit::<ChangeSettings>(by).await.map(drop),
        }
    }
}
