//! Revocation: by an owner, an administrator, a client (RFC 7009), the host.

use std::num::NonZeroU32;

use crate::counterfoil::family::FamilyBody;
use crate::counterfoil::phase::{Phase, phase};
use crate::counterfoil::record::TokenRecord;
use crate::counterfoil::state::Revoked;
use crate::desk::Desk;
use crate::desk::authority::operations::{DeleteCode, DeleteToken, DeleteTokenOf, RevokeEverythingOf};
use crate::desk::authority::{Operation, Permit};
use crate::desk::error::{ManageError, Unavailable};
use crate::desk::granting::access_gone_at;
use crate::instruments::event::{Actor, By, What};
use crate::ports::change::{Applied, Change, Revoke};
use crate::words::client::Registration;
use crate::words::ids::{OwnerId, RecordId, SubjectId};
use crate::words::kind::TokenKind;
use crate::words::source::{Source, SourceName};
use crate::words::time::Ts;
use crate::words::why::RevokedWhy;

/// How many lost races in a row end the loop.
const TURNS: usize = 8;

/// How many families one call of the store ends.
const BATCH: NonZeroU32 = match NonZeroU32::new(500) {
    Some(batch) => batch,
    None => NonZeroU32::MIN,
};

/// Deletes one's own personal access token. Allowed to collaborators and to tokens; a closed gate keeps the owner out.
pub(crate) async fn own_token(permit: Permit<'_, DeleteToken>, id: &RecordId) -> Result<(), ManageError> {
    let owner = permit.person()?;
    delete(&permit, (TokenKind::PersonalAccessToken, &owner.into()), id, RevokedWhy::ByOwner).await
}

/// Deletes somebody's personal access token, whatever the gates say, also of a person who has left.
pub(crate) async fn token_of(
    permit: Permit<'_, DeleteTokenOf>,
    subject: &SubjectId,
    id: &RecordId,
) -> Result<(), ManageError> {
    delete(&permit, (TokenKind::PersonalAccessToken, &subject.into()), id, by_administrator(&permit)).await
}

/// Deletes a security code.
pub(crate) async fn code(permit: Permit<'_, DeleteCode>, id: &RecordId) -> Result<(), ManageError> {
    delete(&permit, (TokenKind::SecurityCode, &OwnerId::realm()), id, by_administrator(&permit)).await
}

fn by_administrator<O: Operation>(permit: &Permit<'_, O>) -> RevokedWhy {
    if permit.is_host() { RevokedWhy::ByHost } else { RevokedWhy::ByAdministrator }
}

/// Ends everything of an owner. Covers what existed when the call began.
pub(crate) async fn owner(permit: Permit<'_, RevokeEverythingOf>, subject: &SubjectId) -> Result<u64, ManageError> {
    let (desk, now, why) = (permit.desk(), permit.now(), by_administrator(&permit));
    let owner = OwnerId::from(subject);
    let mut families = 0;
    loop {
        let what = Revoke::Owner { realm: &desk.realm, owner: &owner };
        let progress = desk.store.revoke(what, Revoked { at: now, why }, tombstone(desk, now), BATCH).await?;
        families += progress.changed;
        if !progress.more {
            break;
        }
    }
    permit.tell(What::OwnerRevoked { owner, families });
    Ok(families)
}

/// Ends the family of a credential, whatever its kind: the host alone, for sign-out and for clean-up.
pub(crate) async fn family(
    desk: &Desk,
    id: &RecordId,
    source: Option<&SourceName>,
    now: Ts,
) -> Result<(), ManageError> {
    let record = desk.store.get(id).await?.filter(|record| record.record().realm == desk.realm);
    let record = record.ok_or(ManageError::NotFound)?;
    end_family(desk, By::from(Actor::Host, source), &record, RevokedWhy::ByHost, now).await?;
    Ok(())
}

/// A token of another client: refused (RFC 7009 §2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ForeignToken;

