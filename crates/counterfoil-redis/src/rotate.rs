//! Rotation: the parent's step and all that is new, in one script.

use counterfoil::store::{Corrupt, NewRecord, Rotated, Step, StoreError};
use counterfoil::{RecordId, Ts};

use crate::ask::args;
use crate::row::{Bytes, family_ends, maybe, nonce, time, whose};
use crate::rules::{Batch, count_or_none, pace_or_none};
use crate::scripts;
use crate::store::RedisStore;

const OP: &str = "rotate";

impl RedisStore {
    /// Revoked goes before stale, and stale before a taken id: a repeated rotation must be told of its own successor.
    pub(crate) async fn rotate_step(
        &self,
        parent: &RecordId,
        step: &Step,
        new: &[NewRecord],
        now: Ts,
    ) -> Result<Rotated, StoreError> {
        let family = parent.family();
        let (Step::Supersede { access_cap, .. } | Step::Slide { access_cap, .. }) = *step;
        let (word, step, follows) = arguments_of(step, new);
        let mut batch = Batch::of(new, family).unless(follows, "the successor is among the new records");
        let mut owner = Bytes::new();
        if let Some(first) = new.first() {
            batch = batch.owned_by(new, &first.realm, &first.owner);
            owner = whose(&first.realm, &first.owner);
        }
        let (twice, count) = (batch.twice.to_string(), batch.count.to_string());
        let mut arguments = args![word.as_bytes(), parent.member(), time(now), batch.flag(), twice.as_bytes(), owner];
        arguments.extend(args![count.as_bytes(), count_or_none(access_cap)]);
        arguments.extend(step);
        arguments.extend(batch.values.iter().cloned());
        let keys = self.keys().step(&family);
        let value = self.waited(OP, &scripts::ROTATE, family.shard(), &keys, &arguments).await?;
        let answer = Self::answer(OP, value)?;
        match answer.word.as_str() {
            "done" => Ok(Rotated::Done),
            "missing" => Ok(Rotated::Missing),
            "ended" => Ok(Rotated::FamilyEnded),
            "stale" => answer.record(parent).map(Rotated::Stale),
            "id" => Ok(Rotated::IdTaken(RecordId::from_bytes(answer.id()?))),
            "paced" => answer.instant().map(|oldest| Rotated::PaceReached { oldest }),
            "crowded" => answer.instant().map(|until| Rotated::FamilyFull { until }),
            "fault" => match self.taken_elsewhere(OP, new, family).await? {
                Some(taken) => Ok(Rotated::IdTaken(taken)),
                None if follows => Err(batch.error(new)),
                None => {
                    let rule = "the successor is among the new records";
                    Err(StoreError::corrupt(Some(*parent), Corrupt::States { rule }))
                }
            },
            _ => answer.unknown(OP),
        }
    }
}

/// The script's word for the step, the eight values that go with it, and whether the successor is among the new
/// records.
fn arguments_of(step: &Step, new: &[NewRecord]) -> (&'static str, Vec<Bytes>, bool) {
    match *step {
        Step::Slide { expires_at, gone_at, access_cap: _ } => {
            let mut values = args![time(expires_at), time(gone_at)];
            values.resize(8, Bytes::new());
            ("slide", values, true)
        }
        Step::Supersede { expect, successor, nonce: drawn, honoured_until, gone_at, pace, access_cap: _ } => {
            let follows = new.iter().find(|record| record.id == successor);
            let ends =
                family_ends(follows.and_then(|record| record.expires_at), follows.and_then(|record| record.gone_at));
            let mut values = args![expect.number().to_string().as_bytes(), successor.as_bytes(), nonce(drawn)];
            values.extend(args![maybe(honoured_until), maybe(gone_at)]);
            values.extend(pace_or_none(pace));
            values.push(ends);
            ("supersede", values, follows.is_some())
        }
    }
}
