//! An attempt that is lost with another one.

use std::sync::atomic::{AtomicBool, Ordering};

use counterfoil::store::{Reserved, Throttle};
use counterfoil_conformance::pause;

use super::sibling_overrides;

/// The next user's attempt is lost with the one that was cut off.
#[derive(Default)]
pub(crate) struct DropsTheNextAttempt {
    /// Set while the call is under way: one that is dropped leaves it set, and the next call is rolled back with it.
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
