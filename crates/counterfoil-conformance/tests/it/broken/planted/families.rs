//! Broken stores that list the families of an owner incorrectly.

use counterfoil::store::{FamilyParts, Page, StoreError};
use counterfoil::types::{FamilyId, OwnerId, TokenKind};
use counterfoil::{Realm, Timestamp};
use counterfoil_conformance::ReferenceStore;
use counterfoil_conformance::reference::Model;
use counterfoil_conformance::sample::at;

use super::{Case, cases};
use crate::broken::states::{Families, FamiliesPaged};

type Of<'a> = (&'a Realm, &'a OwnerId);

/// Returns a page of the stored families for which `of` returns true, in the order of their ids. Damaged families are
/// left out and counted in `corrupt`.
fn paged(
    inner: &ReferenceStore,
    of: impl Fn(&Model, &FamilyParts) -> bool,
    after: Option<&FamilyId>,
    limit: usize,
) -> Families {
    inner.with(|model| {
        let mut found: Vec<FamilyParts> = model.families.iter().filter(|family| of(model, family)).cloned().collect();
        found.retain(|family| after.is_none_or(|after| family.id > *after));
        found.sort_by_key(|family| family.id);
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().map(|family| family.id).filter(|_| more);
        let read = found.len();
        found.retain(|family| !model.damaged_families.contains(&family.id));
        Page { corrupt: u32::try_from(read - found.len()).unwrap_or(u32::MAX), items: found, next }
    })
}

fn is_of(family: &FamilyParts, (realm, owner): Of<'_>) -> bool {
    family.realm == *realm && family.owner == *owner
}

/// Returns a page of the owner's families that are not revoked, but leaves out the families for which `hides` returns
/// true.
fn without(
    inner: &ReferenceStore,
    of: Of<'_>,
    after: Option<&FamilyId>,
    limit: usize,
    hides: fn(&FamilyParts) -> bool,
) -> Result<Families, StoreError> {
    let shows = |_: &Model, family: &FamilyParts| is_of(family, of) && family.revoked.is_none() && !hides(family);
    Ok(paged(inner, shows, after, limit))
}

fn right(inner: &ReferenceStore, of: Of<'_>, after: Option<&FamilyId>, limit: usize) -> Families {
    inner.with(|model| model.list_families(of.0, of.1, after, limit))
}

fn is_before(end: Option<Timestamp>) -> bool {
    end.is_some_and(|end| end < at(1_000))
}

/// Returns true if the family with this id is not in a correct list of this owner's families.
fn left(inner: &ReferenceStore, of: Of<'_>, id: &FamilyId) -> bool {
    right(inner, of, None, usize::MAX).items.iter().all(|family| family.id != *id)
}

pub(super) fn families() -> Vec<Case> {
    let mut all = hidden();
    all.extend(too_many());
    all.extend(borders());
    all.extend(rows());
    all
}

/// Returns stores that are made with the type `FamiliesPaged` and a correct function, so they have no flaw.
pub(super) fn correct() -> Vec<Case> {
    cases! {
        ListIsRight => families_are_listed: FamiliesPaged(|inner, of, after, limit| Ok(right(inner, of, after, limit)));
        ListHidesNothing => families_are_listed: FamiliesPaged(|inner, of, after, limit| {
            without(inner, of, after, limit, |_| false)
        });
    }
}

