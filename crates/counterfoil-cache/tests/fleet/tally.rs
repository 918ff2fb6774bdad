//! When a verification ended, by the clock with which the cache ended it.

use std::cell::Cell;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use counterfoil::store::{Look, Ticket, TokenRecord, VerificationReads};
use counterfoil::types::RecordId;
use counterfoil::{Account, Realm, SubjectId};
use counterfoil_cache::{AgeClock, AgeReading, SystemAge};

thread_local! {
    /// The wall clock of the last reading in this thread, in microseconds since 1970.
    static READING: Cell<u64> = const { Cell::new(0) };
    /// The reading of the check that ended the last verification in this thread.
    static ENDED: Cell<Option<u64>> = const { Cell::new(None) };
}

/// The clock of the system. It remembers the last reading of each thread.
#[derive(Debug)]
pub struct RememberedAge;

impl AgeClock for RememberedAge {
    fn read(&self) -> AgeReading {
        let reading = SystemAge.read();
        READING.set(micros(reading.wall));
        reading
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).expect("this century")
}

fn wall() -> u64 {
    micros(SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970"))
}

/// Forgets the last verification of this thread.
pub fn begin() {
    ENDED.set(None);
}

/// Returns when the verification of this thread ended, in microseconds since 1970. That is the clock of its last check.
/// A process can be suspended between the check and the return. If the verification ended without a check, the time is
/// now.
pub fn ended() -> u64 {
    ENDED.get().unwrap_or_else(wall)
}

/// A cache. It notes for each thread whether the last call was a check, and its time.
pub struct Noted<R>(pub R);

impl<R> Noted<R> {
    fn check(&self, ask: impl FnOnce(&R) -> bool) -> bool {
        ENDED.set(None);
        let holds = ask(&self.0);
        ENDED.set(holds.then(|| READING.get()));
        holds
    }

    fn read<T>(&self, call: impl FnOnce(&R) -> T) -> T {
        ENDED.set(None);
        call(&self.0)
    }
}

impl<R: VerificationReads> VerificationReads for Noted<R> {
    fn max_staleness(&self) -> Duration {
        self.0.max_staleness()
    }
    fn try_read(&self, id: &RecordId, look: &mut Look<'_>) -> Option<Ticket> {
        self.read(|reads| reads.try_read(id, look))
    }
    fn holds(&self, ticket: Ticket) -> bool {
        self.check(|reads| reads.holds(ticket))
    }
    fn start(&self) -> Ticket {
        self.read(R::start)
    }
    fn is_in_time(&self, started: Ticket) -> bool {
        self.check(|reads| reads.is_in_time(started))
    }
    fn begin(&self) -> Option<Ticket> {
        self.read(R::begin)
    }
    fn keep(&self, began: Ticket, record: TokenRecord) {
        self.read(|reads| reads.keep(began, record));
    }
    fn try_account(&self, realm: &Realm, subject: &SubjectId, look: &mut dyn FnMut(&Account)) -> Option<Ticket> {
        self.read(|reads| reads.try_account(realm, subject, look))
    }
    fn keep_account(&self, began: Ticket, realm: &Realm, account: &Account) {
        self.read(|reads| reads.keep_account(began, realm, account));
    }
}
