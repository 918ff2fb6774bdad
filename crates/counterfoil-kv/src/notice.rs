//! Stores the time at which a record was last used, and the progress of its notices. A notice is a message to the owner
//! of the record. These writes do not change the version of the record.

use counterfoil::Timestamp;
use counterfoil::store::{NoticeMark, StoreError, TokenRecord, transition};
use counterfoil::types::RecordId;

use crate::engine::Value;
use crate::key;
use crate::row::read_record;
use crate::rows::Pair;
use crate::step::{Decision, Step};

/// Stores the time of the last use of each record. Each id occurs once.
pub(crate) struct Touch<'a>(pub(crate) &'a [(RecordId, Timestamp)]);

impl Decision for Touch<'_> {
    type Answer = ();

    /// Sets the time of last use of each record, unless the stored time is the same or later. Skips records that are
    /// missing or corrupt, and records that a purge has shrunk to what the detection of replays needs.
    async fn decide(&self, step: &mut Step<'_>) -> Result<(), StoreError> {
        step.load(self.0.iter().map(|(id, _)| key::record(id))).await?;
        for (id, at) in self.0 {
            let Some(Ok(before)) = step.value(&key::record(id)).map(|row| read_record(*id, row)) else { continue };
            if transition::is_touched(&before, *at) {
                let mut after = before.clone();
                after.last_used_at = Some(*at);
                step.put_record(Some(&before), &after);
            }
        }
        Ok(())
    }
}

/// Claims a due notice, so that only one worker sends the notice.
pub(crate) struct Claim<'a> {
    pub(crate) id: &'a RecordId,
    pub(crate) held: NoticeMark,
    pub(crate) lease_until: Timestamp,
}

impl Decision for Claim<'_> {
    type Answer = Option<TokenRecord>;

    async fn decide(&self, step: &mut Step<'_>) -> Result<Option<TokenRecord>, StoreError> {
        let Some(before) = step.pair(self.id).await? else { return Ok(None) };
        let mut after = before.clone();
        if !transition::claim(&mut after.record, self.held, self.lease_until) {
            return Ok(None);
        }
        step.put_record(Some(&before.record), &after.record);
        after.joined().map(Some)
    }
}

/// Stores the outcome of a claimed notice: when it was sent, and which notice is next.
pub(crate) struct Settle<'a> {
    pub(crate) id: &'a RecordId,
    pub(crate) held: NoticeMark,
    pub(crate) next: Option<NoticeMark>,
    pub(crate) sent: Option<(Timestamp, u8)>,
}

impl Decision for Settle<'_> {
    type Answer = bool;

    async fn decide(&self, step: &mut Step<'_>) -> Result<bool, StoreError> {
        let Some(before) = step.pair(self.id).await?.filter(|pair| !pair.record.shrunk) else { return Ok(false) };
        let mut after = before.clone();
        let held = transition::settle(&mut after.record, self.held, self.next, self.sent);
        step.put_record(Some(&before.record), &after.record);
        if before.record.notice.is_some() {
            step.look_again(&after);
        }
        Ok(held)
    }
}

impl Step<'_> {
    /// Puts the family of `pair` back into the index of revoked families that every purge checks. Does nothing if the
    /// family is not revoked, or if the record of `pair` still has a notice.
    pub(crate) fn look_again(&mut self, pair: &Pair) {
        let family = &pair.family.parts;
        if let Some(gone_at) = family.gone_at.filter(|_| family.revoked.is_some() && pair.record.notice.is_none()) {
            self.put(key::ended(false).instant(gone_at).family(&family.id).key(), Value::new());
        }
    }
}
