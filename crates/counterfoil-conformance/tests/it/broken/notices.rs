//! Uses and notices done wrong.

use counterfoil::Timestamp;
use counterfoil::store::{NoticeMark, TokenStore};
use counterfoil_conformance::pause;

use super::flaw;

// The last batch to arrive wins.
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

// A use is a write like any other and moves the version.
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

// A hash field set without asking whether the hash is there.
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

// The whole record is read and written back, as it was before somebody revoked it.
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

// The record is read, and after a wait written back whole: what came between is lost.
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

// `notice.at < now`.
flaw!(DueSkipsEquals, due, |inner, now, after, limit| {
    inner.due(Timestamp::from_micros(now.micros().saturating_sub(1)).unwrap_or(now), after, limit).await
});

// A claim compares the instant alone.
flaw!(ClaimWithoutStage, claim, |inner, id, held, until| {
    let stage =
        inner.with(|model| model.record(id).and_then(|record| record.notice).map_or(held.stage, |mark| mark.stage));
    inner.claim(id, NoticeMark { stage, ..held }, until).await
});

// A lease that is no later than the mark: the mark comes back, and with it the old holder.
flaw!(ClaimTakesAnEarlierLease, claim, |inner, id, held, until| {
    inner.with(|model| {
        let Some(record) = model.record_mut(id).filter(|record| record.notice == Some(held)) else {
            return Ok(None);
        };
        record.notice = Some(NoticeMark { at: until, ..held });
        model.get(id)
    })
});

// Looks at the mark, waits, and sets the lease.
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

// Whoever settles last is believed.
flaw!(SettleIgnoresHeld, settle, |inner, id, held, next, sent| {
    let stands = inner.with(|model| model.record(id).and_then(|record| record.notice)).unwrap_or(held);
    inner.settle(id, stands, next, sent).await
});

// What was sent is noted only where the mark is still held: an extension makes it send twice.
flaw!(SettleForgetsWhatWasSent, settle, |inner, id, held, next, sent| {
    let holds = inner.with(|model| model.record(id).is_some_and(|record| record.notice == Some(held)));
    inner.settle(id, held, next, sent.filter(|_| holds)).await
});
