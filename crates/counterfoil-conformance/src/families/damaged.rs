//! Lists families of which one is damaged. The check needs the hook `damage` of the fixture.

use counterfoil::types::FamilyId;

use crate::database::Database;
use crate::fixture::Row;
use crate::sample::{Draft, Person};
use crate::together::found_all;
use crate::violation::{Violation, ensure};
use crate::walk::collect_families;

/// Checks that a family row that cannot be decoded is counted once, and that all other families are listed. If the
/// fixture has no hook `damage`, checks nothing. The check of clause 26 then reports that the hook is missing.
pub(crate) async fn a_damaged_family_is_counted(store: &Database) -> Result<(), Violation> {
    for damaged in [0, 2, 4] {
        let ann = Person::new(&format!("damaged-{damaged}"), "ann");
        let mut drafts: Vec<Draft> = (0..5).map(|_| ann.refresh().with_access()).collect();
        drafts.sort_unstable_by_key(|draft| draft.family.id);
        found_all(&**store, &drafts).await?;
        if !store.damage(Row::Family(&drafts[damaged].family.id)).await {
            return Ok(());
        }
        let mut wanted: Vec<FamilyId> = drafts.iter().map(|draft| draft.family.id).collect();
        wanted.remove(damaged);
        for limit in [1, 2, 3, 5, 100] {
            let (listed, counted) = collect_families(&**store, &ann, limit).await?;
            let listed: Vec<FamilyId> = listed.iter().map(|family| family.id).collect();
            ensure!(
                listed == wanted && counted == 1,
                "pages of {limit} must list {wanted:?} and count one damaged family, but listed {listed:?} and counted \
                 {counted}"
            );
        }
    }
    Ok(())
}
