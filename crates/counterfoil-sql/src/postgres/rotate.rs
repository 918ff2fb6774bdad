//! Rotates a credential. One statement changes the old record (the parent) and inserts the new records.

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
/// The first of four values of `barred`, which `sql/rotate.rs` describes: the family must have a label key and has
/// none.
const LABEL_LOST: i64 = 1;
const NEEDS_OWNER_LOCK: i64 = 2;
const OWNER_FULL: i64 = 3;
const NO_OWNER: i64 = 4;

/// The outcome of the statement of a rotation.
enum Outcome {
    Written,
    /// A limit or a missing label prevents the rotation.
    Barred(Rotated),
    /// The family is not live, so its renewal counts towards the cap. The statement that checks the cap first locks the
    /// owner's row.
    NeedsOwnerLock,
    /// The owner has no row in `counterfoil_owner` yet. The cap is checked while that row is locked, so the row is
    /// inserted first.
    NoOwner,
    /// The parent or the family is not in the expected state, or an id is already in use.
    InTheWay,
}

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
        let mut superseding = sql::SUPERSEDE;
        for _ in 0..TURNS {
            let query = || statement(parent, (step, superseding), new, follows, now);
            let outcome = match self.write_one(OP, query).await? {
                Wrote::Done(Some(row)) => outcome(step, &row)?,
                Wrote::Done(None) | Wrote::Taken => Outcome::InTheWay,
            };
            match outcome {
                Outcome::Written => return Ok(Rotated::Done),
                Outcome::NeedsOwnerLock => {
                    superseding = sql::RENEW;
                    continue;
                }
                Outcome::Barred(_) | Outcome::NoOwner | Outcome::InTheWay => {}
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
            match outcome {
                Outcome::Barred(refused) => return Ok(refused),
                Outcome::NoOwner => self.add_owner(OP, &family).await?,
                Outcome::Written | Outcome::NeedsOwnerLock | Outcome::InTheWay => {}
            }
        }
        Err(lost(OP))
    }
}

fn outcome(step: &ParentUpdate, row: &PgRow) -> Result<Outcome, StoreError> {
    if row::number(row, "written")? > 0 {
        return Ok(Outcome::Written);
    }
    if let ParentUpdate::Supersede { .. } = step {
        match row::number_or_null(row, "barred")? {
            Some(LABEL_LOST) => return Ok(Outcome::Barred(Rotated::LabelLost)),
            Some(NEEDS_OWNER_LOCK) => return Ok(Outcome::NeedsOwnerLock),
            Some(OWNER_FULL) => return Ok(Outcome::Barred(Rotated::OwnerFull)),
            Some(NO_OWNER) => return Ok(Outcome::NoOwner),
            _ => {}
        }
        if let Some(oldest) = row::instant(row, "oldest")? {
            return Ok(Outcome::Barred(Rotated::PaceReached { oldest }));
        }
    }
    let until = row::instant(row, "full_until")?;
    Ok(until.map_or(Outcome::InTheWay, |until| Outcome::Barred(Rotated::FamilyFull { until })))
}

/// Makes the statement of a rotation: its SQL text with all values bound. `superseding` is the SQL text for a
/// [`ParentUpdate::Supersede`]. A [`ParentUpdate::Slide`] does not use it.
fn statement<'q>(
    parent: &'q RecordId,
    (step, superseding): (&'q ParentUpdate, &'static str),
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
            labelled,
            cap,
            pace,
            access_cap,
        } => adding(superseding, new, home)
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
            .bind(room_beside(*access_cap, new, now))
            .bind(*labelled)
            .bind(cap.map(|cap| i64::from(cap.get()))),
        ParentUpdate::Slide { expires_at, gone_at, access_cap } => adding(sql::SLIDE, new, home)
            .bind(family)
            .bind(parent.as_bytes().as_slice())
            .bind(micros(now))
            .bind(micros(*expires_at))
            .bind(micros(*gone_at))
            .bind(room_beside(*access_cap, new, now)),
    }
}
