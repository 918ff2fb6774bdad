//! Verifications that are paused between a read and their end.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use counterfoil::Denied;
use counterfoil::http_auth::Refusal;
use counterfoil::store::{Look, Ticket, TokenRecord, VerificationReads};
use counterfoil::types::RecordId;
use counterfoil_cache::{CacheOptions, CachedReads};

use crate::world::{BOUND, DrivenAge, Store, World, at_once, ms};

/// What happens in a pause.
type Pause = Arc<Mutex<Box<dyn FnMut() + Send>>>;

/// Makes a pause after each read from memory, and after each read of a live record from the store.
struct Paused(CachedReads<Store>, Pause);

impl Paused {
    fn pause(&self) {
        (self.1.lock().unwrap_or_else(PoisonError::into_inner))();
    }
}

impl VerificationReads for Paused {
    fn max_staleness(&self) -> Duration {
        self.0.max_staleness()
    }
    fn try_read(&self, id: &RecordId, look: &mut Look<'_>) -> Option<Ticket> {
        let ticket = self.0.try_read(id, look)?;
        self.pause();
        Some(ticket)
    }
    fn holds(&self, ticket: Ticket) -> bool {
        self.0.holds(ticket)
    }
    fn start(&self) -> Ticket {
        self.0.start()
    }
    fn is_in_time(&self, started: Ticket) -> bool {
        self.0.is_in_time(started)
    }
    fn begin(&self) -> Option<Ticket> {
        self.0.begin()
    }
    fn keep(&self, began: Ticket, record: TokenRecord) {
        self.0.keep(began, record);
        self.pause();
    }
}

fn world() -> (World, Pause) {
    let (age, pause): (_, Pause) = (DrivenAge::default(), Arc::new(Mutex::new(Box::new(|| {}))));
    let during = Arc::clone(&pause);
    let paused = |cache| Paused(cache, during);
    (World::with_age(age, CacheOptions::default(), paused, |builder| builder), pause)
}

fn set(pause: &Pause, during: impl FnMut() + Send + 'static) {
    *pause.lock().expect("not poisoned") = Box::new(during);
}

#[test]
fn fleet_1_a_paused_verification_from_memory_is_dated_by_its_end() {
    let (world, pause) = world();
    let token = world.token();
    let text = token.token.expose_secret();
    world.warm(text);
    at_once(world.service.revoke_family_of(&token.view.id)).expect("revoked");
    assert!(world.is_answered_from_memory(text));
    let age = world.age.clone();
    set(&pause, move || age.pass(BOUND));
    assert!(world.verify(text).is_err(), "it read the record in time, and ended too late");
}

#[test]
fn fleet_1_a_verification_with_the_store_that_was_paused_is_repeated() {
    let (world, pause) = world();
    let token = world.token();
    let text = token.token.expose_secret();
    let (age, service, id) = (world.age.clone(), (*world.service).clone(), token.view.id);
    set(&pause, move || {
        at_once(service.revoke_family_of(&id)).expect("an answer");
        age.pass(BOUND);
    });
    world.gets();
    assert!(matches!(world.verify(text), Err(Denied::Refused(Refusal::Revoked { .. }))), "revoked in the pause");
    assert_eq!(world.gets(), 3, "two by the verification, and one by the revocation");
}

#[test]
fn fleet_1_a_verification_with_the_store_takes_less_than_the_bound_or_is_repeated_once() {
    let cases = [(vec![BOUND - ms(1)], 1, true), (vec![BOUND], 2, true), (vec![BOUND, BOUND], 2, false)];
    for (pauses, reads, accepts) in cases {
        let world = World::new();
        let token = world.token();
        // The log is not read: a verification with the store does not need it.
        world.age.pass(BOUND);
        let (age, count, mut left) = (world.age.clone(), Arc::new(AtomicU64::new(0)), pauses.into_iter());
        let (gets, left) = (Arc::clone(&count), Mutex::new(move || left.next().unwrap_or_default()));
        world.store.faults().plan(move |call| {
            if call.method == "get" {
                gets.fetch_add(1, Ordering::SeqCst);
                age.pass((left.lock().expect("not poisoned"))());
            }
            None
        });
        match world.verify(token.token.expose_secret()) {
            Ok(_) => assert!(accepts),
            Err(Denied::Unavailable(_)) => assert!(!accepts, "no refusal, because the token is valid"),
            Err(error) => panic!("{error}"),
        }
        assert_eq!(count.load(Ordering::SeqCst), reads);
    }
}
