//! The positive controls of the throttle's clauses: counters that break one promise each, and the check that must say
//! so.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use counterfoil::Timestamp;
use counterfoil::store::{Counter, Reserved, StoreError, Throttle, ThrottleKey, UNSETTLED};
use counterfoil_conformance::{SIBLING_CHECKS, SiblingFixture, Siblings};

/// What is done wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flaw {
    None,
    /// Reads, and writes later what it has decided before.
    ReservesByLookThenNote,
    /// The same in `failed`.
    FailsByLookThenWrite,
    /// The same in `release`.
    ReleasesByLookThenWrite,
    /// A purge looks, and removes later what stands there by then.
    PurgesByLookThenRemove,
    /// A lock in each handle.
    LocksInTheHandle,
    /// Each handle counts by itself.
    CountsByHandle,
    /// A release that finds no attempt makes room for one more.
    GoesBelowZero,
    /// As it was before there were settlements: an attempt under way is a failure.
    TakesUnderWayForFailed,
    /// A window begins when the attempt was noted.
    BeginsTheWindowTooEarly,
    /// A success counts too.
    CountsSuccesses,
    /// Each failure begins the window anew.
    ProlongsTheWindow,
    /// What nobody settled is forgotten.
    ForgetsTheUnsettled,
    /// What nobody settled is under way for ever.
    NeverGivesUp,
    /// A release gives back also what has long counted as failed.
    ReleasesTooLate,
    /// A refused attempt is noted.
    NotesTheRefused,
    /// An empty counter is kept.
    LeavesHusks,
    /// A purge takes what nobody has settled.
    PurgesTheUnsettled,
    /// A purge takes more than it was allowed.
    PurgesBeyondItsLimit,
    /// A window lasts as long as the clock says that was put back.
    WaitsForTheOldClock,
    /// Says so, but waits all the same.
    CapsTheAnswerAlone,
}

const CASES: &[(Flaw, &str)] = &[
    (Flaw::ReservesByLookThenNote, "reserve_never_passes_the_limit"),
    (Flaw::FailsByLookThenWrite, "reserve_never_passes_the_limit"),
    (Flaw::ReleasesByLookThenWrite, "reserve_never_passes_the_limit"),
    (Flaw::PurgesByLookThenRemove, "reserve_never_passes_the_limit"),
    (Flaw::LocksInTheHandle, "reserve_never_passes_the_limit"),
    (Flaw::CountsByHandle, "reserve_never_passes_the_limit"),
    (Flaw::GoesBelowZero, "reserve_never_passes_the_limit"),
    (Flaw::TakesUnderWayForFailed, "under_way_is_told_from_failed"),
    (Flaw::BeginsTheWindowTooEarly, "under_way_is_told_from_failed"),
    (Flaw::CountsSuccesses, "under_way_is_told_from_failed"),
    (Flaw::ProlongsTheWindow, "under_way_is_told_from_failed"),
    (Flaw::ForgetsTheUnsettled, "unsettled_counts_as_failed"),
    (Flaw::NeverGivesUp, "unsettled_counts_as_failed"),
    (Flaw::ReleasesTooLate, "unsettled_counts_as_failed"),
    (Flaw::NotesTheRefused, "refused_writes_nothing"),
    (Flaw::LeavesHusks, "refused_writes_nothing"),
    (Flaw::PurgesTheUnsettled, "refused_writes_nothing"),
    (Flaw::PurgesBeyondItsLimit, "refused_writes_nothing"),
    (Flaw::WaitsForTheOldClock, "no_wait_beyond_the_window"),
    (Flaw::CapsTheAnswerAlone, "no_wait_beyond_the_window"),
];

type Kept = Vec<(ThrottleKey, Counter)>;

/// Counters behind one mutex, right but for the flaw.
struct Broken {
    flaw: Flaw,
    kept: Arc<Mutex<Kept>>,
    /// Releases that found nothing.
    surplus: Mutex<u32>,
    /// What a handle locks that locks nobody else out.
    own: Mutex<()>,
}

impl Broken {
    fn new(flaw: Flaw, kept: Arc<Mutex<Kept>>) -> Self {
        Self { flaw, kept, surplus: Mutex::default(), own: Mutex::default() }
    }

