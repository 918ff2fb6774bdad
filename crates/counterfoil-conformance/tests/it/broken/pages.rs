//! Broken stores whose pages are incorrect.

use std::num::NonZeroU32;

use counterfoil::Timestamp;
use counterfoil::store::{Cursor, Listing, Page, Show, TokenRecord, TokenStore};
use counterfoil::types::RecordId;
use counterfoil_conformance::ReferenceStore;

use super::flaw;

// Reads pages with `LIMIT … OFFSET …`. So records are skipped or repeated if others are removed or inserted between two
// pages.
flaw!(OffsetPaging, list, |inner, of, after, limit| {
    let offset = after.map_or(0, |after| usize::try_from(after.at.micros()).unwrap_or(0));
    let limit = limit.get() as usize;
    let all = inner.with(|model| model.list(of, None, usize::MAX)).items;
    let next = offset + limit;
    let more = (next < all.len()).then(|| Cursor {
        at: Timestamp::from_micros(next as u64).unwrap_or(Timestamp::MAX),
        id: RecordId::from_bytes([0; 16]),
    });
    Ok(Page { items: all.into_iter().skip(offset).take(limit).collect(), next: more, corrupt: 0 })
});

// Uses a cursor with only the instant. Records with the same instant are lost at the end of a page.
flaw!(CursorWithoutId, list, |inner, of, after, limit| {
    let by_owner = matches!(of, Listing::Owner { .. });
    let after =
        after.map(|after| if by_owner { Cursor { id: RecordId::from_bytes([0; 16]), ..*after } } else { *after });
    inner.list(of, after.as_ref(), limit).await
});

// Returns pages with one record more than the limit.
flaw!(PageBeyondItsLimit, list, |inner, of, after, limit| inner.list(of, after, limit.saturating_add(1)).await);

// Ignores the realm in a listing by owner.
flaw!(ListLeaksBetweenRealms, list, |inner, of, after, limit| {
    let Listing::Owner { owner, kind, show, .. } = of else { return inner.list(of, after, limit).await };
    let realms: Vec<_> = inner
        .with(|model| model.families.iter().filter(|one| one.owner == *owner).map(|one| one.realm.clone()).collect());
    let mut items: Vec<TokenRecord> = Vec::new();
    for realm in realms {
        let of = Listing::Owner { realm: &realm, owner, kind, show };
        for record in inner.with(|model| model.list(of, None, usize::MAX)).items {
            if items.iter().all(|item| item.record().id != record.record().id) {
                items.push(record);
            }
        }
    }
    items.sort_unstable_by_key(|item| std::cmp::Reverse((item.record().created_at, item.record().id)));
    items.retain(|item| after.is_none_or(|after| (item.record().created_at, item.record().id) < (after.at, after.id)));
    let more = items.len() > limit.get() as usize;
    items.truncate(limit.get() as usize);
    let next = items.last().filter(|_| more).map(|item| Cursor { at: item.record().created_at, id: item.record().id });
    Ok(Page { items, next, corrupt: 0 })
});

// Returns the records of each page in reverse order.
flaw!(ListShowsTheOldestFirst, list, |inner, of, after, limit| {
    let mut page = inner.list(of, after, limit).await?;
    page.items.reverse();
    Ok(page)
});

/// Reads a page of all the owner's records, and only then leaves out those that the listing must not show. `ends` gets
/// the number of records that remain on the page. If `ends` returns true, the page says that it is the last one.
fn sieved(
    inner: &ReferenceStore,
    of: Listing<'_>,
    after: Option<&Cursor>,
    limit: NonZeroU32,
    ends: impl FnOnce(usize) -> bool,
) -> Page<TokenRecord> {
    let Listing::Owner { realm, owner, kind, show } = of else {
        return inner.with(|model| model.list(of, after, limit.get() as usize));
    };
    let all = Listing::Owner { realm, owner, kind, show: Show::All };
    let mut page = inner.with(|model| model.list(all, after, limit.get() as usize));
    page.items.retain(|record| show.shows(record));
    if matches!(show, Show::Standing { .. }) && ends(page.items.len()) {
        page.next = None;
    }
    page
}

// Leaves records out only after the page was cut, and treats an empty page as the end.
flaw!(AnEmptyPageEnds, list, |inner, of, after, limit| Ok(sieved(inner, of, after, limit, |count| count == 0)));

// Leaves records out only after the page was cut, and treats a short page as the end.
flaw!(AShortPageEnds, list, |inner, of, after, limit| {
    Ok(sieved(inner, of, after, limit, |count| count < limit.get() as usize))
});

// Leaves out a superseded record although its retry window has not ended.
flaw!(OverlapsAreHidden, list, |inner, of, after, limit| {
    let mut page = inner.list(of, after, limit).await?;
    if matches!(of, Listing::Owner { show: Show::Standing { .. }, .. }) {
        page.items.retain(|record| record.record().superseded.is_none());
    }
    Ok(page)
});

// Lists a record as standing at the instant at which it stops standing. It must be listed only before this instant.
flaw!(StandsOnItsEnd, list, |inner, of, after, limit| {
    let Listing::Owner { realm, owner, kind, show: Show::Standing { now } } = of else {
        return inner.list(of, after, limit).await;
    };
    let show = Show::Standing { now: Timestamp::from_micros(now.micros().saturating_sub(1)).unwrap_or(now) };
    inner.list(Listing::Owner { realm, owner, kind, show }, after, limit).await
});

// Lists a record of a revoked family as standing if the record's own row is not revoked.
flaw!(StandingForgetsTheFamily, list, |inner, of, after, limit| {
    Ok(inner.with(|model| {
        let mut alone = model.clone();
        alone.families.iter_mut().for_each(|family| family.revoked = None);
        let page = alone.list(of, after, limit.get() as usize);
        let items = page.items.iter().filter_map(|record| model.get(&record.record().id).ok().flatten());
        Page { items: items.collect(), ..page }
    }))
});

/// Returns true if the record at the cursor is shrunk. A purge shrinks a superseded record: it removes the fields that
/// are not needed to detect reuse.
fn shrank(inner: &ReferenceStore, at: Option<&Cursor>) -> bool {
    at.is_some_and(|at| inner.with(|model| model.record(&at.id).is_some_and(|record| record.shrunk)))
}

// Ends the listing if the record at the cursor was shrunk.
flaw!(WalkEndsAtWhatShrank, list, |inner, of, after, limit| {
    if shrank(inner, after) {
        return Ok(Page { items: Vec::new(), next: None, corrupt: 0 });
    }
    inner.list(of, after, limit).await
});

// Starts the listing again if the record at the cursor was shrunk.
flaw!(WalkBeginsAnewAtWhatShrank, list, |inner, of, after, limit| {
    let after = if shrank(inner, after) { None } else { after };
    inner.list(of, after, limit).await
});

// Reads one more row to find out whether there is a next page. Counts this row if it is damaged.
flaw!(LookAheadCountsDamage, list, |inner, of, after, limit| {
    let mut page = inner.list(of, after, limit).await?;
    if let Some(next) = &page.next {
        page.corrupt += inner.list(of, Some(next), NonZeroU32::MIN).await?.corrupt;
    }
    Ok(page)
});
