//! Checks the pages of family ids (clause 57 of `Transfer`).

use std::collections::BTreeSet;
use std::sync::Arc;

use counterfoil::Realm;
use counterfoil::store::{Listing, Transfer, WholeFamily};
use counterfoil::types::FamilyId;

use super::{KINDS, Whole, every_state};
use crate::sample::most;
use crate::violation::{Checked, Verdict, Violation, ensure};

/// Reads all ids of families of a store, in pages of at most `limit` ids, and then reads each family. Returns the
/// families.
///
/// # Errors
///
/// A [`Violation`] if a page breaks clause 57 of `Transfer`, or if a family of a page cannot be read.
pub async fn walk_families(store: &(impl Transfer + ?Sized), limit: u32) -> Result<Vec<WholeFamily>, Violation> {
    let (mut all, mut after) = (Vec::new(), None::<FamilyId>);
    loop {
        let page = store.families(after.as_ref(), most(limit)).await?;
        ensure!(page.items.len() <= limit as usize, "a page of at most {limit} must not hold {}", page.items.len());
        ensure!(page.corrupt == 0, "nothing is damaged, but {} families are called so", page.corrupt);
        for id in page.items {
            let last = all.last().map(|last: &WholeFamily| last.family().id);
            ensure!(last.is_none_or(|last| last < id), "a walk must ascend, but {id:?} follows {last:?}");
            let family = store.family(&id).await?;
            all.push(family.ok_or_else(|| Violation::new(format!("{id:?} is listed, but it is not there")))?);
        }
        after = page.next;
        if after.is_none() {
            return Ok(all);
        }
    }
}

/// Checks the pages of family ids (clause 57 of `Transfer`). Together the pages must contain every family of every
/// realm once, revoked or not, in ascending order. This must be true for every page length.
pub async fn families_are_walked<S: Whole>(source: Arc<S>, _target: Arc<S>) -> Verdict {
    ensure!(walk_families(&*source, 3).await?.is_empty(), "an empty store has no family");
    every_state(&*source).await?;
    let all = walk_families(&*source, 1_000).await?;
    for limit in [1, 2, 7] {
        let ids = |all: &[WholeFamily]| all.iter().map(|one| one.family().id).collect::<Vec<_>>();
        let paged = walk_families(&*source, limit).await?;
        ensure!(ids(&paged) == ids(&all), "pages of {limit} must show what one page shows");
    }
    let mut listed = BTreeSet::new();
    for realm in ["default", "other"] {
        for kind in KINDS {
            let realm = Realm::new(realm).map_err(|_| Violation::new("a realm"))?;
            let records = crate::walk::walk(&*source, Listing::Kind { realm: &realm, kind }, 100).await?;
            listed.extend(records.iter().map(|record| record.family().id));
        }
    }
    let walked: BTreeSet<FamilyId> = all.iter().map(|one| one.family().id).collect();
    ensure!(listed.is_subset(&walked), "a walk must show every family that a listing shows");
    let counted: u64 = source.census().await?.iter().map(|(_, records)| records).sum();
    let members: usize = all.iter().map(|one| one.members().len()).sum();
    ensure!(counted == members as u64, "{counted} records are counted, but {members} were walked");
    ensure!(all.iter().any(|one| one.members().iter().any(|member| member.shrunk)), "shrunk records must be shown");
    Ok(Checked::Held)
}
