//! Reads pages of an owner's families that are not revoked, in ascending order of id.

use std::num::NonZeroU32;

use counterfoil::Realm;
use counterfoil::store::{FamilyParts, Page, StoreError};
use counterfoil::types::{FamilyId, OwnerId};

use crate::engine::{Engine, Key};
use crate::key;
use crate::step::Step;

/// The maximum number of rows that one page reads.
const MOST: usize = 500;
/// The number of rows that one call of the engine reads.
const ROWS: usize = 96;

/// Reads a page of an owner's families. The index of these families is ordered by expiry. A change of an expiry moves
/// an entry, and several scans could miss a moved entry. So each page reads the whole index of this owner in one scan.
pub(crate) async fn list_families(
    engine: &dyn Engine,
    realm: &Realm,
    owner: &OwnerId,
    after: Option<&FamilyId>,
    limit: NonZeroU32,
) -> Result<Page<FamilyParts, FamilyId>, StoreError> {
    let mut step = Step::new(engine, "list_families");
    let standing = key::standing(realm, owner);
    let entries = step.scan(&standing.clone().key(), &standing.end_of_prefix(), usize::MAX).await?;
    let mut ids: Vec<FamilyId> = entries.iter().filter_map(|(key, _)| key::last_family(key)).collect();
    ids.retain(|id| after.is_none_or(|after| id > after));
    ids.sort_unstable();
    // A family whose row was damaged and written again may have two entries.
    ids.dedup();
    let most = usize::try_from(limit.get()).unwrap_or(usize::MAX).min(MOST);
    let more = ids.len() > most;
    ids.truncate(most);
    let mut page = Page { items: Vec::new(), next: ids.last().copied().filter(|_| more), corrupt: 0 };
    for some in ids.chunks(ROWS) {
        step.load(some.iter().map(key::family).collect::<Vec<Key>>()).await?;
        for id in some {
            match step.loaded_family(id) {
                Ok(family) => {
                    let of_owner = |parts: &FamilyParts| parts.realm == *realm && parts.owner == *owner;
                    let parts = family.map(|family| family.parts).filter(|parts| parts.revoked.is_none());
                    page.items.extend(parts.filter(of_owner));
                }
                Err(_) => page.corrupt += 1,
            }
        }
    }
    Ok(page)
}
