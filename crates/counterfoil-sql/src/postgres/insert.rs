//! Inserting, all or nothing.

use std::num::NonZeroU32;

use counterfoil::store::{FamilyParts, Home, Inserted, NewFamily, NewRecord, StoreError};
use counterfoil::{FamilyId, LabelKey, Ts};

use super::ask::{Statement, TURNS, Wrote, adding, lost};
use super::sql;
use super::store::PgStore;
use crate::row::{self, count, micros, micros_of};
use crate::rules::belong;

const OP: &str = "insert";

/// Where a family is founded: what its statement takes, and what its reads ask.
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
            let mut seq = None;
            if let Some(cap) = cap {
                let (read, live) = self.live(&founding, cap).await?;
                if live >= i64::from(cap.get()) {
                    let kept = self.why_not(&founding).await?;
                    return Ok(kept.unwrap_or(Inserted::OwnerFull));
                }
                let Some(read) = read else {
                    self.add_owner(&founding).await?;
                    continue;
                };
                seq = Some(read);
            }
            match self.write_one(OP, || founding.statement(seq)).await? {
                Wrote::Done(Some(row)) if row::number(&row, 0)? > 0 => return Ok(Inserted::Done),
                // Another one of this owner's came first: count again.
                Wrote::Done(_) => {}
                Wrote::Taken => {
                    if let Some(kept) = self.why_not(&founding).await? {
                        return Ok(kept);
                    }
                }
            }
        }
        Err(lost(OP))
    }

    /// What stands in the way; `None` where it went away meanwhile. A taken id goes before label and cap: a repeated insert must find its own record, not the
    /// label it holds itself.
    async fn why_not(&self, founding: &Founding<'_>) -> Result<Option<Inserted>, StoreError> {
        let family = &founding.family;
        if let Some(taken) = self.taken(OP, founding.new).await? {
            return Ok(Some(Inserted::IdTaken(taken)));
        }
        let first = || sqlx::query(sql::FIRST_MEMBER).bind(family.id.as_bytes().as_slice());
        if let Some(relative) = self.read_one(OP, first).await? {
            return Ok(Some(Inserted::IdTaken(row::id(&relative)?)));
        }
        let Some(key) = &family.label_key else { return Ok(None) };
        let holder = self.holder(OP, family, key, founding.now).await?;
        Ok(holder.map(Inserted::LabelTaken))
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

    async fn live(&self, founding: &Founding<'_>, cap: NonZeroU32) -> Result<(Option<i64>, i64), StoreError> {
        let query = || founding.owner(sql::LIVE).bind(micros(founding.now)).bind(i64::from(cap.get()));
        let row = self.read_one(OP, query).await?.ok_or_else(|| lost(OP))?;
        Ok((row::number_of(&row, 0)?, row::number(&row, 1)?))
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

    fn statement(&self, seq: Option<i64>) -> Statement<'_> {
        let family = &self.family;
        let text = if seq.is_some() { sql::FOUND_WITHIN } else { sql::FOUND };
        let query = adding(text, self.new, (family.realm.as_str(), family.owner.as_str()))
            .bind(family.id.as_bytes().as_slice())
            .bind(i64::from(family.kind.byte()))
            .bind(self.body.as_str())
            .bind(micros_of(family.live_until))
            .bind(micros_of(family.gone_at))
            .bind(family.label_key.as_ref().map(LabelKey::as_str))
            .bind(micros(self.now));
        match seq {
            Some(seq) => query.bind(seq),
            None => query,
        }
    }
}
