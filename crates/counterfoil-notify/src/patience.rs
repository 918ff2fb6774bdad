//! Remembers whose notices wait, and until when. The notices of a person wait so that they are sent together with later
//! notices of this person. While they wait, no run has to read the person's credentials.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use counterfoil::{SubjectId, Timestamp};

/// The maximum number of people in a [`Patience`]. For a person who is not in it, each run must read the person's
/// credentials to find out until when the notices wait.
const MOST: usize = 10_000;

/// For each person whose notices wait, the instant until which they wait. Each process has its own map.
#[derive(Debug, Default)]
pub(crate) struct Patience(Mutex<BTreeMap<SubjectId, Timestamp>>);

impl Patience {
    /// Records that the notices of this person wait until `until`.
    pub(crate) fn wait(&self, whom: &SubjectId, until: Timestamp, now: Timestamp) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= MOST {
            waiting.retain(|_, until| !now.reached(*until));
        }
        if waiting.len() < MOST {
            waiting.insert(whom.clone(), until);
        }
    }

    /// Whether the notices of this person still wait at `now`. If they do not, the person is removed.
    pub(crate) fn waits(&self, whom: &SubjectId, now: Timestamp) -> bool {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waits = waiting.get(whom).is_some_and(|until| !now.reached(*until));
        if !waits {
            waiting.remove(whom);
        }
        waits
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_person_waits_until_then_and_is_forgotten() {
        let (patience, ivan) = (Patience::default(), SubjectId::new("ivan").expect("an id"));
        let until = Timestamp::EPOCH.plus_capped(Duration::from_secs(3_600));
        assert!(!patience.waits(&ivan, Timestamp::EPOCH));
        patience.wait(&ivan, until, Timestamp::EPOCH);
        assert!(patience.waits(&ivan, Timestamp::EPOCH));
        assert!(!patience.waits(&ivan, until));
        assert!(!patience.waits(&ivan, Timestamp::EPOCH), "forgotten");
    }
}
