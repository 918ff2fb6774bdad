//! Broken stores that apply the limits of rotations incorrectly: the pace (limit on the rate) or the cap on access
//! tokens. Also broken stores that lose superseded records.

use std::num::NonZeroU32;
use std::sync::Mutex;

use counterfoil::Timestamp;
use counterfoil::store::{InsertInto, Inserted, Pace, ParentUpdate, Rotated, TokenStore};
use counterfoil::types::FamilyId;

use super::bounds::before;
use super::{flaw, overrides};

// Keeps only the eight newest generations of a family.
flaw!(RotationDropsAnOldGeneration, rotate, |inner, parent, step, new, now| {
    let answer = inner.rotate(parent, step, new, now).await?;
    inner.with(|model| {
        let newest = model.family(parent.family()).map_or(0, |family| family.generation);
        model.records.retain(|record| {
            record.id.family() != parent.family() || record.generation + 8 > newest || record.superseded.is_none()
        });
    });
    Ok(answer)
});

// Removes the shrunk records of the family in each rotation.
flaw!(RotationTakesWhatIsShrunk, rotate, |inner, parent, step, new, now| {
    let answer = inner.rotate(parent, step, new, now).await?;
    if matches!(answer, Rotated::Done) {
        inner.with(|model| model.records.retain(|one| one.id.family() != parent.family() || !one.shrunk));
    }
    Ok(answer)
});

/// Returns a copy of the update of a parent, after `change` has changed its pace and its cap on access tokens.
fn with_bounds(step: &ParentUpdate, change: impl FnOnce(&mut Option<Pace>, &mut Option<NonZeroU32>)) -> ParentUpdate {
    let mut step = *step;
    match &mut step {
        ParentUpdate::Supersede { pace, access_cap, .. } => change(pace, access_cap),
        ParentUpdate::Slide { access_cap, .. } => change(&mut None, access_cap),
    }
    step
}

// Removes the nonce of the parent's parent before it checks the pace. (A check of the pace in a separate step would
// cause no fault, because its result depends only on the parent's generation, and the rotation compares the parent's
// version.)
flaw!(WipesBeforeItLooks, rotate, |inner, parent, step, new, now| {
    inner.with(|model| {
        let answer = model.rotate(parent, step, new, now);
        if matches!(answer, Ok(Rotated::PaceReached { .. })) {
            let of_family = model.records.iter_mut().filter(|record| record.id.family() == parent.family());
            of_family.filter_map(|record| record.superseded.as_mut()).for_each(|by| by.nonce = None);
        }
        answer
    })
});

// Counts a rotation at `since` itself, because it compares with `>=` instead of `>`.
flaw!(RotationsCountSince, rotate, |inner, parent, step, new, now| {
    let earlier = |pace: Pace| Pace { since: before(pace.since), ..pace };
    inner.rotate(parent, &with_bounds(step, |pace, _| *pace = pace.map(earlier)), new, now).await
});

// Does not count shrunk generations in the pace. So a rotation that the pace must refuse can succeed.
flaw!(RotationsForgetTheShrunk, rotate, |inner, parent, step, new, now| {
    let answer = inner.rotate(parent, step, new, now).await?;
    let Rotated::PaceReached { oldest } = answer else { return Ok(answer) };
    let shrunk = inner.with(|model| {
        let mut of_family = model.records.iter().filter(|record| record.id.family() == parent.family());
        of_family.any(|record| record.shrunk && record.superseded.is_some_and(|by| by.at == oldest))
    });
    if shrunk {
        return inner.rotate(parent, &with_bounds(step, |pace, _| *pace = None), new, now).await;
    }
    Ok(Rotated::PaceReached { oldest })
});

/// A broken store in which each handle counts only the rotations that were made through it.
#[derive(Default)]
pub(crate) struct RotationsCountedByTheHandle(Mutex<Vec<(FamilyId, Timestamp)>>);

overrides!(RotationsCountedByTheHandle, self, rotate, |inner, parent, step, new, now| {
    let ParentUpdate::Supersede { pace, .. } = step else { return inner.rotate(parent, step, new, now).await };
    let mut made = self.0.lock().unwrap();
    let own = |since: Timestamp| {
        made.iter().filter(move |(family, at)| *family == parent.family() && *at > since).map(|(_, at)| *at)
    };
    if let Some(pace) = pace.filter(|pace| own(pace.since).count() >= pace.limit.get() as usize) {
        let answer = inner.with(|model| model.clone().rotate(parent, step, new, now))?;
        let oldest = own(pace.since).min().unwrap_or(now);
        return Ok(if matches!(answer, Rotated::Done) { Rotated::PaceReached { oldest } } else { answer });
    }
    let unpaced = with_bounds(step, |pace, _| *pace = None);
    let answer = inner.with(|model| model.rotate(parent, &unpaced, new, now))?;
    if matches!(answer, Rotated::Done) {
        made.push((parent.family(), now));
    }
    Ok(answer)
});

// Ignores the cap of access tokens in a slide.
flaw!(SlidesPassTheCap, rotate, |inner, parent, step, new, now| {
    let slide = matches!(step, ParentUpdate::Slide { .. });
    inner.rotate(parent, &with_bounds(step, |_, cap| *cap = cap.filter(|_| !slide)), new, now).await
});

// When an access token is added to a family, counts only the access tokens of the newest generation.
flaw!(AccessOfTheNewestGeneration, insert, |inner, home, new, now| {
    let InsertInto::Join { family, generation, .. } = home else { return inner.insert(home, new, now).await };
    Ok(inner.with(|model| {
        let mut newest = model.clone();
        newest.records.retain(|record| record.id.family() != family || record.generation == generation);
        let answer = newest.insert_refusals(home, new, now).first().cloned();
        let uncapped = InsertInto::Join { family, generation, access_cap: None };
        match answer {
            Some(Inserted::FamilyFull { until }) => Inserted::FamilyFull { until },
            _ => model.insert(uncapped, new, now),
        }
    }))
});

// Reports a full family before the pace.
flaw!(FullBeforePace, rotate, |inner, parent, step, new, now| {
    let answer = inner.rotate(parent, step, new, now).await?;
    if matches!(answer, Rotated::PaceReached { .. }) {
        let unpaced = with_bounds(step, |pace, _| *pace = None);
        let full = inner.with(|model| model.clone().rotate(parent, &unpaced, new, now))?;
        return Ok(if matches!(full, Rotated::FamilyFull { .. }) { full } else { answer });
    }
    Ok(answer)
});

// Compares only the low 8 bits of a generation with the limit of the pace. So in a family with many generations, the
// pace can be ignored.
flaw!(PaceInEightBits, rotate, |inner, parent, step, new, now| {
    let generation = inner.with(|model| model.record(parent).map_or(0, |record| record.generation));
    let mut step = *step;
    if let ParentUpdate::Supersede { pace, .. } = &mut step
        && generation > 255
    {
        *pace = pace.filter(|pace| u64::from(pace.limit.get()) <= generation % 256);
    }
    inner.rotate(parent, &step, new, now).await
});
