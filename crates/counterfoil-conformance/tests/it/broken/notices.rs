//! Broken stores whose touches, claims or settlements are incorrect.

use counterfoil::Timestamp;
use counterfoil::store::{NoticeMark, TokenStore};
use counterfoil_conformance::pause;

use super::flaw;

// Stores the instant of each touch, even if this instant is earlier than the stored one.
flaw!(TouchLowers, touch, |inner, seen| {
    inner.with(|model| {
        for (id, at) in seen {
            if let Some(record) = model.record_mut(id) {
                record.last_used_at = Some(*at);
            }
        }
    });
    Ok(())
});

// Changes the version in a touch, as other writes do.
flaw!(TouchBumpsTheVersion, touch, |inner, seen| {
    inner.with(|model| {
        for (id, _) in seen {
            if let Some(record) = model.record_mut(id) {
                record.version = record.version.next();
            }
        }
    });
    inner.touch(seen).await
});

// Creates a record if a touch names an id that does not exist, in a family that exists.
flaw!(TouchCreatesGhosts, touch, |inner, seen| {
    inner.with(|model| {
        for (id, at) in seen {
            let kin = model.records.iter().find(|record| record.id.family() == id.family()).cloned();
            if let (None, Some(mut kin)) = (model.record(id), kin) {
                (kin.id, kin.last_used_at, kin.notice) = (*id, Some(*at), None);
                model.records.push(kin);
            }
        }
    });
    inner.touch(seen).await
});

// Removes the revocation of each touched record, as a store does that writes a whole record back as it was read before.
flaw!(TouchRevives, touch, |inner, seen| {
    inner.with(|model| {
        for (id, _) in seen {
            if let Some(record) = model.record_mut(id) {
                record.revoked = None;
            }
        }
    });
    inner.touch(seen).await
});

// Reads the record, waits, and writes the whole record back. So what other calls write in between is lost.
flaw!(TouchWritesBackTheRecord, touch, |inner, seen| {
    for (id, at) in seen {
        let read = inner.with(|model| model.record(id).cloned());
        pause().await;
        if let Some(mut read) = read {
            read.last_used_at = read.last_used_at.max(Some(*at));
            inner.with(|model| model.record_mut(id).map(|record| *record = read));
        }
    }
    Ok(())
});

// Compares with `notice.at < now`. So a notice that is due exactly at `now` is missing.
flaw!(DueSkipsEquals, due, |inner, now, after, limit| {
    inner.due(Timestamp::from_micros(now.micros().saturating_sub(1)).unwrap_or(now), after, limit).await
});

// In a claim, compares only the instant of the mark with the stored one, and not the stage.
flaw!(ClaimWithoutStage, claim, |inner, id, held, until| {
    let stage =
        inner.with(|model| model.record(id).and_then(|record| record.notice).map_or(held.stage, |mark| mark.stage));
    inner.claim(id, NoticeMark { stage, ..held }, until).await
});

// Accepts a lease that does not end later than the mark of the notice. Then the mark of an earlier claim can match
// again.
flaw!(ClaimTakesAnEarlierLease, claim, |inner, id, held, until| {
    inner.with(|model| {
        let Some(record) = model.record_mut(id).filter(|record| record.notice == Some(held)) else {
            return Ok(None);
        };
        record.notice = Some(NoticeMark { at: until, ..held });
        model.get(id)
    })
});

// Compares the mark, waits, and sets the lease without comparing the mark again.
flaw!(ClaimByLookThenSet, claim, |inner, id, held, until| {
    let holds = inner.with(|model| model.record(id).is_some_and(|record| record.notice == Some(held)));
    if !holds || until <= held.at {
        return Ok(None);
    }
    pause().await;
    inner.with(|model| {
        if let Some(record) = model.record_mut(id) {
            record.notice = Some(NoticeMark { at: until, ..held });
        }
        model.get(id)
    })
});

// Executes a settlement even if another caller has claimed the notice after the caller's own claim.
flaw!(SettleIgnoresHeld, settle, |inner, id, held, next, sent| {
    let stands = inner.with(|model| model.record(id).and_then(|record| record.notice)).unwrap_or(held);
    inner.settle(id, stands, next, sent).await
});

// Records a sent notice only if the claim is still valid. So after an extension the notice is sent twice.
flaw!(SettleForgetsWhatWasSent, settle, |inner, id, held, next, sent| {
    let holds = inner.with(|model| model.record(id).is_some_and(|record| record.notice == Some(held)));
    inner.settle(id, held, next, sent.filter(|_| holds)).await
});
