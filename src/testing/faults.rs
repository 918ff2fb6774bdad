//! Which calls of a faulty store fail, and how.

use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

/// How a call fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Failure {
    /// It is not executed. The error says so: `maybe_done` is false.
    NotExecuted,
    /// It is executed and its answer is lost: `maybe_done` is true.
    AnswerLost,
    /// It waits until the plan is replaced, for example by [`Faults::heal`], and is then executed.
    Hangs,
}

/// A call of a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Call {
    /// The method's name, for example `insert`.
    pub method: &'static str,
    /// How many calls there were since the plan was made, this one included.
    pub number: u64,
}

type Plan = Box<dyn Fn(Call) -> Option<Failure> + Send + Sync>;

/// The faults of a [`FaultyStore`](super::FaultyStore). Clones share one plan: keep one and give the store another.
///
/// Each method replaces the plan and starts counting calls anew. Without a plan no call fails.
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
    /// The number of the plan. Each new plan ends the wait of the calls that hang.
    turn: u64,
    waiting: Vec<Waker>,
}

impl Faults {
    /// Every call fails like this.
    pub fn always(&self, failure: Failure) {
        self.plan(move |_| Some(failure));
    }

    /// The `nth` call from now fails, counted from 1. `nth(1, …)` is the next one.
    pub fn nth(&self, nth: u64, failure: Failure) {
        self.plan(move |call| (call.number == nth).then_some(failure));
    }

    /// Every `nth` call from now fails. With 0 no call fails.
    pub fn every(&self, nth: u64, failure: Failure) {
        self.plan(move |call| (nth != 0 && call.number.is_multiple_of(nth)).then_some(failure));
    }

    /// Every call of that method fails, for example of `rotate`.
    pub fn on(&self, method: &'static str, failure: Failure) {
        self.plan(move |call| (call.method == method).then_some(failure));
    }

    /// Sets a plan, which decides for each call. It must not use this [`Faults`] or a clone: that deadlocks.
    pub fn plan(&self, plan: impl Fn(Call) -> Option<Failure> + Send + Sync + 'static) {
        self.replace(Some(Box::new(plan)));
    }

    /// Removes the plan: no call fails any more, and calls that hang are executed.
    pub fn heal(&self) {
        self.replace(None);
    }

    /// How many calls there were since the plan was made.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.state().calls
    }

    /// How the next call fails. If it hangs, waits until the plan is replaced, and then returns `None`.
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
