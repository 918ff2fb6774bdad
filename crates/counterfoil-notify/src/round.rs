//! One run of a worker. It finds the due notices and groups them by person. For each person it decides which notices
//! are sent now, claims them, sends them in one message, and records the outcome. Several people are handled at the
//! same time.
//!
//! The notices of a person are claimed in order, the earliest first. If two workers compete for a person, the worker
//! that claims the first notice handles the person. The other worker skips the person in this run.

use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use counterfoil::notice::{Claim, ClaimedNotice, DueNotice, Gathered};
use counterfoil::{Counterfoil, SubjectId, Timestamp, Unavailable};
use futures_util::stream::{self, StreamExt as _};
use tokio::time::Instant;

use crate::report::Report;
use crate::walk::Found;
use crate::worker::Worker;

pub(crate) struct Round<'a> {
    pub(crate) worker: &'a Worker,
    now: Timestamp,
    began: Instant,
    stop: &'a AtomicBool,
    pub(crate) down: AtomicBool,
    pub(crate) timeouts: AtomicU32,
    claimed: AtomicU64,
}

impl<'a> Round<'a> {
    pub(crate) fn new(worker: &'a Worker, now: Timestamp, stop: &'a AtomicBool) -> Self {
        let (down, timeouts, claimed) = (AtomicBool::new(false), AtomicU32::new(0), AtomicU64::new(0));
        Self { worker, now, began: Instant::now(), stop, down, timeouts, claimed }
    }

    pub(crate) async fn run(self) -> Result<Report, Unavailable> {
        let rearmed = self.rearm().await?;
        let found = self.walk().await?;
        let left = u64::from(found.beyond);
        let mut report = Report { left, waiting: found.waiting, rearmed, ..Report::default() };
        self.each(found, &mut report).await?;
        report.down = self.down.load(Ordering::Relaxed);
        Ok(report)
    }

    /// The present instant of the run: its `now` plus the time that has passed since it began.
    pub(crate) fn at(&self) -> Timestamp {
        self.now.plus_capped(self.began.elapsed())
    }

    /// The worker's handle, with a clock that is set to the present instant of the run.
    pub(crate) fn counterfoil(&self) -> Counterfoil {
        self.worker.counterfoil.at(self.at())
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Whether the run must handle no further person. True if the worker was stopped, if the transport, a store or the
    /// directory is down, or if the budget is used up.
    fn ends(&self) -> bool {
        let budget = u64::from(self.worker.limits.budget.get());
        self.is_stopped() || self.down.load(Ordering::Relaxed) || self.claimed.load(Ordering::Relaxed) >= budget
    }

    /// Sends the notices of all people, several people at the same time, and adds the results to `report`. After an
    /// error, no further person is handled, and the people in progress are completed. Then the first error is returned.
    async fn each(&self, found: Found, report: &mut Report) -> Result<(), Unavailable> {
        let at_once = self.worker.limits.at_once.clamp(1, 64);
        let mut failed = None;
        let handled = stream::iter(found.people).map(|(whom, notices)| self.handle(whom, notices));
        let mut handled = pin!(handled.buffer_unordered(at_once));
        while let Some(one) = handled.next().await {
            match one {
                Ok(one) => report.add(one),
                Err(error) => {
                    // A store or the directory has failed, so the run handles no further person.
                    self.down.store(true, Ordering::Relaxed);
                    failed = failed.or(Some(error));
                }
            }
        }
        failed.map_or(Ok(()), Err)
    }

    async fn handle(&self, whom: Option<SubjectId>, notices: Vec<DueNotice>) -> Result<Report, Unavailable> {
        let left = Report { left: notices.len() as u64, ..Report::default() };
        if self.ends() {
            return Ok(left);
        }
        // The clock of this handle stands still. All claims for a person use this handle, so their leases end at the
        // same time.
        let counterfoil = self.counterfoil();
        let lease = self.worker.limits.lease();
        let gathered = match &whom {
            Some(whom) => counterfoil.gather_notices(whom, notices, lease).await?,
            None => Gathered::Send { first: notices, along: Vec::new() },
        };
        let (first, along) = match gathered {
            Gathered::Send { first, along } => (first, along),
            Gathered::Wait { until, notices } => {
                whom.iter().for_each(|whom| self.worker.patience.wait(whom, until, self.at()));
                return Ok(Report { waiting: notices, ..Report::default() });
            }
            Gathered::AtWork => return Ok(left),
        };
        let (mut claimed, mut report) = (Vec::with_capacity(first.len()), Report::default());
        if self.claim(&counterfoil, first, &mut claimed, &mut report).await? == Met::AnotherWorker {
            report.add(left);
            return Ok(report);
        }
        if !claimed.is_empty() {
            self.claim(&counterfoil, along, &mut claimed, &mut report).await?;
        }
        self.claimed.fetch_add(claimed.len() as u64, Ordering::Relaxed);
        report.add(self.deliver(claimed).await?);
        Ok(report)
    }

    /// Claims the notices of one person in order. If another worker has already claimed the first notice, claims no
    /// further notice and returns [`Met::AnotherWorker`].
    async fn claim(
        &self,
        counterfoil: &Counterfoil,
        notices: Vec<DueNotice>,
        claimed: &mut Vec<ClaimedNotice>,
        report: &mut Report,
    ) -> Result<Met, Unavailable> {
        for due in notices {
            match counterfoil.claim_notice(&due, self.worker.limits.lease()).await? {
                Claim::Won(notice) => claimed.push(*notice),
                Claim::Lost if claimed.is_empty() => return Ok(Met::AnotherWorker),
                Claim::Lost | Claim::NothingToSend => {}
                Claim::Withheld => report.withheld += 1,
            }
        }
        Ok(Met::Nobody)
    }
}

/// Whether another worker already handles the person.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Met {
    Nobody,
    AnotherWorker,
}