    /// What makes a step one step, where `blind` is not the flaw.
    fn together(&self, blind: Flaw) -> Option<MutexGuard<'_, ()>> {
        let lock = if self.flaw == Flaw::LocksInTheHandle { &self.own } else { &WRITING };
        (self.flaw != blind).then(|| lock.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Lets the others go on where a step is none.
    fn dawdle(&self, blind: Flaw) {
        if [blind, Flaw::LocksInTheHandle].contains(&self.flaw) {
            std::thread::sleep(std::time::Duration::from_micros(20));
        }
    }

    fn with<T>(&self, step: impl FnOnce(&mut Kept) -> T) -> T {
        step(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn read(&self, key: &ThrottleKey, now: Timestamp) -> Counter {
        let found = self.with(|kept| kept.iter().find(|(of, _)| of == key).map(|(_, counter)| counter.clone()));
        let counter = found.unwrap_or_default();
        let under_way = counter.under_way().iter().copied();
        let under_way: Vec<Timestamp> = match self.flaw {
            Flaw::ForgetsTheUnsettled => under_way.filter(|at| now.since(*at) < UNSETTLED).collect(),
            Flaw::NeverGivesUp => under_way.map(|at| at.max(now.minus(Duration::from_secs(59)))).collect(),
            _ => return counter,
        };
        Counter::from_parts(counter.failures(), counter.ends_at(), under_way, counter.gone_at())
    }

    fn write(&self, key: &ThrottleKey, counter: Counter) {
        self.with(|kept| {
            kept.retain(|(of, _)| of != key);
            if !counter.is_empty() || self.flaw == Flaw::LeavesHusks {
                kept.push((*key, counter));
            }
        });
    }
}

fn with_failures(counter: &Counter, failures: u32, ends_at: Option<Timestamp>, under_way: Vec<Timestamp>) -> Counter {
    let gone_at = counter.gone_at().max(ends_at.unwrap_or(Timestamp::EPOCH));
    Counter::from_parts(failures, ends_at, under_way, gone_at)
}

#[async_trait]
impl Throttle for Broken {
    async fn reserve(
        &self,
        key: &ThrottleKey,
        now: Timestamp,
        window: Duration,
        limit: NonZeroU32,
    ) -> Result<Reserved, StoreError> {
        let surplus = *self.surplus.lock().unwrap_or_else(PoisonError::into_inner);
        let limit = limit.saturating_add(surplus);
        let _together = self.together(Flaw::ReservesByLookThenNote);
        let before = self.read(key, now);
        self.dawdle(Flaw::ReservesByLookThenNote);
        if let (Flaw::WaitsForTheOldClock | Flaw::CapsTheAnswerAlone, Some(end)) = (self.flaw, before.ends_at())
            && end > now.plus_capped(window)
            && before.failures() >= limit.get()
        {
            let until = if self.flaw == Flaw::CapsTheAnswerAlone { now.plus_capped(window) } else { end };
            return Ok(Reserved::Wait(until));
        }
        let mut counter = before.clone();
        let ahead = counter.lies_ahead(now, window);
        let mut answer = counter.reserve(now, window, limit);
        let granted = matches!(answer, Reserved::Granted(_));
        if self.flaw == Flaw::NotesTheRefused && !granted {
            let mut under_way = counter.under_way().to_vec();
            under_way.push(now);
            counter = with_failures(&counter, counter.failures(), counter.ends_at(), under_way);
        }
        if self.flaw == Flaw::TakesUnderWayForFailed && answer == Reserved::UnderWay {
            answer = Reserved::Wait(now.plus_capped(window));
        }
        if granted || ahead || self.flaw == Flaw::NotesTheRefused {
            self.write(key, counter);
        }
        Ok(answer)
    }

    async fn failed(
        &self,
        key: &ThrottleKey,
        reserved_at: Timestamp,
        now: Timestamp,
        window: Duration,
    ) -> Result<(), StoreError> {
        let _together = self.together(Flaw::FailsByLookThenWrite);
        let mut counter = self.read(key, now);
        self.dawdle(Flaw::FailsByLookThenWrite);
        let before = counter.failures();
        counter.failed(reserved_at, now, window);
        let begins = match self.flaw {
            Flaw::BeginsTheWindowTooEarly if before == 0 => Some(reserved_at),
            Flaw::ProlongsTheWindow => Some(now),
            _ => None,
        };
        if let Some(begins) = begins.filter(|_| counter.failures() > before) {
            let (end, under_way) = (begins.plus_capped(window), counter.under_way().to_vec());
            counter = with_failures(&counter, counter.failures(), Some(end), under_way);
        }
        self.write(key, counter);
        Ok(())
    }

    async fn release(
        &self,
        key: &ThrottleKey,
        reserved_at: Timestamp,
        now: Timestamp,
        window: Duration,
    ) -> Result<(), StoreError> {
        let _together = self.together(Flaw::ReleasesByLookThenWrite);
        let mut counter = self.read(key, now);
        self.dawdle(Flaw::ReleasesByLookThenWrite);
        let under_way = counter.under_way().len();
        match self.flaw {
            Flaw::CountsSuccesses => counter.failed(reserved_at, now, window),
            // As if no time had passed since.
            Flaw::ReleasesTooLate => counter.release(reserved_at, reserved_at, window),
            _ => counter.release(reserved_at, now, window),
        }
        if self.flaw == Flaw::GoesBelowZero && counter.under_way().len() == under_way {
            *self.surplus.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        }
        self.write(key, counter);
        Ok(())
    }

    async fn purge_counters(&self, now: Timestamp, limit: NonZeroU32) -> Result<u64, StoreError> {
        if self.flaw == Flaw::PurgesByLookThenRemove {
            let ended = self.with(|kept| {
                let ended = kept.iter().filter(|(_, counter)| now.reached(counter.gone_at()));
                ended.map(|(key, _)| *key).collect::<Vec<_>>()
            });
            self.dawdle(Flaw::PurgesByLookThenRemove);
            self.with(|kept| kept.retain(|(key, _)| !ended.contains(key)));
            return Ok(ended.len() as u64);
        }
        let mut gone = 0;
        let limit = if self.flaw == Flaw::PurgesBeyondItsLimit { u64::MAX } else { u64::from(limit.get()) };
        self.with(|kept| {
            kept.retain(|(_, counter)| {
                let early = self.flaw == Flaw::PurgesTheUnsettled && counter.failures() == 0;
                let goes = (early || now.reached(counter.gone_at())) && gone < limit;
                gone += u64::from(goes);
                !goes
            });
        });
        Ok(gone)
    }
}

/// Makes each step one step.
static WRITING: Mutex<()> = Mutex::new(());

struct Bench(Flaw);

#[async_trait]
impl SiblingFixture for Bench {
    type Database = Arc<Mutex<Kept>>;

    async fn create(&self) -> Arc<Mutex<Kept>> {
        Arc::default()
    }

    async fn throttle(&self, database: &Arc<Mutex<Kept>>) -> Option<Arc<dyn Throttle>> {
        let kept = if self.0 == Flaw::CountsByHandle { Arc::default() } else { Arc::clone(database) };
        Some(Arc::new(Broken::new(self.0, kept)))
    }
}

/// The checks of the counters that reject a flaw.
fn rejecting(flaw: Flaw) -> Vec<&'static str> {
    let siblings = Siblings::new(Bench(flaw));
    SIBLING_CHECKS.iter().filter(|check| check.run(&siblings).is_err()).map(|check| check.name).collect()
}

#[test]
fn every_broken_throttle_is_rejected_by_the_check_that_names_its_promise() {
    for (flaw, caught_by) in CASES {
        let caught = rejecting(*flaw);
        println!("{flaw:?} -> {caught_by} (all: {})", caught.join(", "));
        assert!(caught.contains(caught_by), "{flaw:?} must be rejected by {caught_by}, but was by {caught:?}");
    }
}

/// The control of the controls.
#[test]
fn the_throttle_without_a_flaw_passes() {
    assert_eq!(rejecting(Flaw::None), [""; 0]);
}
