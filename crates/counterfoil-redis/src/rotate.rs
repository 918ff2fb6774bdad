//! Rotates a credential. One script changes the old record (the parent) and inserts the new records.

use counterfoil::Timestamp;
use counterfoil::store::{NewRecord, ParentUpdate, Rotated, StoreError, check_rotate};
use counterfoil::types::RecordId;

use crate::ask::args;
use crate::row::{Bytes, family_ends, maybe, nonce, time};
use crate::rules::{batch, count_or_none, misplaced, owner_of, pace_or_none};
use crate::scripts;
use crate::store::RedisStore;

const OP: &str = "rotate";

impl RedisStore {
    /// Rotates a record, the parent. The script first checks whether the parent is revoked, then whether its version
    /// has changed, then whether a new id is taken, and last the label, the caps and the pace. The order matters if a
    /// rotation is repeated because its answer was lost. The version has then changed, and the new ids are taken. The
    /// call must return the changed parent, which names the successor.
    pub(crate) async fn rotate_step(
        &self,
        parent: &RecordId,
        step: &ParentUpdate,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Result<Rotated, StoreError> {
        let family = parent.family();
        let (ParentUpdate::Supersede { access_cap, .. } | ParentUpdate::Slide { access_cap, .. }) = *step;
        let (word, step) = arguments_of(step, check_rotate(parent, step, new)?);
        let mut batch = batch(new).into_iter();
        let mut arguments = args![word.as_bytes(), parent.member(), time(now), owner_of(new)];
        arguments.extend(batch.next());
        arguments.push(count_or_none(access_cap));
        arguments.extend(step);
        arguments.extend(batch);
        let keys = self.keys().step(&family);
        let value = self.waited(OP, &scripts::ROTATE, family.shard(), &keys, &arguments).await?;
        let answer = Self::answer(OP, value)?;
        match answer.word.as_str() {
            "done" => Ok(Rotated::Done),
            "missing" => Ok(Rotated::Missing),
            "ended" => Ok(Rotated::FamilyEnded),
            "stale" => answer.record(parent).map(Rotated::Stale),
            "id" => Ok(Rotated::IdTaken(RecordId::from_bytes(answer.id()?))),
            "unlabelled" => Ok(Rotated::LabelLost),
            "full" => Ok(Rotated::OwnerFull),
            "paced" => answer.instant().map(|oldest| Rotated::PaceReached { oldest }),
            "crowded" => answer.instant().map(|until| Rotated::FamilyFull { until }),
            "fault" => Err(misplaced(OP)),
            _ => answer.unknown(OP),
        }
    }
}

/// Encodes the change of the parent as script arguments. Returns the name of the change in the script, and its ten
/// values.
fn arguments_of(step: &ParentUpdate, follows: Option<&NewRecord>) -> (&'static str, Vec<Bytes>) {
    match *step {
        ParentUpdate::Slide { expires_at, gone_at, access_cap: _ } => {
            let mut values = args![time(expires_at), time(gone_at)];
            values.resize(10, Bytes::new());
            ("slide", values)
        }
        ParentUpdate::Supersede {
            expect,
            successor,
            nonce: drawn,
            honoured_until,
            gone_at,
            labelled,
            cap,
            pace,
            access_cap: _,
        } => {
            let ends =
                family_ends(follows.and_then(|record| record.expires_at), follows.and_then(|record| record.gone_at));
            let labelled: &[u8] = if labelled { b"+" } else { b"" };
            let mut values = args![expect.number().to_string().as_bytes(), successor.as_bytes(), nonce(drawn)];
            values.extend(args![maybe(honoured_until), maybe(gone_at), labelled, count_or_none(cap)]);
            values.extend(pace_or_none(pace));
            values.push(ends);
            ("supersede", values)
        }
    }
}
