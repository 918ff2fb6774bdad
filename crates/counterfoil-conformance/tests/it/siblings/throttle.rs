//! A throttle that also loses the attempt that follows a dropped attempt.

use std::sync::atomic::{AtomicBool, Ordering};

use counterfoil::store::{Reserved, Throttle};
use counterfoil_conformance::pause;

use super::sibling_overrides;

/// A throttle that loses the call that follows a dropped call: the attempt of this call is granted but not stored.
#[derive(Default)]
pub(crate) struct DropsTheNextAttempt {
    /// True during a call. It stays true after a dropped call. Then the next call stores nothing.
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
