//! Tests whether timing reveals secrets. It times every call that takes a secret from a caller, with the method of
//! dudect (Reparaz, Balasch, Verbauwhede, 2017).
//!
//! Each test times two classes of input in a random order and prints Welch's t of the two samples. A `|t|` above 10
//! means a leak. A `|t|` below 5 means that this number of samples shows no leak. The test `early_exit_control` is
//! different: it compares bytes and stops at the first difference, so its `|t|` must be above 10. If it is 10 or less,
//! the machine was too noisy, and the results of the other tests mean nothing.
//!
//! The bench uses the public API only. `verify` compares digests, so the bench cannot choose the first byte in which
//! the digest of a wrong secret differs. It can choose the first letter in which the text of the secret differs.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a bench measures, and one that cannot go on says so"
)]

#[allow(dead_code, reason = "shared with other benches")]
#[path = "authenticate/texts.rs"]
mod texts;

use std::future::Future;
use std::hint::black_box;
use std::num::NonZeroU32;
use std::pin::pin;
use std::sync::OnceLock;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use async_trait::async_trait;
use counterfoil::directory::{Accounts, DirectoryError, Login, Logins, ResolvedName, Search};
use counterfoil::memory::MemoryStore;
use counterfoil::policy::{Policy, SettingGate};
use counterfoil::store::Digest;
use counterfoil::{
    Account, Counterfoil, Lifetime, NewPersonalAccessToken, Presenter, Role, SubjectId, testing::SeededEntropy,
};
use dudect_bencher::ctbench::{BenchFn, BenchMetadata, BenchName, BenchOpts, run_benches_console};
use dudect_bencher::rand::RngExt as _;
use dudect_bencher::{BenchRng, Class, CtRunner};

use texts::{ID, LAST, SECRET, changed};

/// The number of samples for each test. `COUNTERFOIL_BENCH_SAMPLES` overrides it.
const SAMPLES: usize = 100_000;

fn samples() -> usize {
    std::env::var("COUNTERFOIL_BENCH_SAMPLES").ok().and_then(|text| text.parse().ok()).unwrap_or(SAMPLES)
}

struct OnePerson(Account);

#[async_trait]
impl Accounts for OnePerson {
    async fn account(&self, _subject: &SubjectId) -> Result<Option<Account>, DirectoryError> {
        Ok(Some(self.0.clone()))
    }

    async fn resolve(&self, name: &str) -> Result<ResolvedName, DirectoryError> {
        Ok(ResolvedName::new(name.to_lowercase()))
    }
}

#[async_trait]
impl Logins for OnePerson {
    async fn authenticate(&self, _login: &Login<'_>) -> Result<Option<Account>, DirectoryError> {
        Ok(None)
    }
}

#[async_trait]
impl Search for OnePerson {
    async fn find(&self, _text: &str, _limit: NonZeroU32) -> Result<Vec<Account>, DirectoryError> {
        Ok(Vec::new())
    }
}

fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("nothing in memory waits"),
    }
}

struct World {
    counterfoil: Counterfoil,
    /// The texts of a thousand tokens that exist in the store.
    tokens: Vec<String>,
}

fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| {
        let person = |at: usize| Account::new(SubjectId::new(&at.to_string()).expect("an id"), "Ivan", Role::Member);
        let mut policy = Policy::synergy();
        policy.personal_access_tokens.setting = SettingGate::DefaultOn;
        let counterfoil = Counterfoil::builder()
            .policy(policy)
            .entropy(SeededEntropy::new(1))
            .store(MemoryStore::default())
            .directory(OnePerson(person(0)))
            .events(counterfoil::event::NoSink)
            .build()
            .expect("a handle");
        let issue = |at: usize| {
            let new = NewPersonalAccessToken::new("bot", Lifetime::Days(90));
            let by = Presenter::signed_in(&person(at));
            let issued = ready(counterfoil.create_personal_access_token(&by, &new)).expect("issued");
            issued.token.expose_secret().to_owned()
        };
        let tokens = (0..1_000).map(issue).collect();
        World { counterfoil, tokens }
    })
}

