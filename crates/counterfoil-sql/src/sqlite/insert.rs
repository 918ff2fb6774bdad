//! Inserting, all or nothing.

use std::num::NonZeroU32;

use counterfoil::store::{FamilyParts, Home, Inserted, NewFamily, NewRecord, StoreError};
use counterfoil::{FamilyId, RecordId, Ts};

use super::sql;
use super::store::SqliteStore;
use super::write::{Holder, Write};
use crate::row::{self, micros};
use crate::rules::belong;

const OP: &str = "insert";

impl SqliteStore {
    pub(super) async fn insert_all(&self, home: Home<'_>, new: &[NewRecord], now: Ts) -> Result<Inserted, StoreError> {
        if new.is_empty() {
            // A family without members could be found by nobody and purged by nothing.
            return Ok(Inserted::Done);
        }
        let mut write = self.write(OP).await?;
        let inserted = match home {
            Home::Found { family, cap } => found(&mut write, family, cap, new, now).await?,
            Home::Join { family, generation } => join(&mut write, family, generation, new).await?,
        };
        write.commit(inserted).await
    }
}

/// A taken id goes before label and cap: a repeated insert must find its own record, not the label it holds itself.
async fn found(
    write: &mut Write,
    family: &NewFamily,
    cap: Option<NonZeroU32>,
    new: &[NewRecord],
    now: Ts,
) -> Result<Inserted, StoreError> {
    let taken = write.taken(new).await?;
    let relative = first_member(write, &family.id).await?;
    if let Some(taken) = taken.or(relative) {
        return Ok(Inserted::IdTaken(taken));
    }
    let family = FamilyParts::from(family.clone());
    belong(new, &family)?;
    let holder = write.holder(&family, family.label_key.as_ref(), now).await?;
    if let Holder::Kept(holder) = holder {
        return Ok(Inserted::LabelTaken(holder));
    }
    if let Some(cap) = cap
        && live(write, &family, now, cap).await? >= i64::from(cap.get())
    {
        return Ok(Inserted::OwnerFull);
    }
    if let Holder::Gone(holder) = holder {
        write.displace(&holder).await?;
    }
    write.add_family(&family).await?;
    write.add_records(new, &family).await?;
    Ok(Inserted::Done)
}

/// Revoked is final and goes first; then a taken id, so that a repeated join finds its own record although the family has moved on.
async fn join(write: &mut Write, family: FamilyId, generation: u64, new: &[NewRecord]) -> Result<Inserted, StoreError> {
    let Some(family) = write.family(&family).await?.filter(|family| family.revoked.is_none()) else {
        return Ok(Inserted::FamilyEnded);
    };
    if let Some(taken) = write.taken(new).await? {
        return Ok(Inserted::IdTaken(taken));
    }
    if family.generation != generation {
        return Ok(Inserted::FamilyMoved);
    }
    belong(new, &family)?;
    write.add_records(new, &family).await?;
    Ok(Inserted::Done)
}

async fn first_member(write: &mut Write, family: &FamilyId) -> Result<Option<RecordId>, StoreError> {
    let found = write.one(sqlx::query(sql::FIRST_MEMBER).bind(family.as_bytes().as_slice())).await?;
    found.as_ref().map(row::id).transpose()
}

async fn live(write: &mut Write, family: &FamilyParts, now: Ts, cap: NonZeroU32) -> Result<i64, StoreError> {
    let query = sqlx::query(sql::LIVE)
        .bind(family.realm.as_str())
        .bind(family.owner.as_str())
        .bind(i64::from(family.kind.byte()))
        .bind(micros(now))
        .bind(i64::from(cap.get()));
    let live = write.one(query).await?;
    Ok(live.map(|row| row::number(&row, 0)).transpose()?.unwrap_or(0))
}