fn hidden() -> Vec<Case> {
    cases! {
        ListMissesTheRotated => families_are_listed: FamiliesPaged(|inner, of, after, limit| {
            without(inner, of, after, limit, |family| family.generation > 0)
        });
        ListMissesTheLabelled => families_are_listed: FamiliesPaged(|inner, of, after, limit| {
            without(inner, of, after, limit, |family| family.label_key.is_some())
        });
        ListMissesTheExpired => families_are_listed: FamiliesPaged(|inner, of, after, limit| {
            without(inner, of, after, limit, |family| is_before(family.live_until))
        });
        ListMissesTheGone => families_are_listed: FamiliesPaged(|inner, of, after, limit| {
            without(inner, of, after, limit, |family| is_before(family.gone_at))
        });
        ListMissesThePermanent => families_are_listed: FamiliesPaged(|inner, of, after, limit| {
            without(inner, of, after, limit, |family| family.live_until.is_none())
        });
        ListMissesTheUsed => families_are_listed: FamiliesPaged(|inner, of, after, limit| {
            without(inner, of, after, limit, |family| family.used_at > at(24))
        });
        ListMissesThoseWithAClient => families_are_listed: FamiliesPaged(|inner, of, after, limit| {
            without(inner, of, after, limit, |family| family.client.is_some())
        });
        ListMissesSessions => families_are_listed: FamiliesPaged(|inner, of, after, limit| {
            without(inner, of, after, limit, |family| family.kind == TokenKind::ConsoleSession)
        });
        ListMissesTheDetailed => families_are_listed: FamiliesPaged(|inner, of, after, limit| {
            without(inner, of, after, limit, |family| family.details.is_some())
        });
        ListMissesFamiliesOfRevokedRecords => families_are_listed: FamiliesPaged(|inner, of, after, limit| {
            let shows = |model: &Model, family: &FamilyParts| {
                let mut own = model.records.iter().filter(|record| record.id.family() == family.id);
                is_of(family, of) && family.revoked.is_none() && own.any(|record| record.revoked.is_none())
            };
            Ok(paged(inner, shows, after, limit))
        });
        ListEndsAfterAThousand => families_are_listed: FamiliesPaged(|inner, of, after, limit| {
            let mut page = right(inner, of, after, limit.min(1_000));
            if page.items.len() == 1_000 || limit > 1_000 {
                page.next = None;
            }
            Ok(page)
        });
    }
}

fn too_many() -> Vec<Case> {
    cases! {
        ListShowsTheRevoked => families_are_listed: FamiliesPaged(|inner, of, after, limit| {
            Ok(paged(inner, |_, family| is_of(family, of), after, limit))
        });
        ListShowsOtherRealms => families_are_listed: FamiliesPaged(|inner, of, after, limit| {
            Ok(paged(inner, |_, family| family.owner == *of.1 && family.revoked.is_none(), after, limit))
        });
        ListShowsOtherOwners => families_are_listed: FamiliesPaged(|inner, of, after, limit| {
            Ok(paged(inner, |_, family| family.realm == *of.0 && family.revoked.is_none(), after, limit))
        });
        ListOfAnOwnerWithoutCase => families_are_listed: FamiliesPaged(|inner, of, after, limit| {
            let alike = |family: &FamilyParts| {
                family.realm == *of.0 && family.owner.as_str().to_lowercase() == of.1.as_str().to_lowercase()
            };
            Ok(paged(inner, |_, family| alike(family) && family.revoked.is_none(), after, limit))
        });
        ListOfTheShard => families_are_listed: FamiliesPaged(|inner, of, after, limit| {
            let shard = counterfoil::token::shard(of.0, of.1);
            Ok(paged(inner, |_, family| family.id.shard() == shard && family.revoked.is_none(), after, limit))
        });
        ListBeyondItsLimit => families_are_listed: FamiliesPaged(|inner, of, after, limit| {
            Ok(right(inner, of, after, limit.saturating_add(1)))
        });
    }
}

