//! Tests that 100 tokens of one person that expire within 24 hours cause only a few mails. The worker runs every
//! minute.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use counterfoil::Timestamp;
use counterfoil::memory::MemoryStore;
use counterfoil::notice::NoticeText;
use counterfoil::store::TokenStore;
use counterfoil_conformance::SlowStore;
use counterfoil_notify::{Digest, Report, SendError, Transport, Worker};

use crate::support::*;

const TOKENS: u16 = 100;
/// The time between two expiries: 14 minutes and 24 seconds.
const STEP: Duration = Duration::from_secs(864);

/// A mail server that a test can set to be down or to give no answer.
#[derive(Clone, Default)]
struct Mail {
    outbox: Outbox,
    down: Arc<AtomicBool>,
    hangs: Arc<AtomicBool>,
}

#[async_trait]
impl Transport for Mail {
    async fn send(&self, digest: &Digest<'_>) -> Result<(), SendError> {
        if self.hangs.load(Ordering::SeqCst) {
            std::future::pending::<()>().await;
        }
        if self.down.load(Ordering::SeqCst) {
            return Err(SendError::Down(None));
        }
        self.outbox.send(digest).await
    }
}

async fn hundred() -> World {
    let store = Arc::new(MemoryStore::default());
    hundred_behind(store.clone(), store).await
}

async fn hundred_behind(store: Arc<MemoryStore>, records: Arc<dyn TokenStore>) -> World {
    let mut policy = gathering();
    policy.personal_access_tokens.max_live_per_owner = None;
    let world = World::of(policy, store, records);
    for at in 0..TOKENS {
        let made = after(Duration::from_secs(864 * u64::from(at)));
        world.create(&person("bill"), &format!("token {at}"), 30, made).await;
    }
    world
}

/// The number of sent mails with an advance notice, the number of sent mails without one, and how often each notice was
/// sent.
#[derive(Default)]
struct Sent {
    advance: usize,
    expired: usize,
    /// The longest time between an expiry and the sending of its notice.
    latest: Duration,
    notices: BTreeMap<(String, bool), u32>,
}

impl Sent {
    fn add(&mut self, digests: Vec<Vec<SentNotice>>, now: Timestamp) {
        for digest in digests {
            let ahead = |notice: &SentNotice| matches!(notice.2, NoticeText::ExpiresIn(_));
            if digest.iter().any(ahead) {
                self.advance += 1
            } else {
                self.expired += 1
            }
            for (_, label, text) in digest {
                let at: u32 = label.trim_start_matches("token ").parse().expect("a number");
                let end = day(30).plus_capped(Duration::from_secs(864 * u64::from(at)));
                let is_true = match text {
                    NoticeText::ExpiresIn(left) => now < end && end.since(now) >= left,
                    NoticeText::Expired => now >= end,
                    _ => false,
                };
                assert!(is_true, "{label}: {text:?}");
                let expired = text == NoticeText::Expired;
                self.latest = self.latest.max(now.since(end));
                *self.notices.entry((label, expired)).or_default() += 1;
            }
        }
    }

    fn each_once(&self, expected: usize) {
        assert_eq!(self.notices.len(), expected);
        assert!(self.notices.values().all(|&times| times == 1), "{:?}", self.notices);
    }
}

/// Runs all workers once a minute, for `minutes` minutes.
async fn minutes(workers: &[Worker], mail: &Mail, from: Timestamp, minutes: u16, sent: &mut Sent) {
    for minute in 0..minutes {
        let now = from.plus_capped(Duration::from_secs(u64::from(minute) * 60));
        let runs = workers.iter().map(|worker| worker.run_once(now));
        let reports: Result<Vec<Report>, _> = futures_util::future::join_all(runs).await.into_iter().collect();
        reports.expect("runs");
        sent.add(mail.outbox.take(), now);
    }
}

const HOUR: u16 = 60;

/// Runs the workers in two phases: while many advance notices are due, and while many tokens expire. Calls `trouble`
/// one hour after the start of each phase.
async fn storm(workers: &[Worker], mail: &Mail, trouble: impl AsyncFn(Timestamp)) -> Sent {
    let mut sent = Sent::default();
    for begins in [day(23), day(30)] {
        minutes(workers, mail, begins.minus(Duration::from_secs(3_600)), HOUR, &mut sent).await;
        trouble(begins).await;
        minutes(workers, mail, begins, 34 * HOUR, &mut sent).await;
    }
    sent.each_once(2 * usize::from(TOKENS));
    sent
}

fn few(sent: &Sent) {
    assert!(sent.advance <= 2 && sent.expired <= 5, "{} and {} mails", sent.advance, sent.expired);
}

#[tokio::test(start_paused = true)]
async fn fault_e1_a_hundred_ends_within_a_day_are_two_advance_and_five_expiry_mails_at_most() {
    let (world, mail) = (hundred().await, Mail::default());
    assert!(STEP * u32::from(TOKENS) <= Duration::from_secs(86_400));
    let sent = storm(&[world.worker(mail.clone())], &mail, async |_| {}).await;
    few(&sent);
    assert!(sent.latest <= Duration::from_secs(u64::from(6 * HOUR + 1) * 60), "{:?}", sent.latest);
}

#[tokio::test(start_paused = true)]
async fn fault_e1_two_workers_at_once_send_no_more_mails() {
    for seed in 0..3 {
        // The slow store lets the other worker run in each of its calls.
        let store = Arc::new(MemoryStore::default());
        let slow = Arc::new(SlowStore::new(Arc::clone(&store), seed));
        let (world, mail) = (hundred_behind(store, slow).await, Mail::default());
        few(&storm(&[world.worker(mail.clone()), world.worker(mail.clone())], &mail, async |_| {}).await);
    }
}

#[tokio::test(start_paused = true)]
async fn fault_e1_a_crash_between_claim_and_mail_makes_no_storm() {
    let (world, mail) = (hundred().await, Mail::default());
    let worker = [world.worker(mail.clone())];
    let sent = storm(&worker, &mail, async |begins| {
        // This worker claims the due notices. Then its run is dropped.
        let dies = world.worker(mail.clone()).with_limits(Default::default());
        mail.hangs.store(true, Ordering::SeqCst);
        let run = dies.run_once(begins.plus_capped(Duration::from_secs(8 * 3_600)));
        tokio::select! {
            biased;
            _ = run => {}
            () = tokio::time::sleep(std::time::Duration::from_millis(100)) => {}
        }
        mail.hangs.store(false, Ordering::SeqCst);
    });
    few(&sent.await);
}

#[tokio::test(start_paused = true)]
async fn fault_e1_a_mail_server_that_was_down_for_hours_makes_no_storm() {
    let (world, mail) = (hundred().await, Mail::default());
    let worker = [world.worker(mail.clone())];
    let mut sent = Sent::default();
    for begins in [day(23), day(30)] {
        mail.down.store(true, Ordering::SeqCst);
        minutes(&worker, &mail, begins, 9 * HOUR, &mut sent).await;
        mail.down.store(false, Ordering::SeqCst);
        minutes(&worker, &mail, begins.plus_capped(Duration::from_secs(9 * 3_600)), 26 * HOUR, &mut sent).await;
    }
    sent.each_once(2 * usize::from(TOKENS));
    few(&sent);
}
