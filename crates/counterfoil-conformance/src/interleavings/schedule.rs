//! Runs two operations concurrently, with a given order of their backend calls.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use counterfoil::testing::{Listened, listen};

use super::gate::Gate;
use super::patience::{Patience, Waiting};
use crate::violation::Violation;

type Acting<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// How many waits of [`Patience`] in a row may end while no operation is paused before a backend call. After one more
/// such wait, the two operations are treated as deadlocked.
const NEVER: u32 = 5_000;

/// A moment at which both operations are paused before a backend call, so that one of them has to be chosen. It
/// contains the index of the chosen operation, and of the operation that ran before.
#[derive(Clone, Copy)]
pub(super) struct Choice {
    pub(super) chosen: usize,
    pub(super) before: Option<usize>,
}

impl Choice {
    /// Returns true if the choice interrupts the operation that ran before. This is so if the other of the two
    /// operations was chosen to run next.
    pub(super) fn stops_one(self) -> bool {
        self.before.is_some_and(|before| before != self.chosen)
    }
}

/// The result of running two operations under one schedule.
pub(super) struct Run<T> {
    pub(super) outcomes: [T; 2],
    pub(super) choices: Vec<Choice>,
    /// The number of backend calls that both operations made together.
    pub(super) calls: u32,
    /// How often a wait of [`Patience`] ended while at least one operation was neither done nor paused before a backend
    /// call.
    pub(super) waits: u32,
}

struct Actor<'a, T> {
    gate: Arc<Gate>,
    future: Listened<Acting<'a, T>>,
    outcome: Option<T>,
}

impl<'a, T> Actor<'a, T> {
    fn new(future: Acting<'a, T>) -> Self {
        let gate = Arc::new(Gate::default());
        let listener = Arc::clone(&gate);
        Self { gate, future: listen(listener, future), outcome: None }
    }

    fn is_ready(&self) -> bool {
        self.outcome.is_none() && self.gate.waits()
    }

    /// Polls the operation unless it is done or paused. Returns true if it is now done, or paused before a backend
    /// call.
    fn goes_on(&mut self, context: &mut Context<'_>) -> bool {
        if self.outcome.is_none()
            && !self.gate.waits()
            && let Poll::Ready(outcome) = Pin::new(&mut self.future).poll(context)
        {
            self.outcome = Some(outcome);
        }
        self.outcome.is_some() || self.gate.waits()
    }
}

/// Runs both operations to their end. Whenever both are paused before a backend call, the next item of `wanted` is the
/// index of the operation that continues. If `wanted` has no more items, the operation that ran last continues.
pub(super) async fn run<'a, T>(
    futures: [Acting<'a, T>; 2],
    wanted: &[usize],
    patience: &Patience,
) -> Result<Run<T>, Violation> {
    let mut actors = futures.map(Actor::new);
    let (mut choices, mut before, mut waits, mut stuck) = (Vec::<Choice>::new(), None, 0, 0);
    loop {
        let whole = settle(&mut actors, patience).await;
        waits += u32::from(!whole);
        let ready: Vec<usize> = (0..2).filter(|actor| actors[*actor].is_ready()).collect();
        let chosen = match *ready.as_slice() {
            [] if whole => break,
            [] => {
                stuck += 1;
                if stuck > NEVER {
                    return Err(Violation::new("an operation must end, but it waits for what never comes"));
                }
                continue;
            }
            [only] => only,
            _ => {
                let chosen = wanted.get(choices.len()).copied().or(before).unwrap_or(0);
                choices.push(Choice { chosen, before });
                chosen
            }
        };
        stuck = 0;
        before = Some(chosen);
        actors[chosen].gate.open();
    }
    let calls = actors.iter().map(|actor| actor.gate.reached()).sum();
    let outcomes = actors.map(|actor| actor.outcome.expect("an operation that is done"));
    Ok(Run { outcomes, choices, calls, waits })
}

/// Polls both operations until each is done or paused before a backend call, and returns true. If the time of
/// [`Patience`] is over before that, returns false.
async fn settle<T>(actors: &mut [Actor<'_, T>; 2], patience: &Patience) -> bool {
    let mut waiting: Option<Waiting<'_>> = None;
    poll_fn(|context| {
        let settled = actors.iter_mut().map(|actor| actor.goes_on(context)).fold(true, |all, one| all & one);
        if settled {
            return Poll::Ready(true);
        }
        let waiting = waiting.get_or_insert_with(|| patience.wait(context.waker()));
        if waiting.is_over() { Poll::Ready(false) } else { Poll::Pending }
    })
    .await
}
