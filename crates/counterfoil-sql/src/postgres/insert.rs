//! Inserting, all or nothing.

use std::num::NonZeroU32;

use counterfoil::store::{FamilyParts, Home, Inserted, NewFamily, NewRecord, StoreError};
use counterfoil::{FamilyId, LabelKey, Ts};

use super::ask::{Statement, TURNS, Wrote, adding, first_taken, lost};
use super::sql;
use super::store::PgStore;
use crate::row::{self, count, micros, micros_of};
use crate::rules::belong;

const OP: &str = "insert";

/// Where a family is founded: what its statements take.
struct Founding<'a> {
    family: FamilyParts,
    body: String,
    new: &'a [NewRecord],
    now: Ts,
}

impl PgStore {
    pub(super) async fn insert_all(&self, home: Home<'_>, new: &[NewRecord], now: Ts) -> Result<Inserted, StoreError> {
        match home {
            // A family without members could be found by nobody and purged by nothing.
            _ if new.is_empty() => Ok(Inserted::Done),
            Home::Found { family, cap } => self.found(family, cap, new, now).await,
            Home::Join { family, generation } => self.join(&family, generation, new).await,
        }
    }

    async fn found(
        &self,
        family: &NewFamily,
        cap: Option<NonZeroU32>,
        new: &[NewRecord],
        now: Ts,
    ) -> Result<Inserted, StoreError> {
        let family = FamilyParts::from(family.clone());
        if let Err(corrupt) = belong(new, &family) {
            return self.taken(OP, new).await?.map_or(Err(corrupt), |taken| Ok(Inserted::IdTaken(taken)));
        }
        let body = family.body.to_document().map_err(|invalid| StoreError::corrupt(None, invalid))?;
        let founding = Founding { family, body, new, now };
        for _ in 0..TURNS {
            let full = match self.write_one(OP, || founding.statement(cap)).await? {
                Wrote::Done(Some(row)) if row::number(&row, 0)? > 0 => return Ok(Inserted::Done),
                Wrote::Done(Some(row)) if cap.is_some() && row::number_of(&row, 1)?.is_none() => {
                    self.add_owner(&founding).await?;
                    continue;
                }
                Wrote::Done(_) => cap.map(|_| Inserted::OwnerFull),
                Wrote::Taken => None,
            };
            if let Some(kept) = self.why_not(&founding).await?.or(full) {
                return Ok(kept);
            }
        }
        Err(lost(OP))
    }

    /// What stands in the way, beside the cap; `None` where it went away meanwhile. A taken id goes before label and cap: a repeated insert must find its own
    /// record, not the label it holds itself.
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
            match row::number(&row, 1)? {
                0 => ids.push(row::id(&row)?),
                1 => relative = Some(row::id(&row)?),
                _ => holder = Some(row::family_id(&row)?),
            }
        }
        let taken = first_taken(new, &ids).or(relative).map(Inserted::IdTaken);
        Ok(taken.or(holder.map(Inserted::LabelTaken)))
    }

    /// Who holds that label, beside `asking`, and is not gone.
    pub(super) async fn holder(
        &self,
        op: &'static str,
        asking: &FamilyParts,
        key: &LabelKey,
        now: Ts,
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

    async fn add_owner(&self, founding: &Founding<'_>) -> Result<(), StoreError> {
        self.changed(OP, || founding.owner(sql::ADD_OWNER)).await.map(drop)
    }

    async fn join(&self, family: &FamilyId, generation: u64, new: &[NewRecord]) -> Result<Inserted, StoreError> {
        for _ in 0..TURNS {
            let at_home = new.iter().all(|new| new.id.family() == *family && new.generation <= generation)
                && new.windows(2).all(|two| two[0].realm == two[1].realm && two[0].owner == two[1].owner);
            if at_home {
                let statement = || {
                    adding(sql::JOIN, new, (new[0].realm.as_str(), new[0].owner.as_str()))
                        .bind(family.as_bytes().as_slice())
                        .bind(count(generation))
                };
                if let Wrote::Done(Some(row)) = self.write_one(OP, statement).await?
                    && row::number(&row, 0)? > 0
                {
                    return Ok(Inserted::Done);
                }
            }
            // Revoked is final and goes first; then a taken id, so that a repeated join finds its own record although the family has moved on.
            let found = self.family(OP, family).await?.filter(|family| family.revoked.is_none());
            let Some(found) = found else { return Ok(Inserted::FamilyEnded) };
            if let Some(taken) = self.taken(OP, new).await? {
                return Ok(Inserted::IdTaken(taken));
            }
            if found.generation != generation {
                return Ok(Inserted::FamilyMoved);
            }
            belong(new, &found)?;
        }
        Err(lost(OP))
    }
}

impl Founding<'_> {
    fn owner(&self, text: &'static str) -> Statement<'_> {
        let family = &self.family;
        sqlx::query(text).bind(family.realm.as_str()).bind(family.owner.as_str()).bind(i64::from(family.kind.byte()))
    }

    fn statement(&self, cap: Option<NonZeroU32>) -> Statement<'_> {
        let family = &self.family;
        let text = if cap.is_some() { sql::FOUND_WITHIN } else { sql::FOUND };
        let query = adding(text, self.new, (family.realm.as_str(), family.owner.as_str()))
            .bind(family.id.as_bytes().as_slice())
            .bind(i64::from(family.kind.byte()))
            .bind(self.body.as_str())
            .bind(micros_of(family.live_until))
            .bind(micros_of(family.gone_at))
            .bind(family.label_key.as_ref().map(LabelKey::as_str))
            .bind(micros(self.now));
        match cap {
            Some(cap) => query.bind(i64::from(cap.get())),
            None => query,
        }
    }
}
