//! Broken stores whose rotations are incorrect.

use counterfoil::Timestamp;
use counterfoil::store::{ParentUpdate, RecordParts, Rotated, TokenStore};
use counterfoil::types::Version;
use counterfoil_conformance::pause;

use super::{Said, flaw};

// Reads the parent and compares its version, then waits, and then writes without comparing again.
flaw!(ReadThenWriteRotate, rotate, |inner, parent, step, new, now| {
    let ParentUpdate::Supersede { expect, .. } = step else { return inner.rotate(parent, step, new, now).await };
    let read = inner.get(parent).await?;
    if read.as_ref().is_some_and(|read| read.record().version != *expect || read.record().superseded.is_some()) {
        return inner.rotate(parent, step, new, now).await;
    }
    pause().await;
    inner.with(|model| {
        // This overwrites what another call wrote in between.
        if let (Some(record), Some(read)) = (model.record_mut(parent), read) {
            record.superseded = None;
            record.version = read.record().version;
        }
    });
    inner.rotate(parent, step, new, now).await
});

// Rotates a record although its family is revoked.
flaw!(RotateIgnoresTheFamily, rotate, |inner, parent, step, new, now| {
    inner.with(|model| {
        let revoked = model.family(parent.family()).and_then(|family| family.revoked);
        if let Some(family) = model.family_mut(parent.family()) {
            family.revoked = None;
        }
        let answer = model.rotate(parent, step, new, now);
        if let Some(family) = model.family_mut(parent.family()) {
            family.revoked = revoked;
        }
        answer
    })
});

// Makes the superseded parent visible before its successor.
flaw!(ParentBeforeSuccessor, rotate, |inner, parent, step, new, now| {
    let (answer, late): (Said<Rotated>, Vec<RecordParts>) = inner.with(|model| {
        let answer = model.rotate(parent, step, new, now);
        if !matches!(answer, Ok(Rotated::Done)) {
            return (answer, Vec::new());
        }
        let is_new = |record: &RecordParts| new.iter().any(|new| new.id == record.id);
        let late = model.records.iter().filter(|record| is_new(record)).cloned().collect();
        model.records.retain(|record| !is_new(record));
        (answer, late)
    });
    for _ in 0..4 {
        pause().await;
    }
    inner.with(|model| model.records.extend(late));
    answer
});

// Lets the parent's parent keep its nonce.
flaw!(NonceKeptOnTheGrandparent, rotate, |inner, parent, step, new, now| {
    inner.with(|model| {
        let kept: Vec<_> = model
            .records
            .iter()
            .filter(|record| record.id.family() == parent.family())
            .filter_map(|record| Some((record.id, record.superseded?)))
            .collect();
        let answer = model.rotate(parent, step, new, now);
        for (id, superseded) in kept {
            if let Some(record) = model.record_mut(&id) {
                record.superseded = Some(superseded);
            }
        }
        answer
    })
});

// In a slide, sets the given ends even if they are earlier than the stored ends.
flaw!(SlideBackwards, rotate, |inner, parent, step, new, now| {
    let answer = inner.rotate(parent, step, new, now).await?;
    if let (Rotated::Done, ParentUpdate::Slide { expires_at, gone_at, .. }) = (&answer, step) {
        inner.with(|model| {
            if let Some(record) = model.record_mut(parent) {
                (record.expires_at, record.gone_at) = (Some(*expires_at), Some(*gone_at));
            }
        });
    }
    Ok(answer)
});

// Executes a slide of a record that has expired, so that the record is live again.
flaw!(SlideAfterExpiry, rotate, |inner, parent, step, new, now| {
    let early = if matches!(step, ParentUpdate::Slide { .. }) { Timestamp::EPOCH } else { now };
    inner.rotate(parent, step, new, early).await
});

// Changes the version of the record in a slide.
flaw!(SlideMovesTheVersion, rotate, |inner, parent, step, new, now| {
    let answer = inner.rotate(parent, step, new, now).await?;
    if let (Rotated::Done, ParentUpdate::Slide { .. }) = (&answer, step) {
        inner.with(|model| {
            if let Some(record) = model.record_mut(parent) {
                record.version = record.version.next();
            }
        });
    }
    Ok(answer)
});

// Answers a repeated rotation with `Done`. Then the caller cannot know whether its own successor is stored or that of
// another call.
flaw!(RepeatedRotationIsDone, rotate, |inner, parent, step, new, now| {
    Ok(match inner.rotate(parent, step, new, now).await? {
        Rotated::Stale(stands) if stands.record().version == Version::new(1) => Rotated::Done,
        other => other,
    })
});

// Rotates with the first new record, waits, and then inserts the others.
flaw!(RotateInTwoSteps, rotate, |inner, parent, step, new, now| {
    let (first, rest) = new.split_at(new.len().min(1));
    let answer = inner.rotate(parent, step, first, now).await?;
    if matches!(answer, Rotated::Done) && !rest.is_empty() {
        pause().await;
        inner.with(|model| model.records.extend(rest.iter().cloned().map(RecordParts::from)));
    }
    Ok(answer)
});
