//! Measures how long a worker takes to send one notice as the store grows. The result is the duration of a run divided
//! by the number of notices that the run sent. The store has ten thousand, a hundred thousand or a million records, and
//! a thousand notices are due.
//!
//! The store is in memory, and the transport accepts everything at once. So the bench measures only the worker and its
//! planning.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a bench measures, and one that cannot go on says so"
)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use counterfoil::memory::{MemoryDirectory, MemoryStore};
use counterfoil::policy::{Policy, SettingGate};
use counterfoil::{
    Account, Counterfoil, EmailAddress, Lifetime, NewPersonalAccessToken, Presenter, Role, SubjectId, Timestamp,
};
use counterfoil_notify::{Digest, Limits, SendError, Transport, Worker};

const DUE: usize = 1_000;
const PER_OWNER: usize = 20;

struct Nowhere;

#[async_trait]
impl Transport for Nowhere {
    async fn send(&self, _digest: &Digest<'_>) -> Result<(), SendError> {
        Ok(())
    }
}

fn day(days: u16) -> Timestamp {
    Timestamp::EPOCH
        .plus_capped(Duration::from_secs(20_000 * 86_400))
        .plus_capped(Duration::from_secs(u64::from(days) * 86_400))
}

/// Returns the microseconds for each notice in the fastest of several runs. Each run has a new store.
async fn at_size(size: usize) -> f64 {
    let people = Arc::new(MemoryDirectory::default());
    let mut policy = Policy::synergy();
    policy.personal_access_tokens.setting = SettingGate::NotAsked;
    policy.personal_access_tokens.max_live_per_owner = None;
    let builder = Counterfoil::builder().policy(policy).store(MemoryStore::default()).directory(Arc::clone(&people));
    let counterfoil = builder.events(counterfoil::event::NoSink).build().expect("a handle");
    let mut owner = None;
    for at in 0..size {
        if at % PER_OWNER == 0 {
            let name = format!("owner {}", at / PER_OWNER);
            let address = EmailAddress::new(&format!("owner{at}@example.com")).expect("an address");
            let account = Account::new(SubjectId::new(&name).expect("an id"), &name, Role::Member).with_email(address);
            people.insert(account.clone(), &[&name], "a password");
            owner = Some(Presenter::signed_in(&account));
        }
        // Each of the five days has one run with a thousand due notices. The other records expire much later.
        let days = match at / DUE {
            0..5 => 30 + u16::try_from(at / DUE).expect("small"),
            _ => 180,
        };
        let label = format!("token {at}");
        let new = NewPersonalAccessToken::new(&label, Lifetime::Days(days.into()));
        let created =
            counterfoil.at(day(0)).create_personal_access_token(owner.as_ref().expect("an owner"), &new).await;
        let _issued = created.expect("a token");
    }
    let worker = Worker::new(counterfoil, Nowhere).with_limits(Limits::default().with_at_once(1));
    let mut fastest = f64::INFINITY;
    for days in 23..28 {
        let began = Instant::now();
        let report = worker.run_once(day(days)).await.expect("a run");
        let took = began.elapsed();
        assert_eq!(report.sent, DUE as u64);
        fastest = fastest.min(took.as_secs_f64() * 1e6 / DUE as f64);
    }
    fastest
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mut first = None;
    for size in [10_000, 100_000, 1_000_000] {
        let cost = at_size(size).await;
        let first = *first.get_or_insert(cost);
        println!("a notice among {size} records: {cost:.2} us, {:.2} of the first", cost / first);
    }
}
