//! Measures a report about a new policy over a large store in memory: pages, seconds, and the memory that the report
//! needs in addition to the store. The first argument is the number of tokens, by default a million. Each owner has ten
//! tokens. The peak of the memory is read from `/proc`, so it is known only on Linux.
//!
//! ```sh
//! cargo bench --bench policy_report
//! ```

#![allow(clippy::disallowed_methods, clippy::expect_used, clippy::print_stdout, reason = "a bench measures and prints")]

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use counterfoil::memory::{MemoryDirectory, MemoryStore};
use counterfoil::operations::PolicyReport;
use counterfoil::policy::{Existing, Policy};
use counterfoil::testing::ManualClock;
use counterfoil::{Account, Counterfoil, NewPersonalAccessToken, Presenter, Role, SubjectId, Timestamp};
use futures_executor::block_on;

const TOKENS: u32 = 1_000_000;
const TOKENS_OF_AN_OWNER: u32 = 10;
const PAGE: NonZeroU32 = NonZeroU32::MIN.saturating_add(999);

fn policy() -> Policy {
    let mut policy = Policy::open();
    policy.personal_access_tokens.unique_labels = false;
    policy.personal_access_tokens.creations_per_hour = None;
    policy.personal_access_tokens.max_live_per_owner = None;
    policy
}

/// Makes a service with `tokens` tokens. Their lifetimes are from 1 to 366 days.
fn stocked(tokens: u32) -> Counterfoil {
    let people = MemoryDirectory::default();
    let owners: Vec<_> = (0..tokens.div_ceil(TOKENS_OF_AN_OWNER))
        .map(|n| Account::new(SubjectId::from(u64::from(n)), &format!("person {n}"), Role::Member))
        .collect();
    for owner in &owners {
        people.insert(owner.clone(), &[owner.name()], "a password");
    }
    let clock = ManualClock::at(Timestamp::from_micros(1_800_000_000_000_000).expect("in range"));
    let builder = Counterfoil::builder().policy(policy()).clock(clock).store(MemoryStore::default());
    let counterfoil = builder.directory(people).events(counterfoil::event::NoSink).build().expect("a handle");
    for (n, owner) in (0..tokens).zip(owners.iter().cycle()) {
        let new = NewPersonalAccessToken::for_days("deploy to staging", i64::from(n % 366) + 1);
        block_on(counterfoil.create_personal_access_token(&Presenter::signed_in(owner), &new)).expect("a token");
    }
    counterfoil
}

/// Returns the value with this name in `/proc/self/status`, in KiB. Returns 0 on systems other than Linux.
fn memory(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.trim_matches(|letter: char| !letter.is_ascii_digit()).parse().unwrap_or(0)
}

fn main() {
    let tokens = std::env::args().nth(1).and_then(|number| number.parse().ok()).unwrap_or(TOKENS);
    let counterfoil = stocked(tokens);
    for existing in [Existing::Clamp, Existing::RefuseAtUse] {
        let mut new = policy();
        new.personal_access_tokens.max_days = 90;
        new.personal_access_tokens.existing = existing;
        // This write resets the peak of the memory that Linux reports. If the process is not allowed to write the file,
        // the peak includes the creation of the tokens.
        let _ = std::fs::write("/proc/self/clear_refs", "5");
        let (before, start) = (memory("VmRSS:"), Instant::now());
        let (mut report, mut after, mut pages, mut owners) = (PolicyReport::default(), None, 0_u32, 0);
        let mut longest = Duration::ZERO;
        loop {
            let asked = Instant::now();
            let page = block_on(counterfoil.policy_report(&Presenter::host(), &new, after.as_ref(), PAGE));
            let page = page.expect("a page");
            longest = longest.max(asked.elapsed());
            owners += report.add(&page).len();
            pages += 1;
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let (took, counts, searched) = (start.elapsed(), report.counts(), report.searched());
        owners += report.finish().len();
        println!(
            "{existing:?}: {searched} records in {pages} pages, {:.2} s, longest page {:.1} ms; {} credentials of \
             {owners} owners; store {} MiB, peak of the report {} KiB more",
            took.as_secs_f64(),
            longest.as_secs_f64() * 1_000.0,
            counts.all(),
            before / 1_024,
            memory("VmHWM:").saturating_sub(before),
        );
    }
}
