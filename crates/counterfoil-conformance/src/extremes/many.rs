//! Checks calls for more than 1,000 records or more than 100 families, and calls with the largest possible limit.

use counterfoil::store::{Inserted, NewRecord, NoticeMark, Rotated, TokenStore};
use counterfoil::types::{RecordId, TokenKind, Version};

use crate::sample::{Draft, GONE, Person, at, most, revoked, slide, supersede};
use crate::together::found_all;
use crate::violation::{Violation, ensure, ensure_is};
use crate::walk::{ids, sorted_ids, walk, walk_due};

/// Inserts 1,034 records, each with a notice. Returns their ids in ascending order.
async fn a_thousand(store: &dyn TokenStore) -> Result<Vec<RecordId>, Violation> {
    let mut drafts = Vec::new();
    for _ in 0..11 {
        let mut draft = Person::somebody().refresh();
        for _ in 0..93 {
            draft = draft.with_access();
        }
        draft.records.iter_mut().for_each(|record| record.notice = Some(NoticeMark { at: at(3), stage: 0 }));
        drafts.push(draft);
    }
    found_all(store, &drafts).await?;
    let mut all: Vec<RecordId> = drafts.iter().flat_map(|draft| &draft.records).map(|record| record.id).collect();
    all.sort_unstable();
    Ok(all)
}

/// Inserts more than 1,000 records with a due notice, and reads all pages of due records. Checks that all records
/// appear. One of the page sizes does not fit into 8 bits, and another is the largest possible one.
pub(crate) async fn a_thousand_are_due(store: &dyn TokenStore) -> Result<(), Violation> {
    let wanted = a_thousand(store).await?;
    for limit in [257, u32::MAX] {
        let due = sorted_ids(&walk_due(store, at(3), limit).await?);
        ensure!(due == wanted, "pages of {limit} must show {} due records, but showed {}", wanted.len(), due.len());
    }
    Ok(())
}

/// Checks that purges with the largest possible limit remove more than 1,000 records that are past their `gone_at`.
pub(crate) async fn a_thousand_are_purged(store: &dyn TokenStore) -> Result<(), Violation> {
    let all = a_thousand(store).await?;
    let mut changed = 0;
    for _ in 0..=all.len() {
        let progress = store.purge(at(GONE), at(GONE), at(0), most(u32::MAX)).await?;
        changed += progress.changed;
        if !progress.more {
            break;
        }
    }
    ensure!(changed == all.len() as u64, "{} records must be removed, but {changed} were", all.len());
    ensure!(store.census().await?.is_empty(), "what was purged must not be counted");
    Ok(())
}

/// Checks that a revocation of an owner, called with the largest possible limit, ends more than a hundred families.
pub(crate) async fn more_than_a_hundred_families_end(store: &dyn TokenStore) -> Result<(), Violation> {
    let person = Person::somebody();
    let drafts: Vec<Draft> = (0..130).map(|_| person.pat()).collect();
    found_all(store, &drafts).await?;
    for _ in 0..=drafts.len() {
        if !store.revoke(person.all(), revoked(at(5)), at(GONE), most(u32::MAX)).await?.more {
            break;
        }
    }
    let left = walk(store, person.standing(TokenKind::PersonalAccessToken, at(6)), 200).await?.len();
    ensure!(left == 0, "the end of an owner with 130 families must end all, but {left} stand");
    Ok(())
}

/// Makes four calls that insert a hundred records each: an insert of a new family, a join, a slide and a rotation.
/// Checks that all records are stored.
pub(crate) async fn a_hundred_at_once(store: &dyn TokenStore) -> Result<(), Violation> {
    let person = Person::somebody();
    let mut draft = person.refresh();
    let mut wanted = Vec::new();
    for _ in 0..99 {
        draft = draft.with_access();
    }
    wanted.extend(draft.records.iter().skip(1).map(|record| record.id));
    let id = draft.found(store).await?;
    let hundred = |generation| -> Vec<NewRecord> { (0..100).map(|_| draft.access(generation)).collect() };
    let (joined, slid, mut rotated) = (hundred(0), hundred(0), hundred(1));
    ensure_is!(store.insert(draft.join(0), &joined, at(1)).await?, Inserted::Done, "a join must go through");
    let step = slide(at(1_000_001), at(GONE));
    ensure_is!(store.rotate(&id, &step, &slid, at(2)).await?, Rotated::Done, "a slide must go through");
    let next = draft.successor(id, 1);
    rotated[99] = next.clone();
    let step = supersede(Version::FIRST, next.id, at(3));
    ensure_is!(store.rotate(&id, &step, &rotated, at(3)).await?, Rotated::Done, "a rotation must go through");
    wanted.extend(joined.iter().chain(&slid).chain(&rotated[..99]).map(|record| record.id));
    wanted.sort_unstable();
    let mut found = ids(&walk(store, person.listing(TokenKind::AccessToken), 500).await?);
    found.sort_unstable();
    ensure!(found == wanted, "{} access tokens must be there, but {} are", wanted.len(), found.len());
    ensure!(store.get(&next.id).await?.is_some(), "the last of a hundred new records must be there");
    Ok(())
}
