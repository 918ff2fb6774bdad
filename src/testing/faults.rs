//! Decides which calls of a faulty store fail, and how.

use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

/// How a call of a faulty store fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Failure {
    /// The call is not executed. The error has `maybe_done` false.
    NotExecuted,
    /// The call is executed, but its result is lost. The error has `maybe_done` true.
    AnswerLost,
    /// The call waits until the plan is replaced, for example by [`Faults::heal`]. The call is then executed.
    Hangs,
}

/// A call of a method of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Call {
    /// The method's name, for example `insert`.
    pub method: &'static str,
    /// The number of calls since the plan was set, including this call.
    pub number: u64,
}

type Plan = Box<dyn Fn(Call) -> Option<Failure> + Send + Sync>;

/// The faults of a [`FaultyStore`](super::FaultyStore). All clones share one plan: give one clone to the store, and use
/// another clone to change the plan.
///
/// Each method that sets a plan replaces the previous plan and sets the count of calls to zero. Without a plan no call
/// fails.
///
/// ```
/// use counterfoil::memory::MemoryStore;
/// use counterfoil::store::{StoreError, TokenStore};
/// use counterfoil::testing::{Failure, Faults, FaultyStore};
///
/// # futures_executor::block_on(async {
/// let faults = Faults::default();
/// let store = FaultyStore::new(MemoryStore::default(), faults.clone());
/// assert!(store.census().await.is_ok());
/// faults.nth(2, Failure::NotExecuted);
/// assert!(store.census().await.is_ok());
/// assert!(matches!(store.census().await, Err(StoreError::Unavailable { maybe_done: false, .. })));
/// assert!(store.census().await.is_ok());
/// # });
/// ```
#[derive(Clone, Default)]
pub struct Faults(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    plan: Option<Plan>,
    calls: u64,
    /// The number of the current plan. A call that hangs waits until this number changes.
    turn: u64,
    waiting: Vec<Waker>,
}

impl Faults {
    /// Makes every call fail in the way that `failure` says.
    pub fn always(&self, failure: Failure) {
        self.plan(move |_| Some(failure));
    }

    /// Makes only one call fail: the call with the number `nth`, counted from now. The next call has the number 1.
    pub fn nth(&self, nth: u64, failure: Failure) {
        self.plan(move |call| (call.number == nth).then_some(failure));
    }

    /// Makes a call fail if its number, counted from now, is a multiple of `nth`. The next call has the number 1. If
    /// `nth` is 0, no call fails.
    pub fn every(&self, nth: u64, failure: Failure) {
        self.plan(move |call| (nth != 0 && call.number.is_multiple_of(nth)).then_some(failure));
    }

    /// Makes every call of that method fail. `method` is a name such as `rotate`.
    pub fn on(&self, method: &'static str, failure: Failure) {
        self.plan(move |call| (call.method == method).then_some(failure));
    }

    /// Sets a plan, which is a function that decides about each call. The plan must not use this [`Faults`] or a clone,
    /// because that causes a deadlock.
    pub fn plan(&self, plan: impl Fn(Call) -> Option<Failure> + Send + Sync + 'static) {
        self.replace(Some(Box::new(plan)));
    }

    /// Removes the plan. After that no call fails, and waiting calls are executed.
    pub fn heal(&self) {
        self.replace(None);
    }

    /// The number of calls since the current plan was set, or since the plan was removed.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.state().calls
    }

    /// Counts a call and returns how it fails, or `None` if it does not fail. If the plan says that the call hangs,
    /// this future waits until the plan is replaced, and then returns `None`.
    pub(super) async fn next(&self, method: &'static str) -> Option<Failure> {
        let (failure, turn) = {
            let mut state = self.state();
            state.calls = state.calls.saturating_add(1);
            let call = Call { method, number: state.calls };
            (state.plan.as_ref().and_then(|plan| plan(call)), state.turn)
        };
        if failure != Some(Failure::Hangs) {
            return failure;
        }
        poll_fn(|context| {
            let mut state = self.state();
            if state.turn != turn {
                return Poll::Ready(None);
            }
            if !state.waiting.iter().any(|waker| waker.will_wake(context.waker())) {
                state.waiting.push(context.waker().clone());
            }
            Poll::Pending
        })
        .await
    }

    fn replace(&self, plan: Option<Plan>) {
        let waiting = {
            let mut state = self.state();
            state.plan = plan;
            state.calls = 0;
            state.turn = state.turn.wrapping_add(1);
            std::mem::take(&mut state.waiting)
        };
        waiting.into_iter().for_each(Waker::wake);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Faults").field("calls", &self.calls()).finish_non_exhaustive()
    }
}
