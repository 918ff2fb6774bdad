//! A replay: what is used up and comes again kills its family.

use std::num::NonZeroU32;

use crate::counterfoil::record::TokenRecord;
use crate::counterfoil::state::Revoked;
use crate::instruments::event::What;
use crate::instruments::refusal::Refusal;
use crate::ports::change::Revoke;
use crate::verbs::refresh::{RefreshError, Request};
use crate::words::why::RevokedWhy;

impl Request<'_> {
    /// A used-up token that is no retry: the whole family dies, and only then is the caller refused. A revocation that fails is told as a
    /// failure, for the family may still live.
    pub(super) async fn replayed(&self, record: &TokenRecord) -> Result<RefreshError, RefreshError> {
        let own = record.record();
        let what = Revoke::Family { realm: &own.realm, owner: &own.owner, family: own.id.family() };
        let revoked = Revoked { at: self.now, why: RevokedWhy::Replay };
        let tombstone = self.now.plus_capped(self.desk.policy.tombstone);
        let progress = self.desk.store.revoke(what, revoked, tombstone, NonZeroU32::MIN).await?;
        if progress.changed > 0 {
            let what = What::Replayed { family: own.id.family(), generation: own.generation };
            self.tell(record, what);
        }
        Ok(RefreshError::Refused(Refusal::Replaced))
    }
}
