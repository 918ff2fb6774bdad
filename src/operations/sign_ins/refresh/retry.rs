//! A retry within the retry window (`refresh_tokens.grace` of the policy). The tokens of the first refresh are derived
//! again.

use crate::crypto::rotation_key::RotationKey;
use crate::event::EventKind;
use crate::http_auth::refusal::Refusal;
use crate::operations::sign_ins::refresh::{RefreshError, Request, Turn};
use crate::record::retry_window::{self, Refresh};
use crate::record::token_record::TokenRecord;
use crate::service::error::Unavailable;
use crate::service::granting::Place;
use crate::service::minting::{DRAWS, Minted};
use crate::service::standing::Judged;
use crate::store::insert::{InsertInto, Inserted};
use crate::token::derive::Rotation;
use crate::types::kind::TokenKind;
use crate::types::scope::Scope;
use crate::types::secret::Secret;
use crate::types::time::Timestamp;

impl Request<'_> {
    /// Responds if a replaced token is presented again within its retry window: derives the tokens of the first refresh
    /// again. Issues a new access token only if the access token of the first refresh no longer works or has another
    /// scope.
    pub(super) async fn retry(&self, record: &TokenRecord) -> Result<Turn, RefreshError> {
        let service = self.service;
        let Some(superseded) = record.record().superseded else { return self.again(record).await };
        let Some(nonce) = superseded.nonce else { return self.again(record).await };
        let Some(successor) = service.store.get(&superseded.successor).await? else {
            return Err(RefreshError::Refused(Refusal::Unknown));
        };
        match retry_window::closed_by(&successor) {
            None => {}
            Some(Refresh::Rotated) => return self.again(record).await,
            Some(Refresh::Reused) => return Err(self.replayed(record).await?),
        }
        let judged = service.judge(&successor, self.origin(), self.now).await?;
        match &judged.verdict {
            Ok(_) => {}
            Err(Refusal::ScopeEmpty) => return Err(RefreshError::ScopeBeyond),
            Err(refusal) => return Err(RefreshError::Refused(*refusal)),
        }
        let usable = service.digester.is_usable(nonce.key_id);
        let key = usable.then(|| RotationKey::under(service.key_ring.as_deref(), nonce.key_id)).flatten();
        let Some(key) = key else {
            return Err(RefreshError::Refused(Refusal::KeyGone));
        };
        let rotation = Rotation {
            realm: &service.realm,
            family: successor.record().id.family(),
            generation: successor.record().generation,
            nonce: &nonce.bytes,
            parent_secret: self.presented.secret(),
            key: &key,
        };
        let (id, stored) = (successor.record().id, successor.record());
        let secret = rotation.secret(&id);
        let derived = service.digester.token_under(stored.key_id, TokenKind::RefreshToken, &id, &secret);
        if !derived.is_some_and(|digest| digest.ct_eq(&stored.digest)) {
            return Err(RefreshError::Refused(Refusal::KeyGone));
        }
        let scope = self.scope(&successor)?;
        let refresh = service.mint(TokenKind::RefreshToken, id, &secret);
        let account = judged.account.clone().ok_or(RefreshError::Refused(Refusal::AccountMissing))?;
        let access_id = rotation.access_id(&id);
        let access_secret = rotation.access_secret(&access_id);
        let access = service.mint(TokenKind::AccessToken, access_id, &access_secret);
        let standing = service.store.get(&access_id).await?.filter(|there| {
            let own = there.record();
            let digest = service.digester.token_under(own.key_id, TokenKind::AccessToken, &access_id, &access_secret);
            there.revoked().is_none()
                && own.scope == scope
                && own.expires_at.is_some_and(|expires_at| !self.now.reached(expires_at))
                && digest.is_some_and(|digest| digest.ct_eq(&own.digest))
        });
        let (access, issued_at, expires_at) = match standing {
            Some(there) => {
                let own = there.record();
                (access, own.created_at, own.expires_at.unwrap_or(self.now))
            }
            None => match self.fresh_access(&successor, &judged, scope.clone()).await? {
                Some((access, expires_at)) => (access, self.now, expires_at),
                None => return self.again(record).await,
            },
        };
        let what = EventKind::Refreshed { family: id.family(), generation: stored.generation, retry: true };
        self.tell(&successor, what);
        let refresh = Secret::from(refresh.token.expose_secret().to_owned());
        self.answer((access, issued_at, expires_at), refresh, &stored.scope, scope, account)
    }

    /// Issues a new access token for a retry, if the access token of the first refresh no longer works or has another
    /// scope. `None` if the family has ended, or was refreshed again after the first refresh.
    async fn fresh_access(
        &self,
        successor: &TokenRecord,
        judged: &Judged,
        scope: Option<Scope>,
    ) -> Result<Option<(Minted, Timestamp)>, RefreshError> {
        let (service, own) = (self.service, successor.record());
        let (_, access_end, _) = self.ends(successor, judged)?;
        let access_cap = service.policy.access_tokens.max_live_per_family;
        let home = InsertInto::Join { family: own.id.family(), generation: own.generation, access_cap };
        for _ in 0..DRAWS {
            let access = service.mint_member(TokenKind::AccessToken, own.id.family())?;
            let place = Place {
                owner: &own.owner,
                parent: Some(own.id),
                generation: own.generation,
                scope: scope.clone(),
                expires_at: access_end,
            };
            let new = [service.access_record(&access, place, self.now)];
            match service.insert(home, &new, self.now).await? {
                Inserted::Done => return Ok(Some((access, access_end))),
                Inserted::FamilyMoved | Inserted::FamilyEnded => return Ok(None),
                Inserted::FamilyFull { until } => return Err(self.full(successor, until)),
                Inserted::IdTaken(_)
                | Inserted::LabelTaken(_)
                | Inserted::OwnerFull
                | Inserted::PaceReached { .. }
                | Inserted::MadeRoom(_) => {}
            }
        }
        Err(Unavailable::Contended { operation: "refresh" }.into())
    }
}
