//! One run: what is due, by person; claimed, sent and settled, several people at once.
//!
//! People are gone through in the order of their ids, and a person's notices in the order of theirs. So where two workers meet at one person, one
//! of them wins the first notice and with it the person; the other goes on, and comes back at the end of its run for what may still be left.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use counterfoil::notice::{ClaimedNotice, DueNotice, Outcome};
use counterfoil::{Counterfoil, SubjectId, Ts, Unavailable};
use futures_util::stream::{self, StreamExt as _};
use tokio::time::Instant;

use crate::digest::Digest;
use crate::limits::span;
use crate::report::Report;
use crate::transport::SendError;
use crate::worker::Worker;

const PAGE: NonZeroU32 = NonZeroU32::MIN.saturating_add(99);

/// So many deliveries that ran into the time-out, in one run, are a transport that is down.
const TIMEOUTS: u32 = 3;

type People = BTreeMap<Option<SubjectId>, Vec<DueNotice>>;

pub(crate) struct Round<'a> {
    worker: &'a Worker,
    now: Ts,
    began: Instant,
    stop: &'a AtomicBool,
    down: AtomicBool,
    timeouts: AtomicU32,
}

/// Whether a person whose first notice was another's is left to that worker.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meeting {
    GiveWay,
    TakeTheRest,
}

/// What became of one person's notices.
enum Handled {
    Done(Report),
    /// Another worker is at it: what was not asked for.
    GivenWay(Option<SubjectId>, Vec<DueNotice>),
}

impl<'a> Round<'a> {
    pub(crate) fn new(worker: &'a Worker, now: Ts, stop: &'a AtomicBool) -> Self {
        let (down, timeouts) = (AtomicBool::new(false), AtomicU32::new(0));
        Self { worker, now, began: Instant::now(), stop, down, timeouts }
    }

    pub(crate) async fn run(self) -> Result<Report, Unavailable> {
        let (people, left) = self.due().await?;
        let mut report = Report { left, ..Report::default() };
        let met = self.each(people, Meeting::GiveWay, &mut report).await?;
        let none = self.each(met, Meeting::TakeTheRest, &mut report).await?;
        debug_assert!(none.is_empty(), "who takes the rest gives way to nobody");
        report.down = self.down.load(Ordering::Relaxed);
        Ok(report)
    }

    fn at(&self) -> Ts {
        self.now.plus_capped(span(self.began.elapsed()))
    }

    fn counterfoil(&self) -> Counterfoil {
        self.worker.counterfoil.at(self.at())
    }

    fn ends(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.down.load(Ordering::Relaxed)
    }

    /// What is due, up to the budget, and whether anything is beyond it (1, for it is not counted).
    async fn due(&self) -> Result<(People, u64), Unavailable> {
        let budget = usize::try_from(self.worker.limits.budget.get()).unwrap_or(usize::MAX);
        let (mut people, mut count, mut after) = (People::new(), 0, None);
        loop {
            let page = self.counterfoil().due_notices(after.as_ref(), PAGE).await?;
            for due in page.items {
                if count == budget {
                    return Ok((people, 1));
                }
                count += 1;
                people.entry(due.addressee().cloned()).or_default().push(due);
            }
            after = page.next;
            if after.is_none() || self.stop.load(Ordering::Relaxed) {
                people.values_mut().for_each(|notices| notices.sort_by_key(DueNotice::id));
                return Ok((people, 0));
            }
        }
    }

    /// Handles people, several at once; gives back those whom another worker was at. An error waits for those that are under way.
    async fn each(&self, people: People, meeting: Meeting, report: &mut Report) -> Result<People, Unavailable> {
        let at_once = self.worker.limits.at_once.clamp(1, 64);
        let mut failed = None;
        let mut met = People::new();
        let handled = stream::iter(people).map(|(whom, notices)| self.handle(whom, notices, meeting));
        let mut handled = pin!(handled.buffer_unordered(at_once));
        while let Some(one) = handled.next().await {
            match one {
                Ok(Handled::Done(one)) => report.add(one),
                Ok(Handled::GivenWay(whom, rest)) => drop(met.insert(whom, rest)),
                Err(error) => {
                    // Whoever is not begun yet is left alone: the store or the directory fails.
                    self.down.store(true, Ordering::Relaxed);
                    failed = failed.or(Some(error));
                }
            }
        }
        failed.map_or(Ok(met), Err)
    }