/// Times `verify` with refused tokens. In one class of tokens, the letter at position `left` is changed. In the other
/// class, the letter at position `right` is changed. All texts are made before the first measurement.
fn refusals(runner: &mut CtRunner, rng: &mut BenchRng, left: usize, right: usize) {
    let world = world();
    let inputs: Vec<_> = (0..samples())
        .map(|_| {
            let token = &world.tokens[rng.random_range(0..world.tokens.len())];
            if rng.random() { (Class::Left, changed(token, left)) } else { (Class::Right, changed(token, right)) }
        })
        .collect();
    let verify = |text| ready(world.counterfoil.verify(black_box(text))).is_err();
    inputs.iter().for_each(|(class, text)| runner.run_one(*class, || verify(text)));
    let mut took = [const { Vec::new() }; 2];
    for (class, text) in &inputs {
        let began = Instant::now();
        black_box(verify(text));
        took[usize::from(matches!(class, Class::Right))].push(began.elapsed().as_nanos());
    }
    let [left, right] = took.map(|mut took| {
        took.sort_unstable();
        took[took.len() / 2]
    });
    println!("medians: {left} ns, {right} ns");
}

fn verify_wrong_at_first_or_last_letter(runner: &mut CtRunner, rng: &mut BenchRng) {
    refusals(runner, rng, SECRET, LAST);
}

fn verify_unknown_id_or_wrong_secret(runner: &mut CtRunner, rng: &mut BenchRng) {
    refusals(runner, rng, ID, SECRET);
}

/// Makes random pairs of digests. Each pair belongs to the class `Left` or the class `Right`. In the pairs of the class
/// `Left`, the two digests differ only in the byte at the position `left`. In the pairs of the class `Right`, they
/// differ only in the byte at the position `right`. If the position of a class is `None`, its pairs have equal digests.
fn pairs(rng: &mut BenchRng, left: Option<usize>, right: Option<usize>) -> Vec<(Class, [u8; 32], [u8; 32])> {
    (0..samples())
        .map(|_| {
            let one: [u8; 32] = rng.random();
            let (class, at) = if rng.random() { (Class::Left, left) } else { (Class::Right, right) };
            let mut other = one;
            other.iter_mut().enumerate().filter(|(place, _)| Some(*place) == at).for_each(|(_, byte)| *byte ^= 1);
            (class, one, other)
        })
        .collect()
}

fn compare(runner: &mut CtRunner, rng: &mut BenchRng, left: Option<usize>, right: Option<usize>) {
    for (class, one, other) in pairs(rng, left, right) {
        let (one, other) = (Digest::from_bytes(one), Digest::from_bytes(other));
        // Many comparisons are timed together, because one comparison takes less time than the clock can measure.
        runner.run_one(class, || (0..50).fold(false, |any, _| any | black_box(&one).ct_eq(black_box(&other))));
    }
}

fn digest_equal_or_wrong_at_first_byte(runner: &mut CtRunner, rng: &mut BenchRng) {
    compare(runner, rng, None, Some(0));
}

fn digest_wrong_at_first_or_last_byte(runner: &mut CtRunner, rng: &mut BenchRng) {
    compare(runner, rng, Some(0), Some(31));
}

fn early_exit_control(runner: &mut CtRunner, rng: &mut BenchRng) {
    let equal = |one: &[u8; 32], other: &[u8; 32]| one.iter().zip(other).all(|(a, b)| black_box(a) == black_box(b));
    for (class, one, other) in pairs(rng, Some(0), Some(31)) {
        runner.run_one(class, || (0..50).fold(false, |any, _| any | equal(black_box(&one), black_box(&other))));
    }
}

pub(crate) fn main() {
    // Cargo passes a flag to every bench. The first argument that is not a flag selects the tests whose names contain
    // it.
    let filter = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let benches = [
        ("early_exit_control", early_exit_control as BenchFn),
        ("digest_equal_or_wrong_at_first_byte", digest_equal_or_wrong_at_first_byte),
        ("digest_wrong_at_first_or_last_byte", digest_wrong_at_first_or_last_byte),
        ("verify_wrong_at_first_or_last_letter", verify_wrong_at_first_or_last_letter),
        ("verify_unknown_id_or_wrong_secret", verify_unknown_id_or_wrong_secret),
    ];
    let benches = benches.map(|(name, benchfn)| BenchMetadata { name: BenchName(name), seed: None, benchfn });
    run_benches_console(BenchOpts { filter, ..BenchOpts::default() }, benches.into()).expect("it prints");
}
