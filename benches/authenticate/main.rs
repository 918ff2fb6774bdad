//! Compares the cost of `Counterfoil::verify` with the lowest possible cost of the same work.
//!
//! The lowest possible cost is called the floor. It is the cost of a hand-written version of the work of `verify`:
//! check the prefix and the checksum, decode the id, hash one block with SHA-256, look up a flat table, compare in
//! constant time, check expiry and revocation, read the clock, and look up a flat table of accounts. Both versions read
//! the clock with `SystemTime`, because safe code cannot read a coarse clock. Safe code cannot request huge pages or
//! give prefetch hints either. Instead the floor reads the table before it hashes, so that the processor waits for
//! memory during the hashing.
//!
//! "Ours" is `Counterfoil::verify` with a `MemoryStore` used as `dyn TokenStore`, and a directory used as
//! `dyn Directory`. The directory copies an account from a flat table. Every host's directory must do at least this
//! work, so its cost is part of "ours".
//!
//! The speed of the machine varies, and other processes use its cores. Therefore each round alternates short batches of
//! the floor and of "ours", and compares the fastest batch of each. The bench prints the median of the rounds' ratios.
//!
//! `COUNTERFOIL_BENCH_SIZES=1000,100000` limits the sizes. `COUNTERFOIL_BENCH_ROUNDS=31` sets the number of rounds.
//! With `COUNTERFOIL_BENCH_DETAIL=1` the bench also prints nanoseconds.

#![allow(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a bench measures, and one that cannot go on says so"
)]

mod floor;
mod host;

use std::hint::black_box;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use counterfoil::Counterfoil;

use floor::Floor;
use host::{Tokens, ready};

const SIZES: [usize; 3] = [1_000_000, 100_000, 1_000];

/// The minimum duration of a batch. It is shorter than the scheduler's time slice, so most batches are not interrupted.
const SLOT: Duration = Duration::from_micros(200);

/// The number of batches that one round measures of each kind of call: the cheapest possible call ("floor") and the
/// call of the library ("ours"). Only the fastest batch of each kind is compared.
const BATCHES: usize = 12;

fn main() {
    let sizes = std::env::var("COUNTERFOIL_BENCH_SIZES").ok();
    let sizes = sizes.map(|text| text.split(',').filter_map(|size| size.trim().parse().ok()).collect());
    let sizes: Vec<usize> = sizes.unwrap_or(SIZES.to_vec());
    for (at, &size) in sizes.iter().enumerate() {
        // The largest size runs first, because the heap is still fresh. Only on a fresh heap does the growth of the
        // process equal the memory of the records.
        at_size(size, at == 0);
    }
}

fn at_size(size: usize, fresh_heap: bool) {
    let mut tokens = Tokens::with_room_for(size);
    let before = host::resident();
    let ours = host::host(size).build().expect("a handle");
    host::issue(&ours, size, &mut tokens);
    if fresh_heap {
        let grown = host::resident().saturating_sub(before);
        println!("bytes a record at {}: {}", name(size), grown / size);
    }
    tokens.shuffle();
    let floor = Floor::of(&tokens);
    report("authenticate/floor", size, &compare(&floor, &tokens, &ours));
    if size == 1_000 {
        println!("hot credential, 2 threads/1 thread: {:.2}", hot(&ours, tokens.get(0)));
    }
    drop(ours);
    let ring = counterfoil::KeyRing::generate_from_system().expect("the system's entropy");
    let ours = host::host(size).key_ring(ring).build().expect("a handle");
    let mut tokens = Tokens::with_room_for(size);
    host::issue(&ours, size, &mut tokens);
    tokens.shuffle();
    let floor = Floor::of(&tokens);
    report("authenticate/floor with a key ring", size, &compare(&floor, &tokens, &ours));
}

fn report(what: &str, size: usize, rounds: &[[f64; 2]]) {
    let median = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        (values[values.len() / 4], values[values.len() / 2], values[values.len() * 3 / 4])
    };
    let (low, ratio, high) = median(rounds.iter().map(|[floor, ours]| ours / floor).collect());
    println!("{what} at {} records: {ratio:.2}", name(size));
    if std::env::var_os("COUNTERFOIL_BENCH_DETAIL").is_some() {
        let (_, floor, _) = median(rounds.iter().map(|round| round[0]).collect());
        let (_, ours, _) = median(rounds.iter().map(|round| round[1]).collect());
        println!("  quartiles {low:.2} to {high:.2}; floor {floor:.0} ns, ours {ours:.0} ns");
    }
}

fn name(size: usize) -> String {
    match size {
        1_000_000 => "1 million".into(),
        _ if size.is_multiple_of(1_000) => format!("{}k", size / 1_000),
        _ => size.to_string(),
    }
}

/// Returns two durations for each round, in nanoseconds: that of one call of the floor, and that of one call of "ours".
fn compare(floor: &Floor, tokens: &Tokens, ours: &Counterfoil) -> Vec<[f64; 2]> {
    let mut walk = [tokens.walk(0), tokens.walk(1)];
    for text in tokens.walk(0).take(1_000) {
        assert!(floor.authenticate(text).is_some(), "the floor knows its own tokens");
        assert!(ready(ours.verify(text)).is_ok(), "so do we");
    }
    let mut batch = |which: usize, calls: u32| {
        let walk = &mut walk[which];
        let began = Instant::now();
        for text in walk.take(calls as usize) {
            match which {
                0 => drop(black_box(floor.authenticate(black_box(text)))),
                _ => drop(black_box(ready(ours.verify(black_box(text))))),
            }
        }
        began.elapsed()
    };
    let calls = [0, 1].map(|which| {
        let mut calls = 100;
        while batch(which, calls) < SLOT {
            calls *= 2;
        }
        calls
    });
    let rounds = std::env::var("COUNTERFOIL_BENCH_ROUNDS").ok().and_then(|text| text.parse().ok()).unwrap_or(31);
    (0..rounds)
        .map(|_| {
            let mut fastest = [f64::INFINITY; 2];
            for turn in 0..2 * BATCHES {
                let which = turn % 2;
                // This batch is not timed. It replaces the other version's data in the caches with the data of this
                // version.
                batch(which, calls[which] / 4);
                let took = batch(which, calls[which]).as_secs_f64() * 1e9 / f64::from(calls[which]);
                fastest[which] = fastest[which].min(took);
            }
            fastest
        })
        .collect()
}

/// Returns the call rate of two threads that use one credential, divided by the call rate of one thread. Each rate is
/// the highest of many short runs. The runs of one thread and of two threads alternate.
fn hot(ours: &Counterfoil, text: &str) -> f64 {
    const CALLS: u32 = 2_000;
    const TURNS: usize = 400;
    let verify = || drop(black_box(ready(ours.verify(black_box(text)))));
    let run = |start: &Barrier| {
        start.wait();
        let began = Instant::now();
        (0..CALLS).for_each(|_| verify());
        let took = began.elapsed();
        start.wait();
        took
    };
    let (together, alone) = (Barrier::new(2), Barrier::new(1));
    std::thread::scope(|scope| {
        let second = scope.spawn(|| (0..TURNS).map(|_| run(&together)).collect::<Vec<_>>());
        let mut one = Duration::MAX;
        let first: Vec<_> = (0..TURNS)
            .map(|_| {
                one = one.min(run(&alone));
                run(&together)
            })
            .collect();
        let second = second.join().expect("no panic");
        let two = first.into_iter().zip(second).map(|(first, second)| first.max(second)).min().unwrap_or_default();
        2.0 * one.as_secs_f64() / two.as_secs_f64()
    })
}
