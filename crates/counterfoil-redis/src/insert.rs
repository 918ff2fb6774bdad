//! Inserting, all or nothing.

use std::num::NonZeroU32;

use counterfoil::store::{Cap, Home, Inserted, NewFamily, NewRecord, Pace, StoreError, WhenFull};
use counterfoil::{FamilyId, RecordId, Ts};

use crate::ask::{Answer, TURNS, args, lost};
use crate::row::{Bytes, ended, family_ends, identity, time, whose};
use crate::rules::{Batch, count_or_none, pace_or_none};
use crate::scripts;
use crate::store::RedisStore;

const OP: &str = "insert";
/// How often an insert that makes room is tried again: each turn that it loses, somebody else has made room.
const ROOM_TURNS: u32 = 512;

impl RedisStore {
    pub(crate) async fn insert_all(&self, home: Home<'_>, new: &[NewRecord], now: Ts) -> Result<Inserted, StoreError> {
        match home {
            // A family without members could be found by nobody and purged by nothing.
            _ if new.is_empty() => Ok(Inserted::Done),
            Home::Found { family, cap, pace } => self.found(family, cap, pace, new, now).await,
            Home::Join { family, generation, access_cap } => self.join(family, generation, access_cap, new, now).await,
        }
    }

    /// A taken id goes before label and cap: a repeated insert must find its own record, not the label it holds itself.
    async fn found(
        &self,
        family: &NewFamily,
        cap: Option<Cap>,
        pace: Option<Pace>,
        new: &[NewRecord],
        now: Ts,
    ) -> Result<Inserted, StoreError> {
        let at_home = family.id.shard() == counterfoil::shard(&family.realm, &family.owner);
        let batch = Batch::of(new, family.id)
            .owned_by(new, &family.realm, &family.owner)
            .at_most(new, 0)
            .unless(at_home, "the first byte of an id is its owner's shard");
        let label = family.label_key.as_ref().map(|key| format!("+{}", key.as_str())).unwrap_or_default();
        let client = family.client.map(|client| client.as_bytes().to_vec()).unwrap_or_default();
        let ends = [family_ends(family.live_until, family.gone_at).as_slice(), &time(family.used_at)].concat();
        let mut arguments = capped(cap, now);
        arguments.extend(pace_or_none(pace));
        arguments.extend(args![identity(family)?, ends, client, label.as_bytes(), batch.flag()]);
        arguments.extend(args![batch.twice.to_string().as_bytes(), batch.count.to_string().as_bytes()]);
        arguments.extend(batch.values.iter().cloned());
        let makes_room = cap.is_some_and(|cap| matches!(cap.when_full, WhenFull::End { .. }));
        let (mut lent, mut alone): (Vec<FamilyId>, _) = (Vec::new(), None);
        for _ in 0..if makes_room { ROOM_TURNS } else { TURNS } {
            let mut keys = self.keys().step(&family.id);
            keys.extend(lent.iter().map(|lent| self.keys().family(lent)));
            let value = self.waited(OP, &scripts::FOUND, family.id.shard(), &keys, &arguments).await?;
            let answer = Self::answer(OP, value)?;
            match answer.word.as_str() {
                "lend" => {
                    // Lent in vain: others make room too. One at a time in this process, so that turns are lost to
                    // other processes alone.
                    if makes_room && !lent.is_empty() && alone.is_none() {
                        alone = Some(self.room(OP, family.id.shard()).await?);
                    }
                    lent = answer.families()?;
                }
                "room" => return answer.families().map(Inserted::MadeRoom),
                "label" => return Ok(Inserted::LabelTaken(FamilyId::from_bytes(answer.id()?))),
                "full" => return Ok(Inserted::OwnerFull),
                "paced" => return answer.instant().map(|oldest| Inserted::PaceReached { oldest }),
                _ => return self.inserted(&answer, batch, new, family.id).await,
            }
        }
        Err(lost(OP))
    }

    /// Revoked is final and goes first; then a taken id, so that a repeated join finds its own record although the family has moved on.
    async fn join(
        &self,
        family: FamilyId,
        generation: u64,
        access_cap: Option<NonZeroU32>,
        new: &[NewRecord],
        now: Ts,
    ) -> Result<Inserted, StoreError> {
        let Some(first) = new.first() else { return Ok(Inserted::Done) };
        let batch = Batch::of(new, family).owned_by(new, &first.realm, &first.owner).at_most(new, generation);
        let (twice, count) = (batch.twice.to_string(), batch.count.to_string());
        let mut arguments = args![time(now), generation.to_string().as_bytes(), count_or_none(access_cap)];
        arguments.extend(args![whose(&first.realm, &first.owner), batch.flag(), twice.as_bytes(), count.as_bytes()]);
        arguments.extend(batch.values.iter().cloned());
        let keys = self.keys().step(&family);
        let value = self.waited(OP, &scripts::JOIN, family.shard(), &keys, &arguments).await?;
        let answer = Self::answer(OP, value)?;
        match answer.word.as_str() {
            "ended" => Ok(Inserted::FamilyEnded),
            // The script sees only this family's ids.
            "moved" => {
                let taken = self.taken_elsewhere(OP, new, family).await?;
                Ok(taken.map_or(Inserted::FamilyMoved, Inserted::IdTaken))
            }
            "crowded" => answer.instant().map(|until| Inserted::FamilyFull { until }),
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

/// `now` and a cap as the script takes them: the least end that counts, the limit, and what an ended family is to say,
/// the last two nothing where there is none.
fn capped(cap: Option<Cap>, now: Ts) -> Vec<Bytes> {
    // The least end that is later than now, in digits.
    let counts = format!("{:016}", now.micros() + 1);
    let ending = match cap.map(|cap| cap.when_full) {
        Some(WhenFull::End { revoked, gone_at }) => ended(revoked, gone_at),
        _ => Bytes::new(),
    };
    args![time(now), counts.as_bytes(), count_or_none(cap.map(|cap| cap.limit)), ending]
}
