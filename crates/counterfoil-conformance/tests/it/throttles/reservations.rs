//! Broken throttles that grant, refuse or count attempts incorrectly.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use counterfoil::Timestamp;
use counterfoil::store::{Counter, Reserved, Throttle, ThrottleKey, UNSETTLED};

use super::counters::{reserve, with_failures};
use super::{Counters, throttle_flaw, throttle_overrides};

/// A broken throttle in which the number of attempts in progress can become negative. Each release of an attempt that
/// does not exist allows one attempt more than the limit.
#[derive(Default)]
pub(crate) struct GoesBelowZero {
    /// How many attempts that do not exist were released.
    surplus: AtomicU32,
}

throttle_overrides!(
    GoesBelowZero,
    self,
    reserve,
    |inner, key, now, window, limit| {
        let limit = limit.saturating_add(self.surplus.load(Ordering::SeqCst));
        inner.reserve(key, now, window, limit).await
    },
    release,
    |inner, key, reserved_at, now, window| {
        let found = inner.step(key, |counter| {
            let before = counter.under_way().len();
            counter.release(reserved_at, now, window);
            counter.under_way().len() < before
        });
        self.surplus.fetch_add(u32::from(!found), Ordering::SeqCst);
        Ok(())
    }
);

// If attempts in progress reach the limit, answers `Wait` as if they had failed.
throttle_flaw!(TakesUnderWayForFailed, reserve, |inner, key, now, window, limit| {
    Ok(match inner.reserve(key, now, window, limit).await? {
        Reserved::UnderWay => Reserved::Wait(now.plus_capped(window)),
        other => other,
    })
});

// Stores a refused attempt as an attempt in progress.
throttle_flaw!(NotesTheRefused, reserve, |inner, key, now, window, limit| {
    Ok(inner.step(key, |counter| {
        let answer = counter.reserve(now, window, limit);
        if !matches!(answer, Reserved::Granted(_)) {
            let mut under_way = counter.under_way().to_vec();
            under_way.push(now);
            *counter = with_failures(counter, counter.failures(), counter.ends_at(), under_way);
        }
        answer
    }))
});

/// Returns the end of the counter's window if the failures have reached the limit and this end is later than `latest`.
/// The stored end is that late only if the clock was set back. Otherwise returns `None`.
fn old_end(inner: &Counters, key: &ThrottleKey, latest: Timestamp, limit: u32) -> Option<Timestamp> {
    let counter = inner.read(key);
    counter.ends_at().filter(|end| *end > latest && counter.failures() >= limit)
}

// After the clock was set back, refuses attempts until the stored end of the window, which is too late.
throttle_flaw!(WaitsForTheOldClock, reserve, |inner, key, now, window, limit| {
    match old_end(inner, key, now.plus_capped(window), limit.get()) {
        Some(end) => Ok(Reserved::Wait(end)),
        None => inner.reserve(key, now, window, limit).await,
    }
});

// After the clock was set back, a window must end earlier than its stored end. Reports this earlier end, but refuses
// attempts until the stored end.
throttle_flaw!(CapsTheAnswerAlone, reserve, |inner, key, now, window, limit| {
    match old_end(inner, key, now.plus_capped(window), limit.get()) {
        Some(_) => Ok(Reserved::Wait(now.plus_capped(window))),
        None => inner.reserve(key, now, window, limit).await,
    }
});

/// Replaces the instants of the counter's attempts in progress. The function `under_way` takes the old instants and
/// returns the new ones.
fn reread(counter: &mut Counter, under_way: impl Fn(&[Timestamp]) -> Vec<Timestamp>) {
    let under_way = under_way(counter.under_way());
    *counter = Counter::from_parts(counter.failures(), counter.ends_at(), under_way, counter.gone_at());
}

/// Makes a broken throttle that handles unsettled attempts wrongly. An unsettled attempt was neither released nor
/// reported as failed. Each method first replaces the instants of the unsettled attempts by those that `$found`
/// returns. The rest of the method is correct.
macro_rules! takes_the_unsettled {
    ($flaw:ident, $found:expr) => {
        throttle_flaw!(
            $flaw,
            reserve,
            |inner, key, now, window, limit| {
                Ok(inner.step(key, |counter| {
                    let stood = counter.clone();
                    reread(counter, |under_way| $found(now, under_way));
                    let read = counter.clone();
                    let answer = reserve(counter, now, window, limit);
                    if *counter == read {
                        *counter = stood;
                    }
                    answer
                }))
            },
            failed,
            |inner, key, reserved_at, now, window| {
                inner.step(key, |counter| {
                    reread(counter, |under_way| $found(now, under_way));
                    counter.failed(reserved_at, now, window);
                });
                Ok(())
            },
            release,
            |inner, key, reserved_at, now, window| {
                inner.step(key, |counter| {
                    reread(counter, |under_way| $found(now, under_way));
                    counter.release(reserved_at, now, window);
                });
                Ok(())
            }
        );
    };
}

fn forgotten(now: Timestamp, under_way: &[Timestamp]) -> Vec<Timestamp> {
    under_way.iter().copied().filter(|at| now.since(*at) < UNSETTLED).collect()
}

// Forgets attempts that are not settled.
takes_the_unsettled!(ForgetsTheUnsettled, forgotten);

fn for_ever(now: Timestamp, under_way: &[Timestamp]) -> Vec<Timestamp> {
    under_way.iter().map(|at| (*at).max(now.minus(Duration::from_secs(59)))).collect()
}

// Treats attempts that are not settled as in progress for ever.
takes_the_unsettled!(NeverGivesUp, for_ever);

// Keeps at most 255 attempts in progress.
throttle_flaw!(KeepsAttemptsTo255, reserve, |inner, key, now, window, limit| {
    if inner.read(key).under_way().len() >= 255 {
        return Ok(Reserved::UnderWay);
    }
    inner.reserve(key, now, window, limit).await
});
