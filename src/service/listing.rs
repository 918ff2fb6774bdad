//! One page of an owner's credentials, newest first.

use std::num::NonZeroU32;

use crate::event::EventKind;
use crate::service::authority::{Permission, Permit};
use crate::service::error::ManageError;
use crate::service::view::{CredentialView, Status};
use crate::store::listing::{Listing, Show};
use crate::store::page::{Cursor, Page};
use crate::types::ids::OwnerId;
use crate::types::kind::TokenKind;

/// The largest number of store pages that are read for one page of the result. After that many reads the page of the
/// result ends, even if it is short. Its `next` is then set, so that the remaining records are on the next page.
const READS: usize = 20;

/// The selection of listed records: their owner, their kind, and whether expired records are included.
pub(crate) struct Wanted<'a> {
    pub(crate) owner: &'a OwnerId,
    pub(crate) kind: TokenKind,
    pub(crate) expired_too: bool,
}

/// Returns one page of credentials, newest first. A store page can contain records that the result leaves out. So this
/// function reads store pages until it has more than `limit` credentials, no store page is left, or [`READS`] store
/// pages were read. `next` is `None` only on the last page.
pub(crate) async fn page<O: Permission>(
    permit: &Permit<'_, O>,
    wanted: &Wanted<'_>,
    after: Option<&Cursor>,
    limit: NonZeroU32,
) -> Result<Page<CredentialView>, ManageError> {
    let (service, now) = (permit.service(), permit.now());
    let most = usize::try_from(limit.get()).unwrap_or(usize::MAX);
    let show = Show::Standing { now };
    let of = Listing::Owner { realm: &service.realm, owner: wanted.owner, kind: wanted.kind, show };
    let mut page = Page { items: Vec::new(), next: after.copied(), corrupt: 0 };
    let mut judging = service.judging(now).await?;
    for _ in 0..READS {
        let read = service.store.list(of, page.next.as_ref(), limit.saturating_add(1)).await?;
        page.corrupt = page.corrupt.saturating_add(read.corrupt);
        for record in &read.items {
            let listed = judging.listed(record).await?;
            page.items.extend(listed.filter(|listed| wanted.expired_too || listed.status != Status::Expired));
        }
        page.next = read.next;
        if page.next.is_none() || page.items.len() > most {
            break;
        }
    }
    if page.items.len() > most {
        page.items.truncate(most);
        page.next = page.items.last().map(|last| Cursor { at: last.created_at, id: last.id });
    }
    if page.corrupt > 0 {
        permit.tell(EventKind::Corrupt { rows: page.corrupt });
    }
    Ok(page)
}
