//! Writes the mark of a leak, so that the owner of a leaked credential gets a notice.

use std::num::NonZeroU32;

use crate::event::{Actor, By, EventKind};
use crate::operations::leaks::trouble::{is_corrupt, unread};
use crate::record::leak_mark::{Leak, is_leak_told};
use crate::record::token_record::TokenRecord;
use crate::service::Service;
use crate::service::changing::TURNS;
use crate::service::error::Unavailable;
use crate::store::change::{Applied, Change};
use crate::store::listing::{Listing, Show};
use crate::store::transition::leads;
use crate::types::time::Timestamp;

/// The number of records in a page of the owner's records.
const PAGE: NonZeroU32 = NonZeroU32::MIN.saturating_add(99);

/// Returns the newest record of the family, which is the record that a rotation can replace. The mark of a leak is
/// written on this record for the whole family, so several leaked tokens of a sign-in give one notice. A purge never
/// shrinks this record, so the mark is kept. If `record` itself is the newest, returns it as it is, whatever its state.
/// Otherwise returns `None` if the family is revoked or its newest record is past its retention, and the error of a
/// corrupt row if the record is not found but some rows of the owner cannot be decoded.
pub(super) async fn newest(
    service: &Service,
    record: &TokenRecord,
    now: Timestamp,
) -> Result<Option<TokenRecord>, Unavailable> {
    if leads(record.record(), record.family()) {
        return Ok(Some(record.clone()));
    }
    let (family, own) = (record.family(), record.record());
    let of = Listing::Owner { realm: &own.realm, owner: &own.owner, kind: family.kind, show: Show::Standing { now } };
    let (mut after, mut corrupt) = (None, 0_u32);
    loop {
        let page = service.store.list(of, after.as_ref(), PAGE).await?;
        let is_newest = |there: &TokenRecord| there.family().id == family.id && leads(there.record(), there.family());
        if let Some(found) = page.items.into_iter().find(is_newest) {
            return Ok(Some(found));
        }
        corrupt = corrupt.saturating_add(page.corrupt);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    if corrupt == 0 {
        return Ok(None);
    }
    service.tell(now, By::itself(Actor::Upkeep), EventKind::Corrupt { rows: corrupt });
    Err(unread(corrupt))
}

/// Writes the mark on a record, or on its successor if a rotation comes first. Does nothing in these cases:
///
/// - A notice about this leak or a greater one was sent to the owner, or is pending.
/// - The family was revoked meanwhile. If the leak of the revoked record was reported, that record has its own mark.
/// - A purge has shrunk the record.
///
/// The write repeats the stored expiry, the instant at which this expiry was set, and the stored `gone_at`, so that
/// only the mark changes.
pub(super) async fn mark(
    service: &Service,
    newest_seen: TokenRecord,
    leak: Leak,
    now: Timestamp,
) -> Result<(), Unavailable> {
    let mut there = newest_seen;
    for _ in 0..TURNS {
        let own = there.record();
        if is_leak_told(own, leak) || there.revoked().is_some() || own.shrunk {
            return Ok(());
        }
        let change = Change::Expiry { expires_at: own.expires_at, gone_at: own.gone_at, notice: Some(leak.mark(now)) };
        let stale = match service.store.apply(&own.id, own.version, &change, own.expiry_set_at).await? {
            Applied::Done(_) | Applied::Missing | Applied::LabelTaken(_) => return Ok(()),
            Applied::Stale(stale) => stale,
        };
        there = match newest(service, &stale, now).await {
            // The credential must end, even if the newest record of its family cannot be read.
            Err(error) if leak == Leak::Working && is_corrupt(&error) => stale,
            newest => newest?.unwrap_or(stale),
        };
    }
    Err(Unavailable::Contended { operation: "report of a leak" })
}
