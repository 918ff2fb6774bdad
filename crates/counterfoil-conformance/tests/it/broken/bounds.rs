//! Broken stores that apply the limits of inserts incorrectly. A cap limits the number of live families or access
//! tokens. A pace limits the rate of creations.

use std::sync::{Mutex, PoisonError};

use counterfoil::Timestamp;
use counterfoil::store::{Cap, InsertInto, Inserted, NewRecord, Pace, ParentUpdate, Rotated, TokenStore, WhenFull};
use counterfoil::types::{FamilyId, TokenKind};
use counterfoil_conformance::pause;
use counterfoil_conformance::reference::Model;

use super::room::end;
use super::{flaw, overrides};

/// Returns the instant one microsecond earlier. A store that compares `t > before(since)` behaves as if it compared `t
/// >= since`.
pub(crate) fn before(since: Timestamp) -> Timestamp {
    Timestamp::from_micros(since.micros().saturating_sub(1)).unwrap_or(since)
}

/// Inserts with a cap on live families that incorrectly counts the families of all clients together.
pub(crate) fn insert_for_all_clients(
    model: &mut Model,
    home: InsertInto<'_>,
    new: &[NewRecord],
    now: Timestamp,
) -> Inserted {
    let InsertInto::Found { family, .. } = home else { return model.insert(home, new, now) };
    let clients: Vec<_> = model.families.iter().map(|one| (one.id, one.client)).collect();
    model.families.iter_mut().for_each(|one| one.client = family.client);
    let answer = model.insert(home, new, now);
    for (id, client) in clients {
        if let Some(one) = model.family_mut(id) {
            one.client = client;
        }
    }
    answer
}

// Counts the sign-ins of all clients in a cap that refuses.
flaw!(CapOfAllClients, insert, |inner, home, new, now| {
    match home {
        InsertInto::Found { cap: Some(Cap { when_full: WhenFull::Refuse, .. }), .. } => {
            Ok(inner.with(|model| insert_for_all_clients(model, home, new, now)))
        }
        _ => inner.insert(home, new, now).await,
    }
});

fn unpaced<'a>(home: InsertInto<'a>) -> InsertInto<'a> {
    match home {
        InsertInto::Found { family, cap, .. } => InsertInto::Found { family, cap, pace: None },
        join => join,
    }
}

// Checks all limits in one step, and inserts in a second step without checking the pace again.
flaw!(CreationsByCountThenInsert, insert, |inner, home, new, now| {
    if let Some(refused) = inner.with(|model| model.insert_refusals(home, new, now).first().cloned()) {
        return Ok(refused);
    }
    pause().await;
    inner.insert(unpaced(home), new, now).await
});

// Does not count the records of revoked families in the pace.
flaw!(CreationsForgetTheDeleted, insert, |inner, home, new, now| {
    Ok(inner.with(|model| {
        let mut living = model.clone();
        let deleted = |id: FamilyId| model.family(id).is_some_and(|family| family.revoked.is_some());
        living.records.retain(|record| !deleted(record.id.family()));
        let refused = living.insert_refusals(home, new, now);
        let paced = refused.iter().find(|one| matches!(one, Inserted::PaceReached { .. })).cloned();
        paced.unwrap_or_else(|| model.insert(unpaced(home), new, now))
    }))
});

// Counts a creation at `since` itself, because it compares with `>=` instead of `>`.
flaw!(CreationsCountSince, insert, |inner, home, new, now| {
    let InsertInto::Found { family, cap, pace } = home else { return inner.insert(home, new, now).await };
    let pace = pace.map(|pace| Pace { since: before(pace.since), ..pace });
    inner.insert(InsertInto::Found { family, cap, pace }, new, now).await
});

// Counts records of every kind in the pace. So the access token of a sign-in counts as a second creation.
flaw!(CreationsCountEveryKind, insert, |inner, home, new, now| {
    let InsertInto::Found { family, .. } = home else { return inner.insert(home, new, now).await };
    Ok(inner.with(|model| {
        let mut other = model.clone();
        other.records.iter_mut().for_each(|record| record.kind = family.kind);
        let refused = other.insert_refusals(home, new, now);
        let paced = refused.iter().find(|one| matches!(one, Inserted::PaceReached { .. })).cloned();
        paced.unwrap_or_else(|| model.insert(unpaced(home), new, now))
    }))
});

/// A broken store that counts and writes in two steps, under a lock. Each handle has a lock of its own, so a call
/// through another handle can write between the steps.
#[derive(Default)]
pub(crate) struct BoundsBehindTheHandlesLock(Mutex<()>);

