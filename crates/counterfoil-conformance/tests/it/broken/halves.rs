//! Broken stores that read or write in two steps, although the contract requires one atomic step.

use counterfoil::store::{
    Applied, InsertInto, Inserted, NewRecord, Page, ParentUpdate, Progress, Revoke, Rotated, TokenRecord, TokenStore,
};
use counterfoil_conformance::{ReferenceStore, backend_call, pause};

use super::overrides;

/// Waits between two steps of a method. If `points` is true, awaits `backend_call`. Then the check that interleaves
/// calls can run another call here. If `points` is false, waits for a shorter time than a call of a local backend
/// takes. Then another call rarely comes between the steps, and only in a check that races calls.
async fn between(points: bool) {
    if points {
        return backend_call().await;
    }
    for _ in 0..3 {
        pause().await;
    }
}

/// Awaits `backend_call` before the first step if `points` is true. Otherwise does nothing.
async fn first(points: bool) {
    if points {
        backend_call().await;
    }
}

/// Waits, and then reads the family rows of the records in `found`. Returns each record with the family row that is
/// stored after the wait. Leaves out records whose family no longer exists.
async fn joined_late(points: bool, inner: &ReferenceStore, found: Vec<TokenRecord>) -> Vec<TokenRecord> {
    between(points).await;
    inner.with(|model| {
        let join = |record: TokenRecord| {
            let (own, _) = record.into_parts();
            let family = model.family(own.id.family())?.clone();
            TokenRecord::from_parts(own, family).ok()
        };
        found.into_iter().filter_map(join).collect()
    })
}

/// A broken store whose listing has two steps: it reads a page of records, and later the rows of their families. If the
/// argument is true, it awaits `backend_call` between the steps.
pub(crate) struct ListJoinsLate(pub bool);

overrides!(ListJoinsLate, self, list, |inner, of, after, limit| {
    first(self.0).await;
    let page = inner.list(of, after, limit).await?;
    Ok(Page { items: joined_late(self.0, inner, page.items).await, ..page })
});

/// A broken store whose listing has two steps: it reads the ids of a page, and later the records. If a record was
/// removed between the steps, the page counts it as damaged. If the argument is true, it awaits `backend_call` between
/// the steps.
pub(crate) struct ListCountsTheVanished(pub bool);

overrides!(ListCountsTheVanished, self, list, |inner, of, after, limit| {
    first(self.0).await;
    let page = inner.list(of, after, limit).await?;
    between(self.0).await;
    let (mut items, mut corrupt) = (Vec::new(), page.corrupt);
    for item in page.items {
        match inner.get(&item.record().id).await? {
            Some(_) => items.push(item),
            None => corrupt += 1,
        }
    }
    Ok(Page { items, corrupt, ..page })
});

/// A broken store whose `apply` has two steps if the expected version is not the stored one: it compares the versions,
/// and later it reads the record that it returns as `Stale`. So the answer can contain a later state of the record than
/// the one that was compared. If the argument is true, it awaits `backend_call` between the steps.
pub(crate) struct StaleAnswersLate(pub bool);

overrides!(StaleAnswersLate, self, apply, |inner, id, expect, change, now| {
    first(self.0).await;
    let answer = inner.apply(id, expect, change, now).await?;
    if !matches!(answer, Applied::Stale(_)) {
        return Ok(answer);
    }
    between(self.0).await;
    Ok(inner.get(id).await?.map_or(Applied::Missing, Applied::Stale))
});

/// A broken store whose `get` has two steps: it reads a record, and later the row of its family. If the argument is
/// true, it awaits `backend_call` between the steps.
pub(crate) struct GetJoinsLate(pub bool);

overrides!(GetJoinsLate, self, get, |inner, id| {
    first(self.0).await;
    let found = inner.get(id).await?.into_iter().collect();
    Ok(joined_late(self.0, inner, found).await.pop())
});

/// A broken store whose `due` has two steps: it reads the due records, and later the rows of their families. If the
/// argument is true, it awaits `backend_call` between the steps.
pub(crate) struct DueJoinsLate(pub bool);

overrides!(DueJoinsLate, self, due, |inner, now, after, limit| {
    first(self.0).await;
    let page = inner.due(now, after, limit).await?;
    Ok(Page { items: joined_late(self.0, inner, page.items).await, ..page })
});

