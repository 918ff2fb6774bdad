//! A replay: a refresh token that was already replaced is presented again. The replay revokes the family of the token.

use std::num::NonZeroU32;

use crate::event::EventKind;
use crate::http_auth::refusal::Refusal;
use crate::operations::sign_ins::refresh::{RefreshError, Request};
use crate::record::state::Revoked;
use crate::record::token_record::TokenRecord;
use crate::store::change::Revoke;
use crate::types::revocation_reason::RevocationReason;

impl Request<'_> {
    /// Revokes the whole family of the replayed token, and returns the refusal for the caller. If the revocation fails,
    /// returns an error about this failure instead, because the family might still be live.
    pub(super) async fn replayed(&self, record: &TokenRecord) -> Result<RefreshError, RefreshError> {
        let own = record.record();
        let what = Revoke::Family { realm: &own.realm, owner: &own.owner, family: own.id.family() };
        let revoked = Revoked { at: self.now, reason: RevocationReason::Replay };
        let tombstone = self.service.policy.gone_after_revocation(self.now);
        let progress = self.service.store.revoke(what, revoked, tombstone, NonZeroU32::MIN).await?;
        if progress.changed > 0 {
            let what = EventKind::Replayed { family: own.id.family(), generation: own.generation };
            self.tell(record, what);
        }
        Ok(RefreshError::Refused(Refusal::Replaced))
    }
}
