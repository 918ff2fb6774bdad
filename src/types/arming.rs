//! The schedule of expiry notices of a realm, and the progress of applying a new schedule to all records.
//!
//! Each record has a mark: the time and stage of its next notice. The mark is computed from the schedule. The settings
//! of a realm are one stored document, which also contains the schedule and the progress. So one write changes the
//! schedule and the progress together. The marks are stored in the records, which later writes change one by one.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::types::settings::StoredSettings;
use crate::types::time::Timestamp;

const NAME: &str = "notice_arming";

/// How far a new schedule of notices has been applied to all records. `done` is the schedule from which all marks (the
/// times of the next notices) were computed. While marks are recomputed from a new schedule, `done` is `None` and
/// `pass` is set.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Arming {
    done: Option<String>,
    pass: Option<Pass>,
}

/// The application of a new schedule to all records. A pass walks over all records twice. The second walk begins when
/// every process uses the new schedule, and so updates the marks that other processes have meanwhile computed from an
/// old schedule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Pass {
    under: String,
    /// The earlier schedules from which stored marks may have been computed. `None` if they are unknown.
    before: Option<Vec<String>>,
    /// The instant at which a process first found that the schedule is new.
    since: Timestamp,
    /// The walk over all records that is in progress. `None` between the end of the first walk and the start of the
    /// second walk.
    walk: Option<Walk>,
}

/// The largest number of earlier schedules that are stored. If there are more, the earlier schedules count as unknown.
const MOST_BEFORE: usize = 16;

/// A walk over all records, and the position of its next page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Walk {
    began: Timestamp,
    /// The index of a kind of credential in the policy's list of the kinds that get notices. The page contains records
    /// of this kind.
    pub(crate) kind: usize,
    /// The cursor after which the next page begins.
    pub(crate) after: Option<String>,
}

impl Walk {
    fn new(began: Timestamp) -> Self {
        Self { began, kind: 0, after: None }
    }
}

impl Arming {
    /// Reads the value that is stored in the document of the settings. If the value is unreadable or absent, the result
    /// says that no schedule has been applied.
    pub(crate) fn of(stored: &StoredSettings) -> Self {
        stored.values.get(NAME).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    pub(crate) fn put(&self, stored: &mut StoredSettings) {
        if let Ok(text) = serde_json::to_string(self) {
            stored.values.insert(NAME.into(), text);
        }
    }

    /// Whether no record needs to be updated now: a call of [`Arming::begin`] would return `None`. `under` is the
    /// current schedule. `patience` is the longest time for which another process can still use the old schedule.
    pub(crate) fn rests(&self, under: &str, patience: Duration, now: Timestamp) -> bool {
        self.clone().begin(under, patience, now).is_none()
    }

    /// Returns the next page of records to update: the time of each record's next notice must be computed again. `None`
    /// if there is no such page now. `under` is the current schedule. If it is new, a pass over all records begins.
    /// `patience` is the longest time for which another process can still use the old schedule.
    pub(crate) fn begin(&mut self, under: &str, patience: Duration, now: Timestamp) -> Option<Walk> {
        match &mut self.pass {
            None if self.done.as_deref() == Some(under) => None,
            Some(pass) if pass.under == under => {
                if pass.walk.is_none() && now.reached(pass.since.plus_capped(patience)) {
                    pass.walk = Some(Walk::new(now));
                }
                pass.walk.clone()
            }
            _ => {
                let (before, walk) = (self.earlier(), Some(Walk::new(now)));
                let pass = Pass { under: under.into(), before, since: now, walk: walk.clone() };
                *self = Self { done: None, pass: Some(pass) };
                walk
            }
        }
    }

    /// All schedules that may be in use in the records now: the time of the next notice of each record was computed
    /// from one of them. `None` if these schedules are unknown. When a new schedule is applied, the field `before` of
    /// the new pass is set to this list.
    fn earlier(&self) -> Option<Vec<String>> {
        let Some(pass) = &self.pass else { return self.done.clone().map(|done| vec![done]) };
        let mut before = pass.before.clone()?;
        before.push(pass.under.clone());
        before.dedup();
        Some(before).filter(|before| before.len() <= MOST_BEFORE)
    }

    /// The earlier schedules that may still be in use in the records while a new schedule is applied: the time of a
    /// record's next notice may have been computed from any of them. `None` if the earlier schedules are unknown, or if
    /// no schedule is being applied.
    pub(crate) fn before(&self) -> Option<&[String]> {
        self.pass.as_ref()?.before.as_deref()
    }

    /// Stores that the page `walked` is done and that `next` follows. `None` for `next` ends the walk over all records.
    /// If another process has already stored the end of this page, nothing changes. In both cases, returns true if a
    /// page can be walked at once, or if a schedule other than `under` is being applied. Otherwise returns false, for
    /// example because the second walk cannot begin yet.
    pub(crate) fn advance(&mut self, under: &str, walked: &Walk, next: Option<Walk>, patience: Duration) -> bool {
        let Some(pass) = self.pass.as_mut().filter(|pass| pass.under == under) else { return self.done.is_none() };
        if pass.walk.as_ref() != Some(walked) {
            return pass.walk.is_some();
        }
        if next.is_none() && walked.began.reached(pass.since.plus_capped(patience)) {
            *self = Self { done: Some(under.into()), pass: None };
            return false;
        }
        let more = next.is_some();
        pass.walk = next;
        more
    }
}

impl Walk {
    /// The page of records of the same kind that begins after the cursor `after`.
    pub(crate) fn on(&self, after: String) -> Self {
        Self { after: Some(after), ..self.clone() }
    }

