//! An attempt that is lost together with a dropped one.

use std::sync::atomic::{AtomicBool, Ordering};

use counterfoil::store::{Reserved, Throttle};
use counterfoil_conformance::pause;

use super::sibling_overrides;

/// When a call is dropped, the next call's attempt is lost with it.
#[derive(Default)]
pub(crate) struct DropsTheNextAttempt {
    /// Set during a call. A dropped call leaves it set, and then the next call is rolled back.
    cut: AtomicBool,
}

sibling_overrides!(DropsTheNextAttempt, self, reserve, |inner, key, now, window, limit| {
    inner.reach_counter("reserve", key)?;
    let dirty = self.cut.swap(true, Ordering::SeqCst);
    pause().await;
    self.cut.store(false, Ordering::SeqCst);
    if dirty {
        return Ok(Reserved::Granted(now));
    }
    inner.reserve(key, now, window, limit).await
});
