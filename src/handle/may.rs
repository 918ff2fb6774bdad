//! Who may do what, asked without doing it: so that a server can refuse before it says what is wrong with a request's body.

use crate::desk::error::ManageError;
use crate::desk::presenter::Presenter;
use crate::handle::Counterfoil;
use crate::verbs::clients::{change, register};
use crate::verbs::{issue, list, renew, rotate, settings, users};
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
    /// [`Counterfoil::set_token_login`].
    SetTokenLogin(Option<&'a SubjectId>),
    /// [`Counterfoil::create_security_code`].
    CreateCode,
    /// Editing, resetting, reactivating a security code, or making it permanent.
    ChangeCode(Option<&'a RecordId>),
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
        let (desk, now) = (&self.desk, self.now());
        match intent {
            Intent::CreateToken => issue::may_make_token(desk, by, now).await.map(|_| ()),
            Intent::RotateToken(id) => rotate::may(desk, by, id, now).await,
            Intent::SeeTokensOf(subject) => list::may_see_tokens_of(desk, by, subject).await,
            Intent::SetTokenLogin(subject) => users::may_set(desk, by, subject).await.map(|_| ()),
            Intent::CreateCode => Ok(issue::may_make_code(by).map(|_| ())?),
            Intent::ChangeCode(id) => renew::may(desk, by, id, now).await,
            Intent::CreateClient => Ok(register::may(by)?),
            Intent::ChangeClient(id) => change::may(desk, by, id).await,
            Intent::DeleteClient => Ok(change::may_delete(by)?),
            Intent::ChangeSettings => Ok(settings::may_change(by)?),
        }
    }
}