/// RFC 7009. Unknown tokens are a success; a refresh token of any generation kills its family, an access token ends alone; what belongs
/// to no client is left alone.
pub(crate) async fn by_client(
    desk: &Desk,
    client: &Registration,
    token: &str,
    source: &Source,
    now: Ts,
) -> Result<Result<(), ForeignToken>, Unavailable> {
    let Ok(presented) = desk.prefixes.parse(token) else { return Ok(Ok(())) };
    let Ok(matched) = desk.matched(&presented).await? else { return Ok(Ok(())) };
    let (record, id) = (matched.record, *presented.id());
    let by = Actor::Client { client: client.client_id.clone(), subject: record.record().owner.subject() };
    let by = By::from(by, source.name());
    let FamilyBody::SignIn { client: own, .. } = record.body() else {
        desk.tell(now, by, What::RevocationIgnored { id });
        return Ok(Ok(()));
    };
    if *own != client.key {
        desk.tell(now, by, What::ForeignClient { id, client: client.client_id.clone() });
        return Ok(Err(ForeignToken));
    }
    if record.record().kind == TokenKind::RefreshToken {
        end_family(desk, by, &record, RevokedWhy::ByClient, now).await?;
    } else {
        let revoked = Revoked { at: now, why: RevokedWhy::ByClient };
        // No longer than it would have stood: revoking and asking anew must leave no graveyard.
        let expired = record.record().expires_at.map(access_gone_at);
        let gone_at = expired.map_or(tombstone(desk, now), |gone_at| gone_at.min(tombstone(desk, now)));
        let progress = desk.store.revoke(Revoke::One(&id), revoked, gone_at, NonZeroU32::MIN).await?;
        if progress.changed > 0 {
            desk.tell(now, by, What::Revoked { kind: TokenKind::AccessToken, id, why: RevokedWhy::ByClient });
        }
    }
    Ok(Ok(()))
}

/// Deleting twice is a success while the tombstone stands; somebody else's id and an unknown one are alike.
async fn delete<O: Operation>(
    permit: &Permit<'_, O>,
    (kind, owner): (TokenKind, &OwnerId),
    id: &RecordId,
    why: RevokedWhy,
) -> Result<(), ManageError> {
    let (desk, now) = (permit.desk(), permit.now());
    let settings = desk.with_settings(now, |view| view.settings).await?;
    let is_own = |record: &TokenRecord| {
        let own = record.record();
        own.realm == desk.realm && own.owner == *owner && own.kind == kind
    };
    let mut record = desk.store.get(id).await?.filter(is_own).ok_or(ManageError::NotFound)?;
    for _ in 0..TURNS {
        match phase(&record, &settings, now) {
            Phase::Purgeable => return Err(ManageError::NotFound),
            Phase::Revoked(_) | Phase::Rotated { .. } => return Ok(()),
            // The old half of a hand-over ends alone: it holds no label, and its successor goes on.
            Phase::Overlap { .. } => {
                let gone_at = now.plus_capped(desk.policy.tombstone);
                let change = Change::End { honoured_until: now, gone_at };
                match desk.store.apply(id, record.record().version, &change, now).await? {
                    Applied::Done(_) => {
                        permit.tell(What::OverlapEnded { id: *id });
                        return Ok(());
                    }
                    Applied::Stale(there) => record = there,
                    Applied::Missing | Applied::LabelTaken(_) => return Err(ManageError::NotFound),
                }
            }
            // Expired by itself while it was superseded: there is nothing left to end.
            Phase::Expired { .. } if !record.is_newest() => return Ok(()),
            Phase::Live | Phase::Expired { .. } => {
                end_family(desk, permit.by(), &record, why, now).await?;
                // A rotation may have come first: then the whole hand-over ended, which is what deleting the newest means for
                // whoever saw this one as the newest.
                return Ok(());
            }
        }
    }
    Err(Unavailable::Contended { verb: "delete" }.into())
}

async fn end_family(desk: &Desk, by: By, record: &TokenRecord, why: RevokedWhy, now: Ts) -> Result<(), Unavailable> {
    let own = record.record();
    let what = Revoke::Family { realm: &own.realm, owner: &own.owner, family: own.id.family() };
    let progress = desk.store.revoke(what, Revoked { at: now, why }, tombstone(desk, now), NonZeroU32::MIN).await?;
    if progress.changed > 0 {
        desk.tell(now, by, What::Revoked { kind: own.kind, id: own.id, why });
    }
    Ok(())
}

fn tombstone(desk: &Desk, now: Ts) -> Ts {
    now.plus_capped(desk.policy.tombstone)
}
