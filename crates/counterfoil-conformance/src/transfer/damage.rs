//! Checks the methods of `Transfer` with families that have a damaged row (clause 26 of `TokenStore`).

use counterfoil::store::{Restored, StoreError, WholeFamily};
use counterfoil::types::FamilyId;

use super::family::chain;
use super::{TransferFixture, Whole};
use crate::fixture::Row;
use crate::sample::{Person, most};
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};

/// Checks damaged rows (clause 26 of `TokenStore`) in the methods of `Transfer`. Reading a family with a damaged row
/// must return `Corrupt`. The family must never be reported as absent, read without the damaged member, or overwritten.
/// Other families must not be affected.
pub async fn transfer_garbage_is_corrupt<F: TransferFixture>(fixture: &F) -> Verdict {
    let mut tried = false;
    for of_family in [false, true] {
        let database = fixture.create().await;
        let store = fixture.open_whole(&database).await;
        let person = Person::somebody();
        let all = ["one", "two", "three"].map(|label| chain(&person, label));
        let mut families = Vec::new();
        for family in all {
            families.push(family?);
        }
        families.sort_by_key(|family| family.family().id);
        for family in &families {
            ensure_is!(store.restore(family).await?, Restored::Done, "a restore must go through");
        }
        let damaged = &families[1];
        let row = if of_family { Row::Family(&damaged.family().id) } else { Row::Record(&damaged.members()[1].id) };
        if !fixture.damage(&database, row).await {
            continue;
        }
        tried = true;
        beside_it(&*store, &families).await?;
        walks(&*store, &families).await?;
        never_overwritten(&*store, &person, damaged).await?;
        beside_it(&*store, &families).await?;
    }
    Ok(if tried { Checked::Held } else { Checked::NotApplicable("the fixture has no hook `damage`") })
}

/// Checks that a read of the second family, which is damaged, returns `Corrupt`, and that the other families are read
/// completely.
async fn beside_it(store: &dyn Whole, families: &[WholeFamily]) -> Result<(), Violation> {
    let read = store.family(&families[1].family().id).await;
    ensure_is!(read, Err(StoreError::Corrupt { .. }), "a family with a damaged row must be Corrupt");
    for family in [&families[0], &families[2]] {
        let found = store.family(&family.family().id).await?;
        let differs = found.as_ref().map_or(Some("everything"), |found| family.difference(found));
        ensure!(differs.is_none(), "beside a damaged family another one lost {differs:?}");
    }
    Ok(())
}

/// Reads all pages of family ids. The damaged family must be on a page, or be counted as corrupt.
async fn walks(store: &dyn Whole, families: &[WholeFamily]) -> Result<(), Violation> {
    let ids: Vec<FamilyId> = families.iter().map(|family| family.family().id).collect();
    for limit in [1, 2, 9] {
        let (mut found, mut corrupt, mut after) = (Vec::new(), 0, None::<FamilyId>);
        for _ in 0..20 {
            let page = store.families(after.as_ref(), most(limit)).await?;
            found.extend(page.items);
            corrupt += page.corrupt;
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        ensure!(after.is_none(), "a damaged family must not keep a walk from its end");
        let others = found == ids || found == [ids[0], ids[2]];
        ensure!(others, "beside a damaged family, pages of {limit} must show all others, but showed {found:?}");
        ensure!(found == ids || corrupt > 0, "a damaged family must be listed or counted, but was hidden");
    }
    Ok(())
}

async fn never_overwritten(store: &dyn Whole, person: &Person, damaged: &WholeFamily) -> Result<(), Violation> {
    let again = store.restore(damaged).await;
    ensure_is!(
        again,
        Ok(Restored::IdTaken(_)) | Err(StoreError::Corrupt { .. }),
        "a restore must not overwrite a damaged family"
    );
    let rival = chain(person, damaged.family().label_key.as_ref().map_or("one", |key| key.as_str()))?;
    let answer = store.restore(&rival).await;
    ensure_is!(
        answer,
        Ok(Restored::LabelTaken(_)) | Err(StoreError::Corrupt { .. }),
        "a damaged family must keep its label"
    );
    let other = chain(person, "four")?;
    ensure_is!(store.restore(&other).await?, Restored::Done, "beside a damaged family another one must be restored");
    Ok(())
}
