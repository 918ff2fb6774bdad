//! Inserts a new family with its first records, or records into an existing family. Writes all of them or none.

use std::num::NonZeroU32;

use counterfoil::Timestamp;
use counterfoil::store::{
    Cap, FamilyParts, InsertInto, Inserted, NewFamily, NewRecord, Pace, StoreError, WhenFull, check_insert,
    check_members,
};
use counterfoil::types::{FamilyId, LabelKey};
use sqlx::postgres::PgRow;

use super::ask::{Statement, TURNS, Wrote, adding, first_taken, lost};
use super::sql;
use super::store::PgStore;
use crate::row::{self, count, micros, micros_of};
use crate::rules::{owned_by, room_beside};

const OP: &str = "insert";
/// The value of `verdict` that `counterfoil_admit` returns if the owner has reached the cap (the limit on live
/// families).
const OWNER_FULL: i64 = 1;

/// The parameters of the statements that insert a family.
struct Founding<'a> {
    family: FamilyParts,
    body: String,
    new: &'a [NewRecord],
    now: Timestamp,
    cap: Option<Cap>,
    pace: Option<Pace>,
}

/// The outcome of the insert statement.
enum Outcome {
    Written(Inserted),
    /// The owner has no row in `counterfoil_owner` yet. The limits are checked while that row is locked, so the row is
    /// inserted first.
    NoOwner,
    Bound(Inserted),
    /// An id is already in use, or another family holds the label.
    InTheWay,
}

impl PgStore {
    pub(super) async fn insert_all(
        &self,
        home: InsertInto<'_>,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Result<Inserted, StoreError> {
        check_insert(home, new)?;
        match home {
            InsertInto::Found { family, cap, pace } => self.found(family, cap, pace, new, now).await,
            InsertInto::Join { family, generation, access_cap } => {
                self.join(&family, generation, access_cap, new, now).await
            }
        }
    }

