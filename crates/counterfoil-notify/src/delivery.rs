//! Sends one message with all claimed notices of a person, and records the result for each notice.

use std::sync::atomic::Ordering;

use counterfoil::notice::{ClaimedNotice, Outcome};
use counterfoil::{SubjectId, Unavailable};

use crate::digest::Digest;
use crate::report::Report;
use crate::round::Round;
use crate::transport::SendError;

/// The number of timeouts in one run after which the transport is treated as down.
const TIMEOUTS: u32 = 3;

impl Round<'_> {
    /// Sends the claimed notices of one person in one message. Returns how many notices were sent, delayed or refused.
    pub(crate) async fn deliver(&self, mut claimed: Vec<ClaimedNotice>) -> Result<Report, Unavailable> {
        let (now, timeout) = (self.at(), self.worker.limits.timeout());
        // If claiming took minutes, the lease of a notice can end before the timeout of the transport. Another worker
        // could then send the same notice. So such a notice is not sent now, but in a later run.
        let in_time = now.plus_capped(timeout);
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

    /// Returns the outcome that is recorded for each notice of a message whose delivery failed. All notices get the
    /// same time for the next attempt, so that they are sent together again.
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
            // The failure does not depend on the person, so the shortest wait is enough.
            SendError::Down(_) => limits.first_back_off,
            _ => self.worker.back_off.failed(whom, limits.first_back_off, limits.longest_back_off),
        };
        Outcome::Failed { retry_at: self.at().plus_capped(wait) }
    }

    /// Records this outcome for each notice. If the outcome of one notice cannot be recorded, continues with the other
    /// notices, and then returns the first error.
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
