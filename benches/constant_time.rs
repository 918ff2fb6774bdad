//! Compares the costs of four calls of `Counterfoil::verify`:
//!
//! - The credential is accepted.
//! - It is refused because the stored digest differs in its first byte.
//! - It is refused because the stored digest differs in its last byte.
//! - It is refused because its id is unknown.
//!
//! Criterion measures each of the four calls by itself. The printed ratios come from other, paired measurements,
//! because the speed of the machine varies: each round alternates short batches of the four calls, and compares the
//! fastest batch of each. The bench prints the median of the rounds' ratios, and their quartiles. The two mismatches
//! must cost the same. An accepted call does more: it reads the account from the directory and creates the principal.
//!
//! A ratio of times shows large differences only. The bench `dudect` tests for small differences, and
//! `.ci/instructions` compares the number of instructions for a mismatch at each byte.
//!
//! `COUNTERFOIL_BENCH_ROUNDS=31` sets the number of rounds.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a bench measures, and one that cannot go on says so"
)]

#[allow(dead_code, reason = "shared with other benches")]
#[path = "authenticate/host.rs"]
mod host;

use std::hint::black_box;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use counterfoil::Counterfoil;
use counterfoil::memory::MemoryStore;
use counterfoil::store::{Digest, Restored, Transfer as _, WholeFamily};
use criterion::Criterion;

use host::{Tokens, ready};

/// The number of tokens. Each of them has a record in three stores: with its own digest, with a digest that differs in
/// the first byte, and with a digest that differs in the last byte.
const TOKENS: usize = 1_000;

/// The largest number of families in a page. It is larger than the number of families, so one page contains all of
/// them.
const PAGE: NonZeroU32 = NonZeroU32::new(10_000).expect("not zero");

/// The minimum duration of a batch.
const SLOT: Duration = Duration::from_micros(200);

/// The number of batches of each call in one round. Only the fastest batch is compared.
const BATCHES: usize = 12;

/// One of the four compared calls: a service, the tokens that it verifies, and whether it accepts them.
struct Case<'a> {
    name: &'static str,
    counterfoil: Counterfoil,
    tokens: &'a Tokens,
    accepts: bool,
}

impl Case<'_> {
    fn verify(&self, text: &str) -> bool {
        ready(self.counterfoil.verify(black_box(text))).is_ok()
    }

    /// Returns how long `calls` calls take together.
    fn batch(&self, calls: usize) -> Duration {
        let mut walk = self.tokens.walk(0);
        let began = Instant::now();
        walk.by_ref().take(calls).for_each(|text| drop(black_box(ready(self.counterfoil.verify(black_box(text))))));
        began.elapsed()
    }
}

fn service(store: Arc<MemoryStore>) -> Counterfoil {
    host::host(TOKENS).store(store).build().expect("a handle")
}

/// Returns a new store with copies of the families. In each copied digest, the byte at position `at` is changed.
fn with_byte_changed(families: &[WholeFamily], at: usize) -> Arc<MemoryStore> {
    let store = Arc::<MemoryStore>::default();
    for family in families {
        let mut members = family.members().to_vec();
        for member in &mut members {
            let mut digest = *member.digest.as_bytes();
            digest[at] ^= 0x01;
            member.digest = Digest::from_bytes(digest);
        }
        let changed = WholeFamily::new(family.family().clone(), members).expect("a family");
        assert_eq!(ready(store.restore(&changed)).expect("restored"), Restored::Done);
    }
    store
}

fn families(store: &MemoryStore) -> Vec<WholeFamily> {
    let page = ready(store.families(None, PAGE)).expect("a page");
    assert!(page.next.is_none(), "one page has all");
    page.items.iter().map(|id| ready(store.family(id)).expect("read").expect("a family")).collect()
}

/// Returns the nanoseconds of one call of each case, for each round.
fn rounds(cases: &[Case<'_>]) -> Vec<Vec<f64>> {
    let calls: Vec<usize> = cases
        .iter()
        .map(|case| {
            let mut calls = 100;
            while case.batch(calls) < SLOT {
                calls *= 2;
            }
            calls
        })
        .collect();
    let rounds = std::env::var("COUNTERFOIL_BENCH_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(31);
    let round = |_| {
        let mut fastest = vec![f64::INFINITY; cases.len()];
        for _ in 0..BATCHES {
            for (at, case) in cases.iter().enumerate() {
                // The time of this batch is not used. The batch brings the data of this case into the caches.
                case.batch(calls[at] / 4);
                fastest[at] = fastest[at].min(case.batch(calls[at]).as_secs_f64() * 1e9 / calls[at] as f64);
            }
        }
        fastest
    };
    (0..rounds).map(round).collect()
}

fn print_ratios(cases: &[Case<'_>]) {
    let rounds = rounds(cases);
    // All costs are divided by that of the case at index 1, the mismatch at the first byte.
    let base = 1;
    println!("constant_time: the cost of a call, divided by that of `{}`", cases[base].name);
    for (at, case) in cases.iter().enumerate() {
        let mut ratios: Vec<f64> = rounds.iter().map(|round| round[at] / round[base]).collect();
        ratios.sort_by(f64::total_cmp);
        let [low, median, high] = [1, 2, 3].map(|quarter| ratios[ratios.len() * quarter / 4]);
        println!("  {:<24} {median:.3} (quartiles {low:.3} to {high:.3})", case.name);
    }
}

fn main() {
    let store = Arc::<MemoryStore>::default();
    let issuer = service(Arc::clone(&store));
    let mut tokens = Tokens::with_room_for(TOKENS);
    host::issue(&issuer, TOKENS, &mut tokens);
    let families = families(&store);
    // These tokens are issued with another seed, so their ids are not in the store. They are verified with the store of
    // the accepted tokens, which has as many records as the stores for the mismatches.
    let mut unknown = Tokens::with_room_for(TOKENS);
    let stranger = host::host(TOKENS + 1).build().expect("a handle");
    host::issue(&stranger, TOKENS, &mut unknown);
    for tokens in [&mut tokens, &mut unknown] {
        tokens.shuffle();
    }
    let cases = [
        Case { name: "accepted", counterfoil: issuer, tokens: &tokens, accepts: true },
        Case {
            name: "mismatch, first byte",
            counterfoil: service(with_byte_changed(&families, 0)),
            tokens: &tokens,
            accepts: false,
        },
        Case {
            name: "mismatch, last byte",
            counterfoil: service(with_byte_changed(&families, 31)),
            tokens: &tokens,
            accepts: false,
        },
        Case { name: "unknown id", counterfoil: service(Arc::clone(&store)), tokens: &unknown, accepts: false },
    ];
    for case in &cases {
        assert!(case.tokens.walk(0).take(TOKENS).all(|text| case.verify(text) == case.accepts), "{}", case.name);
    }
    let mut criterion = Criterion::default().configure_from_args().sample_size(50);
    let mut group = criterion.benchmark_group("constant_time");
    for case in &cases {
        let mut walk = case.tokens.walk(0);
        group.bench_function(case.name, |bench| bench.iter(|| case.verify(walk.next().unwrap_or_default())));
    }
    group.finish();
    print_ratios(&cases);
    criterion.final_summary();
}
