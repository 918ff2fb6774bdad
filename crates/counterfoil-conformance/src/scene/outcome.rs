//! The answers of the operations of a scene.

use counterfoil::store::{Applied, FamilyParts, Inserted, Progress, Rotated, TokenRecord};
use counterfoil::types::{FamilyId, KeyId, RecordId};

/// The answer of an operation, in a form that can be compared.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    /// The answer of an operation that is one atomic step. The text is the name of the answer, such as `Done`. The
    /// record is the one that the answer contains.
    Step(String, Option<Box<TokenRecord>>),
    /// The total number of changed records or families that all calls of a purge or of a revocation reported.
    Changed(u64),
    /// The records that a `get` or a listing returned.
    Seen(Vec<TokenRecord>),
    /// The rows of the families that a list of families returned.
    Families(Vec<FamilyParts>),
    /// The numbers of records for each digest key, as a census returned them.
    Counted(Vec<(KeyId, u64)>),
}

impl Outcome {
    fn step(name: impl Into<String>, record: Option<TokenRecord>) -> Self {
        Self::Step(name.into(), record.map(Box::new))
    }

    /// Makes the answer of an insert. The families that the insert ended are sorted, because the contract does not
    /// specify their order.
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

    /// Returns the answer on one line. The fields of records are left out.
    pub(crate) fn brief(&self) -> String {
        match self {
            Self::Step(name, _) => name.clone(),
            Self::Changed(changed) => format!("changed {changed}"),
            Self::Seen(records) => {
                let ids: Vec<RecordId> = records.iter().map(|record| record.record().id).collect();
                format!("showed {ids:?}")
            }
            Self::Families(families) => {
                let ids: Vec<FamilyId> = families.iter().map(|family| family.id).collect();
                format!("listed {ids:?}")
            }
            Self::Counted(counts) => format!("counted {counts:?}"),
        }
    }
}
