//! The answers of operations.

use counterfoil::store::{Applied, Inserted, Progress, Rotated, TokenRecord};
use counterfoil::types::{KeyId, RecordId};

/// An answer in a form that can be compared.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// The answer of one atomic step. It has the name of the answer and the record in it.
    Step(String, Option<Box<TokenRecord>>),
    /// The number of changes that all calls of a batch reported together.
    Changed(u64),
    /// The records that a read returned.
    Seen(Vec<TokenRecord>),
    /// The number of records for each key that a census counted.
    Counted(Vec<(KeyId, u64)>),
}

impl Outcome {
    fn step(name: impl Into<String>, record: Option<TokenRecord>) -> Self {
        Self::Step(name.into(), record.map(Box::new))
    }

    /// Sorts the families that an insert ended, because their order is not specified.
    pub(super) fn inserted(answer: Inserted) -> Self {
        match answer {
            Inserted::MadeRoom(mut ended) => {
                ended.sort_unstable();
                Self::step(format!("MadeRoom({ended:?})"), None)
            }
            other => Self::step(format!("{other:?}"), None),
        }
    }

    pub(super) fn applied(answer: Applied) -> Self {
        match answer {
            Applied::Done(record) => Self::step("Done", Some(record)),
            Applied::Stale(record) => Self::step("Stale", Some(record)),
            other => Self::step(format!("{other:?}"), None),
        }
    }

    pub(super) fn rotated(answer: Rotated) -> Self {
        match answer {
            Rotated::Stale(record) => Self::step("Stale", Some(record)),
            other => Self::step(format!("{other:?}"), None),
        }
    }

    pub(super) fn claimed(answer: Option<TokenRecord>) -> Self {
        Self::step(if answer.is_some() { "Some" } else { "None" }, answer)
    }

    pub(super) fn revoked(progress: Progress) -> Self {
        Self::step(format!("changed {}", progress.changed), None)
    }

    pub(super) fn plain(answer: impl std::fmt::Debug) -> Self {
        Self::step(format!("{answer:?}"), None)
    }

    /// Returns the answer on one line, without the fields of records.
    pub(crate) fn brief(&self) -> String {
        match self {
            Self::Step(name, _) => name.clone(),
            Self::Changed(changed) => format!("changed {changed}"),
            Self::Seen(records) => {
                let ids: Vec<RecordId> = records.iter().map(|record| record.record().id).collect();
                format!("showed {ids:?}")
            }
            Self::Counted(counts) => format!("counted {counts:?}"),
        }
    }
}
