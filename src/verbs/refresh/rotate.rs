//! Rotation: the presented token is used up, its successor derived.

use crate::counterfoil::record::TokenRecord;
use crate::counterfoil::state::Nonce;
use crate::desk::bounds::day_after;
use crate::desk::granting::Place;
use crate::desk::standing::Judged;
use crate::instruments::event::What;
use crate::instruments::refusal::Refusal;
use crate::instruments::rotation_key::RotationKey;
use crate::ports::change::{Rotated, Step};
use crate::text::derive::Rotation;
use crate::text::draw::draw_member;
use crate::verbs::refresh::{RefreshError, Request, Turn};
use crate::words::kind::TokenKind;
use crate::words::scope::Scope;
use crate::words::secret::Secret;
use crate::words::time::Span;

impl Request<'_> {
    /// Uses the presented token up and derives its successor, which a retry derives again.
    pub(super) async fn rotate(
        &self,
        record: &TokenRecord,
        judged: Judged,
        scope: Option<Scope>,
    ) -> Result<Turn, RefreshError> {
        let (desk, own) = (self.desk, record.record());
        let (refresh_end, access_end, absolute_end) = self.ends(record, &judged)?;
        let mut nonce = [0; 32];
        desk.entropy.fill(&mut nonce)?;
        let (key_id, key) = RotationKey::current(desk.key_ring.as_deref());
        let generation = own.generation.saturating_add(1);
        let rotation = Rotation {
            realm: &desk.realm,
            family: own.id.family(),
            generation,
            nonce: &nonce,
            parent_secret: self.presented.secret(),
            key: &key,
        };
        let successor = draw_member(own.id.family(), &*desk.entropy)?;
        let refresh = desk.mint(TokenKind::RefreshToken, successor, &rotation.secret(&successor));
        let access_id = rotation.access_id(&successor);
        if access_id == successor {
            return Ok(Turn::Again(record.clone()));
        }
        let access = desk.mint(TokenKind::AccessToken, access_id, &rotation.access_secret(&access_id));
        let place = |parent, scope, expires_at| Place {
            owner: &own.owner,
            parent: Some(parent),
            generation,
            scope,
            expires_at,
        };
        let new = [
            desk.refresh_record(&refresh, place(own.id, own.scope.clone(), refresh_end), self.now),
            desk.access_record(&access, place(successor, scope.clone(), access_end), self.now),
        ];
        let policy = &desk.policy.refresh_tokens;
        let step = Step::Supersede {
            expect: own.version,
            successor,
            nonce: (policy.grace > Span::ZERO).then_some(Nonce { bytes: nonce, key_id }),
            honoured_until: Some(self.now.plus_capped(policy.grace)),
            gone_at: Some(absolute_end),
            pace: Some(desk.rotations_a_day(&judged.settings, self.now)),
            access_cap: desk.policy.access_tokens.max_live_per_family,
        };
        match desk.store.rotate(&own.id, &step, &new, self.now).await? {
            Rotated::Done => {
                self.tell(record, What::Refreshed { family: own.id.family(), generation, retry: false });
                let refresh = Secret::from(refresh.token.expose_secret().to_owned());
                let account = judged.account.ok_or(RefreshError::Refused(Refusal::AccountMissing))?;
                self.answer((access, self.now, access_end), refresh, &own.scope, scope, account)
            }
            Rotated::Stale(there) => Ok(Turn::Again(there)),
            // A taken id: the same record again, with another nonce.
            Rotated::IdTaken(_) => Ok(Turn::Again(record.clone())),
            Rotated::FamilyEnded => self.again(record).await,
            Rotated::PaceReached { oldest } => Err(self.paced(record, day_after(oldest))),
            Rotated::FamilyFull { until } => Err(self.full(record, until)),
            Rotated::Missing => Err(RefreshError::Refused(Refusal::Unknown)),
        }
    }
}