    async fn found(
        &self,
        family: &NewFamily,
        cap: Option<Cap>,
        pace: Option<Pace>,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Result<Inserted, StoreError> {
        let family = FamilyParts::from(family.clone());
        let body = row::body(&family.body, family.details.as_deref())?;
        let founding = Founding { family, body, new, now, cap, pace };
        for _ in 0..TURNS {
            let bound = match self.write_one(OP, || founding.statement()).await? {
                Wrote::Done(Some(row)) => match founding.outcome(&row)? {
                    Outcome::Written(inserted) => return Ok(inserted),
                    Outcome::NoOwner => {
                        self.add_owner(OP, &founding.family).await?;
                        continue;
                    }
                    Outcome::Bound(refused) => Some(refused),
                    Outcome::InTheWay => None,
                },
                Wrote::Done(None) | Wrote::Taken => None,
            };
            if let Some(kept) = self.why_not(&founding).await?.or(bound) {
                return Ok(kept);
            }
        }
        Err(lost(OP))
    }

    /// Reads why the family could not be inserted: an id is in use, or another family holds the label. If both are
    /// true, returns that an id is in use. Returns `None` if neither is true any more. The order matters if an insert
    /// is repeated because its answer was lost. The repeated insert must find its own record, and not conflict with its
    /// own label.
    async fn why_not(&self, founding: &Founding<'_>) -> Result<Option<Inserted>, StoreError> {
        let (family, new) = (&founding.family, founding.new);
        let query = || {
            sqlx::query(sql::OBSTACLES)
                .bind(new.iter().map(|new| new.id.as_bytes().to_vec()).collect::<Vec<_>>())
                .bind(family.id.as_bytes().as_slice())
                .bind(family.realm.as_str())
                .bind(family.owner.as_str())
                .bind(family.label_key.as_ref().map(LabelKey::as_str))
                .bind(micros(founding.now))
        };
        let (mut ids, mut relative, mut holder) = (Vec::new(), None, None);
        for row in self.read(OP, query).await? {
            match row::number(&row, "obstacle")? {
                0 => ids.push(row::id(&row)?),
                1 => relative = Some(row::id(&row)?),
                _ => holder = Some(row::family_id(&row)?),
            }
        }
        let taken = first_taken(new, &ids).or(relative).map(Inserted::IdTaken);
        Ok(taken.or(holder.map(Inserted::LabelTaken)))
    }

    /// Returns the family that holds the label and has not reached `gone_at`. Ignores the family `asking`.
    pub(super) async fn holder(
        &self,
        op: &'static str,
        asking: &FamilyParts,
        key: &LabelKey,
        now: Timestamp,
    ) -> Result<Option<FamilyId>, StoreError> {
        let query = || {
            sqlx::query(sql::HOLDER)
                .bind(asking.realm.as_str())
                .bind(asking.owner.as_str())
                .bind(key.as_str())
                .bind(asking.id.as_bytes().as_slice())
                .bind(micros(now))
        };
        self.read_one(op, query).await?.as_ref().map(row::family_id).transpose()
    }

    /// Inserts the row of the family's owner in `counterfoil_owner`, unless it exists.
    pub(super) async fn add_owner(&self, op: &'static str, family: &FamilyParts) -> Result<(), StoreError> {
        let query = || {
            sqlx::query(sql::ADD_OWNER)
                .bind(family.realm.as_str())
                .bind(family.owner.as_str())
                .bind(i64::from(family.kind.byte()))
        };
        self.changed(op, query).await.map(drop)
    }

    async fn join(
        &self,
        family: &FamilyId,
        generation: u64,
        access_cap: Option<NonZeroU32>,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Result<Inserted, StoreError> {
        for _ in 0..TURNS {
            let mut full_until = None;
            let statement = || {
                adding(sql::JOIN, new, owned_by(new))
                    .bind(family.as_bytes().as_slice())
                    .bind(count(generation))
                    .bind(micros(now))
                    .bind(room_beside(access_cap, new, now))
            };
            if let Wrote::Done(Some(row)) = self.write_one(OP, statement).await? {
                if row::number(&row, "written")? > 0 {
                    return Ok(Inserted::Done);
                }
                full_until = row::instant(&row, "full_until")?;
            }
            // A revocation is final, so it is checked first. An id in use is checked second, because of repeated joins:
            // such a join must find the record that it created, even if the family has changed since then.
            let found = self.family(OP, family).await?.filter(|family| family.revoked.is_none());
            let Some(found) = found else { return Ok(Inserted::FamilyEnded) };
            if let Some(taken) = self.taken(OP, new).await? {
                return Ok(Inserted::IdTaken(taken));
            }
            if found.generation != generation {
                return Ok(Inserted::FamilyMoved);
            }
            check_members(OP, new, &found)?;
            if let Some(until) = full_until {
                return Ok(Inserted::FamilyFull { until });
            }
        }
        Err(lost(OP))
    }
}

impl Founding<'_> {
    /// Whether the insert has a cap (a limit on live families) or a pace (a limit on creations in a period). For both,
    /// the server must count rows.
    fn is_bound(&self) -> bool {
        self.cap.is_some() || self.pace.is_some()
    }

    fn statement(&self) -> Statement<'_> {
        let family = &self.family;
        let text = if self.is_bound() { sql::FOUND_WITHIN } else { sql::FOUND };
        let query = adding(text, self.new, (family.realm.as_str(), family.owner.as_str()))
            .bind(family.id.as_bytes().as_slice())
            .bind(i64::from(family.kind.byte()))
            .bind(self.body.as_str())
            .bind(micros_of(family.live_until))
            .bind(micros_of(family.gone_at))
            .bind(family.label_key.as_ref().map(LabelKey::as_str))
            .bind(micros(self.now))
            .bind(family.client.as_ref().map(|client| client.as_bytes().as_slice()))
            .bind(micros(family.used_at));
        if !self.is_bound() {
            return query;
        }
        let end = match self.cap.map(|cap| cap.when_full) {
            Some(WhenFull::End { revoked, gone_at }) => Some((revoked, gone_at)),
            Some(WhenFull::Refuse) | None => None,
        };
        query
            .bind(self.cap.map(|cap| i64::from(cap.limit.get())))
            .bind(end.map(|(revoked, _)| micros(revoked.at)))
            .bind(end.map(|(revoked, _)| i64::from(revoked.reason.byte())))
            .bind(end.map(|(_, gone_at)| micros(gone_at)))
            .bind(self.pace.map(|pace| i64::from(pace.limit.get())))
            .bind(self.pace.map(|pace| micros(pace.since)))
    }

    fn outcome(&self, row: &PgRow) -> Result<Outcome, StoreError> {
        let written = row::number(row, "written")? > 0;
        if !self.is_bound() {
            return Ok(if written { Outcome::Written(Inserted::Done) } else { Outcome::InTheWay });
        }
        if written {
            let ended = row::family_ids(row, "ended")?;
            return Ok(Outcome::Written(if ended.is_empty() { Inserted::Done } else { Inserted::MadeRoom(ended) }));
        }
        Ok(match (row::number_or_null(row, "verdict")?, row::instant(row, "oldest")?) {
            (None, _) => Outcome::NoOwner,
            (Some(OWNER_FULL), _) => Outcome::Bound(Inserted::OwnerFull),
            (Some(_), Some(oldest)) => Outcome::Bound(Inserted::PaceReached { oldest }),
            (Some(_), None) => Outcome::InTheWay,
        })
    }
}
