//! Lists, on the handle.

use std::num::NonZeroU32;

use crate::desk::error::ManageError;
use crate::desk::presenter::Presenter;
use crate::desk::view::Listed;
use crate::handle::Counterfoil;
use crate::ports::page::{Cursor, Page};
use crate::verbs::list;
use crate::words::ids::SubjectId;

impl Counterfoil {
    /// The presenter's own personal access tokens, newest first: those that live, those that have expired and are kept, those replaced and still
    /// honoured. `after` is the `next` of the page before.
    ///
    /// # Errors
    ///
    /// Forbidden where scope `credentials:read` is missing or a gate is closed; unavailable.
    pub async fn own_tokens(
        &self,
        by: &Presenter,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<Listed>, ManageError> {
        list::own_tokens(self.permit(by).await?, after, limit).await
    }

    /// Somebody's personal access tokens, whatever the gates say: for administrators with scope `users:manage`.
    ///
    /// # Errors
    ///
    /// Forbidden; not found where the directory does not know the subject (the host itself sees what somebody has left behind); unavailable.
    pub async fn tokens_of(
        &self,
        by: &Presenter,
        subject: &SubjectId,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<Listed>, ManageError> {
        list::tokens_of(self.permit(by).await?, subject, after, limit).await
    }

    /// The realm's security codes: for super administrators with scope `codes:manage`. Without `include_expired` the live ones only.
    ///
    /// # Errors
    ///
    /// Forbidden; unavailable.
    pub async fn security_codes(
        &self,
        by: &Presenter,
        include_expired: bool,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<Listed>, ManageError> {
        list::codes(self.permit(by).await?, include_expired, after, limit).await
    }
}
