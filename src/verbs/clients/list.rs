//! Clients are listed by id, page by page.

use std::num::NonZeroU32;

use super::rules;
use crate::desk::Desk;
use crate::desk::client_view::{ClientPage, ClientView};
use crate::desk::error::ManageError;
use crate::desk::presenter::Presenter;
use crate::words::client::ClientId;

/// The most clients of a page.
const PAGE: u32 = 100;

/// Lists clients by id, those after `after`.
pub(crate) async fn list(
    desk: &Desk,
    by: &Presenter,
    after: Option<&ClientId>,
    limit: NonZeroU32,
) -> Result<ClientPage, ManageError> {
    rules::may_manage(by)?;
    let limit = limit.get().min(PAGE);
    // One more than is shown tells whether there is a next page.
    let found = desk.clients.clients(&desk.realm, after, NonZeroU32::MIN.saturating_add(limit)).await?;
    let more = found.len() > limit as usize;
    let items: Vec<_> = found.iter().take(limit as usize).map(|found| ClientView::from(&found.registration)).collect();
    let next = items.last().filter(|_| more).map(|last| last.id.clone());
    Ok(ClientPage { items, next })
}
