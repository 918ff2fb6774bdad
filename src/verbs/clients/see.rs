//! One client, by its id.

use crate::desk::authority::Permit;
use crate::desk::authority::operations::ListClients;
use crate::desk::client_view::ClientView;
use crate::desk::error::ManageError;
use crate::words::client::ClientId;

/// The client as the store has it now.
pub(crate) async fn see(permit: Permit<'_, ListClients>, id: &ClientId) -> Result<ClientView, ManageError> {
    let desk = permit.desk();
    let found = desk.clients.client(&desk.realm, id).await?.ok_or(ManageError::NotFound)?;
    Ok(ClientView::from(&found.registration))
}
