//! Makes families that a test can restore, without reading them from a store.

use counterfoil::store::WholeFamily;
use counterfoil::types::Version;

use crate::reference::Model;
use crate::sample::{Person, at, supersede};
use crate::violation::Violation;

/// Makes a family of two refresh tokens and an access token. The first refresh token is superseded by the second, which
/// has the label and a notice.
pub(super) fn chain(person: &Person, label: &str) -> Result<WholeFamily, Violation> {
    let (draft, mut model) = (person.refresh().labelled(label).with_access(), Model::default());
    let _ = model.insert(draft.home(None), &draft.records, at(0));
    let next = draft.successor(draft.id(), 1).with_notice(counterfoil::store::NoticeMark { at: at(9), stage: 0 });
    let step = supersede(Version::FIRST, next.id, at(1));
    let _ = model.rotate(&draft.id(), &step, std::slice::from_ref(&next), at(1))?;
    let row = model.family(draft.family.id).ok_or_else(|| Violation::new("the family was inserted"))?.clone();
    WholeFamily::new(row, model.records).map_err(|corrupt| Violation::new(corrupt.to_string()))
}
