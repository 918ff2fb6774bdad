//! Finds the account names of subjects.

use std::collections::BTreeMap;

use counterfoil::{ManageError, SubjectId};

use crate::console::rejection::Rejection;
use crate::console::state::Console;
use crate::console::viewer::Viewer;

/// The account names of some subjects, by subject id.
#[derive(Default)]
pub(super) struct AccountNames(BTreeMap<String, String>);

impl AccountNames {
    pub(super) async fn of(console: &Console, viewer: &Viewer, subjects: Vec<&SubjectId>) -> Result<Self, Rejection> {
        let (by, mut names) = (viewer.presenter(), BTreeMap::new());
        for subject in subjects {
            if names.contains_key(subject.as_str()) {
                continue;
            }
            match viewer.counterfoil.user(&by, subject).await {
                Ok(user) => names.insert(subject.to_string(), user.name),
                // The account was deleted, or the viewer may not see it. The page shows the subject id instead of the
                // name.
                Err(ManageError::NotFound | ManageError::Forbidden(_)) => {
                    names.insert(subject.to_string(), subject.to_string())
                }
                Err(error) => return Err(Rejection::of(console, viewer, error)),
            };
        }
        Ok(Self(names))
    }

    /// Returns the account name of a subject. If no name is known, returns the subject id.
    pub(super) fn name(&self, subject: &str) -> String {
        self.0.get(subject).map_or(subject, String::as_str).to_owned()
    }
}
