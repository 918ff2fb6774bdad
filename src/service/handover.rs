//! Ends the overlap of a rotated personal access token. In the overlap, both the old token and the new token work. An
//! overlap without a fixed end ends at the first use of the new token. Every overlap ends at the next rotation at the
//! latest.

use crate::event::{Actor, By, EventKind};
use crate::record::record_parts::RecordParts;
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
    /// Ends the overlap at the first use of a personal access token that replaced an old one. The old token (`parent`)
    /// stops working. Nothing changes if the overlap has a fixed end: the old token then works until that end. Nothing
    /// changes for any other `kind` of token, or if there is no `parent`.
    ///
    /// The caller must call this before it records the first use of the token. Later uses need no call. A repeated call
    /// has no further effect.
    pub(crate) async fn first_use_ends_parent(
        &self,
        kind: TokenKind,
        parent: Option<RecordId>,
        source: Option<&SourceName>,
        now: Timestamp,
    ) -> Result<(), Unavailable> {
        match parent {
            Some(parent) if kind == TokenKind::PersonalAccessToken => {
                let by = By::from(Actor::Upkeep, source);
                self.end_half(&parent, by, now, |_, half| half.honoured_until.is_none().then_some(now)).await
            }
            _ => Ok(()),
        }
    }

    /// Ends the overlap of `record` with its parent now, even if the overlap has a later end. The caller must call this
    /// before it replaces `record` by a third token, so that at most two tokens of a family work at the same time.
    pub(crate) async fn end_running_overlap(
        &self,
        record: &TokenRecord,
        by: By,
        now: Timestamp,
    ) -> Result<(), Unavailable> {
        let Some(parent) = record.record().parent else { return Ok(()) };
        let ends = |_: &RecordParts, half: &Superseded| {
            half.honoured_until.is_none_or(|until| !now.reached(until)).then_some(now)
        };
        self.end_half(&parent, by, now, ends).await
    }

    /// Limits the overlap of `record` with its parent, so that the parent stops at `latest` at the latest. A later
    /// fixed end becomes `latest`. An overlap until the first use ends now, unless the parent expires by `latest`
    /// anyway. The caller must call this before it sets the expiry of `record` to `latest`.
    pub(crate) async fn limit_running_overlap(
        &self,
        record: &TokenRecord,
        latest: Timestamp,
        by: By,
        now: Timestamp,
    ) -> Result<(), Unavailable> {
        let Some(parent) = record.record().parent else { return Ok(()) };
        let ends = |own: &RecordParts, half: &Superseded| match half.honoured_until {
            _ if own.expires_at.is_some_and(|at| latest.reached(at)) => None,
            Some(until) if latest.reached(until) => None,
            Some(_) => Some(latest),
            None => Some(now),
        };
        self.end_half(&parent, by, now, ends).await
    }

    /// Sets the end of the overlap of a replaced token to the instant that `ends` returns. If `ends` returns `None`,
    /// the end stays unchanged.
    async fn end_half(
        &self,
        id: &RecordId,
        by: By,
        now: Timestamp,
        ends: impl Fn(&RecordParts, &Superseded) -> Option<Timestamp> + Send + Sync,
    ) -> Result<(), Unavailable> {
        // The parent was purged, so it no longer works.
        let Some(half) = self.store.get(id).await? else { return Ok(()) };
        let plan = |half: &TokenRecord| {
            let superseded = half.record().superseded.as_ref().filter(|_| half.revoked().is_none());
            let end = superseded.and_then(|superseded| ends(half.record(), superseded));
            Ok::<_, Unavailable>(end.map(|honoured_until| {
                // The store uses `gone_at` only if the token never expires. Otherwise the retention period begins at
                // the token's expiry.
                let gone_at = self.policy.gone_after_expiry(TokenKind::PersonalAccessToken, honoured_until);
                Change::End { honoured_until, gone_at }
            }))
        };
        if let Changed::Done(written) = self.change("end of an overlap", half, now, plan).await? {
            let end = written.record().superseded.as_ref().and_then(|superseded| superseded.honoured_until);
            if end.is_some_and(|end| now.reached(end)) {
                self.tell(now, by, EventKind::OverlapEnded { id: *id });
            }
        }
        Ok(())
    }
}
