//! Reuse: the presented token goes on, for confidential clients.

use crate::counterfoil::record::TokenRecord;
use crate::desk::bounds::day_after;
use crate::desk::granting::{Place, refresh_gone_at};
use crate::desk::standing::Judged;
use crate::instruments::event::What;
use crate::instruments::refusal::Refusal;
use crate::ports::change::{Rotated, Step};
use crate::verbs::refresh::{RefreshError, Request, Turn};
use crate::words::kind::TokenKind;
use crate::words::scope::Scope;
use crate::words::secret::Secret;

impl Request<'_> {
    /// The same refresh token goes on; a new access token comes with it.
    pub(super) async fn reuse(
        &self,
        record: &TokenRecord,
        judged: Judged,
        scope: Option<Scope>,
    ) -> Result<Turn, RefreshError> {
        let (desk, own) = (self.desk, record.record());
        let (refresh_end, access_end, _) = self.ends(record, &judged)?;
        let access = desk.mint_member(TokenKind::AccessToken, own.id.family())?;
        let place = Place {
            owner: &own.owner,
            parent: Some(own.id),
            generation: own.generation,
            scope: scope.clone(),
            expires_at: access_end,
        };
        let new = [desk.access_record(&access, place, self.now)];
        let access_cap = desk.policy.access_tokens.max_live_per_family;
        let step = Step::Slide { expires_at: refresh_end, gone_at: refresh_gone_at(refresh_end), access_cap };
        match desk.store.rotate(&own.id, &step, &new, self.now).await? {
            Rotated::Done => {
                let what = What::Refreshed { family: own.id.family(), generation: own.generation, retry: false };
                self.tell(record, what);
                let refresh = Secret::from(self.text.expose_secret().to_owned());
                let account = judged.account.ok_or(RefreshError::Refused(Refusal::AccountMissing))?;
                self.answer((access, self.now, access_end), refresh, &own.scope, scope, account)
            }
            Rotated::Stale(there) => Ok(Turn::Again(there)),
            Rotated::IdTaken(_) => Ok(Turn::Again(record.clone())),
            Rotated::FamilyEnded => self.again(record).await,
            Rotated::FamilyFull { until } => Err(self.full(record, until)),
            Rotated::PaceReached { oldest } => Err(self.paced(record, day_after(oldest))),
            Rotated::Missing => Err(RefreshError::Refused(Refusal::Unknown)),
        }
    }
}
