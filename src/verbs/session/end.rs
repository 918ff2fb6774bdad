//! Signing out.

use std::num::NonZeroU32;

use crate::counterfoil::state::Revoked;
use crate::desk::Desk;
use crate::desk::error::{Forbidden, ManageError, Unavailable};
use crate::desk::presenter::Presenter;
use crate::instruments::event::{By, What};
use crate::instruments::principal::Principal;
use crate::ports::change::Revoke;
use crate::words::ids::OwnerId;
use crate::words::kind::TokenKind;
use crate::words::time::Ts;
use crate::words::why::RevokedWhy;

/// Ends the session that somebody is signed in by; twice is a success.
pub(crate) async fn end(desk: &Desk, principal: &Principal, now: Ts) -> Result<(), ManageError> {
    if principal.realm != desk.realm {
        return Err(Forbidden::Realm.into());
    }
    if principal.kind != TokenKind::ConsoleSession {
        return Err(Forbidden::CredentialKind.into());
    }
    Ok(family(desk, principal, Presenter::from(principal).by(), now).await?)
}

pub(super) async fn family(desk: &Desk, principal: &Principal, by: By, now: Ts) -> Result<(), Unavailable> {
    let (id, why) = (principal.credential, RevokedWhy::ByOwner);
    let owner = OwnerId::from(&principal.subject);
    let what = Revoke::Family { realm: &desk.realm, owner: &owner, family: id.family() };
    let gone_at = now.plus_capped(desk.policy.tombstone);
    let progress = desk.store.revoke(what, Revoked { at: now, why }, gone_at, NonZeroU32::MIN).await?;
    if progress.changed > 0 {
        desk.tell(now, by, What::Revoked { kind: principal.kind, id, why });
    }
    Ok(())
}
