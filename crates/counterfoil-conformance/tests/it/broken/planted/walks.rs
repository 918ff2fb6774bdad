//! Broken stores whose pages end too early or begin again, and broken stores in which a damaged record stops a call.

use counterfoil::Timestamp;
use counterfoil::store::{Cursor, Listing, Page, Progress, Revoke, Show, StoreError, TokenRecord, TokenStore};
use counterfoil_conformance::ReferenceStore;
use counterfoil_conformance::reference::Model;

use super::{Case, cases};
use crate::broken::overrides;
use crate::broken::states::Paged;

/// A broken store that uses this function to read the pages of records with due notices.
struct DuePaged(fn(&ReferenceStore, Timestamp, Option<&Cursor>, usize) -> Page<TokenRecord>);

overrides!(DuePaged, self, due, |inner, now, after, limit| Ok((self.0)(inner, now, after, limit.get() as usize)));

fn listed(inner: &ReferenceStore, of: Listing<'_>, after: Option<&Cursor>, limit: u32) -> Page<TokenRecord> {
    inner.with(|model| model.list(of, after, limit as usize))
}

fn due(inner: &ReferenceStore, now: Timestamp, after: Option<&Cursor>, limit: usize) -> Page<TokenRecord> {
    inner.with(|model| model.due(now, after, limit))
}

const fn no_page() -> Page<TokenRecord> {
    Page { items: Vec::new(), next: None, corrupt: 0 }
}

/// Returns one page of a listing, without damaged records. The records are sorted by the value that `key` computes from
/// the cursor of a record. In this cursor, the instant is always [`Timestamp::EPOCH`].
fn by<K: Ord>(
    inner: &ReferenceStore,
    of: Listing<'_>,
    after: Option<&Cursor>,
    limit: u32,
    key: fn(&Cursor) -> K,
) -> Page<TokenRecord> {
    let at = |item: &TokenRecord| Cursor { at: Timestamp::EPOCH, id: item.record().id };
    let mut items = listed(inner, of, None, u32::MAX).items;
    items.sort_by_key(|item| key(&at(item)));
    items.retain(|item| after.is_none_or(|after| key(&at(item)) > key(after)));
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next = items.last().map(at).filter(|_| more);
    Page { items, next, corrupt: 0 }
}

fn stands(model: &Model, after: &Cursor) -> bool {
    model.record(&after.id).is_some()
}

pub(super) fn walks() -> Vec<Case> {
    let mut all = cases! {
        DueCursorOfThePurgedEnds => due_is_complete: DuePaged(|inner, now, after, limit| {
            let lost = after.is_some_and(|after| !inner.with(|model| stands(model, after)));
            if lost { no_page() } else { due(inner, now, after, limit) }
        });
        DueCursorOfThePurgedBeginsAnew => due_is_complete: DuePaged(|inner, now, after, limit| {
            due(inner, now, after.filter(|after| inner.with(|model| stands(model, after))), limit)
        });
        DueCursorOfTheSettledEnds => due_is_complete: DuePaged(|inner, now, after, limit| {
            let notice = |after: &Cursor| inner.with(|model| model.record(&after.id).and_then(|record| record.notice));
            if after.is_some_and(|after| notice(after).is_none()) { no_page() } else { due(inner, now, after, limit) }
        });
        DueCursorOfTheClaimedMoves => due_is_complete: DuePaged(|inner, now, after, limit| {
            let notice = |after: &Cursor| inner.with(|model| model.record(&after.id).and_then(|record| record.notice));
            let moved = after.map(|after| Cursor { at: notice(after).map_or(after.at, |mark| mark.at), id: after.id });
            due(inner, now, moved.as_ref(), limit)
        });
        DueByIdAlone => due_is_complete: DuePaged(|inner, now, after, limit| {
            let last = counterfoil::types::RecordId::from_bytes([0xff; 16]);
            let after = after.map(|after| Cursor { at: after.at, id: last });
            due(inner, now, after.as_ref(), limit)
        });
        CursorOfTheRevokedEnds => list_shows_what_stands: Paged(|inner, of, after, limit| {
            let Listing::Owner { show: show @ Show::Standing { .. }, .. } = of else {
                return listed(inner, of, after, limit);
            };
            let shown = |after: &Cursor| inner.with(|model| {
                model.get(&after.id).ok().flatten().is_some_and(|record| show.shows(&record))
            });
            if after.is_some_and(|after| !shown(after)) { no_page() } else { listed(inner, of, after, limit) }
        });
        KindDescends => pages_are_stable: Paged(|inner, of, after, limit| match of {
            Listing::Kind { .. } => by(inner, of, after, limit, |at| std::cmp::Reverse(at.id)),
            Listing::Owner { .. } => listed(inner, of, after, limit),
        });
        KindBySignedBytes => pages_are_stable: Paged(|inner, of, after, limit| match of {
            Listing::Kind { .. } => by(inner, of, after, limit, |at| at.id.as_bytes().map(|byte| byte as i8)),
            Listing::Owner { .. } => listed(inner, of, after, limit),
        });
        KindByText => pages_are_stable: Paged(|inner, of, after, limit| match of {
            Listing::Kind { .. } => by(inner, of, after, limit, |at| format!("{:?}", at.id.as_bytes())),
            Listing::Owner { .. } => listed(inner, of, after, limit),
        });
        OwnerByText => pages_are_stable: Paged(|inner, of, after, limit| {
            let Listing::Owner { .. } = of else { return listed(inner, of, after, limit) };
            let mut page = listed(inner, of, after, limit);
            page.items.sort_by_key(|item| {
                std::cmp::Reverse((item.record().created_at, format!("{:?}", item.record().id.as_bytes())))
            });
            page
        });
    };
    all.extend(beside_damage());
    all
}

