//! Users as far as credentials go.

use std::num::NonZeroU32;

use crate::desk::authority::operations::{AllowTokenLogin, ForbidTokenLogin};
use crate::desk::error::ManageError;
use crate::desk::presenter::Presenter;
use crate::handle::Counterfoil;
use crate::verbs::users::{self, UserView};
use crate::words::ids::SubjectId;

impl Counterfoil {
    /// Finds users in the host's directory, at most 100. Administrators and whoever manages user profiles do, with scope `users:manage`.
    ///
    /// # Errors
    ///
    /// [`ManageError`], by whose fault it is.
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is written.
    pub async fn find_users(
        &self,
        by: &Presenter,
        text: &str,
        limit: NonZeroU32,
    ) -> Result<Vec<UserView>, ManageError> {
        users::find(self.permit(by).await?, text, limit).await
    }

    /// One user.
    ///
    /// # Errors
    ///
    /// As for [`Counterfoil::find_users`]; not found where the directory does not know the subject.
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is written.
    pub async fn user(&self, by: &Presenter, subject: &SubjectId) -> Result<UserView, ManageError> {
        users::see(self.permit(by).await?, subject).await
    }

    /// Sets "token login allowed" for an account. Where the policy does not ask for the switch it is kept and has no effect.
    ///
    /// # Errors
    ///
    /// [`ManageError`]: a subject that the directory does not know is `NotFound`.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has set the switch or has not.
    pub async fn set_token_login(
        &self,
        by: &Presenter,
        subject: &SubjectId,
        allowed: bool,
    ) -> Result<UserView, ManageError> {
        if allowed {
            users::set_token_login(self.permit::<AllowTokenLogin>(by).await?, subject, true).await
        } else {
            users::set_token_login(self.permit::<ForbidTokenLogin>(by).await?, subject, false).await
        }
    }
}
