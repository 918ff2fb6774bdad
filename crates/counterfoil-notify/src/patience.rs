//! Until when a person's notices wait for others, so that the person's credentials are not read at each run.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use counterfoil::{SubjectId, Timestamp};

/// How many people are remembered. For others the credentials are read again.
const MOST: usize = 10_000;

/// What was learned, in this process.
#[derive(Debug, Default)]
pub(crate) struct Patience(Mutex<BTreeMap<SubjectId, Timestamp>>);

impl Patience {
    /// Records that nothing need be done until then.
    pub(crate) fn wait(&self, whom: &SubjectId, until: Timestamp, now: Timestamp) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= MOST {
            waiting.retain(|_, until| !now.reached(*until));
        }
        if waiting.len() < MOST {
            waiting.insert(whom.clone(), until);
        }
    }

    /// Whether that person waits still.
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
