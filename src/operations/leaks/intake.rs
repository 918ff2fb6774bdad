//! Takes reports of leaked texts from a network. The answer is given before anything is looked up.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::counterfoil::Counterfoil;
use crate::event::{Actor, By, DropReason, EventKind};
use crate::operations::leaks::report::{Looked, Reported, Work, look_up};
use crate::operations::leaks::trouble::Trouble;
use crate::service::Service;
use crate::service::error::{ManageError, Unavailable};
use crate::service::invalid::Invalid;
use crate::service::leak_queue::{QueueFull, ReportedText, Taken};
use crate::service::throttling::Held;
use crate::store::listing::Progress;
use crate::types::secret::Secret;
use crate::types::source::Source;
use crate::types::time::Timestamp;

/// How long a reporter must wait if too many reports of its source are under way.
const BUSY: Duration = Duration::from_secs(1);
/// How long a reporter must wait if the queue is full. Upkeep looks up the queued texts every five seconds.
const FULL: Duration = Duration::from_secs(10);

/// The number of reported texts that upkeep or a shutdown looks up in one batch.
pub(crate) const BATCH: NonZeroU32 = NonZeroU32::MIN.saturating_add(99);
/// The largest number of batches that a shutdown looks up.
const LAST_BATCHES: usize = 100;
/// After this number of failed lookups, a text is dropped. Failures that are not limited to this text do not count.
const FAILURES: u8 = 5;

/// The permission to report leaked texts once. Only [`Counterfoil::accept_leak_report`] creates it, after it has
/// counted the report.
#[derive(Debug)]
#[must_use]
pub struct LeakReport {
    counterfoil: Counterfoil,
    source: Source,
}

impl LeakReport {
    /// The largest number of texts in one report.
    pub const MAX_TEXTS: usize = 100;
    /// The largest length of a text, in bytes.
    pub const MAX_TEXT_BYTES: usize = 1_024;

    /// Puts the texts of the report into the queue of this process, and returns their number. Nothing is looked up, so
    /// the result does not depend on what the texts are. [`Counterfoil::work_leaks`] looks them up later. If the
    /// process ends before that, the texts are lost and must be reported again.
    ///
    /// # Errors
    ///
    /// [`ManageError::Invalid`] with the field `tokens` if there are more than 100 texts, or if a text is longer than
    /// 1,024 bytes. [`ManageError::SlowDown`] if the queue is full ([`Leaks::queued`](crate::policy::Leaks::queued)).
    /// In each case no text is taken.
    pub fn receive(self, texts: Vec<Secret>) -> Result<usize, ManageError> {
        receive(&self.counterfoil.service, texts, &self.source, self.counterfoil.now())
    }
}

impl Counterfoil {
    /// Counts a report of leaked texts that came over a network, and returns the permission to report them. Call this
    /// method before you read the texts. Every report of a source counts, even a report with invalid texts
    /// ([`Throttling::leaks`](crate::policy::Throttling::leaks)). The reporter is not authenticated. If the source is
    /// unknown, nothing is counted, and only the size of the queue limits the reports.
    ///
    /// # Errors
    ///
    /// [`ManageError::SlowDown`] if the source has sent too many reports. [`ManageError::Unavailable`] if the store of
    /// counters failed.
    ///
    /// # Cancel safety
    ///
    /// A dropped call may have counted the report.
    ///
    /// # Example
    ///
    /// ```
    #[doc = include_str!("../../example.in")]
    /// use counterfoil::Secret;
    /// use counterfoil::types::Source;
    ///
    /// let new = NewPersonalAccessToken::new("nightly build", Lifetime::Days(30));
    /// let issued = counterfoil.create_personal_access_token(&ivan, &new).await?;
    /// let texts = vec![Secret::from(issued.token.expose_secret().to_owned()), Secret::from("hunter2".to_owned())];
    /// let report = counterfoil.accept_leak_report(&Source::new("192.0.2.7")?).await?;
    /// assert_eq!(report.receive(texts)?, 2);
    /// assert!(counterfoil.verify(issued.token.expose_secret()).await.is_ok(), "nothing was looked up");
    /// let worked = counterfoil.work_leaks(NonZeroU32::MIN.saturating_add(99)).await?;
    /// assert_eq!((worked.changed, worked.more), (2, false));
    /// assert!(counterfoil.verify(issued.token.expose_secret()).await.is_err());
    /// # Ok(()) }) }
    /// ```
    pub async fn accept_leak_report(&self, source: &Source) -> Result<LeakReport, ManageError> {
        let now = self.now();
        let until = match self.service.count_leak_report(source, now).await? {
            Ok(()) => return Ok(LeakReport { counterfoil: self.at(now), source: source.clone() }),
            Err(Held::Until(until)) => until,
            Err(Held::UnderWay(_)) => now.plus_capped(BUSY),
        };
        Err(ManageError::SlowDown { until })
    }

