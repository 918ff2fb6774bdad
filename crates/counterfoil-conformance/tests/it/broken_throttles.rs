//! Tests of the checks of `Throttle`, with throttles that violate one rule each. For each throttle, the test names the
//! check that must reject it.

use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::store::Throttle;
use counterfoil_conformance::{SIBLING_CHECKS, SiblingFixture, Siblings};

use crate::throttles::{BrokenThrottle, Counters, ThrottleFlaw, purges, races, reservations, settlements};

struct Case {
    name: &'static str,
    make: fn() -> Arc<dyn ThrottleFlaw>,
    caught_by: &'static str,
}

macro_rules! cases {
    ($($file:ident::$flaw:ident => $check:ident,)*) => {
        &[$(Case {
            name: stringify!($flaw),
            make: || Arc::<$file::$flaw>::default(),
            caught_by: stringify!($check),
        }),*]
    };
}

const CASES: &[Case] = cases! {
    races::ReservesByLookThenNote => reserve_never_passes_the_limit,
    races::FailsByLookThenWrite => reserve_never_passes_the_limit,
    races::ReleasesByLookThenWrite => reserve_never_passes_the_limit,
    races::PurgesByLookThenRemove => reserve_never_passes_the_limit,
    races::LocksInTheHandle => reserve_never_passes_the_limit,
    races::CountsByHandle => reserve_never_passes_the_limit,
    settlements::CountsTo255 => reserve_never_passes_the_limit,
    reservations::KeepsAttemptsTo255 => reserve_never_passes_the_limit,
    reservations::GoesBelowZero => reserve_never_passes_the_limit,
    reservations::TakesUnderWayForFailed => under_way_is_told_from_failed,
    settlements::BeginsTheWindowTooEarly => under_way_is_told_from_failed,
    settlements::CountsSuccesses => under_way_is_told_from_failed,
    settlements::ProlongsTheWindow => under_way_is_told_from_failed,
    reservations::ForgetsTheUnsettled => unsettled_counts_as_failed,
    reservations::NeverGivesUp => unsettled_counts_as_failed,
    settlements::ReleasesTooLate => unsettled_counts_as_failed,
    reservations::NotesTheRefused => refused_writes_nothing,
    settlements::LeavesHusks => refused_writes_nothing,
    purges::PurgesTheUnsettled => refused_writes_nothing,
    purges::PurgesBeyondItsLimit => refused_writes_nothing,
    reservations::WaitsForTheOldClock => no_wait_beyond_the_window,
    reservations::CapsTheAnswerAlone => no_wait_beyond_the_window,
};

/// A fixture for broken throttles. Each handle gets a flaw of its own from the function, so handles do not share the
/// state of a flaw.
struct Bench(fn() -> Arc<dyn ThrottleFlaw>);

#[async_trait]
impl SiblingFixture for Bench {
    type Database = Arc<Counters>;

    async fn create(&self) -> Arc<Counters> {
        Arc::default()
    }

    async fn throttle(&self, database: &Arc<Counters>) -> Option<Arc<dyn Throttle>> {
        Some(Arc::new(BrokenThrottle { inner: Arc::clone(database), flaw: (self.0)() }))
    }
}

/// The number of times that a check may run before it rejects a broken throttle. On a busy machine, a race does not
/// occur in each run.
const TRIES: u32 = 5;

#[test]
fn every_broken_throttle_is_rejected_by_the_check_that_names_its_promise() {
    for Case { name, make, caught_by } in CASES {
        let check = SIBLING_CHECKS.iter().find(|check| check.name == *caught_by).expect("a check of that name");
        let is_rejected = (0..TRIES).any(|_| check.run(&Siblings::new(Bench(*make))).is_err());
        assert!(is_rejected, "{name} must be rejected by {caught_by}");
    }
}

/// Runs 20 times, for each broken throttle, the check that must reject it.
#[test]
#[ignore = "takes minutes; run it after a change of the counts of a check"]
fn the_named_check_rejects_its_throttles_in_every_run() {
    for Case { name, make, caught_by } in CASES {
        let check = SIBLING_CHECKS.iter().find(|check| check.name == *caught_by).unwrap();
        let caught = (0..20).filter(|_| check.run(&Siblings::new(Bench(*make))).is_err()).count();
        println!("{name:26} {caught_by}: {caught} of 20");
        assert_eq!(caught, 20, "{name} must be rejected by {caught_by} in every run");
    }
}

/// Checks that a throttle without a flaw passes all checks. So if a check rejects a throttle of this file, the reason
/// is the flaw and not the fixture.
#[test]
fn the_throttle_without_a_flaw_passes() {
    struct Flawless;
    impl ThrottleFlaw for Flawless {}
    let siblings = Siblings::new(Bench(|| Arc::new(Flawless)));
    let rejecting: Vec<_> = SIBLING_CHECKS.iter().filter(|check| check.run(&siblings).is_err()).collect();
    assert!(rejecting.is_empty(), "{:?}", rejecting.iter().map(|check| check.name).collect::<Vec<_>>());
}
