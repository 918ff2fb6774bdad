//! Ends a sign-in. The host or the sign-in's client can request this (RFC 7009).

use std::num::NonZeroU32;

use crate::counterfoil::Counterfoil;
use crate::event::{Actor, By, EventKind};
use crate::record::family_body::FamilyBody;
use crate::record::state::Revoked;
use crate::service::Service;
use crate::service::error::{ManageError, Unavailable};
use crate::service::revoking::end_family;
use crate::store::change::Revoke;
use crate::types::client::Registration;
use crate::types::ids::RecordId;
use crate::types::kind::TokenKind;
use crate::types::revocation_reason::RevocationReason;
use crate::types::source::{Source, SourceName};
use crate::types::time::Timestamp;

impl Counterfoil {
    /// Revokes a credential of any kind together with all other tokens of its family. No presenter is needed, and no
    /// permission is checked. Hosts use it for sign-out and clean-up. After a successful call, no token of the family
    /// authenticates on any node.
    ///
    /// # Errors
    ///
    /// [`ManageError::NotFound`] for an unknown id. [`ManageError::Unavailable`] if the store failed.
    pub async fn revoke_family_of(&self, id: &RecordId) -> Result<(), ManageError> {
        family(&self.service, id, None, self.now()).await
    }
}

pub(crate) async fn family(
    service: &Service,
    id: &RecordId,
    source: Option<&SourceName>,
    now: Timestamp,
) -> Result<(), ManageError> {
    let record = service.store.get(id).await?.filter(|record| record.record().realm == service.realm);
    let record = record.ok_or(ManageError::NotFound)?;
    end_family(service, By::from(Actor::Host, source), &record, RevocationReason::ByHost, now).await?;
    Ok(())
}

/// The refusal to revoke a token that belongs to another client (RFC 7009 §2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ForeignToken;

/// Revokes a token at the request of a client (RFC 7009). A refresh token, even one that was already replaced, revokes
/// its whole family. An access token is revoked alone. For an unknown token, or a credential that belongs to no client,
/// the call succeeds without a change.
pub(crate) async fn by_client(
    service: &Service,
    client: &Registration,
    token: &str,
    source: &Source,
    now: Timestamp,
) -> Result<Result<(), ForeignToken>, Unavailable> {
    let Ok(presented) = service.prefixes.parse(token) else { return Ok(Ok(())) };
    let Ok(matched) = service.matched(&presented).await? else { return Ok(Ok(())) };
    let (record, id) = (matched.record, *presented.id());
    let by = Actor::Client { client: client.client_id.clone(), subject: record.record().owner.subject() };
    let by = By::from(by, source.name());
    let FamilyBody::SignIn { client: own, .. } = record.body() else {
        service.tell(now, by, EventKind::RevocationIgnored { id });
        return Ok(Ok(()));
    };
    if *own != client.key {
        service.tell(now, by, EventKind::ForeignClient { id, client: client.client_id.clone() });
        return Ok(Err(ForeignToken));
    }
    if record.record().kind == TokenKind::RefreshToken {
        end_family(service, by, &record, RevocationReason::ByClient, now).await?;
    } else {
        let revoked = Revoked { at: now, reason: RevocationReason::ByClient };
        let gone_at = service.policy.access_gone_after_revocation(record.record().expires_at, now);
        let progress = service.store.revoke(Revoke::One(&id), revoked, gone_at, NonZeroU32::MIN).await?;
        if progress.changed > 0 {
            service.tell(
                now,
                by,
                EventKind::Revoked { kind: TokenKind::AccessToken, id, reason: RevocationReason::ByClient },
            );
        }
    }
    Ok(Ok(()))
}
