//! Plans notices about expiries and leaks: which notices are due, which worker sends each notice, and whether it was
//! sent. The host supplies the texts and the transport.
//!
//! The mark of a record is the instant of its next notice. A worker claims a notice by moving the mark to the end of a
//! lease, so only one of many workers gets the notice. If a worker crashes, its lease ends, and the notice is due
//! again. A change of the expiry writes a new mark, and thereby invalidates claims of the old mark.

use std::num::NonZeroU32;
use std::time::Duration;

use self::plan::{Plan, plan};
use crate::counterfoil::Counterfoil;
use crate::event::{Actor, By, EventKind};
use crate::record::notice::{Expiring, Schedule, arm, put_off};
use crate::record::rearm::LONGEST_LEASE;
use crate::record::state::NoticeMark;
use crate::record::token_record::TokenRecord;
use crate::service::Service;
use crate::service::claimed::{Claim, ClaimedNotice, DueNotice, Outcome, addressee};
use crate::service::error::Unavailable;
use crate::service::notice_text::Topic;
use crate::service::snapshot::SettingsView;
use crate::store::page::{Cursor, Page};
use crate::types::time::Timestamp;

mod gather;
mod leak;
mod plan;
mod rearm;

impl Counterfoil {
    /// Returns a page of at most `limit` credentials whose notices are due. The page starts after the cursor `after`.
    /// On the last page, the cursor `next` is `None`. An earlier page can also have fewer than `limit` items, or none.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if the store failed.
    ///
    /// # Example: a week before a token expires
    ///
    /// ```
    #[doc = include_str!("../../example.in")]
    /// use std::time::Duration;
    ///
    /// use counterfoil::notice::{NoticeText, Outcome};
    ///
    /// let page = NonZeroU32::MIN.saturating_add(99);
    /// let new = NewPersonalAccessToken::new("backup", Lifetime::Days(30));
    /// counterfoil.create_personal_access_token(&ivan, &new).await?;
    /// assert!(counterfoil.due_notices(None, page).await?.items.is_empty());
    ///
    /// clock.advance(Duration::from_secs(23 * 86_400));
    /// let due = counterfoil.due_notices(None, page).await?.items;
    /// let lease = Duration::from_secs(5 * 60);
    /// let claimed = counterfoil.claim_notice(&due[0], lease).await?.won().ok_or("no other worker has it")?;
    /// let week = Duration::from_secs(7 * 86_400);
    /// assert_eq!((claimed.label(), claimed.text()), ("backup", NoticeText::ExpiresIn(week)));
    /// // … send it to claimed.to(), in the language and time zone of claimed.account() …
    /// assert!(counterfoil.settle_notice(claimed, Outcome::Sent).await?);
    /// assert!(counterfoil.due_notices(None, page).await?.items.is_empty());
    /// # Ok(()) }) }
    /// ```
    pub async fn due_notices(&self, after: Option<&Cursor>, limit: NonZeroU32) -> Result<Page<DueNotice>, Unavailable> {
        due(&self.service, after, limit, self.now()).await
    }

    /// Claims a notice for the time `lease`, so that no other worker sends it. The lease is rounded down to whole
    /// microseconds and is at most an hour. It must be longer than the timeout of the transport. Otherwise another
    /// worker might send the notice again. A notice in `along` of [`Gathered::Send`](crate::notice::Gathered::Send) may
    /// be claimed before it is due.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if the store or the directory failed. The notice is due again after the lease has ended.
    pub async fn claim_notice(&self, due: &DueNotice, lease: Duration) -> Result<Claim, Unavailable> {
        claim(&self.service, due, lease, self.now()).await
    }

    /// Records the outcome of a claimed notice. Returns false if the claim was no longer valid, because another worker
    /// claimed the notice after the lease had ended, or because the expiry was changed. Even then, [`Outcome::Sent`] is
    /// recorded, so that the notice is not sent twice.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if the store failed. A notice that was sent might then be sent again after the lease has ended.
    pub async fn settle_notice(&self, claimed: ClaimedNotice, outcome: Outcome) -> Result<bool, Unavailable> {
        settle(&self.service, claimed, outcome, self.now()).await
    }
}

/// Returns a page of this realm's credentials whose notices are due. A page can have fewer than `limit` items. A worker
/// that reads all pages finds every notice that was due before it read the first page.
async fn due(
    service: &Service,
    after: Option<&Cursor>,
    limit: NonZeroU32,
    now: Timestamp,
) -> Result<Page<DueNotice>, Unavailable> {
    let read = service.store.due(now, after, limit).await?;
    if read.corrupt > 0 {
        service.tell(now, By::itself(Actor::Upkeep), EventKind::Corrupt { rows: read.corrupt });
    }
    // The store may contain records of other realms, whose owners are not in this directory.
    let ours = read.items.iter().filter(|record| record.record().realm == service.realm);
    let longest_wait = service.policy.notices.gather.longest_wait;
    let noticed = |view: &SettingsView| {
        let limits = service.limits(&view.settings);
        let due = |record| DueNotice::of(record, limits, addressee(record, &view.stored), longest_wait);
        ours.filter_map(due).collect()
    };
    let items = service.with_settings(now, noticed).await?;
    Ok(Page { items, next: read.next, corrupt: read.corrupt })
}

