//! Verifying a session, and keeping it alive while it is used.

use super::{AFTERLIFE, principal};
use crate::counterfoil::family::FamilyBody;
use crate::counterfoil::record::TokenRecord;
use crate::desk::Desk;
use crate::desk::error::{Denied, Unavailable};
use crate::desk::matching::Matched;
use crate::desk::presenter::Presenter;
use crate::instruments::event::{Actor, By, What};
use crate::instruments::principal::Principal;
use crate::instruments::refusal::Refusal;
use crate::ports::change::{Rotated, Step};
use crate::words::ids::RecordId;
use crate::words::kind::TokenKind;
use crate::words::source::SourceName;
use crate::words::time::{Span, Ts};

/// A session is kept alive by one write in this time, however much it is used.
const SLIDE_EVERY: Span = Span::minutes(1);

/// Verifies the text of a session's cookie.
pub(crate) async fn verify(desk: &Desk, text: &str, source: Option<&SourceName>, now: Ts) -> Result<Principal, Denied> {
    let refuse = |id, reason| refuse(desk, id, reason, source, now);
    let Ok(presented) = desk.prefixes.parse(text) else { return refuse(None, Refusal::Malformed) };
    let (id, kind) = (*presented.id(), presented.kind());
    if kind != TokenKind::ConsoleSession {
        return refuse(Some(id), Refusal::WrongKind { kind });
    }
    let Matched { record, fresher } = match desk.matched(&presented).await? {
        Ok(matched) => matched,
        Err(refusal) => return refuse(Some(id), refusal),
    };
    let judged = desk.judge(&record, now).await?;
    let account = match (judged.verdict, judged.account) {
        (Ok(_), Some(account)) => account,
        (Ok(_), None) => return refuse(Some(id), Refusal::AccountMissing),
        (Err(refusal), _) => return refuse(Some(id), refusal),
    };
    let FamilyBody::Session { authenticated_at, absolute_end } = *record.body() else {
        return refuse(Some(id), Refusal::WrongKind { kind });
    };
    let Some(expires_at) = kept_alive(desk, &record, absolute_end, now).await? else {
        // Ended between the reading and the write: what stands there now says why.
        let reason = match desk.store.get(&id).await? {
            Some(ended) => desk.judge(&ended, now).await?.verdict.err().unwrap_or(Refusal::Unknown),
            None => Refusal::Unknown,
        };
        return refuse(Some(id), reason);
    };
    if let Some((digest, key)) = fresher {
        desk.rekeying.note(&record, digest, key);
    }
    Ok(principal(desk, account, id, (expires_at, authenticated_at), source))
}

/// When the session ends now that it was used; `None` where it has been ended meanwhile. Never past its absolute life.
async fn kept_alive(desk: &Desk, record: &TokenRecord, absolute_end: Ts, now: Ts) -> Result<Option<Ts>, Unavailable> {
    let own = record.record();
    let idle = desk.policy.console_sessions.idle;
    let current = own.expires_at.unwrap_or(absolute_end).min(absolute_end);
    let slid = now.plus_capped(idle).min(absolute_end);
    // Where the time-out is shorter than two minutes it would run out between two writes.
    let half = Span::from_micros(idle.micros() / 2).unwrap_or(SLIDE_EVERY);
    if slid <= current || now.since(own.expiry_set_at) < SLIDE_EVERY.min(half) {
        return Ok(Some(current));
    }
    let step = Step::Slide { expires_at: slid, gone_at: slid.plus_capped(AFTERLIFE), access_cap: None };
    match desk.store.rotate(&own.id, &step, &[], now).await? {
        Rotated::Done => Ok(Some(slid)),
        Rotated::Stale(_)
        | Rotated::IdTaken(_)
        | Rotated::FamilyEnded
        | Rotated::Missing
        | Rotated::PaceReached { .. }
        | Rotated::FamilyFull { .. } => Ok(None),
    }
}

/// Whether the password was proved within the policy's time: a console asks for it again before what is grave.
pub(crate) fn is_fresh(desk: &Desk, principal: &Principal, now: Ts) -> bool {
    let is_own_session = principal.realm == desk.realm && principal.kind == TokenKind::ConsoleSession;
    is_own_session && Presenter::from(principal).is_fresh(desk.policy.console_sessions.fresh, now)
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
