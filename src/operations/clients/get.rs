//! Gets one client by its id.

use crate::counterfoil::Counterfoil;
use crate::service::authority::Permit;
use crate::service::authority::operations::ListClients;
use crate::service::client_view::ClientView;
use crate::service::error::ManageError;
use crate::service::presenter::Presenter;
use crate::types::client::ClientId;

impl Counterfoil {
    /// One client, as currently stored. Only for administrators, with the scope `clients:manage`.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission. [`ManageError::NotFound`] if no client has this
    /// id. [`ManageError::Unavailable`] if the store failed.
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is written.
    pub async fn client(&self, by: &Presenter, id: &ClientId) -> Result<ClientView, ManageError> {
        see(self.permit(by).await?, id).await
    }
}

async fn see(permit: Permit<'_, ListClients>, id: &ClientId) -> Result<ClientView, ManageError> {
    let service = permit.service();
    let found = service.clients.client(&service.realm, id).await?.ok_or(ManageError::NotFound)?;
    Ok(ClientView::from(&found.registration))
}
