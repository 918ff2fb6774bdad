//! Reuse: the presented refresh token stays valid. Only confidential clients may use this mode.

use crate::event::EventKind;
use crate::http_auth::refusal::Refusal;
use crate::operations::sign_ins::refresh::{RefreshError, Request, Turn};
use crate::record::token_record::TokenRecord;
use crate::service::bounds::day_after;
use crate::service::granting::Place;
use crate::service::standing::Judged;
use crate::store::change::{ParentUpdate, Rotated};
use crate::types::kind::TokenKind;
use crate::types::scope::Scope;
use crate::types::secret::Secret;

impl Request<'_> {
    /// Issues a new access token. The refresh token stays the same.
    pub(super) async fn reuse(
        &self,
        record: &TokenRecord,
        judged: Judged,
        scope: Option<Scope>,
    ) -> Result<Turn, RefreshError> {
        let (service, own) = (self.service, record.record());
        let (refresh_end, access_end, _) = self.ends(record, &judged)?;
        let access = service.mint_member(TokenKind::AccessToken, own.id.family())?;
        let place = Place {
            owner: &own.owner,
            parent: Some(own.id),
            generation: own.generation,
            scope: scope.clone(),
            expires_at: access_end,
        };
        let new = [service.access_record(&access, place, self.now)];
        let access_cap = service.policy.access_tokens.max_live_per_family;
        let gone_at = service.policy.gone_after_expiry(TokenKind::RefreshToken, refresh_end);
        let step = ParentUpdate::Slide { expires_at: refresh_end, gone_at, access_cap };
        match service.store.rotate(&own.id, &step, &new, self.now).await? {
            Rotated::Done => {
                let what = EventKind::Refreshed { family: own.id.family(), generation: own.generation, retry: false };
                self.tell(record, what);
                let refresh = Secret::from(self.text.expose_secret().to_owned());
                let account = judged.account.ok_or(RefreshError::Refused(Refusal::AccountMissing))?;
                self.answer((access, self.now, access_end), refresh, &own.scope, scope, account)
            }
            Rotated::Stale(there) => Ok(Turn::Again(there)),
            Rotated::IdTaken(_) | Rotated::LabelLost | Rotated::OwnerFull => Ok(Turn::Again(record.clone())),
            Rotated::FamilyEnded => self.again(record).await,
            Rotated::FamilyFull { until } => Err(self.full(record, until)),
            Rotated::PaceReached { oldest } => Err(self.paced(record, day_after(oldest))),
            Rotated::Missing => Err(RefreshError::Refused(Refusal::Unknown)),
        }
    }
}
