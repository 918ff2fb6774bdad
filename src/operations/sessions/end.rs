//! Ends console sessions.

use std::num::NonZeroU32;

use crate::counterfoil::Counterfoil;
use crate::event::{By, EventKind};
use crate::record::state::Revoked;
use crate::service::Service;
use crate::service::error::{Forbidden, ManageError, Unavailable};
use crate::service::presenter::Presenter;
use crate::store::change::Revoke;
use crate::types::ids::OwnerId;
use crate::types::kind::TokenKind;
use crate::types::principal::Principal;
use crate::types::revocation_reason::RevocationReason;
use crate::types::time::Timestamp;

impl Counterfoil {
    /// Signs out: ends the principal's session. A repeated call also succeeds.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the principal's credential is not a session of this realm.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has either ended the session or changed nothing.
    pub async fn end_session(&self, principal: &Principal) -> Result<(), ManageError> {
        end(&self.service, principal, self.now()).await
    }
}

async fn end(service: &Service, principal: &Principal, now: Timestamp) -> Result<(), ManageError> {
    if principal.realm != service.realm {
        return Err(Forbidden::Realm.into());
    }
    if principal.kind != TokenKind::ConsoleSession {
        return Err(Forbidden::CredentialKind.into());
    }
    Ok(family(service, principal, Presenter::from(principal).by(), now).await?)
}

pub(super) async fn family(
    service: &Service,
    principal: &Principal,
    by: By,
    now: Timestamp,
) -> Result<(), Unavailable> {
    let (id, reason) = (principal.credential, RevocationReason::ByOwner);
    let owner = OwnerId::from(&principal.subject);
    let what = Revoke::Family { realm: &service.realm, owner: &owner, family: id.family() };
    let gone_at = service.policy.gone_after_revocation(now);
    let progress = service.store.revoke(what, Revoked { at: now, reason }, gone_at, NonZeroU32::MIN).await?;
    if progress.changed > 0 {
        service.tell(now, by, EventKind::Revoked { kind: principal.kind, id, reason });
    }
    Ok(())
}
