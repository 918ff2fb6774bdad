//! Notices of expiry, as far as a plan goes: what is due, who sends it, what became of it. Texts and transport are the host's.
//!
//! One mark a record, moved forward by a lease: of any number of workers one wins the claim, a worker that dies gives it back by dying, and
//! an expiry that changes meanwhile writes another mark, which takes the notice from whoever held the old one.

pub(crate) mod gather;
mod plan;
pub(crate) mod rearm;

use std::num::NonZeroU32;

use crate::counterfoil::notice::{Expiring, LONGEST_LEASE, Schedule, arm, put_off};
use crate::counterfoil::record::TokenRecord;
use crate::counterfoil::state::NoticeMark;
use crate::desk::Desk;
use crate::desk::claimed::{Claim, ClaimedNotice, DueNotice, Outcome};
use crate::desk::error::Unavailable;
use crate::instruments::event::{Actor, By, What};
use crate::ports::page::{Cursor, Page};
use crate::verbs::notices::plan::{Plan, plan};
use crate::words::time::{Span, Ts};

/// A page of what must be looked at. A short page is no end; a walk that begins after something came due meets it.
pub(crate) async fn due(
    desk: &Desk,
    after: Option<&Cursor>,
    limit: NonZeroU32,
    now: Ts,
) -> Result<Page<DueNotice>, Unavailable> {
    let read = desk.store.due(now, after, limit).await?;
    if read.corrupt > 0 {
        desk.tell(now, By::itself(Actor::Upkeep), What::Corrupt { rows: read.corrupt });
    }
    // A store may hold other realms: their owners are in other directories.
    let ours = read.items.iter().filter(|record| record.record().realm == desk.realm);
    let longest_wait = desk.policy.notices.gather.longest_wait;
    let items = ours.filter_map(|record| DueNotice::of(record, longest_wait)).collect();
    Ok(Page { items, next: read.next, corrupt: read.corrupt })
}

/// Takes a notice for the time of a lease, at most [`LONGEST_LEASE`].
///
/// The lease must be longer than the transport's time-out: a send that is slower than its lease may be repeated by another worker.
pub(crate) async fn claim(desk: &Desk, due: &DueNotice, lease: Span, now: Ts) -> Result<Claim, Unavailable> {
    let lease_until = now.plus(lease.min(LONGEST_LEASE)).ok_or(Unavailable::Clock)?;
    let Some(held) = brought_forward(desk, due, now).await? else { return Ok(Claim::Lost) };
    let Some(record) = desk.store.claim(&due.id(), held, lease_until).await? else { return Ok(Claim::Lost) };
    let lease = NoticeMark { at: lease_until, stage: held.stage };
    let (next, claim) = match plan(desk, &record, lease.stage, now).await? {
        Plan::Send { stage, account, otherwise } => match ClaimedNotice::new(record, *account, stage, lease, now) {
            Some(claimed) => return Ok(Claim::Won(Box::new(claimed))),
            None => (otherwise, Claim::NothingToSend),
        },
        Plan::Rest(next) => (next, Claim::NothingToSend),
        Plan::Withhold(next) => (next, Claim::Withheld),
    };
    desk.store.settle(&due.id(), lease, next, None).await?;
    Ok(claim)
}

/// The mark to claim: that of a notice that goes out ahead of its time becomes due now, so that its lease ends with those of the
/// others of its digest.
async fn brought_forward(desk: &Desk, due: &DueNotice, now: Ts) -> Result<Option<NoticeMark>, Unavailable> {
    let held = due.held();
    if now.reached(held.at) {
        return Ok(Some(held));
    }
    let at_once = NoticeMark { at: now, ..held };
    let moved = desk.store.settle(&due.id(), held, Some(at_once), None).await?;
    Ok(moved.then_some(at_once))
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

async fn schedule(desk: &Desk, record: &TokenRecord, now: Ts) -> Result<Schedule, Unavailable> {
    let (settings, _) = desk.settings_and_gate(None, now).await?;
    Ok(desk.schedule(record.record().kind, &settings))
}
