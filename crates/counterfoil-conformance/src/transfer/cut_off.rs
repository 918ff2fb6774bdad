//! Checks calls of `Transfer` that are dropped before they are done (clause 25 of `TokenStore`).

use std::sync::Arc;
use std::time::Duration;

use counterfoil::store::{Restored, WholeFamily};
use counterfoil::types::RecordId;

use super::family::chain;
use super::{TransferFixture, Whole};
use crate::cut::{DEEPEST, cut};
use crate::sample::Person;
use crate::slow::pause;
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};
use crate::walk::{sorted_ids, walk, walk_due};

/// A method of `Transfer` whose call is dropped.
#[derive(Clone, Copy, Debug)]
enum Call {
    Restore,
    Family,
    Families,
}

/// Checks dropped calls of `Transfer` (clause 25 of `TokenStore`). A restore may be dropped at any await. It must then
/// write the whole family or nothing, immediately or shortly after. The next user of the connection must not be
/// affected, neither by a dropped restore nor by a dropped read.
pub async fn transfer_cut_off_is_all_or_nothing<F: TransferFixture>(fixture: &F) -> Verdict {
    let database = fixture.create().await;
    let store = fixture.open_whole(&database).await;
    let mut written = Vec::new();
    for call in [Call::Restore, Call::Family, Call::Families] {
        for polls in 1..=DEEPEST {
            if one_call(&store, call, polls, &mut written).await? {
                break;
            }
        }
    }
    drop(store);
    let another = fixture.open_whole(&database).await;
    all_there(&*another, &written, "another handle").await?;
    drop(another);
    if let Some(database) = fixture.reopen(database).await {
        all_there(&*fixture.open_whole(&database).await, &written, "the reopened store").await?;
    }
    Ok(Checked::Held)
}

async fn all_there(store: &dyn Whole, written: &[WholeFamily], handle: &str) -> Result<(), Violation> {
    for family in written {
        let found = store.family(&family.family().id).await?;
        let differs = found.as_ref().map_or(Some("everything"), |found| family.difference(found));
        ensure!(differs.is_none(), "in {handle} a family that was restored after a cut-off lost {differs:?}");
    }
    Ok(())
}

/// Makes one call and drops it after `polls` polls. Then checks the store, and adds the families that are stored
/// afterwards to `written`. Returns true if the call was done before it could be dropped.
async fn one_call(
    store: &Arc<dyn Whole>,
    call: Call,
    polls: u32,
    written: &mut Vec<WholeFamily>,
) -> Result<bool, Violation> {
    let (person, label) = (Person::somebody(), format!("{call:?} {polls}"));
    let (family, beside) = (chain(&person, &label)?, chain(&person, &format!("beside {label}"))?);
    let id = family.family().id;
    let done = match call {
        Call::Restore => cut(store.restore(&family), polls).await.transpose()?.is_some(),
        Call::Family => cut(store.family(&id), polls).await.transpose()?.is_some(),
        Call::Families => cut(store.families(None, crate::sample::most(9)), polls).await.transpose()?.is_some(),
    };
    ensure_is!(store.restore(&beside).await?, Restored::Done, "the next restore after a cut-off must be done");
    let there = is_whole_or_absent(&**store, &family).await?;
    let restored = matches!(call, Call::Restore) && done;
    ensure!(!restored || there, "a restore returned, so its family must be there");
    // The caller repeats the restore.
    let again = store.restore(&family).await?;
    ensure_is!(again, Restored::Done | Restored::IdTaken(_), "a repeated restore must be done or be recognised");
    let mut ids: Vec<RecordId> = [&family, &beside].iter().flat_map(|one| one.members()).map(|one| one.id).collect();
    ids.sort_unstable();
    let mut listed = Vec::new();
    for kind in counterfoil::types::TokenKind::ALL {
        listed.extend(sorted_ids(&walk(&**store, person.listing(kind), 9).await?));
    }
    listed.sort_unstable();
    ensure!(listed == ids, "after a repeated restore each member must be listed once, but {listed:?} are");
    let due = sorted_ids(&walk_due(&**store, crate::sample::at(9), 100).await?);
    let noticed = |id: &&RecordId| due.binary_search(id).is_ok();
    ensure!(ids.iter().filter(noticed).count() == 2, "after a repeated restore each notice must be due");
    written.extend([family, beside]);
    Ok(done)
}

/// Returns true if the whole family is stored, and false if nothing of it is. Waits up to one second for one of the
/// two, because a server may still be executing the dropped request.
async fn is_whole_or_absent(store: &dyn Whole, family: &WholeFamily) -> Result<bool, Violation> {
    let mut seen = String::new();
    for patience in 0..1_000 {
        let found = store.family(&family.family().id).await;
        let mut members = 0;
        for member in family.members() {
            members += usize::from(store.get(&member.id).await.is_ok_and(|found| found.is_some()));
        }
        match &found {
            Ok(None) if members == 0 => return Ok(false),
            Ok(Some(found)) if family.difference(found).is_none() && members == family.members().len() => {
                return Ok(true);
            }
            other => seen = format!("{other:?} with {members} members"),
        }
        pause().await;
        if patience > 50 {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    Err(Violation::new(format!("a restore, cut off, must leave the whole family or nothing, but left {seen}")))
}
