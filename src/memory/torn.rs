//! Tests of a read during which a write happens, and of a read in the middle of a write. The store calls the test hook
//! `inside_step` in the middle of reads and writes. The tests run the other operation in this call.

use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;

use super::fixtures::*;
use super::store::MemoryStore;
use crate::record::token_record::TokenRecord;
use crate::store::backend_call::{BackendCalls, listen};
use crate::store::change::Rotated;
use crate::types::ids::RecordId;

/// Counts the calls of the hook from zero. Runs `act` in the call with the number `nth`.
struct At {
    nth: u32,
    reached: AtomicU32,
    act: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}

impl BackendCalls for At {
    fn poll_call(&self, _first: bool, _context: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }

    fn inside_step(&self) {
        if self.reached.fetch_add(1, Ordering::SeqCst) == self.nth {
            let act = self.act.lock().expect("not poisoned").take();
            act.into_iter().for_each(|act| act());
        }
    }
}

/// Runs `call`, during which the store calls the hook several times. Runs `act` in the call of the hook with the number
/// `nth`, counted from zero. Returns the result of `call`, and whether `act` was run.
fn with<T>(nth: u32, act: impl FnOnce() + Send + 'static, call: impl FnOnce() -> T) -> (T, bool) {
    let at = Arc::new(At { nth, reached: AtomicU32::new(0), act: Mutex::new(Some(Box::new(act))) });
    let listener: Arc<dyn BackendCalls> = Arc::clone(&at) as _;
    let mut running = listen(listener, Box::pin(async { call() }));
    let Poll::Ready(answer) = Pin::new(&mut running).poll(&mut Context::from_waker(Waker::noop())) else {
        unreachable!("nothing in memory waits")
    };
    let reached = at.act.lock().expect("not poisoned").is_none();
    (answer, reached)
}

/// Returns a function that runs `write` on another thread and waits until it has ended.
fn elsewhere(write: impl FnOnce() + Send + 'static) -> impl FnOnce() + Send + 'static {
    move || thread::spawn(write).join().expect("written")
}

/// Makes a store with one family and rotates the family once. The family then has two members. So it is stored in a row
/// of its own, and a reader reads two entries: the record and the row.
fn rotated_once() -> Arc<MemoryStore> {
    let store = Arc::new(MemoryStore::default());
    found(&store, 1);
    assert!(matches!(rotate(&store, 1, 0), Rotated::Done));
    store
}

/// The ways to read: `get`, and `try_read`.
const READERS: [fn(&MemoryStore, RecordId) -> Option<TokenRecord>; 2] =
    [get, |store, id| shown(store, id).expect("no write is in progress, so the record is shown")];

#[test]
fn a_read_into_which_a_rotation_falls_shows_the_record_after_it() {
    for reader in READERS {
        for nth in [0, 1] {
            let store = rotated_once();
            let inner = Arc::clone(&store);
            let act = elsewhere(move || assert!(matches!(rotate(&inner, 1, 1), Rotated::Done)));
            let (seen, reached) = with(nth, act, || reader(&store, id(1, 1)).expect("there"));
            assert!(reached);
            let superseded = seen.record().superseded.is_some();
            assert_eq!((superseded, seen.family().generation), (true, 2), "moment {nth}: never the old record alone");
        }
    }
}

#[test]
fn a_read_into_which_a_revocation_falls_shows_the_record_of_one_moment() {
    for reader in READERS {
        for (nth, is_revoked) in [(0, true), (1, false)] {
            let store = rotated_once();
            let inner = Arc::clone(&store);
            let act = elsewhere(move || assert!(revoke_family(&inner, 1, 60).changed > 0));
            let (seen, reached) = with(nth, act, || reader(&store, id(1, 1)).expect("there"));
            assert!(reached);
            assert_eq!(seen.revoked().is_some(), is_revoked, "the row was read after moment 0 and before moment 1");
            assert!(reader(&store, id(1, 1)).expect("there").revoked().is_some(), "revoke is final");
        }
    }
}

/// A rotation first writes its members, and then the row of their family. Until the row is written, a written member
/// contradicts the row. If `try_read` finds such a member, it must return `false`. It must not wait for the lock of the
/// writer: in this test, the thread that calls `try_read` holds that lock itself. A member that is not written yet may
/// be passed to the callback as it was before the rotation.
#[test]
fn in_the_middle_of_a_rotation_try_read_shows_nothing_or_the_record_before_it() {
    for nth in [0, 1] {
        let store = rotated_once();
        let (inner, seen) = (Arc::clone(&store), Arc::new(Mutex::new(Vec::new())));
        let kept = Arc::clone(&seen);
        let act = move || {
            for member in 0..=2 {
                kept.lock().expect("not poisoned").push(shown(&inner, id(1, member)));
            }
        };
        let (answer, reached) = with(nth, act, || rotate(&store, 1, 1));
        assert!(reached && matches!(answer, Rotated::Done));
        for (member, seen) in (0..).zip(std::mem::take(&mut *seen.lock().expect("not poisoned"))) {
            let Some(seen) = seen else { continue };
            let generations = seen.map(|seen| (seen.record().version, seen.family().generation));
            let before = (member < 2).then_some(1);
            assert_eq!(generations.map(|(_, family)| family), before, "moment {nth}, member {member}");
        }
        let after = shown(&store, id(1, 1)).flatten().expect("shown");
        assert!(after.record().superseded.is_some() && after.family().generation == 2);
    }
}
