//! Inserts new records. Either all records are inserted, or no record is inserted.

use std::num::NonZeroU32;

use counterfoil::Timestamp;
use counterfoil::store::{Cap, InsertInto, Inserted, NewFamily, NewRecord, Pace, StoreError, WhenFull, check_insert};
use counterfoil::types::{FamilyId, RecordId};

use crate::ask::{Answer, TURNS, args, lost};
use crate::row::{Bytes, ended, family_ends, identity, time};
use crate::rules::{batch, count_or_none, misplaced, owner_of, pace_or_none};
use crate::scripts;
use crate::store::RedisStore;

const OP: &str = "insert";
/// The maximum number of times that an insert runs its script if it must revoke old families to make room. The script
/// must run again only if another call has revoked families at the same time.
const ROOM_TURNS: u32 = 512;

impl RedisStore {
    pub(crate) async fn insert_all(
        &self,
        home: InsertInto<'_>,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Result<Inserted, StoreError> {
        check_insert(home, new)?;
        match home {
            InsertInto::Found { family, cap, pace } => self.found(family, cap, pace, new, now).await,
            InsertInto::Join { family, generation, access_cap } => {
                self.join(family, generation, access_cap, new, now).await
            }
        }
    }

    /// Inserts a new family. The script checks whether an id is taken before it checks the label and the cap. So an
    /// insert that is repeated because its answer was lost gets [`Inserted::IdTaken`] with its own id, and not
    /// [`Inserted::LabelTaken`] with its own family.
    async fn found(
        &self,
        family: &NewFamily,
        cap: Option<Cap>,
        pace: Option<Pace>,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Result<Inserted, StoreError> {
        let label = family.label_key.as_ref().map(|key| format!("+{}", key.as_str())).unwrap_or_default();
        let client = family.client.map(|client| client.as_bytes().to_vec()).unwrap_or_default();
        let ends = [family_ends(family.live_until, family.gone_at).as_slice(), &time(family.used_at)].concat();
        let mut arguments = capped(cap, now);
        arguments.extend(pace_or_none(pace));
        arguments.extend(args![identity(family)?, ends, client, label.as_bytes()]);
        arguments.extend(batch(new));
        let makes_room = cap.is_some_and(|cap| matches!(cap.when_full, WhenFull::End { .. }));
        let (mut lent, mut alone): (Vec<FamilyId>, _) = (Vec::new(), None);
        for _ in 0..if makes_room { ROOM_TURNS } else { TURNS } {
            let mut keys = self.keys().step(&family.id);
            keys.extend(lent.iter().map(|lent| self.keys().family(lent)));
            let value = self.waited(OP, &scripts::FOUND, family.id.shard(), &keys, &arguments).await?;
            let answer = Self::answer(OP, value)?;
            match answer.word.as_str() {
                "lend" => {
                    // The insert must revoke other families than those whose keys it has passed to the script, because
                    // other calls have changed the owner's families in the meantime. From now on the insert holds the
                    // lock of its shard. So inserts of this process that were disturbed in this way run one at a time.
                    if makes_room && !lent.is_empty() && alone.is_none() {
                        alone = Some(self.room(OP, family.id.shard()).await?);
                    }
                    lent = answer.families()?;
                }
                "room" => return answer.families().map(Inserted::MadeRoom),
                "label" => return Ok(Inserted::LabelTaken(FamilyId::from_bytes(answer.id()?))),
                "full" => return Ok(Inserted::OwnerFull),
                "paced" => return answer.instant().map(|oldest| Inserted::PaceReached { oldest }),
                _ => return inserted(&answer),
            }
        }
        Err(lost(OP))
    }

    /// Adds records to an existing family. The script first checks whether the family is revoked, because a revocation
    /// is final. Then it checks whether an id is taken, and only then the family's generation. So a call that is
    /// repeated because its answer was lost gets [`Inserted::IdTaken`] with its own id, even if the family has a newer
    /// generation by now.
    async fn join(
        &self,
        family: FamilyId,
        generation: u64,
        access_cap: Option<NonZeroU32>,
        new: &[NewRecord],
        now: Timestamp,
    ) -> Result<Inserted, StoreError> {
        let mut arguments = args![time(now), generation.to_string().as_bytes(), count_or_none(access_cap)];
        arguments.push(owner_of(new));
        arguments.extend(batch(new));
        let keys = self.keys().step(&family);
        let value = self.waited(OP, &scripts::JOIN, family.shard(), &keys, &arguments).await?;
        let answer = Self::answer(OP, value)?;
        match answer.word.as_str() {
            "ended" => Ok(Inserted::FamilyEnded),
            "moved" => Ok(Inserted::FamilyMoved),
            "crowded" => answer.instant().map(|until| Inserted::FamilyFull { until }),
            _ => inserted(&answer),
        }
    }
}

/// Decodes the answers that the scripts for a new family and for an existing family have in common.
fn inserted(answer: &Answer) -> Result<Inserted, StoreError> {
    match answer.word.as_str() {
        "done" => Ok(Inserted::Done),
        "id" => Ok(Inserted::IdTaken(RecordId::from_bytes(answer.id()?))),
        "fault" => Err(misplaced(OP)),
        _ => answer.unknown(OP),
    }
}

/// Encodes `now` and a cap as three script arguments:
///
/// 1. `now`.
/// 2. The limit. Empty if there is no cap.
/// 3. The new value of the field `r` for the families that the script revokes to make room. Empty if there is no cap,
///    or if the cap has [`WhenFull::Refuse`].
fn capped(cap: Option<Cap>, now: Timestamp) -> Vec<Bytes> {
    let ending = match cap.map(|cap| cap.when_full) {
        Some(WhenFull::End { revoked, gone_at }) => ended(revoked, gone_at),
        _ => Bytes::new(),
    };
    args![time(now), count_or_none(cap.map(|cap| cap.limit)), ending]
}
