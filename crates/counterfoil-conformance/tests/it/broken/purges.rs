//! Purges done wrong.

use std::num::NonZeroU32;

use counterfoil::Timestamp;
use counterfoil::store::{Progress, TokenStore};

use super::flaw;

// Goes by the expiry, not by `gone_at`.
flaw!(PurgeOfTheLiving, purge, |inner, now, unsent, windows, limit| {
    inner.with(|model| {
        let gone: Vec<_> = model
            .records
            .iter()
            .filter(|record| record.expires_at.is_some_and(|end| now.reached(end)))
            .map(|record| record.id)
            .collect();
        model.records.retain(|record| !gone.contains(&record.id));
    });
    inner.purge(now, unsent, windows, limit).await
});

// `gone_at < now`.
flaw!(PurgeSkipsEquals, purge, |inner, now, unsent, windows, limit| {
    inner.purge(Timestamp::from_micros(now.micros().saturating_sub(1)).unwrap_or(now), unsent, windows, limit).await
});

// A notice that was not sent keeps nothing.
flaw!(PurgeDropsUnsentNotices, purge, |inner, now, _, windows, limit| inner.purge(now, now, windows, limit).await);

// As many as there are.
flaw!(PurgeBeyondItsLimit, purge, |inner, now, unsent, windows, _| {
    inner.purge(now, unsent, windows, NonZeroU32::MAX).await
});

// The family goes with the first of its members.
flaw!(PurgeTakesTheFamilyAlong, purge, |inner, now, unsent, windows, limit| {
    let before: Vec<_> = inner.with(|model| model.records.iter().map(|record| record.id).collect());
    let progress = inner.purge(now, unsent, windows, limit).await?;
    inner.with(|model| {
        let lost: Vec<_> = before.iter().filter(|id| model.record(id).is_none()).map(|id| id.family()).collect();
        model.records.retain(|record| !lost.contains(&record.id.family()));
        model.families.retain(|family| !lost.contains(&family.id));
    });
    Ok(progress)
});

// Families stay when their last member has gone, label and all.
flaw!(PurgeLeavesEmptyFamilies, purge, |inner, now, unsent, windows, limit| {
    inner.with(|model| {
        let families = model.families.clone();
        let (changed, more) = model.purge(now, unsent, windows, limit.get() as usize);
        model.families = families;
        Ok(Progress { changed, more })
    })
});

// Shrinking is a write like any other and moves the version.
flaw!(ShrinkMovesTheVersion, purge, |inner, now, unsent, windows, limit| {
    let full: Vec<_> =
        inner.with(|model| model.records.iter().filter(|record| !record.shrunk).map(|record| record.id).collect());
    let progress = inner.purge(now, unsent, windows, limit).await?;
    inner.with(|model| {
        for record in model.records.iter_mut().filter(|record| record.shrunk && full.contains(&record.id)) {
            record.version = record.version.next();
        }
    });
    Ok(progress)
});

// The nonce outlives its window.
flaw!(ShrinkKeepsTheNonce, purge, |inner, now, unsent, windows, limit| {
    let kept: Vec<_> =
        inner.with(|model| model.records.iter().filter_map(|record| Some((record.id, record.superseded?))).collect());
    let progress = inner.purge(now, unsent, windows, limit).await?;
    inner.with(|model| {
        for (id, superseded) in kept {
            if let Some(record) = model.record_mut(&id) {
                record.superseded = Some(superseded);
            }
        }
    });
    Ok(progress)
});
