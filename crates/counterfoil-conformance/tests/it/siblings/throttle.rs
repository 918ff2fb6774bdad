//! A broken throttle that loses an attempt after another attempt was dropped.

use std::sync::atomic::{AtomicBool, Ordering};

use counterfoil::store::{Reserved, Throttle};
use counterfoil_conformance::pause;

use super::sibling_overrides;

/// A broken throttle. After a call of `reserve` was dropped, the attempt of the next call is granted but not stored.
#[derive(Default)]
pub(crate) struct DropsTheNextAttempt {
    /// True while a call of this handle runs. If the call is dropped, the value stays true, so the next call can find
    /// out that a call was dropped.
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
