//! Verification: from the text of a bearer token to the principal that a handler receives.

use crate::counterfoil::decide::Rights;
use crate::counterfoil::family::{Access, FamilyBody};
use crate::counterfoil::record::TokenRecord;
use crate::desk::Desk;
use crate::desk::error::Denied;
use crate::desk::matching::Matched;
use crate::instruments::event::{Actor, By, What};
use crate::instruments::principal::Principal;
use crate::instruments::refusal::Refusal;
use crate::text::presented::PresentedToken;
use crate::words::account::Account;
use crate::words::ids::RecordId;
use crate::words::kind::TokenKind;
use crate::words::realm::Realm;
use crate::words::source::SourceName;
use crate::words::time::Ts;

/// A credential whose secret was proved and whose right to be used was decided, with the role that it carries. [`check`] alone makes one.
struct Verified {
    record: TokenRecord,
    account: Account,
    rights: Rights,
}

/// Verifies the text of a bearer token.
pub(crate) async fn verify(desk: &Desk, text: &str, source: Option<&SourceName>, now: Ts) -> Result<Principal, Denied> {
    let refuse = |id, reason| refuse(desk, id, reason, source, now);
    let Ok(presented) = desk.prefixes.parse(text) else { return refuse(None, Refusal::Malformed) };
    let id = Some(*presented.id());
    let kind = presented.kind();
    if !matches!(kind, TokenKind::PersonalAccessToken | TokenKind::AccessToken | TokenKind::SecurityCode) {
        return refuse(id, Refusal::WrongKind { kind });
    }
    match check(desk, &presented, source, now).await? {
        Ok(verified) => Ok(principal(desk.realm.clone(), verified, source)),
        Err(refusal) => refuse(id, refusal),
    }
}

/// Secret, then the pure decision, then what a successful use brings about.
async fn check(
    desk: &Desk,
    presented: &PresentedToken,
    source: Option<&SourceName>,
    now: Ts,
) -> Result<Result<Verified, Refusal>, Denied> {
    let Matched { record, fresher } = match desk.matched(presented).await? {
        Ok(matched) => matched,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let judged = desk.judge(&record, now).await?;
    let rights = match judged.verdict {
        Ok(rights) => rights,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let Some(account) = judged.account else { return Ok(Err(Refusal::AccountMissing)) };
    let (id, last_used_at) = (record.record().id, record.record().last_used_at);
    let first_use =
        last_used_at.is_none() && record.record().parent.is_some() && desk.uses.overlaid(id, None).is_none();
    if first_use {
        desk.first_use_ends_parent(&record, source, now).await?;
    }
    desk.uses.note(id, last_used_at, now);
    if let Some((digest, key)) = fresher {
        desk.rekeying.note(&record, digest, key);
    }
    Ok(Ok(Verified { record, account, rights }))
}

fn principal(realm: Realm, verified: Verified, source: Option<&SourceName>) -> Principal {
    let Verified { record, account, rights: Rights { role, narrowed } } = verified;
    let own = record.record();
    let (kind, credential, expires_at) = (own.kind, own.id, own.expires_at);
    let (actor, same_as_user) = match record.body() {
        FamilyBody::Code { created_by, access, .. } => {
            (Some(created_by.clone()), matches!(access, Access::SameAsUser(_)))
        }
        _ => (None, false),
    };
    // A same-as-user code stays limited: the named account's right to manage profiles is more than an ordinary member's.
    let manages_profiles = account.manages_profiles() && !same_as_user;
    let (subject, name) = account.into_identity();
    let (label, held) = record.into_label_and_scope();
    let scope = narrowed.map_or(held, |narrowed| Some(*narrowed));
    Principal {
        realm,
        subject,
        name,
        role,
        manages_profiles,
        kind,
        credential,
        label,
        scope,
        expires_at,
        actor,
        authenticated_at: None,
        source: source.cloned(),
    }
}

fn refuse(
    desk: &Desk,
    id: Option<RecordId>,
    reason: Refusal,
    source: Option<&SourceName>,
    now: Ts,
) -> Result<Principal, Denied> {
    desk.tell(now, By::from(Actor::Unproved, source), What::Refused { id, reason });
    Err(Denied::Refused(reason))
}
