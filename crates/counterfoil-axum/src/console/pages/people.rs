//! What people are called, for pages that hold subjects.

use std::collections::BTreeMap;

use counterfoil::{ManageError, SubjectId};

use crate::console::state::Console;
use crate::console::stop::Stop;
use crate::console::visitor::Visitor;

/// The names of the accounts of some subjects, each asked for once.
#[derive(Default)]
pub(super) struct Names(BTreeMap<String, String>);

impl Names {
    pub(super) async fn of(console: &Console, visitor: &Visitor, subjects: Vec<&SubjectId>) -> Result<Self, Stop> {
        let (by, mut names) = (visitor.presenter(), BTreeMap::new());
        for subject in subjects {
            if names.contains_key(subject.as_str()) {
                continue;
            }
            match console.counterfoil.user(&by, subject).await {
                Ok(user) => names.insert(subject.to_string(), user.name),
                // Somebody who has left is called by the id.
                Err(ManageError::NotFound | ManageError::Forbidden(_)) => {
                    names.insert(subject.to_string(), subject.to_string())
                }
                Err(error) => return Err(Stop::of(console, visitor, error)),
            };
        }
        Ok(Self(names))
    }

    /// What the account is called.
    pub(super) fn name(&self, subject: &str) -> String {
        self.0.get(subject).map_or(subject, String::as_str).to_owned()
    }
}
