//! Rotation: the presented refresh token is used up, and its successor is derived from it.

use crate::crypto::rotation_key::RotationKey;
use crate::event::EventKind;
use crate::http_auth::refusal::Refusal;
use crate::operations::sign_ins::refresh::{RefreshError, Request, Turn};
use crate::record::leak_mark::pending_leak;
use crate::record::retry_window;
use crate::record::state::Nonce;
use crate::record::token_record::TokenRecord;
use crate::service::bounds::day_after;
use crate::service::granting::Place;
use crate::service::standing::Judged;
use crate::store::change::{ParentUpdate, Rotated};
use crate::token::derive::Rotation;
use crate::token::draw::draw_member;
use crate::types::kind::TokenKind;
use crate::types::scope::Scope;
use crate::types::secret::Secret;

impl Request<'_> {
    /// Replaces the presented token by a derived successor. A retry derives the same successor again.
    pub(super) async fn rotate(
        &self,
        record: &TokenRecord,
        judged: Judged,
        scope: Option<Scope>,
    ) -> Result<Turn, RefreshError> {
        let (service, own) = (self.service, record.record());
        let (refresh_end, access_end, absolute_end) = self.ends(record, &judged)?;
        let mut nonce = [0; 32];
        service.entropy.fill(&mut nonce)?;
        let (key_id, key) = RotationKey::current(service.key_ring.as_deref());
        let generation = own.generation.saturating_add(1);
        let rotation = Rotation {
            realm: &service.realm,
            family: own.id.family(),
            generation,
            nonce: &nonce,
            parent_secret: self.presented.secret(),
            key: &key,
        };
        let successor = draw_member(own.id.family(), &*service.entropy)?;
        let refresh = service.mint(TokenKind::RefreshToken, successor, &rotation.secret(&successor));
        let access_id = rotation.access_id(&successor);
        if access_id == successor {
            return Ok(Turn::Again(record.clone()));
        }
        let access = service.mint(TokenKind::AccessToken, access_id, &rotation.access_secret(&access_id));
        let place = |parent, scope, expires_at| Place {
            owner: &own.owner,
            parent: Some(parent),
            generation,
            scope,
            expires_at,
        };
        let refreshed = service.refresh_record(&refresh, place(own.id, own.scope.clone(), refresh_end), self.now);
        let new = [
            // A pending notice about a leak passes to the successor, because the rotation clears the notice of the
            // parent.
            refreshed.with_notice(pending_leak(own)),
            service.access_record(&access, place(successor, scope.clone(), access_end), self.now),
        ];
        let policy = &service.policy.refresh_tokens;
        let step = ParentUpdate::Supersede {
            expect: own.version,
            successor,
            nonce: retry_window::is_allowed(policy).then_some(Nonce { bytes: nonce, key_id }),
            honoured_until: Some(retry_window::ends_at(policy, self.now)),
            gone_at: Some(absolute_end),
            labelled: false,
            cap: None,
            pace: Some(service.rotations_a_day(&judged.settings, self.now)),
            access_cap: service.policy.access_tokens.max_live_per_family,
        };
        match service.store.rotate(&own.id, &step, &new, self.now).await? {
            Rotated::Done => {
                self.tell(record, EventKind::Refreshed { family: own.id.family(), generation, retry: false });
                let refresh = Secret::from(refresh.token.expose_secret().to_owned());
                let account = judged.account.ok_or(RefreshError::Refused(Refusal::AccountMissing))?;
                self.answer((access, self.now, access_end), refresh, &own.scope, scope, account)
            }
            Rotated::Stale(there) => Ok(Turn::Again(there)),
            // If an id is taken, processes the same record again with another nonce. The two other results cannot
            // occur, because the request sets neither `labelled` nor `cap`.
            Rotated::IdTaken(_) | Rotated::LabelLost | Rotated::OwnerFull => Ok(Turn::Again(record.clone())),
            Rotated::FamilyEnded => self.again(record).await,
            Rotated::PaceReached { oldest } => Err(self.paced(record, day_after(oldest))),
            Rotated::FamilyFull { until } => Err(self.full(record, until)),
            Rotated::Missing => Err(RefreshError::Refused(Refusal::Unknown)),
        }
    }
}