    /// The first page of records of the next kind in the policy's list.
    pub(crate) fn next_kind(&self) -> Self {
        Self { began: self.began, kind: self.kind.saturating_add(1), after: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::duration::{days, minutes};

    const PATIENCE: Duration = minutes(1);

    fn at(minute: u16) -> Timestamp {
        Timestamp::EPOCH.plus_capped(days(20_000)).plus_capped(minutes(minute))
    }

    #[test]
    fn fault_e2_a_change_is_walked_at_once_and_again_when_every_process_knows_it() {
        let mut arming = Arming::default();
        let first = arming.begin("7", PATIENCE, at(0)).expect("a walk");
        assert!(!arming.advance("7", &first, None, PATIENCE));
        assert!(arming.rests("7", PATIENCE, at(0)));
        let second = arming.begin("7", PATIENCE, at(1)).expect("a second walk");
        assert!(!arming.advance("7", &second, None, PATIENCE));
        assert!(arming.rests("7", PATIENCE, at(600)));
        assert!(!arming.rests("14", PATIENCE, at(600)));
    }

    #[test]
    fn fault_e2_a_walk_goes_on_where_it_stood_in_another_process_too() {
        let mut arming = Arming::default();
        let first = arming.begin("7", PATIENCE, at(0)).expect("a walk");
        assert!(arming.advance("7", &first, Some(first.on("a".into())), PATIENCE));
        let mut stored = StoredSettings::default();
        arming.put(&mut stored);
        let mut elsewhere = Arming::of(&stored);
        let second = elsewhere.begin("7", PATIENCE, at(5)).expect("goes on");
        assert_eq!(second.after.as_deref(), Some("a"));
        assert!(elsewhere.advance("7", &first, Some(first.next_kind()), PATIENCE), "a page that was walked twice");
        assert_eq!(elsewhere.begin("7", PATIENCE, at(5)), Some(second));
    }

    #[test]
    fn fault_e2_a_change_back_during_a_walk_is_walked_too() {
        let mut arming = Arming { done: Some("7".into()), pass: None };
        let _going = arming.begin("14", PATIENCE, at(0)).expect("a walk");
        assert_eq!(arming.before(), Some(&["7".to_owned()][..]));
        assert!(arming.begin("7", PATIENCE, at(0)).is_some());
        assert_eq!(arming.before(), Some(&["7".to_owned(), "14".into()][..]), "marks may stand under either");
    }

    #[test]
    fn fault_e2_what_marks_stand_under_at_the_first_walk_of_all_is_not_known() {
        let mut arming = Arming::default();
        for under in ["7", "14"] {
            assert!(arming.begin(under, PATIENCE, at(0)).is_some());
            assert_eq!(arming.before(), None);
        }
    }

    #[test]
    fn what_cannot_be_read_is_walked_anew() {
        let mut stored = StoredSettings::default();
        stored.values.insert(NAME.into(), "{\"pass\": 7}".into());
        assert_eq!(Arming::of(&stored), Arming::default());
    }
}
