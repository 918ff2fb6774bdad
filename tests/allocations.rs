//! Counts the allocations of accepted and of refused verifications. The count is exact, while a measured time is not.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on says so")]

#[allow(dead_code, reason = "shared with benches")]
#[path = "../benches/authenticate/texts.rs"]
mod texts;

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use counterfoil::http_auth::Refusal;
use counterfoil::memory::{MemoryDirectory, MemoryStore};
use counterfoil::policy::{Policy, SettingGate};
use counterfoil::testing::{ManualClock, SeededEntropy};
use counterfoil::types::Source;
use counterfoil::{
    Account, Counterfoil, Denied, Lifetime, NewPersonalAccessToken, Presenter, Role, SubjectId, Timestamp,
};
use counterfoil_testkit::{CountingAllocator, allocations};

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

fn ready<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("nothing in memory waits"),
    }
}

/// A service, and the text of a token that it accepts.
fn service() -> (Counterfoil, String) {
    let directory = MemoryDirectory::default();
    let subject = SubjectId::new("0191d3b6-7f2e-7c4a-9b1d-5e8f6a7c9d02").expect("an id");
    // An account's extension is shared, so it needs no allocation.
    let ivan = Account::new(subject, "Ivan", Role::Member).with_extension(Arc::new("a row"));
    directory.insert(ivan.clone(), &["ivan"], "blabla");
    let mut policy = Policy::synergy();
    policy.personal_access_tokens.setting = SettingGate::DefaultOn;
    let counterfoil = Counterfoil::builder()
        .policy(policy)
        .clock(ManualClock::at(Timestamp::from_micros(1_800_000_000_000_000).expect("a time")))
        .entropy(SeededEntropy::new(1))
        .store(MemoryStore::default())
        .directory(directory)
        .events(counterfoil::event::NoSink)
        .build()
        .expect("a handle");
    let new = NewPersonalAccessToken::new("deploy to staging", Lifetime::Days(90));
    let issued = ready(counterfoil.create_personal_access_token(&Presenter::signed_in(&ivan), &new)).expect("issued");
    (counterfoil, issued.token.expose_secret().to_owned())
}

#[test]
fn a_hot_verification_allocates_nothing() {
    let (counterfoil, token) = service();
    let token = token.as_str();
    let principal = ready(counterfoil.verify(token)).expect("cold: reads the settings, notes the first use");
    assert_eq!(principal.extension::<&str>(), Some(&"a row"));
    for _ in 0..100 {
        // `try_read` passes the record and `try_account` passes the account to a callback, so no future is boxed and
        // nothing is copied to the heap.
        assert_eq!(allocations(|| ready(counterfoil.verify(token)).expect("verified")), 0);
    }
    let source: Source = "203.0.113.7".parse().expect("a source");
    let from_there = || ready(counterfoil.from_source(&source).verify(token)).expect("verified");
    assert_eq!(allocations(from_there), 0, "a principal shares the name of its source");
}

#[test]
fn a_refused_verification_allocates_nothing() {
    let (counterfoil, token) = service();
    let refused = [
        ("a wrong secret", texts::wrong_secret(&token), Refusal::WrongSecret),
        ("an unknown id", texts::unknown_id(&token), Refusal::Unknown),
        ("what is malformed gets no further than the parser", texts::malformed(&token), Refusal::Malformed),
    ];
    for (name, text, reason) in refused {
        let denied = ready(counterfoil.verify(&text)).expect_err("cold: names the event for its count");
        assert!(matches!(&denied, Denied::Refused(refusal) if *refusal == reason), "{name}: {denied:?}");
        for _ in 0..100 {
            let allocated = allocations(|| ready(counterfoil.verify(&text)).expect_err("refused"));
            assert_eq!(allocated, 0, "{name}");
        }
    }
}
