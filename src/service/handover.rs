//! Ends the old half of a hand-over: at the first use of the new one, or at the next rotation.

use crate::event::{Actor, By, EventKind};
use crate::record::state::Superseded;
use crate::record::token_record::TokenRecord;
use crate::service::Service;
use crate::service::changing::Changed;
use crate::service::error::Unavailable;
use crate::store::change::Change;
use crate::types::ids::RecordId;
use crate::types::kind::TokenKind;
use crate::types::source::SourceName;
use crate::types::time::Timestamp;

impl Service {
    /// Ends the parent that is honoured until its successor's first use. Call it for a record that has never been
    /// used, *before* the use is recorded. Then a recorded use implies that the parent has ended, and later uses skip
    /// the check. It costs one read at the first use of a rotated token and nothing otherwise. Doing it twice is
    /// harmless.
    ///
    /// A parent whose overlap has a fixed end keeps it: it ends at that instant.
    pub(crate) async fn first_use_ends_parent(
        &self,
        record: &TokenRecord,
        source: Option<&SourceName>,
        now: Timestamp,
    ) -> Result<(), Unavailable> {
        let own = record.record();
        match own.parent {
            Some(parent) if own.kind == TokenKind::PersonalAccessToken => {
                let by = By::from(Actor::Upkeep, source);
                self.end_half(&parent, by, now, |half, _| half.honoured_until.is_none()).await
            }
            _ => Ok(()),
        }
    }

    /// Ends the parent if it is still honoured, whatever its overlap. This runs before the successor is replaced in
    /// turn, so that at most two halves of a token are live.
    pub(crate) async fn end_running_overlap(
        &self,
        record: &TokenRecord,
        by: By,
        now: Timestamp,
    ) -> Result<(), Unavailable> {
        let Some(parent) = record.record().parent else { return Ok(()) };
        self.end_half(&parent, by, now, |half, now| half.honoured_until.is_none_or(|until| !now.reached(until))).await
    }

    async fn end_half(
        &self,
        id: &RecordId,
        by: By,
        now: Timestamp,
        ends: fn(&Superseded, Timestamp) -> bool,
    ) -> Result<(), Unavailable> {
        // Purged or shrunk: no longer honoured.
        let Some(half) = self.store.get(id).await? else { return Ok(()) };
        // Only a token that never expires has no end of its own that retention could count from.
        let gone_at = now.plus_capped(self.policy.personal_access_tokens.retention);
        let plan = |half: &TokenRecord| {
            let superseded = half.record().superseded.as_ref().filter(|_| half.revoked().is_none());
            let ends = superseded.is_some_and(|superseded| ends(superseded, now));
            Ok::<_, Unavailable>(ends.then_some(Change::End { honoured_until: now, gone_at }))
        };
        if let Changed::Done(_) = self.change("end of an overlap", half, now, plan).await? {
            self.tell(now, by, EventKind::OverlapEnded { id: *id });
        }
        Ok(())
    }
}
