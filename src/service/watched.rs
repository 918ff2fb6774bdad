//! Watches the host's stores and directory. Failed calls are reported as events, even if the request still succeeds.

use std::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::Clock;
use crate::directory::DirectoryError;
use crate::event::sink::EventSink;
use crate::event::{Actor, Event, EventKind, Fault, Means};
use crate::store::error::StoreError;
use crate::types::ids::RecordId;
use crate::types::realm::Realm;
use crate::types::time::Timestamp;

/// The time after an event in which similar failures are counted but not reported. Failures are similar if the same
/// method failed with the same type of error.
const EVERY: Duration = Duration::from_secs(10);
/// The time without an outage failure after which the next successful call reports a recovery. An outage failure is a
/// call that failed because the store or the directory was unavailable.
const QUIET: Duration = Duration::from_secs(5);
/// The largest number of characters of an error's text in an event.
const LONGEST: usize = 500;

/// The clock and the sink with which failures are reported as events.
pub(crate) struct Watch {
    sink: Arc<dyn EventSink>,
    clock: Arc<dyn Clock>,
    realm: Realm,
}

impl Watch {
    pub(crate) fn new(realm: Realm, clock: Arc<dyn Clock>, sink: Arc<dyn EventSink>) -> Arc<Self> {
        Arc::new(Self { sink, clock, realm })
    }

    /// The instant that the clock shows, for the rate limit of an event.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(super) fn tell(&self, at: Timestamp, what: EventKind) {
        self.sink.tell(&Event { at, realm: self.realm.clone(), by: Actor::Host, source: None, kind: what });
    }
}

/// A store or a part of the directory whose failures are reported as events. `P` is the trait of the store, as in `dyn
/// TokenStore`. `forward.rs` gives this type the methods of the trait.
pub(crate) struct Watched<P: ?Sized> {
    pub(super) port: Arc<P>,
    health: Arc<Health>,
}

/// The failures of one store, or of the directory. All parts of the directory share one [`Health`].
struct Health {
    means: Means,
    watch: Arc<Watch>,
    /// Whether a call has failed since the last reported recovery, because the store or directory was unavailable. A
    /// successful call checks only this field.
    failing: AtomicBool,
    failures: Mutex<Failures>,
}

#[derive(Default)]
struct Failures {
    /// The last report for each pair of method and type of failure.
    reported: Vec<Reported>,
    count: u64,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
}

struct Reported {
    op: &'static str,
    fault: Fault,
    at: Timestamp,
    unsaid: u64,
}

impl<P: ?Sized> Watched<P> {
    pub(crate) fn new(means: Means, port: Arc<P>, watch: &Arc<Watch>) -> Self {
        let (watch, failures) = (Arc::clone(watch), Mutex::default());
        Self { port, health: Arc::new(Health { means, watch, failing: AtomicBool::new(false), failures }) }
    }

    /// Wraps another part of the same directory. Both parts share one [`Health`], so an outage of the directory is
    /// reported once.
    pub(crate) fn beside<Q: ?Sized>(&self, port: Arc<Q>) -> Watched<Q> {
        Watched { port, health: Arc::clone(&self.health) }
    }

    /// Whether a call has failed since the last reported recovery because the store or the directory was unavailable.
    #[inline]
    pub(super) fn is_failing(&self) -> bool {
        self.health.failing.load(Ordering::Relaxed)
    }

    /// Reports a failed call or a recovery, if necessary. Called with the result of every call before the caller gets
    /// this result.
    pub(super) fn heard<T, E: Failure>(&self, op: &'static str, answer: &Result<T, E>) {
        match answer {
            Ok(_) if self.health.failing.load(Ordering::Relaxed) => self.health.tell_recovery(),
            Ok(_) => {}
            Err(error) => self.health.tell_failure(op, error),
        }
    }
}

