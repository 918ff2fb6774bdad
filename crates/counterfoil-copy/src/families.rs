//! Copies families from the source to the target.

use counterfoil::store::{Restored, WholeFamily};
use counterfoil::types::FamilyId;
use futures_util::future::join_all;

use crate::copy::Copy;
use crate::error::{CopyError, Side};
use crate::walk::Families;

/// The number of families that are copied at the same time. All records of these families are in memory.
const ABREAST: usize = 16;

/// What became of one family.
#[derive(PartialEq, Eq)]
enum Copied {
    Written,
    /// The target has an equal family.
    AlreadyThere,
    /// The source no longer has the family.
    Gone,
}

/// Copies all families. Returns the number of families that the target already had.
pub(crate) async fn copy(copy: &Copy) -> Result<u64, CopyError> {
    let mut families = Families::of(&copy.source, Side::Source);
    let (mut done, mut there) = (0, 0);
    loop {
        let some = families.some(ABREAST).await?;
        if some.is_empty() {
            return Ok(there);
        }
        for copied in join_all(some.iter().map(|id| copy_one(copy, id))).await {
            there += u64::from(copied? == Copied::AlreadyThere);
            done += 1;
        }
        (copy.progress)(done);
    }
}

async fn copy_one(copy: &Copy, id: &FamilyId) -> Result<Copied, CopyError> {
    let Some(source) = read(copy, Side::Source, id).await? else { return Ok(Copied::Gone) };
    match copy.target.families.restore(&source).await.map_err(Side::Target.failed())? {
        Restored::Done => Ok(Copied::Written),
        // An earlier run has written the family, perhaps without getting the store's answer. The two families are
        // compared, because a different family with the same id is an error.
        Restored::IdTaken(_) => {
            let target = read(copy, Side::Target, id).await?;
            compare(id, Some(&source), target.as_ref()).map(|()| Copied::AlreadyThere)
        }
        Restored::LabelTaken(holder) => Err(CopyError::LabelHeld { family: *id, holder }),
    }
}

async fn read(copy: &Copy, side: Side, id: &FamilyId) -> Result<Option<WholeFamily>, CopyError> {
    copy.of(side).families.family(id).await.map_err(side.failed())
}

fn compare(id: &FamilyId, source: Option<&WholeFamily>, target: Option<&WholeFamily>) -> Result<(), CopyError> {
    let field = match (source, target) {
        (Some(source), Some(target)) => source.difference(target),
        (None, None) => None,
        _ => Some("family"),
    };
    field.map_or(Ok(()), |field| Err(CopyError::Differs { family: *id, field }))
}

/// Returns an error if a family differs between the two stores.
pub(crate) async fn same(copy: &Copy, id: &FamilyId) -> Result<(), CopyError> {
    let source = read(copy, Side::Source, id).await?;
    compare(id, source.as_ref(), read(copy, Side::Target, id).await?.as_ref())
}

/// Returns an error unless both stores have the same families. Returns the number of records, which is the same in
/// both.
pub(crate) async fn verify(copy: &Copy) -> Result<u64, CopyError> {
    let mut sources = Families::of(&copy.source, Side::Source);
    let mut targets = Families::of(&copy.target, Side::Target);
    let mut records = 0;
    loop {
        let (source, target) = (sources.next().await?, targets.next().await?);
        match (source, target) {
            _ if targets.corrupt > 0 => return Err(CopyError::DamagedTarget { count: targets.corrupt }),
            (None, None) => return Ok(records),
            (Some(source), Some(target)) if source == target => {
                let both = (read(copy, Side::Source, &source).await?, read(copy, Side::Target, &target).await?);
                compare(&source, both.0.as_ref(), both.1.as_ref())?;
                records += both.0.map_or(0, |whole| u64::try_from(whole.members().len()).unwrap_or(u64::MAX));
            }
            (source, Some(target)) if source.is_none_or(|source| target < source) => {
                return Err(CopyError::ForeignFamily(target));
            }
            (source, target) => {
                let family = source.or(target).unwrap_or(FamilyId::from_bytes([0; 10]));
                return Err(CopyError::Differs { family, field: "family" });
            }
        }
    }
}
