//! What an operation answered.

use counterfoil::store::{Applied, Inserted, Progress, Rotated, TokenRecord};
use counterfoil::types::{KeyId, RecordId};

/// An answer in a form that can be compared.
#[derive(Clone, Debug)]
pub(crate) enum Told {
    /// Of one atomic step: its name, and the record that came with it.
    Step(String, Option<Box<TokenRecord>>),
    /// Of a batch: how many were changed, in all of its calls.
    Changed(u64),
    /// Of a read: the records.
    Seen(Vec<TokenRecord>),
    /// Of a census: records by key.
    Counted(Vec<(KeyId, u64)>),
}

impl Told {
    fn step(name: impl Into<String>, record: Option<TokenRecord>) -> Self {
        Self::Step(name.into(), record.map(Box::new))
    }

    /// Whom an insert ended is told in no promised order.
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

    /// In one line, without the records' fields.
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