/// Claims a notice until the end of a lease. The lease is at most [`LONGEST_LEASE`]. A lease that is shorter than a
/// microsecond counts as one microsecond, so that the claim always changes the stored instant of the record's next
/// notice.
async fn claim(service: &Service, due: &DueNotice, lease: Duration, now: Timestamp) -> Result<Claim, Unavailable> {
    let lease_until = now.plus(lease.clamp(Duration::from_micros(1), LONGEST_LEASE)).ok_or(Unavailable::Clock)?;
    let Some(held) = brought_forward(service, due, now).await? else { return Ok(Claim::Lost) };
    let Some(record) = service.store.claim(&due.id(), held, lease_until).await? else { return Ok(Claim::Lost) };
    let lease = NoticeMark { at: lease_until, stage: held.stage };
    let (next, claim) = match plan(service, &record, lease.stage, now).await? {
        // Since the notice was found, the service account has got another maker or address. The notice stays due, so it
        // is found again at once, and then goes to the new recipient.
        Plan::Send { whom, .. } if Some(whom.account.subject()) != due.addressee() => {
            (Some(NoticeMark { at: now, ..held }), Claim::Lost)
        }
        Plan::Send { topic, whom, otherwise } => {
            match ClaimedNotice::new(record, (whom.account, whom.service_account), topic, lease, now) {
                Some(claimed) => return Ok(Claim::Won(Box::new(claimed))),
                None => (otherwise, Claim::NothingToSend),
            }
        }
        Plan::Rest(next) => (next, Claim::NothingToSend),
        Plan::Withhold(next) => (next, Claim::Withheld),
    };
    service.store.settle(&due.id(), lease, next, None).await?;
    Ok(claim)
}

/// Makes a notice claimable at `now`. Returns the mark with which the notice can be claimed. A mark is the stored
/// instant and stage of a record's next notice.
///
/// A claim sets the instant of the mark to the end of the lease, which must be later than the instant before. A notice
/// that is sent early is not due yet, so its instant can be later than the end of the lease. The instant of such a
/// notice is therefore first set to `now`. Returns `None` if another worker or a change of the expiry has changed the
/// mark in the meantime.
async fn brought_forward(
    service: &Service,
    due: &DueNotice,
    now: Timestamp,
) -> Result<Option<NoticeMark>, Unavailable> {
    let held = due.held();
    if now.reached(held.at) {
        return Ok(Some(held));
    }
    let at_once = NoticeMark { at: now, ..held };
    let moved = service.store.settle(&due.id(), held, Some(at_once), None).await?;
    Ok(moved.then_some(at_once))
}

/// Records the outcome of a claimed notice. Returns false if the claim was no longer valid, because another worker
/// claimed the notice after the lease had ended, or because the expiry was changed. Even then, a notice that was sent
/// is recorded as sent.
async fn settle(
    service: &Service,
    claimed: ClaimedNotice,
    outcome: Outcome,
    now: Timestamp,
) -> Result<bool, Unavailable> {
    let (schedule, life) = planning(service, claimed.record(), now).await?;
    let (following, this) = match claimed.topic() {
        Topic::Expiry { stage, expires_at } => {
            (arm(&schedule, life, stage.saturating_add(1), now), (expires_at, stage))
        }
        Topic::Leak { leak, ended } => {
            (leak::following(&schedule, life, ended, now), (claimed.record().record().created_at, leak.stage()))
        }
    };
    let (next, sent) = match outcome {
        Outcome::Sent => (following, Some(this)),
        Outcome::Dropped => (following, None),
        Outcome::Failed { retry_at } => {
            let retry_at = if retry_at > now { retry_at } else { now.plus_capped(Duration::from_secs(1)) };
            let again = match claimed.topic() {
                Topic::Expiry { stage, .. } => put_off(&schedule, life, stage, retry_at, now),
                Topic::Leak { leak, .. } => leak.mark(retry_at),
            };
            (Some(again), None)
        }
    };
    Ok(service.store.settle(&claimed.id(), claimed.lease(), next, sent).await?)
}

/// The schedule of the notices of a record, and the life of the record: its expiry and the notices that were sent.
async fn planning<'a>(
    service: &Service,
    record: &'a TokenRecord,
    now: Timestamp,
) -> Result<(Schedule, Expiring<'a>), Unavailable> {
    let (settings, _) = service.settings_and_gate(None, now).await?;
    let life = Expiring::of(record, service.limits(&settings));
    Ok((service.schedule(record.record().kind, &settings), life))
}
