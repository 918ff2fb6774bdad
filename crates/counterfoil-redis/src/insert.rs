//! Inserting, all or nothing.

use std::num::NonZeroU32;

use counterfoil::store::{Home, Inserted, NewFamily, NewRecord, StoreError};
use counterfoil::{FamilyId, RecordId, Ts};

use crate::ask::{Answer, TURNS, args, lost};
use crate::row::{family_ends, identity, time, whose};
use crate::rules::Batch;
use crate::scripts;
use crate::store::RedisStore;

const OP: &str = "insert";

impl RedisStore {
    pub(crate) async fn insert_all(&self, home: Home<'_>, new: &[NewRecord], now: Ts) -> Result<Inserted, StoreError> {
        match home {
            // A family without members could be found by nobody and purged by nothing.
            _ if new.is_empty() => Ok(Inserted::Done),
            Home::Found { family, cap } => self.found(family, cap, new, now).await,
            Home::Join { family, generation } => self.join(family, generation, new).await,
        }
    }

    /// A taken id goes before label and cap: a repeated insert must find its own record, not the label it holds itself.
    async fn found(
        &self,
        family: &NewFamily,
        cap: Option<NonZeroU32>,
        new: &[NewRecord],
        now: Ts,
    ) -> Result<Inserted, StoreError> {
        let at_home = family.id.shard() == counterfoil::shard(&family.realm, &family.owner);
        let batch = Batch::of(new, family.id)
            .owned_by(new, &family.realm, &family.owner)
            .at_most(new, 0)
            .unless(at_home, "the first byte of an id is its owner's shard");
        let label = family.label_key.as_ref().map(|key| format!("+{}", key.as_str())).unwrap_or_default();
        // The least end that is later than now, in digits.
        let counts = format!("{:016}", now.micros() + 1);
        let cap = cap.map_or(0, NonZeroU32::get).to_string();
        let (identity, ends) = (identity(family)?, family_ends(family.live_until, family.gone_at));
        let mut lent: Option<FamilyId> = None;
        for _ in 0..TURNS {
            let mut keys = self.keys().step(&family.id);
            keys.extend(lent.as_ref().map(|holder| self.keys().family(holder)));
            let holder = lent.map(|holder| holder.as_bytes().to_vec()).unwrap_or_default();
            let (twice, count) = (batch.twice.to_string(), batch.count.to_string());
            let mut arguments = args![time(now), counts.as_bytes(), cap.as_bytes(), identity, ends];
            arguments.extend(args![label.as_bytes(), holder, batch.flag(), twice.as_bytes(), count.as_bytes()]);
            arguments.extend(batch.values.iter().cloned());
            let value = self.waited(OP, &scripts::FOUND, family.id.shard(), &keys, &arguments).await?;
            let answer = Self::answer(OP, value)?;
            match answer.word.as_str() {
                "lend" => lent = Some(FamilyId::from_bytes(answer.id()?)),
                "label" => return Ok(Inserted::LabelTaken(FamilyId::from_bytes(answer.id()?))),
                "full" => return Ok(Inserted::OwnerFull),
                _ => return self.inserted(&answer, batch, new, family.id).await,
            }
        }
        Err(lost(OP))
    }

    /// Revoked is final and goes first; then a taken id, so that a repeated join finds its own record although the family has moved on.
    async fn join(&self, family: FamilyId, generation: u64, new: &[NewRecord]) -> Result<Inserted, StoreError> {
        let Some(first) = new.first() else { return Ok(Inserted::Done) };
        let batch = Batch::of(new, family).owned_by(new, &first.realm, &first.owner).at_most(new, generation);
        let (twice, count) = (batch.twice.to_string(), batch.count.to_string());
        let mut arguments = args![generation.to_string().as_bytes(), whose(&first.realm, &first.owner), batch.flag()];
        arguments.extend(args![twice.as_bytes(), count.as_bytes()]);
        arguments.extend(batch.values.iter().cloned());
        let keys = self.keys().step(&family);
        let value = self.waited(OP, &scripts::JOIN, family.shard(), &keys, &arguments).await?;
        let answer = Self::answer(OP, value)?;
        match answer.word.as_str() {
            "ended" => Ok(Inserted::FamilyEnded),
            "moved" => Ok(Inserted::FamilyMoved),
            _ => self.inserted(&answer, batch, new, family).await,
        }
    }

    async fn inserted(
        &self,
        answer: &Answer,
        batch: Batch,
        new: &[NewRecord],
        family: FamilyId,
    ) -> Result<Inserted, StoreError> {
        match answer.word.as_str() {
            "done" => Ok(Inserted::Done),
            "id" => Ok(Inserted::IdTaken(RecordId::from_bytes(answer.id()?))),
            "fault" => match self.taken_elsewhere(OP, new, family).await? {
                Some(taken) => Ok(Inserted::IdTaken(taken)),
                None => Err(batch.error(new)),
            },
            _ => answer.unknown(OP),
        }
    }

    /// The first new record that bears the id of a record of another family: nothing is written in either case, so this may be asked afterwards.
    pub(crate) async fn taken_elsewhere(
        &self,
        op: &'static str,
        new: &[NewRecord],
        family: FamilyId,
    ) -> Result<Option<RecordId>, StoreError> {
        let foreign: Vec<RecordId> = new.iter().map(|record| record.id).filter(|id| id.family() != family).collect();
        let found = self.pairs(op, &foreign).await?;
        Ok(foreign.into_iter().zip(found).find(|(_, found)| !matches!(found, Ok(None))).map(|(id, _)| id))
    }
}