    /// Looks up at most `limit` texts that [`LeakReport::receive`] has put into the queue, and does with each what
    /// [`Counterfoil::report_leaked`] does. The result contains the number of texts that were looked up, and whether
    /// more texts are in the queue. [`Counterfoil::run_upkeep`] calls this method in each round. A host that does not
    /// run it must call this method in its own loop.
    ///
    /// # Errors
    ///
    /// [`Unavailable`] if a store failed, or if the lookup of a text failed. The texts that were not looked up stay in
    /// the queue. A text whose lookup failed is put behind all others. If the lookup of a text fails five times for a
    /// reason other than an outage, the text is dropped with the event
    /// [`EventKind::ReportsDropped`](crate::event::EventKind::ReportsDropped). A text whose row cannot be decoded is
    /// dropped, and an event reports the row.
    ///
    /// # Cancel safety
    ///
    /// Texts that a dropped call has taken go back into the queue. If some of these texts were already looked up, the
    /// next call looks them up again, which changes nothing.
    pub async fn work_leaks(&self, limit: NonZeroU32) -> Result<Progress, Unavailable> {
        work(&self.service, limit, self.now()).await
    }
}

fn receive(service: &Service, texts: Vec<Secret>, source: &Source, now: Timestamp) -> Result<usize, ManageError> {
    let count = texts.len();
    if count > LeakReport::MAX_TEXTS {
        return Err(Invalid::TooMany { field: "tokens", most: LeakReport::MAX_TEXTS as u32 }.into());
    }
    if texts.iter().any(|text| text.expose_secret().len() > LeakReport::MAX_TEXT_BYTES) {
        return Err(Invalid::TextTooLong { field: "tokens", most: LeakReport::MAX_TEXT_BYTES as u32 }.into());
    }
    let source = source.name();
    let texts = texts.into_iter().map(|text| ReportedText { text, source: source.cloned(), failures: 0 }).collect();
    match service.leaks.add(texts, service.policy.leaks.queued) {
        Ok(()) => Ok(count),
        Err(QueueFull) => Err(ManageError::SlowDown { until: now.plus_capped(FULL) }),
    }
}

async fn work(service: &Service, limit: NonZeroU32, now: Timestamp) -> Result<Progress, Unavailable> {
    let mut taken = service.leaks.take(limit.get());
    let by = |source: &ReportedText| By::from(Actor::Unproved, source.source.as_ref());
    let texts: Vec<_> =
        taken.texts.iter().map(|own| Reported { text: own.text.expose_secret(), by: by(own) }).collect();
    let looked = look_up(service, &texts, now).await;
    drop(texts);
    let changed = looked.work.iter().filter(|work| matches!(work, Work::Done(_) | Work::Corrupt)).count() as u64;
    let (is_complete, dropped) = give_back(&mut taken, &looked);
    drop(taken);
    if dropped > 0 {
        tell_dropped(service, dropped, DropReason::Failing, now);
    }
    match looked.error {
        Some(error) if !is_complete => Err(error),
        _ => Ok(Progress { changed, more: service.leaks.len() > 0 }),
    }
}

/// Puts the texts that were not looked up back at the beginning of the queue, and the texts whose lookup failed at its
/// end. Returns whether nothing was put back, and the number of texts that are dropped because their lookup failed too
/// often.
fn give_back(taken: &mut Taken<'_>, looked: &Looked) -> (bool, u64) {
    let (mut first, mut last, mut dropped) = (Vec::new(), Vec::new(), 0_u64);
    for (mut own, work) in std::mem::take(&mut taken.texts).into_iter().zip(&looked.work) {
        match work {
            Work::Done(_) | Work::Corrupt => {}
            Work::Waiting => first.push(own),
            Work::Interrupted => last.push(own),
            Work::Failed => {
                own.failures = own.failures.saturating_add(1);
                if own.failures < FAILURES { last.push(own) } else { dropped = dropped.saturating_add(1) }
            }
        }
    }
    let is_complete = first.is_empty() && last.is_empty();
    taken.texts = first;
    taken.put_last(last);
    (is_complete, dropped)
}

/// The number of batches that are needed to look up all texts that are in the queue now.
pub(crate) fn batches(service: &Service) -> usize {
    service.leaks.len().div_ceil(BATCH.get() as usize)
}

/// Looks up the queued texts when the service stops, at most a hundred batches. If texts are left, emits an event with
/// their number.
pub(crate) async fn drain(service: &Service, now: Timestamp) {
    for _ in 0..batches(service).min(LAST_BATCHES) {
        let worked = work(service, BATCH, now).await;
        if worked.is_err_and(|error| Trouble::of(&error) == Trouble::Outage) {
            break;
        }
    }
    let left = service.leaks.len() as u64;
    if left > 0 {
        tell_dropped(service, left, DropReason::Stopped, now);
    }
}

fn tell_dropped(service: &Service, count: u64, reason: DropReason, now: Timestamp) {
    service.tell(now, By::itself(Actor::Upkeep), EventKind::ReportsDropped { count, reason });
}