/// Returns how many damaged records are due for removal, because their `gone_at` is reached at `now`.
fn damaged_gone(model: &Model, now: Timestamp) -> usize {
    model.damaged_gone(now, now).len()
}

/// A broken store whose purge counts damaged records towards its limit. It chooses the damaged records first, but
/// cannot remove them. So it removes fewer records than the limit allows, or none.
struct DamageTakesThePlace;

overrides!(DamageTakesThePlace, self, purge, |inner, now, unsent, windows, limit| {
    let room = (limit.get() as usize).saturating_sub(inner.with(|model| damaged_gone(model, now)));
    let (changed, _) = inner.with(|model| model.purge(now, unsent, windows, room));
    Ok(Progress { changed, more: changed > 0 })
});

/// A broken store whose purge applies its limit to removals and shrinkings separately: it removes up to `limit`
/// records, and then shrinks up to `limit` superseded records.
struct ShrinksBeside;

overrides!(ShrinksBeside, self, purge, |inner, now, unsent, windows, limit| {
    let removed = inner.purge(now, unsent, Timestamp::EPOCH, limit).await?;
    let shrunk = inner.purge(now.min(Timestamp::EPOCH), unsent, windows, limit).await?;
    Ok(Progress { changed: removed.changed + shrunk.changed, more: removed.more || shrunk.more })
});

/// A broken store that cannot revoke the families of an owner who has a damaged record. If `fails` is true, the call
/// returns an error. Otherwise it revokes nothing and says that there is more to revoke.
struct OwnerStopsAtDamage {
    fails: bool,
}

overrides!(OwnerStopsAtDamage, self, revoke, |inner, what, revoked, gone_at, limit| {
    if let Revoke::Owner { realm, owner } = what {
        let stopped = inner.with(|model| {
            let damaged = model.records.iter().filter(|record| model.damaged.contains(&record.id));
            damaged.filter(|record| record.realm == *realm && record.owner == *owner).map(|record| record.id).next()
        });
        if let Some(id) = stopped {
            return if self.fails {
                Err(StoreError::corrupt(Some(id), "damaged"))
            } else {
                Ok(Progress { changed: 0, more: true })
            };
        }
    }
    inner.revoke(what, revoked, gone_at, limit).await
});

/// A broken store that, at the first damaged record in a call of `touch`, stores no further uses. If `fails` is true,
/// the call returns an error. Otherwise it reports success.
struct TouchStopsAtDamage {
    fails: bool,
}

overrides!(TouchStopsAtDamage, self, touch, |inner, seen| {
    let first = inner.with(|model| seen.iter().position(|(id, _)| model.damaged.contains(id)));
    inner.touch(&seen[..first.unwrap_or(seen.len())]).await?;
    match first {
        Some(at) if self.fails => Err(StoreError::corrupt(Some(seen[at].0), "damaged")),
        _ => Ok(()),
    }
});

/// A broken store that returns an error instead of a page of records with due notices if one of these records is
/// damaged.
struct DueFailsAtDamage;

overrides!(DueFailsAtDamage, self, due, |inner, now, after, limit| {
    let page = inner.due(now, after, limit).await?;
    if page.corrupt > 0 { Err(StoreError::corrupt(None, "damaged")) } else { Ok(page) }
});

fn beside_damage() -> Vec<Case> {
    cases! {
        DamageTakesThePlaceOfOthers => garbage_is_corrupt: DamageTakesThePlace;
        ShrinksBesideTheLimit => purge_keeps_the_living: ShrinksBeside;
        OwnersRevocationFailsAtDamage => garbage_is_corrupt: OwnerStopsAtDamage { fails: true };
        OwnersRevocationNeverEndsAtDamage => garbage_is_corrupt: OwnerStopsAtDamage { fails: false };
        TouchEndsAtDamage => garbage_is_corrupt: TouchStopsAtDamage { fails: false };
        TouchFailsAtDamage => garbage_is_corrupt: TouchStopsAtDamage { fails: true };
        ListEndsAtDamage => garbage_is_corrupt: Paged(|inner, of, after, limit| {
            let mut page = listed(inner, of, after, limit);
            page.next = page.next.filter(|_| page.corrupt == 0);
            page
        });
        DamageIsNotCounted => garbage_is_corrupt: Paged(|inner, of, after, limit| {
            Page { corrupt: 0, ..listed(inner, of, after, limit) }
        });
        DueEndsAtDamage => garbage_is_corrupt: DuePaged(|inner, now, after, limit| {
            let mut page = due(inner, now, after, limit);
            page.next = page.next.filter(|_| page.corrupt == 0);
            page
        });
        DueFailsBesideDamage => garbage_is_corrupt: DueFailsAtDamage;
    }
}
