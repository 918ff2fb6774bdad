//! Which schedule of notices the marks of a realm were set under, and how far a walk that sets them anew has come.
//!
//! Kept as one value beside the settings, so that it is compared with them, and changed, in one step.

use serde::{Deserialize, Serialize};

use crate::types::settings::StoredSettings;
use crate::types::time::{Span, Timestamp};

const NAME: &str = "notice_arming";

/// Under which schedule all marks stand, and the pass that brings them under another.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Arming {
    done: Option<String>,
    pass: Option<Pass>,
}

/// One pass over all records, or two: a second one follows once every process has seen the change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Pass {
    under: String,
    /// What marks may have been set under before; `None`: that is not known.
    before: Option<Vec<String>>,
    /// When the change was noticed first.
    since: Timestamp,
    /// The walk under way; `None`: the first one is over, and the second waits.
    walk: Option<Walk>,
}

/// The most earlier schedules that are remembered.
const MOST_BEFORE: usize = 16;

/// A walk, and the page that it comes to next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Walk {
    began: Timestamp,
    /// Which of the kinds that the schedule names.
    pub(crate) kind: usize,
    /// The cursor after which the page begins.
    pub(crate) after: Option<String>,
}

impl Walk {
    fn new(began: Timestamp) -> Self {
        Self { began, kind: 0, after: None }
    }
}

impl Arming {
    /// What stands beside the settings. What cannot be read counts as nothing: the marks are then all looked at anew.
    pub(crate) fn of(stored: &StoredSettings) -> Self {
        stored.values.get(NAME).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
    }

    pub(crate) fn put(&self, stored: &mut StoredSettings) {
        if let Ok(text) = serde_json::to_string(self) {
            stored.values.insert(NAME.into(), text);
        }
    }

    /// Whether there is nothing to do under that schedule.
    pub(crate) fn rests(&self, under: &str, patience: Span, now: Timestamp) -> bool {
        self.clone().begin(under, patience, now).is_none()
    }

    /// The page to walk next, where there is one. `patience` is how long another process may go on under the old schedule.
    pub(crate) fn begin(&mut self, under: &str, patience: Span, now: Timestamp) -> Option<Walk> {
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

    /// What marks may stand under when yet another schedule comes.
    fn earlier(&self) -> Option<Vec<String>> {
        let Some(pass) = &self.pass else { return self.done.clone().map(|done| vec![done]) };
        let mut before = pass.before.clone()?;
        before.push(pass.under.clone());
        before.dedup();
        Some(before).filter(|before| before.len() <= MOST_BEFORE)
    }

    /// What marks may have been set under before the pass that is under way, where that is known.
    pub(crate) fn before(&self) -> Option<&[String]> {
        self.pass.as_ref()?.before.as_deref()
    }

    /// Moves on from the page that was walked to the next, or ends the walk. Whoever walked a page that another process has done as
    /// well changes nothing. Says whether a page is left to walk now.
    pub(crate) fn advance(&mut self, under: &str, walked: &Walk, next: Option<Walk>, patience: Span) -> bool {
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
    /// The next page of the same kind.
    pub(crate) fn on(&self, after: String) -> Self {
        Self { after: Some(after), ..self.clone() }
    }

    /// The first page of the next kind.
    pub(crate) fn next_kind(&self) -> Self {
        Self { began: self.began, kind: self.kind.saturating_add(1), after: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Span = Span::minutes(1);

    fn at(minutes: u16) -> Timestamp {
        Timestamp::EPOCH.plus_capped(Span::days(20_000)).plus_capped(Span::minutes(minutes))
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
