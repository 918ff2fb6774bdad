//! The pauses between two rounds of upkeep.

use std::time::Duration;

use crate::crypto::entropy::Entropy;
use crate::service::clock_trust::CHALLENGED;

/// The pause after a round of upkeep in which nothing failed.
const USUAL: Duration = Duration::from_secs(5);
/// The longest pause after rounds of upkeep that failed.
const LONGEST: Duration = Duration::from_secs(60);
/// The divisor for the random addition to a pause: the addition is at most the pause divided by this number.
const JITTER: u32 = 5;

// A process that has doubted its clock waits [`CHALLENGED`] after the doubt before it purges. In this time, a process
// with a right clock must complete a round of upkeep, so the wait is longer than two of the longest pauses.
const _: () = assert!(
    CHALLENGED.as_secs() > 2 * (LONGEST.as_secs() + LONGEST.as_secs() / JITTER as u64),
    "a wrong clock's note must outlast two pauses"
);

/// Computes the pauses between the rounds of upkeep. The field is the number of failed rounds in a row.
#[derive(Default)]
pub(super) struct Pauses(u32);

impl Pauses {
    /// The pause after a round of upkeep, without its random addition. It is five seconds, and doubles for each failed
    /// round in a row, up to a minute.
    pub(super) fn after(&mut self, failed: bool) -> Duration {
        self.0 = if failed { self.0.saturating_add(1) } else { 0 };
        let doubled = 1_u32.checked_shl(self.0).map_or(LONGEST, |times| USUAL.saturating_mul(times));
        doubled.min(LONGEST)
    }
}

/// A random addition to a pause, at most a fifth of the pause. Without the addition, nodes that started together would
/// run their rounds at the same time. The result is zero if no random bytes are available.
pub(super) fn jitter(pause: Duration, entropy: &dyn Entropy) -> Duration {
    let mut bytes = [0; 2];
    match entropy.fill(&mut bytes) {
        Ok(()) => pause / JITTER * u32::from(u16::from_be_bytes(bytes)) / u32::from(u16::MAX),
        Err(_) => Duration::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::entropy::{NoEntropy, SeededEntropy};

    #[test]
    fn host_9_pauses_double_up_to_a_minute_while_rounds_fail() {
        let mut pauses = Pauses::default();
        let seconds = |pauses: &mut Pauses, failed| pauses.after(failed).as_secs();
        assert_eq!(seconds(&mut pauses, false), 5);
        assert_eq!([(); 5].map(|()| seconds(&mut pauses, true)), [10, 20, 40, 60, 60]);
        (0..100).for_each(|_| assert_eq!(seconds(&mut pauses, true), 60));
        assert_eq!(seconds(&mut pauses, false), 5, "a round that went well ends it");
        assert_eq!(seconds(&mut pauses, true), 10);
    }

    #[test]
    fn host_9_the_jitter_is_at_most_a_fifth_of_the_pause() {
        struct Fixed(u8);
        impl Entropy for Fixed {
            fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
                bytes.fill(self.0);
                Ok(())
            }
        }
        struct None;
        impl Entropy for None {
            fn fill(&self, _: &mut [u8]) -> Result<(), NoEntropy> {
                Err(NoEntropy)
            }
        }
        assert_eq!(jitter(USUAL, &Fixed(0)), Duration::ZERO);
        assert_eq!(jitter(USUAL, &Fixed(0xFF)), Duration::from_secs(1));
        assert_eq!(jitter(LONGEST, &Fixed(0xFF)), Duration::from_secs(12));
        assert_eq!(jitter(USUAL, &None), Duration::ZERO);
        let seeded = SeededEntropy::new(7);
        let drawn: std::collections::BTreeSet<_> = (0..20).map(|_| jitter(USUAL, &seeded)).collect();
        assert!(drawn.len() > 10 && drawn.iter().all(|jitter| *jitter <= Duration::from_secs(1)), "{drawn:?}");
    }
}
