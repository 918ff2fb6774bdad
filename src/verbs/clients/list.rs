//! Clients are listed by id, page by page.

use std::num::NonZeroU32;

use super::rules;
use crate::desk::Desk;
use crate::desk::client_view::{ClientPage, ClientView};
use crate::desk::error::ManageError;
use crate::desk::presenter::Presenter;
use crate::instruments::event::What;
use crate::words::client::ClientId;
use crate::words::time::Ts;

/// The most clients of a page.
const PAGE: u32 = 100;

/// Lists clients by id, those after `after`.
pub(crate) async fn list(
    desk: &Desk,
    by: &Presenter,
    after: Option<&ClientId>,
    limit: NonZeroU32,
    now: Ts,
) -> Result<ClientPage, ManageError> {
    rules::may_manage(by)?;
    let limit = limit.get().min(PAGE);
    let limit = NonZeroU32::new(limit).unwrap_or(NonZeroU32::MIN);
    let found = desk.clients.clients(&desk.realm, after, limit).await?;
    if found.corrupt > 0 {
        desk.tell(now, by.subject(), What::Corrupt { rows: found.corrupt });
    }
    let items = found.items.iter().map(|found| ClientView::from(&found.registration)).collect();
    Ok(ClientPage { items, next: found.next })
}
