//! Verifies console sessions.

use std::time::Duration;

use super::principal;
use crate::counterfoil::Counterfoil;
use crate::event::{Actor, By, EventKind};
use crate::http_auth::refusal::Refusal;
use crate::record::facts::Origin;
use crate::record::family_body::FamilyBody;
use crate::record::token_record::TokenRecord;
use crate::service::Service;
use crate::service::error::{Denied, Unavailable};
use crate::service::matching::Matched;
use crate::service::presenter::Presenter;
use crate::store::change::{ParentUpdate, Rotated};
use crate::types::duration::minutes;
use crate::types::ids::RecordId;
use crate::types::kind::TokenKind;
use crate::types::principal::Principal;
use crate::types::source::SourceName;
use crate::types::time::Timestamp;

/// After a write that extends a session, the next such write comes at the earliest after this time. If half of the
/// policy's inactivity timeout is shorter, that half is used instead.
const SLIDE_EVERY: Duration = minutes(1);

impl Counterfoil {
    /// Verifies the text of a session's cookie, and extends the session. The session is never extended past its
    /// absolute lifetime. The extension is written at most once per minute, or more often if the policy's inactivity
    /// timeout is less than two minutes.
    ///
    /// # Errors
    ///
    /// The errors of [`Counterfoil::verify`]. A credential of any other kind is refused.
    ///
    /// # Cancel safety
    ///
    /// Safe. A dropped call has either extended the session or changed nothing.
    pub async fn verify_session(&self, text: &str) -> Result<Principal, Denied> {
        verify(&self.service, text, None, self.now()).await
    }

    /// Whether the principal presented a console session in which the person entered the password recently. The
    /// policy's `console_sessions.fresh` says how long this counts as recent.
    #[must_use]
    pub fn is_fresh(&self, principal: &Principal) -> bool {
        is_fresh(&self.service, principal, self.now())
    }
}

pub(crate) async fn verify(
    service: &Service,
    text: &str,
    source: Option<&SourceName>,
    now: Timestamp,
) -> Result<Principal, Denied> {
    let refuse = |id, reason| refuse(service, id, reason, source, now);
    let Ok(presented) = service.prefixes.parse(text) else { return refuse(None, Refusal::Malformed) };
    let (id, kind) = (*presented.id(), presented.kind());
    if kind != TokenKind::ConsoleSession {
        return refuse(Some(id), Refusal::WrongKind { kind });
    }
    let Matched { record, fresher } = match service.matched(&presented).await? {
        Ok(matched) => matched,
        Err(refusal) => return refuse(Some(id), refusal),
    };
    let origin = Origin::Request(source);
    let judged = service.judge(&record, origin, now).await?;
    let account = match (judged.verdict, judged.account) {
        (Ok(_), Some(account)) => account,
        (Ok(_), None) => return refuse(Some(id), Refusal::AccountMissing),
        (Err(refusal), _) => return refuse(Some(id), refusal),
    };
    let details = (judged.is_restricted, judged.metadata);
    let FamilyBody::Session { authenticated_at, absolute_end } = *record.body() else {
        return refuse(Some(id), Refusal::WrongKind { kind });
    };
    let Some(expires_at) = kept_alive(service, &record, absolute_end, now).await? else {
        // Another call ended the session between the read and the write. The current record contains the reason.
        let reason = match service.store.get(&id).await? {
            Some(ended) => service.judge(&ended, origin, now).await?.verdict.err().unwrap_or(Refusal::Unknown),
            None => Refusal::Unknown,
        };
        return refuse(Some(id), reason);
    };
    if let Some(fresher) = fresher {
        service.rekeying.note(kind, (id, record.record().version), fresher);
    }
    Ok(principal(service, account, id, (expires_at, authenticated_at), details, source))
}

/// Extends the session, but not past its absolute lifetime, if the time for the next write has come. Returns the expiry
/// of the session. `None` if another call has ended the session in the meantime.
async fn kept_alive(
    service: &Service,
    record: &TokenRecord,
    absolute_end: Timestamp,
    now: Timestamp,
) -> Result<Option<Timestamp>, Unavailable> {
    let own = record.record();
    let idle = service.policy.console_sessions.idle;
    let current = own.expires_at.unwrap_or(absolute_end).min(absolute_end);
    let slid = now.plus_capped(idle).min(absolute_end);
    // With an inactivity time-out below two minutes, a write is already allowed after half of the time-out. Otherwise a
    // session in use could expire between two writes.
    if slid <= current || now.since(own.expiry_set_at) < SLIDE_EVERY.min(idle / 2) {
        return Ok(Some(current));
    }
    let gone_at = service.policy.gone_after_expiry(own.kind, slid);
    let step = ParentUpdate::Slide { expires_at: slid, gone_at, access_cap: None };
    match service.store.rotate(&own.id, &step, &[], now).await? {
        Rotated::Done => Ok(Some(slid)),
        Rotated::Stale(_)
        | Rotated::IdTaken(_)
        | Rotated::FamilyEnded
        | Rotated::Missing
        | Rotated::LabelLost
        | Rotated::OwnerFull
        | Rotated::PaceReached { .. }
        | Rotated::FamilyFull { .. } => Ok(None),
    }
}

/// Whether the person entered the password in this session recently, within the time `console_sessions.fresh` of the
/// policy. If not, a console asks for the password again before sensitive operations.
fn is_fresh(service: &Service, principal: &Principal, now: Timestamp) -> bool {
    let is_own_session = principal.realm == service.realm && principal.kind == TokenKind::ConsoleSession;
    is_own_session && Presenter::from(principal).is_fresh(service.policy.console_sessions.fresh, now)
}

fn refuse(
    service: &Service,
    id: Option<RecordId>,
    reason: Refusal,
    source: Option<&SourceName>,
    now: Timestamp,
) -> Result<Principal, Denied> {
    service.tell(now, By::from(Actor::Unproved, source), EventKind::Refused { id, reason });
    Err(Denied::Refused(reason))
}
