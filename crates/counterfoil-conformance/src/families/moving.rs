//! Lists families while other calls insert, rotate, revoke and purge them between two pages.

use counterfoil::store::{Change, Page, Rotated, TokenStore};
use counterfoil::types::{FamilyId, RecordId, Version};

use crate::purge::purge;
use crate::sample::{Draft, GONE, Person, at, describe_as, most, must_get, relabel, revoked, slide, supersede};
use crate::together::found_all;
use crate::violation::{Violation, ensure, ensure_is};

/// Walks over 24 families in pages of at most `limit`. Between the pages, new families are inserted before and after
/// the position of the walk, families out of a fixed third of the 24 are revoked or purged, and others of the 24 are
/// changed by calls that do not end them. Each of the 24 that is not ended must be listed exactly once.
pub(super) async fn while_families_come_and_go(store: &dyn TokenStore, limit: u32) -> Result<(), Violation> {
    let ann = Person::new("default", "ann");
    let mut drafts: Vec<Draft> = (0..24).map(|number| ann.refresh().used(at(number))).collect();
    drafts.sort_unstable_by_key(|draft| draft.family.id);
    for draft in drafts.iter_mut().skip(1).step_by(6) {
        *draft = draft.clone().ending(Some(at(10)), Some(at(20)));
    }
    found_all(store, &drafts).await?;
    let stays = |number: usize| number % 3 != 1;
    let (mut seen, mut after) = (Vec::<FamilyId>::new(), None::<FamilyId>);
    let mut tips: Vec<RecordId> = drafts.iter().map(Draft::id).collect();
    for page in 0..1_000_u64 {
        let Page { items, next, .. } = store.list_families(&ann.realm, &ann.owner, after.as_ref(), most(limit)).await?;
        ensure!(items.len() <= limit as usize, "a page of at most {limit} must not hold {} families", items.len());
        ensure!(items.iter().all(|family| family.revoked.is_none()), "a revoked family must not be listed");
        seen.extend(items.iter().map(|family| family.id));
        if next.is_none() {
            break;
        }
        after = next;
        ensure!(page < 900, "a walk must end although families come in");
        if page < 12 {
            found_all(store, &[ann.refresh(), ann.pat()]).await?;
        }
        // Changes or revokes the family at the cursor, and the family seven places later. Families that do not stay and
        // have an odd number are left to the purge below.
        let reached = drafts.iter().position(|draft| Some(draft.family.id) >= after).unwrap_or(0);
        for number in [reached, (reached + 7) % drafts.len()] {
            if stays(number) {
                tips[number] = changed(store, &drafts[number], tips[number], page).await?;
            } else if number % 2 == 0 {
                let family = ann.family(drafts[number].family.id);
                let _ = store.revoke(family, revoked(at(30)), at(GONE), most(1)).await?;
            }
        }
        if page == 2 {
            purge(store, at(20), at(20), at(0)).await?;
        }
    }
    ensure!(seen.is_sorted_by(|one, next| one < next), "a walk must list each family once, in ascending order of id");
    let missed: Vec<FamilyId> = drafts
        .iter()
        .enumerate()
        .filter(|(number, draft)| stays(*number) && !seen.contains(&draft.family.id))
        .map(|(_, draft)| draft.family.id)
        .collect();
    ensure!(missed.is_empty(), "limit {limit}: families that were there all along were not listed: {missed:?}");
    Ok(())
}

/// Changes the family by one of the calls that do not end it. Returns the family's newest record.
async fn changed(store: &dyn TokenStore, draft: &Draft, tip: RecordId, number: u64) -> Result<RecordId, Violation> {
    let stands = must_get(store, &tip).await?;
    let (version, generation) = (stands.record().version, stands.record().generation);
    let now = at(25 + number);
    match number % 4 {
        0 => {
            let next = draft.successor(tip, generation + 1);
            let step = supersede(version, next.id, now);
            let answer = store.rotate(&tip, &step, std::slice::from_ref(&next), now).await?;
            ensure_is!(answer, Rotated::Done, "a rotation must go through");
            return Ok(next.id);
        }
        1 => {
            let _ = store.rotate(&tip, &slide(at(GONE), at(GONE + 1)), &[draft.access(generation)], now).await?;
            store.touch(&[(tip, now)]).await?;
        }
        2 => {
            let _ = store.apply(&tip, version, &relabel(&format!("label {number}")), now).await?;
        }
        _ => {
            let _ = store.apply(&tip, version, &describe_as("moved"), now).await?;
            let expiry = Change::Expiry { expires_at: Some(at(1)), gone_at: Some(at(GONE)), notice: None };
            let _ = store.apply(&tip, Version::new(version.number() + 1), &expiry, now).await?;
        }
    }
    Ok(tip)
}

/// Reads a page, and then revokes or purges the last family of this page, or rotates it. The next page must continue
/// after the position that this family had.
pub(super) async fn a_cursor_outlives_its_family(store: &dyn TokenStore) -> Result<(), Violation> {
    for (number, way) in ["revoked", "purged", "rotated"].into_iter().enumerate() {
        let ann = Person::new(&format!("cursor-{number}"), "ann");
        let mut drafts: Vec<Draft> = (0..9).map(|_| ann.refresh()).collect();
        drafts.sort_unstable_by_key(|draft| draft.family.id);
        let last = drafts[3].clone().ending(Some(at(900)), Some(at(20)));
        drafts[3] = last.clone();
        found_all(store, &drafts).await?;
        let page = store.list_families(&ann.realm, &ann.owner, None, most(4)).await?;
        let first: Vec<FamilyId> = page.items.iter().map(|family| family.id).collect();
        ensure!(page.next.is_some() && !first.is_empty(), "a page of four must not be the last of nine");
        let cursor = first.last().copied();
        match way {
            "revoked" => {
                let _ = store.revoke(ann.family(last.family.id), revoked(at(2)), at(GONE), most(1)).await?;
            }
            "purged" => {
                let _ = purge(store, at(20), at(20), at(0)).await?;
            }
            _ => {
                let next = last.successor(last.id(), 1);
                let step = supersede(Version::FIRST, next.id, at(1));
                let _ = store.rotate(&last.id(), &step, std::slice::from_ref(&next), at(1)).await?;
            }
        }
        let (mut rest, mut after) = (Vec::<FamilyId>::new(), page.next);
        while let Some(cursor) = after {
            let page = store.list_families(&ann.realm, &ann.owner, Some(&cursor), most(4)).await?;
            rest.extend(page.items.iter().map(|family| family.id));
            after = page.next;
            ensure!(rest.len() <= drafts.len(), "a walk must end although the family at its cursor was {way}");
        }
        let removed = |id: &FamilyId| way != "rotated" && *id == last.family.id;
        let behind = drafts.iter().map(|draft| draft.family.id).filter(|id| Some(*id) > cursor && !removed(id));
        let behind: Vec<FamilyId> = behind.collect();
        ensure!(rest == behind, "behind a family that was {way} a walk must list {behind:?}, but it listed {rest:?}");
    }
    Ok(())
}