/// A broken store whose `claim` has two steps: it claims the record, and later it reads the record that it returns. So
/// the answer can contain a write that another call made after the claim. If the argument is true, it awaits
/// `backend_call` between the steps.
pub(crate) struct ClaimAnswersLate(pub bool);

overrides!(ClaimAnswersLate, self, claim, |inner, id, held, until| {
    first(self.0).await;
    let Some(_) = inner.claim(id, held, until).await? else { return Ok(None) };
    between(self.0).await;
    inner.get(id).await
});

/// A broken store whose insert has two steps: it reads the rows of all families, and later it writes all of them back.
/// So it undoes a revocation that another call made between the steps. If the argument is true, it awaits
/// `backend_call` between the steps.
pub(crate) struct InsertRevivesFamilies(pub bool);

overrides!(InsertRevivesFamilies, self, insert, |inner, home, new, now| {
    let families = inner.with(|model| model.families.clone());
    between(self.0).await;
    inner.with(|model| {
        for seen in families {
            if let Some(family) = model.family_mut(seen.id) {
                *family = seen;
            }
        }
        Ok(model.insert(home, new, now))
    })
});

/// A broken store whose revocation of an owner has two steps: it reads which families are live, and later it revokes
/// each of them without reading its row again. So if another call revoked a family between the steps, the family is
/// revoked twice. If the argument is true, it awaits `backend_call` before each revocation.
pub(crate) struct OwnerEndsWhatItSaw(pub bool);

overrides!(OwnerEndsWhatItSaw, self, revoke, |inner, what, revoked, gone_at, limit| {
    let Revoke::Owner { realm, owner } = what else { return inner.revoke(what, revoked, gone_at, limit).await };
    let seen: Vec<_> = inner.with(|model| {
        let lives = |family: &&counterfoil::store::FamilyParts| {
            family.realm == *realm && family.owner == *owner && family.revoked.is_none()
        };
        model.families.iter().filter(lives).map(|family| family.id).collect()
    });
    let mut changed = 0;
    for id in seen {
        between(self.0).await;
        inner.with(|model| {
            if let Some(family) = model.family_mut(id) {
                (family.revoked, family.gone_at, family.label_key) = (Some(revoked), Some(gone_at), None);
                changed += 1;
            }
        });
    }
    Ok(Progress { changed, more: false })
});

/// A broken store whose slide has two steps: it inserts the new access tokens, and later it updates the parent. If the
/// argument is true, it awaits `backend_call` between the steps.
pub(crate) struct SuccessorBeforeParent(pub bool);

overrides!(SuccessorBeforeParent, self, rotate, |inner, parent, step, new, now| {
    first(self.0).await;
    let mut tried = inner.with(|model| model.clone());
    let answer = tried.rotate(parent, step, new, now)?;
    if !matches!(answer, Rotated::Done) {
        return Ok(answer);
    }
    // Only the access tokens of a slide are inserted early, because their generation is that of the parent. An early
    // record of any other rotation would contradict the family's row, because it has a higher generation.
    let early: Vec<NewRecord> = new.iter().filter(|_| matches!(step, ParentUpdate::Slide { .. })).cloned().collect();
    inner.with(|model| model.records.extend(early.iter().cloned().map(counterfoil::store::RecordParts::from)));
    between(self.0).await;
    inner.with(|model| {
        model.records.retain(|record| early.iter().all(|early| early.id != record.id));
        model.rotate(parent, step, new, now)
    })
});

/// A broken store whose join has two steps: it inserts the first of the new records, and later all others. If the
/// argument is true, it awaits `backend_call` between the steps.
pub(crate) struct JoinsOneByOne(pub bool);

overrides!(JoinsOneByOne, self, insert, |inner, home, new, now| {
    first(self.0).await;
    let Some((early, rest)) = new.split_first() else { return inner.insert(home, new, now).await };
    if !matches!(home, InsertInto::Join { .. }) || rest.is_empty() {
        return inner.insert(home, new, now).await;
    }
    let tried = inner.with(|model| model.clone().insert(home, new, now));
    if tried != Inserted::Done {
        return Ok(tried);
    }
    let answer = inner.insert(home, std::slice::from_ref(early), now).await?;
    if answer != Inserted::Done {
        return Ok(answer);
    }
    between(self.0).await;
    inner.insert(home, rest, now).await
});
