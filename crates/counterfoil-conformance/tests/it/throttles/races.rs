//! Broken throttles that read a counter in one step and write it in another.

use std::sync::{Mutex, PoisonError};

use counterfoil::store::{Counter, Throttle};

use super::counters::reserve;
use super::{Counters, throttle_flaw, throttle_overrides};

/// Waits between two steps, so that other threads can run.
fn dawdle() {
    std::thread::sleep(std::time::Duration::from_micros(20));
}

/// Changes a counter as a broken throttle does: reads it, waits, and writes the changed counter without reading it
/// again.
macro_rules! by_look {
    ($inner:ident, $key:ident, $change:expr) => {{
        let mut counter = $inner.read($key);
        dawdle();
        let change: &dyn Fn(&mut Counter) -> _ = &$change;
        let answer = change(&mut counter);
        $inner.write($key, counter);
        Ok(answer)
    }};
}

throttle_flaw!(ReservesByLookThenNote, reserve, |inner, key, now, window, limit| {
    by_look!(inner, key, |counter| reserve(counter, now, window, limit))
});

throttle_flaw!(FailsByLookThenWrite, failed, |inner, key, reserved_at, now, window| {
    by_look!(inner, key, |counter| counter.failed(reserved_at, now, window))
});

throttle_flaw!(ReleasesByLookThenWrite, release, |inner, key, reserved_at, now, window| {
    by_look!(inner, key, |counter| counter.release(reserved_at, now, window))
});

// Finds the ended counters. Later removes what is stored under their keys, even if it has changed.
throttle_flaw!(PurgesByLookThenRemove, purge_counters, |inner, now, _| {
    let ended: Vec<_> = inner.with(|kept| {
        let ended = kept.iter().filter(|(_, counter)| now.reached(counter.gone_at()));
        ended.map(|(key, _)| *key).collect()
    });
    dawdle();
    inner.with(|kept| kept.retain(|(key, _)| !ended.contains(key)));
    Ok(ended.len() as u64)
});

/// A broken throttle that reads and writes in two steps. It holds a lock during both steps, but each handle has a lock
/// of its own.
#[derive(Default)]
pub(crate) struct LocksInTheHandle(Mutex<()>);

throttle_overrides!(
    LocksInTheHandle,
    self,
    reserve,
    |inner, key, now, window, limit| {
        let _held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        by_look!(inner, key, |counter| reserve(counter, now, window, limit))
    },
    failed,
    |inner, key, reserved_at, now, window| {
        let _held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        by_look!(inner, key, |counter| counter.failed(reserved_at, now, window))
    },
    release,
    |inner, key, reserved_at, now, window| {
        let _held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        by_look!(inner, key, |counter| counter.release(reserved_at, now, window))
    }
);

/// A broken throttle whose handles each have their own counters.
#[derive(Default)]
pub(crate) struct CountsByHandle(Counters);

throttle_overrides!(
    CountsByHandle,
    self,
    reserve,
    |_, key, now, window, limit| self.0.reserve(key, now, window, limit).await,
    failed,
    |_, key, reserved_at, now, window| self.0.failed(key, reserved_at, now, window).await,
    release,
    |_, key, reserved_at, now, window| self.0.release(key, reserved_at, now, window).await,
    purge_counters,
    |_, now, limit| self.0.purge_counters(now, limit).await
);