overrides!(BoundsBehindTheHandlesLock, self, insert, |inner, home, new, now| {
    let _alone = self.0.lock().unwrap_or_else(PoisonError::into_inner);
    let looked = inner.with(|model| model.clone().insert(home, new, now));
    (0..8).for_each(|_| std::thread::yield_now());
    Ok(match (looked, home) {
        (Inserted::Done, _) => inner.with(|model| model.insert(unbounded(home), new, now)),
        (Inserted::MadeRoom(ended), InsertInto::Found { cap: Some(cap), .. }) => {
            inner.with(|model| end(model, &ended, cap));
            let answer = inner.with(|model| model.insert(unbounded(home), new, now));
            if answer == Inserted::Done { Inserted::MadeRoom(ended) } else { answer }
        }
        (refused, _) => refused,
    })
});

fn unbounded(home: InsertInto<'_>) -> InsertInto<'_> {
    match home {
        InsertInto::Found { family, .. } => InsertInto::Found { family, cap: None, pace: None },
        InsertInto::Join { family, generation, .. } => InsertInto::Join { family, generation, access_cap: None },
    }
}

// Reports a taken label before a taken id.
flaw!(LabelBeforeId, insert, |inner, home, new, now| {
    if let InsertInto::Found { family, .. } = home
        && let Some(key) = &family.label_key
        && let Some(holder) = inner.with(|model| {
            let holder = model.holder(&family.realm, &family.owner, key)?;
            (holder.id != family.id && holder.gone_at.is_none_or(|gone_at| now < gone_at)).then_some(holder.id)
        })
    {
        return Ok(Inserted::LabelTaken(holder));
    }
    inner.insert(home, new, now).await
});

// Reports the pace before the cap.
flaw!(PaceBeforeCap, insert, |inner, home, new, now| {
    let answer = inner.insert(home, new, now).await?;
    if let (Inserted::OwnerFull, InsertInto::Found { family, pace, .. }) = (&answer, home) {
        let uncapped = InsertInto::Found { family, cap: None, pace };
        let paced = inner.with(|model| model.insert_refusals(uncapped, new, now).first().cloned());
        return Ok(paced.unwrap_or(answer));
    }
    Ok(answer)
});

// Reports a wrong generation before a taken id.
flaw!(MovedBeforeId, insert, |inner, home, new, now| {
    let answer = inner.insert(home, new, now).await?;
    if let (Inserted::IdTaken(_), InsertInto::Join { family, generation, .. }) = (&answer, home)
        && inner.with(|model| model.family(family).is_some_and(|family| family.generation != generation))
    {
        return Ok(Inserted::FamilyMoved);
    }
    Ok(answer)
});

// Counts the live access tokens, waits, and inserts in a second step.
flaw!(AccessByCountThenInsert, insert, |inner, home, new, now| {
    let InsertInto::Join { family, generation, .. } = home else { return inner.insert(home, new, now).await };
    if let Some(refused) = inner.with(|model| model.insert_refusals(home, new, now).first().cloned()) {
        return Ok(refused);
    }
    pause().await;
    inner.insert(InsertInto::Join { family, generation, access_cap: None }, new, now).await
});

// Counts revoked access tokens in the cap.
flaw!(AccessCountsTheRevoked, insert, |inner, home, new, now| {
    Ok(inner.with(|model| {
        let mut all = model.clone();
        let access = all.records.iter_mut().filter(|record| record.kind == TokenKind::AccessToken);
        access.for_each(|record| record.revoked = None);
        let refused = all.insert_refusals(home, new, now).first().cloned();
        refused.unwrap_or_else(|| model.insert(home, new, now))
    }))
});

// Does not count superseded access tokens in the cap.
flaw!(AccessForgetsTheSuperseded, insert, |inner, home, new, now| {
    Ok(inner.with(|model| {
        let mut counted = model.clone();
        counted.records.retain(|record| record.kind != TokenKind::AccessToken || record.superseded.is_none());
        let refused = counted.insert_refusals(home, new, now);
        let full = refused.iter().find(|one| matches!(one, Inserted::FamilyFull { .. })).cloned();
        full.unwrap_or_else(|| model.insert(uncapped(home), new, now))
    }))
});

fn uncapped(home: InsertInto<'_>) -> InsertInto<'_> {
    match home {
        InsertInto::Join { family, generation, .. } => InsertInto::Join { family, generation, access_cap: None },
        found => found,
    }
}

// Refuses a slide that inserts no access token if more access tokens are live than the cap allows.
flaw!(SlideOfNoneNeedsRoom, rotate, |inner, parent, step, new, now| {
    if let ParentUpdate::Slide { access_cap: Some(cap), .. } = step
        && new.is_empty()
    {
        let living = inner.with(|model| {
            let of_family = model.records.iter().filter(|record| record.id.family() == parent.family());
            let living = of_family.filter(|record| record.kind == TokenKind::AccessToken && record.revoked.is_none());
            living.filter_map(|record| record.expires_at).filter(|end| !now.reached(*end)).count()
        });
        if living > cap.get() as usize {
            return Ok(Rotated::FamilyFull { until: Timestamp::MAX });
        }
    }
    inner.rotate(parent, step, new, now).await
});
