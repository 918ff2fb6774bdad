//! Compares a `Throttle` with a model. Random attempts are made with extreme instants, windows, limits and keys.

use std::sync::Arc;
use std::time::Duration;

use counterfoil::Timestamp;
use counterfoil::store::{Counter, Reserved, Throttle, ThrottleKey};

use super::database::Siblings;
use super::throttle::{MINUTE, NO_THROTTLE, WINDOW};
use crate::dice::Dice;
use crate::sample::{at, most};
use crate::scale::scale;
use crate::violation::{Checked, Verdict, Violation, ensure};

/// Checks that a `Throttle` answers random calls as [`Counter`] does. The window, the limit and the clock change from
/// call to call. No single clause of the contract describes this check.
pub async fn throttle_answers_equal_the_model(siblings: &Siblings) -> Verdict {
    let database = siblings.fresh().await;
    let handles = database.throttles(2).await;
    if handles.is_empty() {
        return Ok(NO_THROTTLE);
    }
    for seed in 0..u64::from(scale().sequences.min(24)) {
        sequence(&handles, seed, u8::try_from(seed).unwrap_or(u8::MAX)).await?;
    }
    Ok(Checked::Held)
}

/// Returns the first instant of a random sequence, in microseconds. Depending on the seed, it is in the year 2023, at
/// one of the two ends of the range of instants, or near an instant at which a column with too few bits overflows.
fn epoch(seed: u64) -> u64 {
    let last = Timestamp::MAX.micros() - 31 * MINUTE;
    let ends = [at(0).micros(), 0, last, (1_000_000 << 31) - 30 * MINUTE, (1_000_000 << 32) - 30 * MINUTE, 1 << 52];
    ends[usize::try_from(seed).unwrap_or(0) % ends.len()]
}

/// A key of the throttle, the counter that the model has for it, and the attempts that were granted.
struct Keyed {
    key: ThrottleKey,
    counter: Counter,
    noted: Vec<Timestamp>,
}

impl Keyed {
    /// Returns the three keys of a sequence. The first two differ only in their last byte, and the first and the third
    /// only in their first byte.
    fn three(number: u8) -> [Self; 3] {
        let fill = if number.is_multiple_of(2) { 0xff } else { 0 };
        [(fill, number), (fill, !number), (0x80, number)].map(|(first, last)| {
            let mut bytes = [fill; 32];
            (bytes[0], bytes[31]) = (first, last);
            Self { key: ThrottleKey::from_bytes(bytes), counter: Counter::default(), noted: Vec::new() }
        })
    }
}

async fn sequence(handles: &[Arc<dyn Throttle>], seed: u64, key: u8) -> Result<(), Violation> {
    let (mut dice, mut all, epoch) = (Dice::new(seed), Keyed::three(key), epoch(seed));
    let at = |clock: u64| Timestamp::from_micros(epoch + clock).unwrap_or(Timestamp::MAX);
    let mut clock = 30 * MINUTE;
    for step in 0..90 {
        clock = match dice.below(20) {
            0 => clock + MINUTE,
            1 => clock.saturating_sub(dice.below(2 * MINUTE)),
            2 => clock + dice.below(2 * MINUTE),
            _ => clock + dice.below(40),
        };
        let (now, limit) = (at(clock), *dice.pick(&[1, 2, 2, 2, 3, 3, 4, 4, 257, 65_537, u32::MAX]));
        let window = *dice.pick(&[WINDOW, WINDOW, WINDOW, WINDOW, WINDOW, 30, 1, 1 << 32, Timestamp::MAX.micros()]);
        let window = Duration::from_micros(window);
        let store = dice.pick(handles);
        let Keyed { key, counter, noted } = &mut all[*dice.pick(&[0, 0, 1, 2])];
        let one = if noted.is_empty() { now } else { *dice.pick(noted) };
        match dice.below(4) {
            0 => {
                counter.failed(one, now, window);
                store.failed(key, one, now, window).await?;
            }
            1 => {
                counter.release(one, now, window);
                store.release(key, one, now, window).await?;
            }
            _ => {
                let mut next = counter.clone();
                let wanted = next.reserve(now, window, most(limit));
                let kept = counter.lies_ahead(now, window) || matches!(wanted, Reserved::Granted(_));
                let answer = store.reserve(key, now, window, most(limit)).await?;
                ensure!(
                    answer == wanted,
                    "seed {seed}, step {step}, at +{clock}: {wanted:?} was expected of {counter:?}, but was {answer:?}"
                );
                if kept {
                    *counter = next;
                }
                noted.extend(matches!(answer, Reserved::Granted(_)).then_some(now));
            }
        }
    }
    what_is_left(&*handles[0], seed, &all).await
}

/// Checks that a purge keeps each counter before its `gone_at`, and removes it from then on.
async fn what_is_left(store: &dyn Throttle, seed: u64, all: &[Keyed]) -> Result<(), Violation> {
    let mut ends: Vec<Timestamp> =
        all.iter().filter(|one| !one.counter.is_empty()).map(|one| one.counter.gone_at()).collect();
    ends.sort_unstable();
    let (Some(first), Some(last)) = (ends.first(), ends.last()) else { return Ok(()) };
    let early = store.purge_counters(first.minus(Duration::from_micros(1)), most(9)).await?;
    ensure!(early == 0, "seed {seed}: a counter must stay until {first:?}");
    let went = store.purge_counters(*last, most(9)).await?;
    ensure!(went == ends.len() as u64, "seed {seed}: {} counters must go at {last:?}, but {went} went", ends.len());
    Ok(())
}
