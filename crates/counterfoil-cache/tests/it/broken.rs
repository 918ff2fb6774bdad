//! The model accepts the cache and refuses each broken one.

use std::sync::atomic::{AtomicU32, Ordering};

use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

use crate::flaws::Flaw;
use crate::model::{Model, events};

/// Runs random events on a cache with a flaw. Returns the shortest events that break the promise, and how many
/// verifications were accepted.
fn explore(flaw: Flaw, cases: u32) -> (Result<(), String>, u32) {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 0, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let accepted = AtomicU32::new(0);
    let explored = runner.run(&events(), |events| {
        let mut model = Model::new(flaw);
        let outcome = model.run(&events);
        accepted.fetch_add(model.accepted, Ordering::SeqCst);
        outcome.map_err(TestCaseError::fail)
    });
    let explored = explored.map_err(|error| match error {
        TestError::Fail(reason, _) => reason.to_string(),
        other => other.to_string(),
    });
    (explored, accepted.into_inner())
}

#[test]
fn fleet_1_no_interleaving_accepts_a_token_by_a_verification_that_ends_after_the_bound() {
    let (explored, accepted) = explore(Flaw::Nothing, 400);
    assert_eq!(explored, Ok(()));
    assert!(accepted > 400, "{accepted} verifications were accepted");
}

#[test]
fn each_broken_cache_is_found() {
    for flaw in [
        Flaw::NoLog,
        Flaw::DroppedStep,
        Flaw::PositionsOutOfOrder,
        Flaw::HiddenTrim,
        Flaw::FillAfterTheLog,
        Flaw::BoundFromTheEnd,
        Flaw::WallClockAlone,
        Flaw::StoppingClockAlone,
        Flaw::DatedByItsBeginning,
    ] {
        let (explored, _) = explore(flaw, 4_000);
        let found = explored.expect_err(&format!("{flaw:?} was not found"));
        assert!(found.contains("was accepted by version"), "{flaw:?}: {found}");
    }
}