    async fn handle(
        &self,
        whom: Option<SubjectId>,
        notices: Vec<DueNotice>,
        meeting: Meeting,
    ) -> Result<Handled, Unavailable> {
        if self.ends() {
            return Ok(Handled::Done(Report { left: notices.len() as u64, ..Report::default() }));
        }
        let lease = self.worker.limits.lease();
        let mut claimed = Vec::with_capacity(notices.len());
        let mut rest = notices.into_iter();
        while let Some(due) = rest.next() {
            match self.counterfoil().claim_notice(&due, lease).await? {
                Some(notice) => claimed.push(notice),
                None if claimed.is_empty() && meeting == Meeting::GiveWay && rest.len() > 0 => {
                    return Ok(Handled::GivenWay(whom, rest.collect()));
                }
                None => {}
            }
        }
        self.deliver(claimed).await.map(Handled::Done)
    }

    async fn deliver(&self, mut claimed: Vec<ClaimedNotice>) -> Result<Report, Unavailable> {
        let (now, timeout) = (self.at(), self.worker.limits.send_timeout);
        // A lease that would end before the transport must answer (the claims took minutes): not sent twice, but later.
        let in_time = now.plus_capped(span(timeout));
        let late: Vec<_> = claimed.extract_if(.., |notice| notice.lease_until() <= in_time).collect();
        let mut report = self.settle(late, Outcome::Failed { retry_at: now }).await?;
        let realm = self.worker.counterfoil.realm();
        let Some(digest) = Digest::new(realm, &mut claimed, now) else { return Ok(report) };
        let whom = digest.account().subject().clone();
        let sent = tokio::time::timeout(timeout, self.worker.transport.send(&digest)).await;
        let outcome = match sent {
            Ok(Ok(())) => {
                self.worker.back_off.delivered(&whom);
                report.digests += 1;
                Outcome::Sent
            }
            Ok(Err(error)) => self.failed(&whom, &error),
            Err(_) => {
                if self.timeouts.fetch_add(1, Ordering::Relaxed) + 1 >= TIMEOUTS {
                    self.down.store(true, Ordering::Relaxed);
                }
                self.failed(&whom, &SendError::Delayed(Some("it took longer than its time-out".into())))
            }
        };
        report.add(self.settle(claimed, outcome).await?);
        Ok(report)
    }

    fn failed(&self, whom: &SubjectId, error: &SendError) -> Outcome {
        let cause = error as &dyn std::error::Error;
        tracing::warn!(target: "counterfoil::notice", whom = whom.as_str(), error = cause, "a digest was not sent");
        let limits = &self.worker.limits;
        match error {
            SendError::Refused(_) => return Outcome::Dropped,
            SendError::Delayed(_) => {}
            SendError::Down(_) => self.down.store(true, Ordering::Relaxed),
        }
        let wait = match error {
            // Nobody's fault in particular: as soon as the transport is up again.
            SendError::Down(_) => limits.first_back_off,
            _ => self.worker.back_off.failed(whom, limits.first_back_off, limits.longest_back_off),
        };
        Outcome::Failed { retry_at: self.at().plus_capped(wait) }
    }

    /// Settles each; the first error is told after all were tried.
    async fn settle(&self, claimed: Vec<ClaimedNotice>, outcome: Outcome) -> Result<Report, Unavailable> {
        let (mut report, mut failed) = (Report::default(), None);
        for notice in claimed {
            let held = match self.counterfoil().settle_notice(notice, outcome).await {
                Ok(held) => held,
                Err(error) => {
                    failed = failed.or(Some(error));
                    continue;
                }
            };
            match outcome {
                Outcome::Sent => report.sent += 1,
                Outcome::Dropped => report.refused += 1,
                Outcome::Failed { .. } => report.delayed += 1,
            }
            report.overtaken += u64::from(!held);
        }
        failed.map_or(Ok(report), Err)
    }
}
