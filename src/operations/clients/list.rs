//! Lists the clients of the realm, page by page.

use std::num::NonZeroU32;

use crate::counterfoil::Counterfoil;
use crate::event::EventKind;
use crate::service::authority::Permit;
use crate::service::authority::operations::ListClients;
use crate::service::client_view::{ClientPage, ClientView};
use crate::service::error::ManageError;
use crate::service::page_limit::LARGEST_PAGE;
use crate::service::presenter::Presenter;
use crate::types::client::ClientId;

impl Counterfoil {
    /// Lists clients in the order of their ids, starting after `after`, at most 100 per page. Only for administrators,
    /// with the scope `clients:manage`.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission. [`ManageError::Unavailable`] if the store failed.
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is written.
    pub async fn list_clients(
        &self,
        by: &Presenter,
        after: Option<&ClientId>,
        limit: NonZeroU32,
    ) -> Result<ClientPage, ManageError> {
        list(self.permit(by).await?, after, limit).await
    }
}

async fn list(
    permit: Permit<'_, ListClients>,
    after: Option<&ClientId>,
    limit: NonZeroU32,
) -> Result<ClientPage, ManageError> {
    let service = permit.service();
    let found = service.clients.clients(&service.realm, after, limit.min(LARGEST_PAGE)).await?;
    if found.corrupt > 0 {
        permit.tell(EventKind::Corrupt { rows: found.corrupt });
    }
    let items = found.items.iter().map(|found| ClientView::from(&found.registration)).collect();
    Ok(ClientPage { items, next: found.next })
}
