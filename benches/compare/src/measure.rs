//! Measures pairs of peers, and single peers with several callers.

use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::peer::Peer;

/// The minimum duration of a batch, which is a series of calls of one peer. This duration is shorter than the
/// scheduler's time slice, so most batches are not interrupted.
const SLOT: Duration = Duration::from_micros(200);

/// The number of batches of each peer in one round. Only the fastest batch of each peer is compared.
const BATCHES: usize = 12;

/// The number of rounds in which [`pair`] measures two peers.
pub(crate) const ROUNDS: usize = 31;

/// The number of rounds in which [`callers`] measures a peer. Each round tries every number of callers.
pub(crate) const CALLER_ROUNDS: usize = 15;

/// The approximate time for which each caller makes calls in one measurement.
const TURN: Duration = Duration::from_millis(8);

/// The number of measurements in one round for each number of callers. Only the fastest measurement is used, because
/// threads sometimes share a core while another core is idle.
const TURNS: usize = 3;

/// How many calls of a peer are made before each timed batch of this peer. These calls are not timed, and bring the
/// peer's data back into the caches.
#[derive(Clone, Copy)]
pub(crate) enum Warm {
    /// A quarter of the calls of a batch, as in the bench `authenticate`. This is enough if the other peer uses little
    /// memory.
    Briefly,
    /// Four times the calls of a batch. This is needed if one of the two peers empties the caches, as Argon2id does.
    /// With fewer calls, the other of the two peers would look slow.
    Fully,
}

/// Makes calls one after the other, each with the next credential. After the last credential, begins again with the
/// first.
struct Walk<'a, P> {
    peer: &'a P,
    at: usize,
}

impl<P: Peer> Walk<'_, P> {
    fn batch(&mut self, calls: usize) -> Duration {
        let began = Instant::now();
        for _ in 0..calls {
            let text = self.peer.text(self.at);
            self.at = if self.at + 1 == self.peer.count() { 0 } else { self.at + 1 };
            black_box(self.peer.accepts(black_box(text)));
        }
        began.elapsed()
    }

    /// Returns how many calls fill a batch.
    fn calls(&mut self) -> usize {
        let mut calls = 1;
        while self.batch(calls) < SLOT {
            calls *= 2;
        }
        calls
    }

    fn nanoseconds(&mut self, calls: usize, warm: Warm) -> f64 {
        // This batch is not timed. It replaces the other peer's data in the caches with the data of this peer.
        self.batch(match warm {
            Warm::Briefly => calls / 4,
            // If a single call takes at least as long as a batch, no other call is made before it.
            Warm::Fully if calls == 1 => 0,
            Warm::Fully => calls * 4,
        });
        self.batch(calls).as_secs_f64() * 1e9 / calls as f64
    }
}

/// Measures two peers in several rounds. Returns one item for each round: the nanoseconds of one call of `one`, and of
/// one call of `other`.
///
/// The speed of the machine varies, and other processes use its cores. Therefore each round alternates short batches of
/// the two peers, and takes the fastest batch of each.
pub(crate) fn pair(one: &impl Peer, other: &impl Peer, warm: Warm) -> Vec<[f64; 2]> {
    let mut one = Walk { peer: one, at: 0 };
    let mut other = Walk { peer: other, at: other.count() / 2 };
    one.batch(1_000.min(one.peer.count()));
    let calls = [one.calls(), other.calls()];
    let round = |_| {
        let mut fastest = [f64::INFINITY; 2];
        for _ in 0..BATCHES {
            fastest[0] = fastest[0].min(one.nanoseconds(calls[0], warm));
            fastest[1] = fastest[1].min(other.nanoseconds(calls[1], warm));
        }
        fastest
    };
    (0..ROUNDS).map(round).collect()
}

/// Which credentials the callers present.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Load {
    /// All callers present the same credential.
    One,
    /// Each caller goes through all credentials. The callers begin at different credentials.
    All,
}

/// Measures a peer with several callers at the same time. Returns one list for each round. The list has one value for
/// each number of callers in `numbers`: the nanoseconds until all callers have made all their calls, divided by the
/// number of these calls.
pub(crate) fn callers<P: Peer>(peer: &P, load: Load, numbers: &[usize]) -> Vec<Vec<f64>> {
    let calls = {
        let mut walk = Walk { peer, at: 0 };
        let calls = walk.calls();
        let took = walk.batch(calls).as_secs_f64() / calls as f64;
        ((TURN.as_secs_f64() / took) as usize).max(1)
    };
    let fastest =
        |&callers: &usize| (0..TURNS).map(|_| together(peer, load, callers, calls)).fold(f64::INFINITY, f64::min);
    let round = |_| numbers.iter().map(fastest).collect();
    (0..CALLER_ROUNDS).map(round).collect()
}

/// Waits until all callers have called this function. Does not sleep, because a woken thread may be put on a core that
/// is in use.
fn meet(arrived: &AtomicUsize, callers: usize) {
    arrived.fetch_add(1, Ordering::AcqRel);
    while arrived.load(Ordering::Acquire) < callers {
        std::thread::yield_now();
    }
}

fn together<P: Peer>(peer: &P, load: Load, callers: usize, calls: usize) -> f64 {
    let arrived = AtomicUsize::new(0);
    let run = |caller: usize| {
        let mut walk = Walk { peer, at: peer.count() / callers * caller };
        let hot = peer.text(0);
        let mut batch = |calls: usize| match load {
            Load::All => drop(walk.batch(calls)),
            Load::One => (0..calls).for_each(|_| {
                black_box(peer.accepts(black_box(hot)));
            }),
        };
        batch(calls / 8);
        meet(&arrived, callers);
        let began = Instant::now();
        batch(calls);
        (began, Instant::now())
    };
    let times: Vec<(Instant, Instant)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..callers)
            .map(|caller| {
                let run = &run;
                scope.spawn(move || run(caller))
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    let began = times.iter().map(|(began, _)| *began).min().expect("a caller");
    let ended = times.iter().map(|(_, ended)| *ended).max().expect("a caller");
    (ended - began).as_secs_f64() * 1e9 / (callers * calls) as f64
}
