//! Random interleavings of fills, changes, reads of the log, pauses and verifications, against a model that knows when
//! each change returned.

use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use counterfoil::Timestamp;
use counterfoil::memory::MemoryStore;
use counterfoil::store::{Applied, NarrowingLog, StoreError, Ticket, TokenRecord, TokenStore, VerificationReads};
use counterfoil::types::RecordId;
use counterfoil_cache::{CacheOptions, CachedReads};
use counterfoil_conformance::sample::{Person, describe_as};
use proptest::prelude::*;

use crate::flaws::{Flaw, FlawedAge, SlowLog};
use crate::world::{BOUND, DrivenAge, at_once, ms};

const TOKENS: usize = 3;

/// One thing that happens.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    FillBegins(usize),
    FillEnds,
    /// A change of the record, which returns at once.
    Change(usize),
    /// The read of the log goes on until it next waits. If none is under way, one begins.
    LogGoesOn,
    LogIsDropped,
    VerificationBegins(usize),
    VerificationEnds,
    Pass(u64),
    /// The machine is suspended: a clock that stops then does not show the time.
    Suspend(u64),
    /// The wall clock is set back.
    SetBack(u64),
    Trim,
}

pub(crate) fn events() -> impl Strategy<Value = Vec<Event>> {
    let token = || 0..TOKENS;
    let event = prop_oneof![
        6 => token().prop_map(Event::FillBegins),
        6 => Just(Event::FillEnds),
        4 => token().prop_map(Event::Change),
        14 => Just(Event::LogGoesOn),
        1 => Just(Event::LogIsDropped),
        8 => token().prop_map(Event::VerificationBegins),
        8 => Just(Event::VerificationEnds),
        6 => (1_u64..600).prop_map(Event::Pass),
        1 => (1_u64..2_000).prop_map(Event::Suspend),
        1 => (1_u64..5_000).prop_map(Event::SetBack),
        1 => Just(Event::Trim),
    ];
    prop::collection::vec(event, 10..120)
}

/// A verification under way: the ticket, the token, and the version that was shown.
struct Begun {
    ticket: Ticket,
    token: usize,
    version: usize,
    held: bool,
}

type Reading = Pin<Box<dyn Future<Output = Result<bool, StoreError>> + Send>>;

pub(crate) struct Model {
    flaw: Flaw,
    store: Arc<MemoryStore>,
    log: Arc<SlowLog>,
    cache: CachedReads<SlowLog>,
    age: DrivenAge,
    /// The time that has passed since the model was created. It includes suspensions and is never set back, unlike the
    /// clocks that the cache reads.
    now: Duration,
    ids: [RecordId; TOKENS],
    /// For each token, when each of its changes returned. The change with the index `v` ended version `v`.
    changed: [Vec<Duration>; TOKENS],
    fills: Vec<(Ticket, TokenRecord)>,
    verifications: Vec<Begun>,
    reading: Option<Reading>,
    /// How many verifications were accepted.
    pub(crate) accepted: u32,
}

impl Model {
    pub(crate) fn new(flaw: Flaw) -> Self {
        let (store, age) = (Arc::new(MemoryStore::default()), DrivenAge::default());
        let person = Person::new("default", "ann");
        let ids = [(); TOKENS].map(|()| at_once(person.pat().found(&*store)).expect("inserted"));
        let log = Arc::new(SlowLog { store: Arc::clone(&store), flaw, is_skipped: AtomicBool::new(false) });
        let clock = FlawedAge(age.clone(), flaw);
        let cache = CachedReads::with_clock(Arc::clone(&log), CacheOptions::default(), clock).expect("valid");
        let (fills, verifications) = (Vec::new(), Vec::new());
        let changed = [const { Vec::new() }; TOKENS];
        let (now, reading, accepted) = (Duration::ZERO, None, 0);
        let mut model =
            Self { flaw, store, log, cache, age, now, ids, changed, fills, verifications, reading, accepted };
        // The first read of the log, and a fill of each token.
        (0..3).for_each(|_| model.log_goes_on());
        assert!(model.reading.is_none(), "a read that finds nothing waits twice");
        for token in 0..TOKENS {
            let filled = model.happens(&Event::FillBegins(token)).and_then(|()| model.happens(&Event::FillEnds));
            assert_eq!(filled, Ok(()));
        }
        model
    }