fn borders() -> Vec<Case> {
    cases! {
        ListRepeatsTheCursor => families_are_listed: FamiliesPaged(|inner, of, after, limit| {
            let mut page = right(inner, of, after, limit);
            let again = |id: &FamilyId| right(inner, of, None, usize::MAX).items.into_iter().find(|one| one.id == *id);
            if let Some(again) = after.and_then(again).filter(|_| limit > 1) {
                page.items.insert(0, again);
                page.items.truncate(limit);
            }
            Ok(page)
        });
        ListSkipsOneAtABorder => families_are_listed: FamiliesPaged(|inner, of, after, limit| {
            let mut page = right(inner, of, after, limit);
            page.next = page.next.and_then(|next| right(inner, of, Some(&next), 1).items.first().map(|one| one.id));
            Ok(page)
        });
        ListDescends => families_are_listed: FamiliesPaged(|inner, of, after, limit| {
            let mut page = right(inner, of, after, limit);
            page.items.reverse();
            Ok(page)
        });
        ListByLastUse => families_are_listed: FamiliesPaged(|inner, of, after, limit| {
            let mut page = right(inner, of, after, limit);
            page.items.sort_by_key(|family| family.used_at);
            Ok(page)
        });
        ListComparesSignedBytes => families_are_listed: FamiliesPaged(|inner, of, after, limit| {
            let signed = |id: &FamilyId| id.as_bytes().map(|byte| i8::from_ne_bytes([byte]));
            let mut all = right(inner, of, None, usize::MAX).items;
            all.retain(|family| after.is_none_or(|after| signed(&family.id) > signed(after)));
            all.sort_by_key(|family| signed(&family.id));
            let more = all.len() > limit;
            all.truncate(limit);
            let next = all.last().map(|family| family.id).filter(|_| more);
            Ok(Page { items: all, next, corrupt: 0 })
        });
        ListEndsBehindTheVanished => families_are_listed: FamiliesPaged(|inner, of, after, limit| {
            if after.is_some_and(|after| left(inner, of, after)) {
                return Ok(Page { items: Vec::new(), next: None, corrupt: 0 });
            }
            Ok(right(inner, of, after, limit))
        });
        ListBeginsAnewBehindTheVanished => families_are_listed: FamiliesPaged(|inner, of, after, limit| {
            Ok(right(inner, of, after.filter(|after| !left(inner, of, after)), limit))
        });
        ListEndsBehindTheRevoked => families_are_listed: FamiliesPaged(|inner, of, after, limit| {
            let ended = |id: &FamilyId| inner.with(|model| model.family(*id).is_some_and(|one| one.revoked.is_some()));
            if after.is_some_and(ended) {
                return Ok(Page { items: Vec::new(), next: None, corrupt: 0 });
            }
            Ok(right(inner, of, after, limit))
        });
        AnEmptyPageOfFamiliesEnds => families_are_listed: FamiliesPaged(|inner, of, after, limit| {
            let mut page = paged(inner, |_, family| is_of(family, of), after, limit);
            page.items.retain(|family| family.revoked.is_none());
            page.next = page.next.filter(|_| !page.items.is_empty());
            Ok(page)
        });
    }
}

fn rows() -> Vec<Case> {
    cases! {
        ListLeavesOutDetails => families_are_listed: FamiliesPaged(|inner, of, after, limit| {
            let mut page = right(inner, of, after, limit);
            page.items.iter_mut().for_each(|family| family.details = None);
            Ok(page)
        });
        ListLeavesOutLabels => families_are_listed: FamiliesPaged(|inner, of, after, limit| {
            let mut page = right(inner, of, after, limit);
            page.items.iter_mut().for_each(|family| family.label_key = None);
            Ok(page)
        });
        ListShowsTheFirstGeneration => families_are_listed: FamiliesPaged(|inner, of, after, limit| {
            let mut page = right(inner, of, after, limit);
            page.items.iter_mut().for_each(|family| family.generation = 0);
            Ok(page)
        });
        ListHidesDamage => families_are_listed: FamiliesPaged(|inner, of, after, limit| {
            Ok(Page { corrupt: 0, ..right(inner, of, after, limit) })
        });
        ListCountsDamageAhead => families_are_listed: FamiliesPaged(|inner, of, after, limit| {
            let mut page = right(inner, of, after, limit);
            if let Some(next) = &page.next {
                page.corrupt += right(inner, of, Some(next), 1).corrupt;
            }
            Ok(page)
        });
        ListFailsAtDamage => families_are_listed: FamiliesPaged(|inner, of, after, limit| {
            let page = right(inner, of, after, limit);
            if page.corrupt > 0 { Err(StoreError::corrupt(None, "damaged")) } else { Ok(page) }
        });
        ListEndsAtDamage => families_are_listed: FamiliesPaged(|inner, of, after, limit| {
            let mut page = right(inner, of, after, limit);
            page.next = page.next.filter(|_| page.corrupt == 0);
            Ok(page)
        });
    }
}
