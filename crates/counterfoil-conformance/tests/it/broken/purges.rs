//! Broken stores whose purges are incorrect.

use std::num::NonZeroU32;

use counterfoil::Timestamp;
use counterfoil::store::{Progress, TokenStore};

use super::flaw;

// Removes records by expiry instead of `gone_at`.
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

// Removes a record only after its `gone_at`, but not at this instant.
flaw!(PurgeSkipsEquals, purge, |inner, now, unsent, windows, limit| {
    inner.purge(Timestamp::from_micros(now.micros().saturating_sub(1)).unwrap_or(now), unsent, windows, limit).await
});

// Removes records even if they have an unsent notice.
flaw!(PurgeDropsUnsentNotices, purge, |inner, now, _, windows, limit| inner.purge(now, now, windows, limit).await);

// Changes more records than the limit of the purge.
flaw!(PurgeBeyondItsLimit, purge, |inner, now, unsent, windows, _| {
    inner.purge(now, unsent, windows, NonZeroU32::MAX).await
});

// Removes the family and all its members when one member is removed.
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

// Does not remove families that have lost their last member. So these families keep their labels.
flaw!(PurgeLeavesEmptyFamilies, purge, |inner, now, unsent, windows, limit| {
    inner.with(|model| {
        let families = model.families.clone();
        let (changed, more) = model.purge(now, unsent, windows, limit.get() as usize);
        model.families = families;
        Ok(Progress { changed, more })
    })
});

// Changes the version of a record that it shrinks.
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

// Keeps the nonce of a superseded record after the record's retry window has ended.
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