    /// Lets all events happen.
    ///
    /// # Errors
    ///
    /// A verification that was accepted too late.
    pub(crate) fn run(&mut self, events: &[Event]) -> Result<(), String> {
        events.iter().try_for_each(|event| self.happens(event))
    }

    fn happens(&mut self, event: &Event) -> Result<(), String> {
        match *event {
            Event::FillBegins(token) => {
                let began = self.cache.begin();
                let record = at_once(self.store.get(&self.ids[token])).expect("in memory").expect("there");
                self.fills.extend(began.map(|began| (began, record)));
            }
            Event::FillEnds => {
                if let Some((began, record)) = self.fills.pop() {
                    let late = || self.cache.begin().unwrap_or(began);
                    let began = if self.flaw == Flaw::FillAfterTheLog { late() } else { began };
                    self.cache.keep(began, record);
                }
            }
            Event::Change(token) => self.change(token),
            Event::LogGoesOn => self.log_goes_on(),
            Event::LogIsDropped => self.reading = None,
            Event::VerificationBegins(token) => {
                let mut version = None;
                let mut look = |record: Option<counterfoil::store::RecordRef<'_>>| {
                    version = record.map(|record| record.version().number());
                };
                let ticket = self.cache.try_read(&self.ids[token], &mut look);
                if let (Some(ticket), Some(version)) = (ticket, version) {
                    let (version, held) = (usize::try_from(version).expect("small"), self.cache.holds(ticket));
                    self.verifications.push(Begun { ticket, token, version, held });
                }
            }
            Event::VerificationEnds => return self.verification_ends(),
            Event::Pass(milliseconds) => {
                self.now += ms(milliseconds);
                self.age.pass(ms(milliseconds));
            }
            Event::Suspend(milliseconds) => {
                self.now += ms(milliseconds);
                // The clock of the system does not stop. A flawed cache uses one that does.
                let running = if self.flaw == Flaw::StoppingClockAlone { 0 } else { milliseconds };
                self.age.change(|at| (at.running, at.wall) = (at.running + ms(running), at.wall + ms(milliseconds)));
            }
            Event::SetBack(milliseconds) => self.age.change(|at| at.wall = at.wall.saturating_sub(ms(milliseconds))),
            Event::Trim => {
                let _ = at_once(self.store.trim_narrowings(Timestamp::MAX, NonZeroU32::MAX)).expect("in memory");
            }
        }
        Ok(())
    }

    fn change(&mut self, token: usize) {
        let record = at_once(self.store.get(&self.ids[token])).expect("in memory").expect("there");
        let change = describe_as("narrowed");
        let applied = at_once(self.store.apply(&self.ids[token], record.record().version, &change, Timestamp::EPOCH));
        assert!(matches!(applied, Ok(Applied::Done(_))));
        self.changed[token].push(self.now);
    }

    fn log_goes_on(&mut self) {
        let mut reading = self.reading.take().unwrap_or_else(|| {
            let cache = self.cache.clone();
            Box::pin(async move { cache.refresh().await })
        });
        match reading.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => self.reading = Some(reading),
            Poll::Ready(read) => {
                assert!(read.expect("in memory"));
                drop(reading);
                if self.flaw == Flaw::BoundFromTheEnd {
                    self.log.is_skipped.store(true, Ordering::SeqCst);
                    assert!(at_once(self.cache.refresh()).expect("in memory"));
                    self.log.is_skipped.store(false, Ordering::SeqCst);
                }
            }
        }
    }

    fn verification_ends(&mut self) -> Result<(), String> {
        let Some(Begun { ticket, token, version, held }) = self.verifications.pop() else { return Ok(()) };
        let holds = if self.flaw == Flaw::DatedByItsBeginning { held } else { self.cache.holds(ticket) };
        if !holds {
            return Ok(());
        }
        self.accepted += 1;
        match self.changed[token].get(version) {
            Some(&changed) if self.now >= changed + BOUND => Err(format!(
                "token {token} was accepted by version {version} at {:?}, but a change returned at {changed:?}",
                self.now
            )),
            _ => Ok(()),
        }
    }
}
