//! Remembers until when a person's notices wait to be sent together with later ones, so that the person's credentials
//! are not read in each run.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use counterfoil::{SubjectId, Timestamp};

/// The maximum number of people who are remembered. The credentials of others are read again.
const MOST: usize = 10_000;

/// The end of the wait for each person, in this process.
#[derive(Debug, Default)]
pub(crate) struct Patience(Mutex<BTreeMap<SubjectId, Timestamp>>);

impl Patience {
    /// Records that this person's notices wait until then.
    pub(crate) fn wait(&self, whom: &SubjectId, until: Timestamp, now: Timestamp) {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() >= MOST {
            waiting.retain(|_, until| !now.reached(*until));
        }
        if waiting.len() < MOST {
            waiting.insert(whom.clone(), until);
        }
    }

    /// Whether this person's notices still wait.
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
