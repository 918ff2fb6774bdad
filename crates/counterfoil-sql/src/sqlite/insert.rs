//! Inserts a new family with its first records, or records into an existing family. Writes all of them or none.

use std::num::NonZeroU32;

use counterfoil::Timestamp;
use counterfoil::store::{
    Cap, FamilyParts, InsertInto, Inserted, NewFamily, NewRecord, Pace, StoreError, WhenFull, check_insert,
    check_members,
};
use counterfoil::types::{FamilyId, RecordId};

use super::sql;
use super::store::SqliteStore;
use super::write::{Holder, Write};
use crate::row;

const OP: &str = "insert";

impl SqliteStore {
    pub(super) async fn insert_all(
        &self,
        home: InsertInto<'_>,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Result<Inserted, StoreError> {
        check_insert(home, new)?;
        let mut write = self.write(OP).await?;
        let inserted = match home {
            InsertInto::Found { family, cap, pace } => found(&mut write, family, cap, pace, new, now).await?,
            InsertInto::Join { family, generation, access_cap } => {
                join(&mut write, family, generation, access_cap, new, now).await?
            }
        };
        write.commit(inserted).await
    }
}

/// Inserts a new family. Checks first whether an id is in use, and then the label and the limits. The order matters if
/// an insert is repeated because its answer was lost. The repeated insert must find its own record, and not conflict
/// with its own label.
async fn found(
    write: &mut Write,
    family: &NewFamily,
    cap: Option<Cap>,
    pace: Option<Pace>,
    new: &[NewRecord],
    now: Timestamp,
) -> Result<Inserted, StoreError> {
    let taken = write.taken(new).await?;
    let relative = first_member(write, &family.id).await?;
    if let Some(taken) = taken.or(relative) {
        return Ok(Inserted::IdTaken(taken));
    }
    let family = FamilyParts::from(family.clone());
    let holder = write.holder(&family, family.label_key.as_ref(), now).await?;
    if let Holder::Kept(holder) = holder {
        return Ok(Inserted::LabelTaken(holder));
    }
    let mut leaving = Vec::new();
    if let Some(cap) = cap {
        let Some(families) = write.leaving(&family, cap, now).await? else { return Ok(Inserted::OwnerFull) };
        leaving = families;
    }
    if let Some(pace) = pace
        && let Some(oldest) = write.paced(&family, pace).await?
    {
        return Ok(Inserted::PaceReached { oldest });
    }
    if let Holder::Gone(holder) = holder {
        write.displace(&holder).await?;
        write.date_steps(now).await?;
    }
    if let Some(Cap { when_full: WhenFull::End { revoked, gone_at }, .. }) = cap {
        for leaving in &leaving {
            write.end_family(&family.realm, &family.owner, leaving, revoked, gone_at).await?;
        }
    }
    write.add_family(&family).await?;
    write.add_records(new, &family).await?;
    Ok(if leaving.is_empty() { Inserted::Done } else { Inserted::MadeRoom(leaving) })
}

/// Adds records to an existing family. Checks first whether the family is revoked, because a revocation is final. Then
/// checks whether an id is in use, and only then the family's generation. The order matters if a call is repeated
/// because its answer was lost. The repeated call must find its own record, even if the family has a newer generation
/// by now.
async fn join(
    write: &mut Write,
    family: FamilyId,
    generation: u64,
    access_cap: Option<NonZeroU32>,
    new: &[NewRecord],
    now: Timestamp,
) -> Result<Inserted, StoreError> {
    let Some(mut family) = write.family(&family).await?.filter(|family| family.revoked.is_none()) else {
        return Ok(Inserted::FamilyEnded);
    };
    if let Some(taken) = write.taken(new).await? {
        return Ok(Inserted::IdTaken(taken));
    }
    if family.generation != generation {
        return Ok(Inserted::FamilyMoved);
    }
    check_members(OP, new, &family)?;
    if let Some(until) = write.access_full(&family.id, access_cap, new, now).await? {
        return Ok(Inserted::FamilyFull { until });
    }
    family.used_at = now;
    write.put_family(&family).await?;
    write.add_records(new, &family).await?;
    Ok(Inserted::Done)
}

async fn first_member(write: &mut Write, family: &FamilyId) -> Result<Option<RecordId>, StoreError> {
    let found = write.one(sqlx::query(sql::FIRST_MEMBER).bind(family.as_bytes().as_slice())).await?;
    found.as_ref().map(row::id).transpose()
}