impl Health {
    fn failures(&self) -> MutexGuard<'_, Failures> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cold]
    fn tell_failure(&self, op: &'static str, error: &impl Failure) {
        let (now, fault) = (self.watch.clock.now(), error.fault());
        let unsaid = self.failures().note(op, fault, now);
        if fault == Fault::Unavailable {
            self.failing.store(true, Ordering::Relaxed);
        }
        if let Some(unsaid) = unsaid {
            let (means, id, cause) = (self.means, error.record(), cause(error.as_error()));
            self.watch.tell(now, EventKind::Failed { means, op, fault, id, cause, unsaid });
        }
    }

    #[cold]
    fn tell_recovery(&self) {
        let now = self.watch.clock.now();
        let Some((since, failures)) = self.failures().over(now) else { return };
        self.failing.store(false, Ordering::Relaxed);
        self.watch.tell(now, EventKind::Recovered { means: self.means, failures, since });
    }
}

impl Failures {
    /// Counts a failure. If an event must report this failure, returns how many similar failures were not reported
    /// since the last event. Otherwise returns `None`.
    fn note(&mut self, op: &'static str, fault: Fault, now: Timestamp) -> Option<u64> {
        if fault == Fault::Unavailable {
            self.count = self.count.saturating_add(1);
            self.first = self.first.or(Some(now));
            self.last = Some(now);
        }
        let Some(reported) = self.reported.iter_mut().find(|reported| reported.op == op && reported.fault == fault)
        else {
            self.reported.push(Reported { op, fault, at: now, unsaid: 0 });
            return Some(0);
        };
        // If the clock was set back, failures must still be reported.
        if now >= reported.at && reported.at.plus(EVERY).is_none_or(|again| now < again) {
            reported.unsaid = reported.unsaid.saturating_add(1);
            return None;
        }
        reported.at = now;
        Some(std::mem::take(&mut reported.unsaid))
    }

    /// If an outage has ended, returns when it began and how many calls failed because of it. An outage has ended if no
    /// call has found the store or the directory unavailable for [`QUIET`], or if the clock was set back.
    fn over(&mut self, now: Timestamp) -> Option<(Timestamp, u64)> {
        let quiet = self.last.is_none_or(|last| now < last || last.plus(QUIET).is_some_and(|quiet| now >= quiet));
        if !quiet {
            return None;
        }
        self.last = None;
        self.reported.retain(|reported| reported.fault != Fault::Unavailable);
        Some((self.first.take()?, std::mem::take(&mut self.count)))
    }
}

/// An error from a store or from the directory.
pub(super) trait Failure {
    fn as_error(&self) -> &(dyn Error + 'static);
    fn fault(&self) -> Fault;
    /// The id of the record whose row is corrupt. `None` if the error is of another kind, or if the id is unknown.
    fn record(&self) -> Option<RecordId>;
}

impl Failure for StoreError {
    fn as_error(&self) -> &(dyn Error + 'static) {
        self
    }

    fn fault(&self) -> Fault {
        match self {
            Self::Unavailable { .. } => Fault::Unavailable,
            Self::Corrupt { .. } => Fault::Corrupt,
            Self::Invalid { .. } => Fault::Invalid,
            Self::Unsupported { .. } => Fault::Unsupported,
        }
    }

    fn record(&self) -> Option<RecordId> {
        match self {
            Self::Corrupt { id, .. } => *id,
            _ => None,
        }
    }
}

impl Failure for DirectoryError {
    fn as_error(&self) -> &(dyn Error + 'static) {
        &**self
    }

    fn fault(&self) -> Fault {
        Fault::Unavailable
    }

    fn record(&self) -> Option<RecordId> {
        None
    }
}

/// Returns the text of the error and the texts of its sources, on one line.
fn cause(error: &(dyn Error + 'static)) -> String {
    let (mut text, mut next) = (error.to_string(), error.source());
    while let Some(source) = next {
        let said = source.to_string();
        // Many errors repeat the text of their source at the end of their own text.
        if !text.ends_with(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        next = source.source();
    }
    text.chars().take(LONGEST).map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}
