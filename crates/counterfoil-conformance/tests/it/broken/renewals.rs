//! Broken stores that renew or list families in two steps.

use counterfoil::store::{FamilyParts, Page, ParentUpdate, Rotated, TokenStore};
use counterfoil_conformance::{backend_call, pause};

use super::overrides;
use super::planted::uncapped;
use crate::turn::Turn;

/// Waits between two steps of a method. If `points` is true, awaits `backend_call`, where the check that interleaves
/// calls can run another call. Otherwise pauses, so that other threads can run.
async fn between(points: bool) {
    if points { backend_call().await } else { pause().await }
}

/// Returns a copy of the update without the condition that the family has its label.
fn without_label(step: &ParentUpdate) -> ParentUpdate {
    let mut step = *step;
    if let ParentUpdate::Supersede { labelled, .. } = &mut step {
        *labelled = false;
    }
    step
}

/// A broken store whose rotation has two steps: it checks that the family has its label, and later it rotates without
/// checking again. If the field is true, the rotation awaits `backend_call` between the steps.
pub(crate) struct LabelCheckedFirst(pub bool);

overrides!(LabelCheckedFirst, self, rotate, |inner, parent, step, new, now| {
    if self.0 {
        backend_call().await;
    }
    let looked = inner.with(|model| model.clone().rotate(parent, step, new, now))?;
    let Rotated::Done = looked else { return Ok(looked) };
    between(self.0).await;
    inner.rotate(parent, &without_label(step), new, now).await
});

/// A broken store whose rotation has two steps: it counts the live families, and later it rotates without counting
/// again. If the field is true, the rotation awaits `backend_call` between the steps.
pub(crate) struct CapCheckedFirst(pub bool);

overrides!(CapCheckedFirst, self, rotate, |inner, parent, step, new, now| {
    if self.0 {
        backend_call().await;
    }
    let looked = inner.with(|model| model.clone().rotate(parent, step, new, now))?;
    let Rotated::Done = looked else { return Ok(looked) };
    between(self.0).await;
    inner.rotate(parent, &uncapped(step).0, new, now).await
});

/// A broken store whose rotation checks the label and the cap, and then rotates, while it holds a lock. Each handle has
/// a lock of its own, so a call through another handle can write between the steps.
#[derive(Default)]
pub(crate) struct RenewalBehindTheHandlesLock(Turn);

overrides!(
    RenewalBehindTheHandlesLock,
    self,
    insert,
    |inner, home, new, now| {
        let _held = self.0.take().await;
        inner.insert(home, new, now).await
    },
    apply,
    |inner, id, expect, change, now| {
        let _held = self.0.take().await;
        inner.apply(id, expect, change, now).await
    },
    rotate,
    |inner, parent, step, new, now| {
        let _held = self.0.take().await;
        let looked = inner.with(|model| model.clone().rotate(parent, step, new, now))?;
        let Rotated::Done = looked else { return Ok(looked) };
        pause().await;
        inner.rotate(parent, &uncapped(&without_label(step)).0, new, now).await
    }
);

/// A broken store whose list of families has two steps: it reads the rows of a page, and later the ends of each family.
/// If the field is true, the call awaits `backend_call` between the steps.
pub(crate) struct FamiliesJoinLate(pub bool);

overrides!(FamiliesJoinLate, self, list_families, |inner, realm, owner, after, limit| {
    if self.0 {
        backend_call().await;
    }
    let page = inner.list_families(realm, owner, after, limit).await?;
    between(self.0).await;
    let late = |mut family: FamilyParts| {
        inner.with(|model| {
            if let Some(now) = model.family(family.id) {
                (family.live_until, family.gone_at) = (now.live_until, now.gone_at);
            }
        });
        family
    };
    Ok(Page { items: page.items.into_iter().map(late).collect(), ..page })
});

/// A broken store whose list of families has two steps: it reads the ids of a page, and later their rows. A family that
/// was removed or revoked between the steps is counted as damaged. If the field is true, the call awaits `backend_call`
/// between the steps.
pub(crate) struct FamiliesCountTheVanished(pub bool);

overrides!(FamiliesCountTheVanished, self, list_families, |inner, realm, owner, after, limit| {
    if self.0 {
        backend_call().await;
    }
    let page = inner.list_families(realm, owner, after, limit).await?;
    between(self.0).await;
    let stays =
        |family: &FamilyParts| inner.with(|model| model.family(family.id).is_some_and(|now| now.revoked.is_none()));
    let read = page.items.len();
    let items: Vec<FamilyParts> = page.items.into_iter().filter(stays).collect();
    let corrupt = page.corrupt + u32::try_from(read - items.len()).unwrap_or(u32::MAX);
    Ok(Page { items, corrupt, next: page.next })
});

/// A broken store whose list of families has two steps: it reads the ids of a page, and later it returns those families
/// whose generation is still the same. So it misses a family that was rotated. If the field is true, the call awaits
/// `backend_call` between the steps.
pub(crate) struct FamiliesMissTheMoved(pub bool);

overrides!(FamiliesMissTheMoved, self, list_families, |inner, realm, owner, after, limit| {
    if self.0 {
        backend_call().await;
    }
    let page = inner.list_families(realm, owner, after, limit).await?;
    between(self.0).await;
    let same = |family: &FamilyParts| {
        inner.with(|model| model.family(family.id).is_none_or(|now| now.generation == family.generation))
    };
    Ok(Page { items: page.items.into_iter().filter(same).collect(), ..page })
});
