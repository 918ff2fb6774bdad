//! Clients are listed by id, page by page.

use std::num::NonZeroU32;

use crate::desk::authority::Permit;
use crate::desk::authority::operations::ListClients;
use crate::desk::client_view::{ClientPage, ClientView};
use crate::desk::error::ManageError;
use crate::instruments::event::What;
use crate::words::client::ClientId;

/// The most clients of a page.
const PAGE: u32 = 100;

/// Lists clients by id, those after `after`.
pub(crate) async fn list(
    permit: Permit<'_, ListClients>,
    after: Option<&ClientId>,
    limit: NonZeroU32,
) -> Result<ClientPage, ManageError> {
    let desk = permit.desk();
    let limit = limit.get().min(PAGE);
    let limit = NonZeroU32::new(limit).unwrap_or(NonZeroU32::MIN);
    let found = desk.clients.clients(&desk.realm, after, limit).await?;
    if found.corrupt > 0 {
        permit.tell(What::Corrupt { rows: found.corrupt });
    }
    let items = found.items.iter().map(|found| ClientView::from(&found.registration)).collect();
    Ok(ClientPage { items, next: found.next })
}
