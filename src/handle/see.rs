//! One credential or client by its id, on the handle.

use crate::desk::client_view::ClientView;
use crate::desk::error::ManageError;
use crate::desk::presenter::Presenter;
use crate::desk::view::Listed;
use crate::handle::Counterfoil;
use crate::verbs::{clients, see};
use crate::words::client::ClientId;
use crate::words::ids::{RecordId, SubjectId};

impl Counterfoil {
    /// One of the presenter's own personal access tokens, as [`Counterfoil::own_tokens`] shows it. One read of the store.
    ///
    /// # Errors
    ///
    /// Forbidden where scope `credentials:read` is missing or a gate is closed; not found where it is not there or somebody else's, deleted, or
    /// replaced and no longer honoured; unavailable.
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is written.
    ///
    /// # Example
    ///
    /// ```
    #[doc = include_str!("example.in")]
    /// use counterfoil::{Lifetime, ManageError, NewPersonalAccessToken, RecordId};
    ///
    /// let new = NewPersonalAccessToken { label: "nightly build", lifetime: Lifetime::Days(30), scope: None };
    /// let issued = counterfoil.create_personal_access_token(&ivan, &new).await?;
    /// assert_eq!(counterfoil.own_token(&ivan, &issued.listed.id).await?.label, "nightly build");
    /// let nobodys = RecordId::from_bytes([0; 16]);
    /// assert!(matches!(counterfoil.own_token(&ivan, &nobodys).await, Err(ManageError::NotFound)));
    /// # Ok(()) }) }
    /// ```
    pub async fn own_token(&self, by: &Presenter, id: &RecordId) -> Result<Listed, ManageError> {
        see::own_token(self.permit(by).await?, id).await
    }

    /// One of somebody's personal access tokens, whatever the gates say: for administrators with scope `users:manage`.
    ///
    /// # Errors
    ///
    /// As for [`Counterfoil::own_token`].
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is written.
    pub async fn token_of(&self, by: &Presenter, subject: &SubjectId, id: &RecordId) -> Result<Listed, ManageError> {
        see::token_of(self.permit(by).await?, subject, id).await
    }

    /// One of the realm's security codes, one that has expired and can be reactivated too: for super administrators with scope `codes:manage`.
    ///
    /// # Errors
    ///
    /// Forbidden; not found; unavailable.
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is written.
    pub async fn security_code(&self, by: &Presenter, id: &RecordId) -> Result<Listed, ManageError> {
        see::code(self.permit(by).await?, id).await
    }

    /// One client, as the store has it now: for administrators with scope `clients:manage`.
    ///
    /// # Errors
    ///
    /// Forbidden; not found; unavailable.
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is written.
    pub async fn client(&self, by: &Presenter, id: &ClientId) -> Result<ClientView, ManageError> {
        clients::see::see(self.permit(by).await?, id).await
    }
}
