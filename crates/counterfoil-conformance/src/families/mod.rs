//! Checks lists of an owner's families (clause 61 of `TokenStore`).

mod damaged;
mod moving;
mod race;
mod states;

use counterfoil::store::{FamilyParts, TokenStore};
use counterfoil::types::{FamilyId, RecordId};

use crate::judge::family_differing;
use crate::sample::{Person, must_get};
use crate::subject::Subject;
use crate::violation::{Checked, Verdict, Violation, ensure};
use crate::walk::walk_families_of;

/// Checks walks over an owner's families (clause 61 of `TokenStore`). A family that exists and is not revoked during
/// the whole walk must be returned exactly once, in ascending order of id, even if other calls change it. A walk must
/// return no family of another owner or realm, and no family that was revoked before the walk. Each row must be as
/// `get` returns it.
pub async fn families_are_listed(subject: &Subject) -> Verdict {
    states::every_state_is_listed(&*subject.fresh().await).await?;
    states::of_one_owner_alone(&*subject.fresh().await).await?;
    states::more_than_a_thousand(&*subject.fresh().await).await?;
    for limit in [1, 2, 3, 7] {
        moving::while_families_come_and_go(&*subject.fresh().await, limit).await?;
    }
    moving::a_cursor_outlives_its_family(&*subject.fresh().await).await?;
    damaged::a_damaged_family_is_counted(&subject.fresh().await).await?;
    race::walks_beside_writes(subject).await?;
    Ok(Checked::Held)
}

/// Checks that a walk over the families of this person, in pages of `limit`, returns exactly the families of these
/// records. Each row must be the one that `get` returns with the record.
async fn lists(store: &dyn TokenStore, person: &Person, members: &[RecordId], limit: u32) -> Result<(), Violation> {
    let mut wanted: Vec<RecordId> = members.to_vec();
    wanted.sort_unstable();
    let listed = walk_families_of(store, person, limit).await?;
    let ids = |all: &[FamilyParts]| all.iter().map(|family| family.id).collect::<Vec<_>>();
    let families: Vec<FamilyId> = wanted.iter().map(RecordId::family).collect();
    ensure!(
        ids(&listed) == families,
        "pages of {limit} must list the families {families:?}, but listed {:?}",
        ids(&listed)
    );
    for (family, member) in listed.iter().zip(&wanted) {
        let read = must_get(store, member).await?;
        let lines = family_differing(family, read.family());
        ensure!(lines.is_empty(), "a listed family must be as `get` returns it, but {}", lines.join(", "));
    }
    Ok(())
}
