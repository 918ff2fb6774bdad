//! Notices of expiry, as far as a plan goes: what is due, who sends it, what became of it. Texts and transport are the host's.
//!
//! One mark a record, moved forward by a lease: of any number of workers one wins the claim, a worker that dies gives it back by dying, and
//! an expiry that changes meanwhile writes another mark, which takes the notice from whoever held the old one.

use std::num::NonZeroU32;

use crate::counterfoil::notice::{Expiring, Look, Schedule, arm, look, put_off};
use crate::counterfoil::record::TokenRecord;
use crate::counterfoil::state::NoticeMark;
use crate::desk::Desk;
use crate::desk::claimed::{ClaimedNotice, DueNotice, Outcome, addressee};
use crate::desk::error::Unavailable;
use crate::instruments::event::{Actor, What};
use crate::instruments::refusal::Refusal;
use crate::ports::page::{Cursor, Page};
use crate::words::account::Account;
use crate::words::time::{Span, Ts};

/// When to look again where an owner has no address, or something stands in a token's way, and that may change.
const LOOK_AGAIN: Span = Span::days(1);

/// A page of what must be looked at. A short page is no end; a walk that begins after something came due meets it.
pub(crate) async fn due(
    desk: &Desk,
    after: Option<&Cursor>,
    limit: NonZeroU32,
    now: Ts,
) -> Result<Page<DueNotice>, Unavailable> {
    let read = desk.store.due(now, after, limit).await?;
    if read.corrupt > 0 {
        desk.tell(now, Actor::Upkeep, What::Corrupt { rows: read.corrupt });
    }
    // A store may hold other realms: their owners are in other directories.
    let ours = read.items.iter().filter(|record| record.record().realm == desk.realm);
    Ok(Page { items: ours.filter_map(DueNotice::of).collect(), next: read.next, corrupt: read.corrupt })
}

/// Takes a notice for the time of a lease. `None`: somebody else has it, or there is nothing to send now; then its mark has been moved on.
///
/// The lease must be longer than the transport's time-out: a send that is slower than its lease may be repeated by another worker.
pub(crate) async fn claim(
    desk: &Desk,
    due: &DueNotice,
    lease: Span,
    now: Ts,
) -> Result<Option<ClaimedNotice>, Unavailable> {
    let lease_until = now.plus(lease).ok_or(Unavailable::Clock)?;
    let Some(record) = desk.store.claim(&due.id(), due.held(), lease_until).await? else { return Ok(None) };
    let lease = NoticeMark { at: lease_until, stage: due.held().stage };
    let Plan { send, next } = plan(desk, &record, lease.stage, now).await?;
    let claimed = send.and_then(|(stage, account)| ClaimedNotice::new(record, account, stage, lease, now));
    if claimed.is_none() {
        desk.store.settle(&due.id(), lease, next, None).await?;
    }
    Ok(claimed)
}

/// Says what became of a notice. False: the mark was another's by then (the lease ran out, or the expiry was changed); what was sent is noted
/// all the same.
pub(crate) async fn settle(
    desk: &Desk,
    claimed: ClaimedNotice,
    outcome: Outcome,
    now: Ts,
) -> Result<bool, Unavailable> {
    let (schedule, life) = (schedule(desk, claimed.record(), now).await?, Expiring::from(claimed.record().record()));
    let stage = claimed.stage();
    let following = || arm(&schedule, life, stage.saturating_add(1), now);
    let (next, sent) = match outcome {
        Outcome::Sent => (following(), Some((claimed.expires_at(), stage))),
        Outcome::Dropped => (following(), None),
        Outcome::Failed { retry_at } => {
            let retry_at = if retry_at > now { retry_at } else { now.plus_capped(Span::seconds(1)) };
            (Some(put_off(&schedule, life, stage, retry_at, now)), None)
        }
    };
    Ok(desk.store.settle(&claimed.id(), claimed.lease(), next, sent).await?)
}

/// What to do about a record.
struct Plan {
    /// The stage to send, and to whom.
    send: Option<(u8, Account)>,
    /// The mark to look at next where nothing is sent: there is nothing to say now, or nowhere to say it.
    next: Option<NoticeMark>,
}

impl Plan {
    const NEVER: Self = Self::rest(None);

    const fn rest(next: Option<NoticeMark>) -> Self {
        Self { send: None, next }
    }
}

/// Looks again at a record that was claimed: much may have happened since its mark was set.
async fn plan(desk: &Desk, record: &TokenRecord, held: u8, now: Ts) -> Result<Plan, Unavailable> {
    let own = record.record();
    let Some(expires_at) = own.expires_at else { return Ok(Plan::NEVER) };
    // Nobody waits for the notice of something long gone: where no purge ran, this is the end of the purge's patience.
    let kept = desk.policy.notices.unsent_kept;
    let forgotten = record.gone_at().is_some_and(|gone_at| now.reached(gone_at.plus_capped(kept)));
    if forgotten || record.revoked().is_some() || own.superseded.is_some() {
        return Ok(Plan::NEVER);
    }
    let (schedule, life) = (schedule(desk, record, now).await?, Expiring::from(own));
    let stage = match look(&schedule, life, held, now) {
        Look::Send(stage) => stage,
        Look::Rest(next) => return Ok(Plan::rest(next)),
    };
    let again = Some(put_off(&schedule, life, stage, now.plus_capped(LOOK_AGAIN), now));
    // Suspended: the expiry notice only. What stands in the way may be gone tomorrow, and then the notice is merely late.
    if !now.reached(expires_at) && desk.judge(record, now).await?.verdict.is_err_and(Refusal::is_suspension) {
        return Ok(Plan::rest(again));
    }
    let account = match addressee(record) {
        Some(subject) => desk.directory.account(&subject).await?,
        None => None,
    };
    let Some(account) = account else { return Ok(Plan::NEVER) };
    if account.email().is_none() {
        desk.tell(now, Actor::Upkeep, What::NoAddress { owner: own.owner.clone(), id: own.id });
    }
    Ok(Plan { send: Some((stage, account)), next: again })
}

async fn schedule(desk: &Desk, record: &TokenRecord, now: Ts) -> Result<Schedule, Unavailable> {
    let (settings, _) = desk.settings_and_gate(None, now).await?;
    Ok(desk.schedule(record.record().kind, &settings))
}
