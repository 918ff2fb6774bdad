//! Rotates a credential. One statement changes the parent and inserts the new records.

use counterfoil::Timestamp;
use counterfoil::store::{
    NewRecord, ParentUpdate, Rotated, StoreError, TokenRecord, check_members, check_rotate, transition,
};
use counterfoil::types::RecordId;
use sqlx::postgres::PgRow;

use super::ask::{Statement, TURNS, Wrote, adding, lost};
use super::sql;
use super::store::PgStore;
use crate::row::{self, count, micros, micros_of};
use crate::rules::{owned_by, room_beside};

const OP: &str = "rotate";

impl PgStore {
    /// Rotates a credential. The statement writes only if the parent and the family are in the expected state. If it
    /// wrote nothing, further reads find the reason. If several reasons apply, this method returns the first of
    /// [`Rotated::FamilyEnded`], [`Rotated::Stale`] and [`Rotated::IdTaken`]. The order matters if a rotation is
    /// repeated because its answer was lost. The ids are then in use, but the caller needs `Stale`, because it contains
    /// the parent's record, which names the successor.
    pub(super) async fn rotate_step(
        &self,
        parent: &RecordId,
        step: &ParentUpdate,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Result<Rotated, StoreError> {
        let follows = check_rotate(parent, step, new)?;
        for _ in 0..TURNS {
            let mut bound = None;
            let written = self.write_one(OP, || statement(parent, step, new, follows, now)).await?;
            if let Wrote::Done(Some(row)) = written {
                if row::number(&row, "written")? > 0 {
                    return Ok(Rotated::Done);
                }
                bound = bound_of(step, &row)?;
            }
            let Some((record, mut family)) = self.parts(OP, parent).await? else { return Ok(Rotated::Missing) };
            if transition::reads_as_revoked(&record, &family) {
                return Ok(Rotated::FamilyEnded);
            }
            if !transition::accepts_rotation(&record, step, now) {
                let id = record.id;
                let stands = TokenRecord::from_parts(record, family);
                return stands.map(Rotated::Stale).map_err(|corrupt| StoreError::corrupt(Some(id), corrupt));
            }
            if let Some(taken) = self.taken(OP, new).await? {
                return Ok(Rotated::IdTaken(taken));
            }
            if let ParentUpdate::Supersede { .. } = step {
                family.generation = family.generation.saturating_add(1);
            }
            check_members(OP, new, &family)?;
            if let Some(bound) = bound {
                return Ok(bound);
            }
        }
        Err(lost(OP))
    }
}

/// Returns the limit that prevented the rotation, or `None` if no limit did.
fn bound_of(step: &ParentUpdate, row: &PgRow) -> Result<Option<Rotated>, StoreError> {
    if let ParentUpdate::Supersede { .. } = step
        && let Some(oldest) = row::instant(row, "oldest")?
    {
        return Ok(Some(Rotated::PaceReached { oldest }));
    }
    Ok(row::instant(row, "full_until")?.map(|until| Rotated::FamilyFull { until }))
}

fn statement<'q>(
    parent: &'q RecordId,
    step: &'q ParentUpdate,
    new: &'q [NewRecord],
    follows: Option<&'q NewRecord>,
    now: Timestamp,
) -> Statement<'q> {
    let home = owned_by(new);
    let family = parent.family().as_bytes().to_vec();
    match step {
        ParentUpdate::Supersede {
            expect,
            successor: id,
            nonce,
            honoured_until,
            gone_at,
            labelled: false,
            cap: None,
            pace,
            access_cap,
        } => adding(sql::SUPERSEDE, new, home)
            .bind(family)
            .bind(parent.as_bytes().as_slice())
            .bind(count(expect.number()))
            .bind(micros(now))
            .bind(id.as_bytes().as_slice())
            .bind(nonce.as_ref().map(|nonce| nonce.bytes.as_slice()))
            .bind(nonce.map(|nonce| i64::from(nonce.key_id.number())))
            .bind(micros_of(*honoured_until))
            .bind(micros_of(*gone_at))
            .bind(follows.and_then(|follows| micros_of(follows.expires_at)))
            .bind(follows.and_then(|follows| micros_of(follows.gone_at)))
            .bind(pace.map(|pace| i64::from(pace.limit.get())))
            .bind(pace.map(|pace| micros(pace.since)))
            .bind(room_beside(*access_cap, new, now)),
        ParentUpdate::Slide { expires_at, gone_at, access_cap } => adding(sql::SLIDE, new, home)
            .bind(family)
            .bind(parent.as_bytes().as_slice())
            .bind(micros(now))
            .bind(micros(*expires_at))
            .bind(micros(*gone_at))
            .bind(room_beside(*access_cap, new, now)),
    }
}
