//! Broken throttles whose purges of counters are incorrect.

use std::num::NonZeroU32;

use counterfoil::store::Throttle;

use super::throttle_flaw;

// Removes attempts that are not settled.
throttle_flaw!(PurgesTheUnsettled, purge_counters, |inner, now, limit| {
    let mut gone = 0;
    inner.with(|kept| {
        kept.retain(|(_, counter)| {
            let ended = counter.failures() == 0 || now.reached(counter.gone_at());
            let goes = ended && gone < u64::from(limit.get());
            gone += u64::from(goes);
            !goes
        });
    });
    Ok(gone)
});

// Removes more counters than the limit of the purge.
throttle_flaw!(PurgesBeyondItsLimit, purge_counters, |inner, now, _| {
    inner.purge_counters(now, NonZeroU32::MAX).await
});
