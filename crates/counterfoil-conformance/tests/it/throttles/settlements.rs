//! Broken throttles that release attempts or count failures incorrectly.

use std::time::Duration;

use counterfoil::Timestamp;
use counterfoil::store::{Counter, Throttle};

use super::counters::with_failures;
use super::throttle_flaw;

/// Lets the window of the counter begin at the instant `at`, if the counter has more failures than `failures_before`.
fn begin_window(counter: &mut Counter, failures_before: u32, at: Timestamp, window: Duration) {
    if counter.failures() > failures_before {
        let (end, under_way) = (at.plus_capped(window), counter.under_way().to_vec());
        *counter = with_failures(counter, counter.failures(), Some(end), under_way);
    }
}

// Begins a window at the time when the attempt was reserved, and not at the time of the failure.
throttle_flaw!(BeginsTheWindowTooEarly, failed, |inner, key, reserved_at, now, window| {
    inner.step(key, |counter| {
        let before = counter.failures();
        counter.failed(reserved_at, now, window);
        if before == 0 {
            begin_window(counter, before, reserved_at, window);
        }
    });
    Ok(())
});

// Starts the window again with each failure.
throttle_flaw!(ProlongsTheWindow, failed, |inner, key, reserved_at, now, window| {
    inner.step(key, |counter| {
        let before = counter.failures();
        counter.failed(reserved_at, now, window);
        begin_window(counter, before, now, window);
    });
    Ok(())
});

// Counts a success as a failure.
throttle_flaw!(CountsSuccesses, release, |inner, key, reserved_at, now, window| {
    inner.failed(key, reserved_at, now, window).await
});

// Releases an attempt even if it already counts as failed.
throttle_flaw!(ReleasesTooLate, release, |inner, key, reserved_at, _, window| {
    inner.release(key, reserved_at, reserved_at, window).await
});

// Keeps a counter that has become empty.
throttle_flaw!(LeavesHusks, release, |inner, key, reserved_at, now, window| {
    inner.with(|kept| {
        if let Some((_, counter)) = kept.iter_mut().find(|(of, _)| of == key) {
            counter.release(reserved_at, now, window);
        }
    });
    Ok(())
});

// Counts no more than 255 failures.
throttle_flaw!(CountsTo255, failed, |inner, key, reserved_at, now, window| {
    inner.step(key, |counter| {
        counter.failed(reserved_at, now, window);
        let (ends, under_way) = (counter.ends_at(), counter.under_way().to_vec());
        *counter = with_failures(counter, counter.failures().min(255), ends, under_way);
    });
    Ok(())
});
