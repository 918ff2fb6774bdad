//! Clients: registered, changed, removed.

use std::num::NonZeroU32;

use crate::desk::client_view::{ClientChange, ClientPage, ClientView, NewClient, RegisteredClient};
use crate::desk::error::ManageError;
use crate::desk::presenter::Presenter;
use crate::handle::Counterfoil;
use crate::verbs::clients::{change, list, register};
use crate::words::client::ClientId;
use crate::words::secret::Secret;
use crate::words::time::Span;

impl Counterfoil {
    /// Lists clients by id, those after `after`, at most 100 a page. Administrators do, with scope `clients:manage`.
    ///
    /// # Errors
    ///
    /// [`ManageError`], by whose fault it is.
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is written.
    pub async fn clients(
        &self,
        by: &Presenter,
        after: Option<&ClientId>,
        limit: NonZeroU32,
    ) -> Result<ClientPage, ManageError> {
        list::list(self.permit(by).await?, after, limit).await
    }

    /// Registers a client. The answer is the only place where its secret ever is.
    ///
    /// # Errors
    ///
    /// [`ManageError`]: a field that breaks a rule is `Invalid`, a taken id `Conflict`.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has registered the client or has not; give a secret that nobody saw a successor.
    pub async fn create_client(&self, by: &Presenter, new: NewClient) -> Result<RegisteredClient, ManageError> {
        register::create(self.permit(by).await?, new, None).await
    }

    /// Registers a confidential client with the secret that it has already: machine-made, at least 22 characters of
    /// `[A-Za-z0-9._~+/=-]`, or said to be `weak`.
    ///
    /// # Errors
    ///
    /// As for [`Counterfoil::create_client`].
    ///
    /// # Cancel safety
    ///
    /// A dropped call has registered the client or has not.
    pub async fn import_client(
        &self,
        by: &Presenter,
        new: NewClient,
        secret: &Secret,
        weak: bool,
    ) -> Result<ClientView, ManageError> {
        register::import(self.permit(by).await?, new, secret, weak).await
    }

    /// Changes a client. A disabled client's tokens are refused from the next call on.
    ///
    /// # Errors
    ///
    /// [`ManageError`], by whose fault it is.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has changed all that was named, or nothing.
    pub async fn change_client(
        &self,
        by: &Presenter,
        id: &ClientId,
        change: ClientChange,
    ) -> Result<ClientView, ManageError> {
        if change.only_disables() {
            return change::disable(self.permit(by).await?, id).await;
        }
        change::change(self.permit(by).await?, id, change).await
    }

    /// Gives a client a new secret; the newest one before goes on for `overlap`, any other ends now.
    ///
    /// # Errors
    ///
    /// [`ManageError`], by whose fault it is.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has replaced the secret or has not; replace one that nobody saw again.
    pub async fn replace_client_secret(
        &self,
        by: &Presenter,
        id: &ClientId,
        overlap: Span,
    ) -> Result<RegisteredClient, ManageError> {
        change::replace_secret(self.permit(by).await?, id, overlap, None).await
    }

    /// Revokes all tokens of a client at once.
    ///
    /// # Errors
    ///
    /// [`ManageError`], by whose fault it is.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has revoked all of them or none.
    pub async fn revoke_client_tokens(&self, by: &Presenter, id: &ClientId) -> Result<(), ManageError> {
        change::revoke_tokens(self.permit(by).await?, id).await
    }

    /// Removes a client, and with it the worth of all its tokens: one registered under the same id revives none.
    ///
    /// # Errors
    ///
    /// [`ManageError`], by whose fault it is.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has removed the client or has not.
    pub async fn delete_client(&self, by: &Presenter, id: &ClientId) -> Result<(), ManageError> {
        change::delete(self.permit(by).await?, id).await
    }
}
