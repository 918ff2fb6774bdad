//! Checks the limits of inserts and rotations. An insert or a rotation calls these checks before it writes anything.

use std::num::NonZeroU32;

use counterfoil::Timestamp;
use counterfoil::store::{Cap, FamilyParts, NewRecord, Pace, RecordParts, StoreError, WhenFull};
use counterfoil::types::FamilyId;

use super::sql;
use super::write::{Statement, Write};
use crate::row::{self, count, micros};
use crate::rules::room_beside;

impl Write {
    /// Returns the families that must be revoked so that a new family like `family` fits under the owner's cap. The
    /// least recently used one is first. The returned list is empty if the cap is not reached. Returns `None` if the
    /// cap is reached and its `when_full` is [`WhenFull::Refuse`].
    pub(super) async fn leaving(
        &mut self,
        family: &FamilyParts,
        cap: Cap,
        now: Timestamp,
    ) -> Result<Option<Vec<FamilyId>>, StoreError> {
        if !self.is_full(family, cap.limit, now).await? {
            return Ok(Some(Vec::new()));
        }
        if cap.when_full == WhenFull::Refuse {
            return Ok(None);
        }
        let surplus = self.live(family, now, i64::MAX).await?.saturating_add(1) - i64::from(cap.limit.get());
        let rows = self.all(living(sql::LEAVING, family, now).bind(surplus)).await?;
        rows.iter().map(row::family_id).collect::<Result<_, _>>().map(Some)
    }

    /// Whether the owner already has as many live families like `family` as the cap allows. If `family` itself is
    /// stored and live, it is counted too.
    pub(super) async fn is_full(
        &mut self,
        family: &FamilyParts,
        cap: NonZeroU32,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let cap = i64::from(cap.get());
        Ok(self.live(family, now, cap).await? >= cap)
    }

    async fn live(&mut self, family: &FamilyParts, now: Timestamp, most: i64) -> Result<i64, StoreError> {
        let live = self.one(living(sql::LIVE, family, now).bind(most)).await?;
        Ok(live.map(|row| row::number(&row, "live")).transpose()?.unwrap_or(0))
    }

    /// Returns `None` if the owner can create one more record of this kind at this pace. Otherwise returns the creation
    /// time of the oldest record that the pace counts.
    pub(super) async fn paced(&mut self, family: &FamilyParts, pace: Pace) -> Result<Option<Timestamp>, StoreError> {
        let query = sqlx::query(sql::PACED)
            .bind(family.realm.as_str())
            .bind(family.owner.as_str())
            .bind(i64::from(family.kind.byte()))
            .bind(micros(pace.since))
            .bind(i64::from(pace.limit.get()) - 1);
        let oldest = self.one(query).await?;
        Ok(oldest.map(|row| row::instant(&row, "created_at")).transpose()?.flatten())
    }

    /// Returns `None` if the family can be rotated once more at this pace. Otherwise returns the time of the oldest
    /// rotation that the pace counts.
    pub(super) async fn rotated(
        &mut self,
        family: &FamilyParts,
        parent: &RecordParts,
        pace: Pace,
    ) -> Result<Option<Timestamp>, StoreError> {
        let before = parent.generation.checked_sub(u64::from(pace.limit.get()));
        let Some(generation) = before else { return Ok(None) };
        let query = sqlx::query(sql::ROTATED)
            .bind(family.id.as_bytes().as_slice())
            .bind(count(generation))
            .bind(i64::from(family.kind.byte()));
        let at = self.one(query).await?;
        let at = at.map(|row| row::instant(&row, "superseded_at")).transpose()?.flatten();
        Ok(at.filter(|at| *at > pace.since))
    }

    /// Returns `None` if the family's live access tokens and the new access tokens together do not exceed the cap.
    /// Otherwise returns the time at which the first live access token expires. If the family has no live access token,
    /// the new tokens alone exceed the cap, and the result is `now`.
    pub(super) async fn access_full(
        &mut self,
        family: &FamilyId,
        cap: Option<NonZeroU32>,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let Some(most) = room_beside(cap, new, now) else { return Ok(None) };
        let query = sqlx::query(sql::ACCESS)
            .bind(family.as_bytes().as_slice())
            .bind(micros(now))
            .bind(most.saturating_add(1).max(1));
        let Some(found) = self.one(query).await? else { return Ok(None) };
        let first = row::instant(&found, "first_end")?;
        Ok((row::number(&found, "live")? > most).then(|| first.unwrap_or(now)))
    }
}

/// Binds the parameters that select the live families with the owner, kind and client of `family`.
fn living<'q>(text: &'static str, family: &'q FamilyParts, now: Timestamp) -> Statement<'q> {
    sqlx::query(text)
        .bind(family.realm.as_str())
        .bind(family.owner.as_str())
        .bind(i64::from(family.kind.byte()))
        .bind(family.client.as_ref().map(|client| client.as_bytes().as_slice()))
        .bind(micros(now))
}
