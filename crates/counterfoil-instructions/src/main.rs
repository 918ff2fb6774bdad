//! Makes the calls whose machine instructions the script `.ci/instructions` counts. The script runs this program under
//! `valgrind --tool=callgrind`, which writes one file with the counts for each call of [`counted_call`]. The program
//! prints one line for each of these calls, with the name of the call. The first line belongs to the first file, and so
//! on.
//!
//! The inputs are the same in each run, except the random key of the hash tables. This key decides how many slots a
//! lookup visits. Therefore each kind of call is counted for many tokens, and the script takes the lowest count. A
//! lookup with the lowest count visits one slot.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a bench that cannot go on says so")]

#[allow(dead_code, reason = "shared with benches")]
#[path = "../../../benches/authenticate/host.rs"]
mod host;
mod positions;
#[allow(dead_code, reason = "shared with benches")]
#[path = "../../../benches/authenticate/texts.rs"]
mod texts;

use std::hint::black_box;
use std::sync::Arc;

use counterfoil::memory::MemoryStore;
use counterfoil::testing::ManualClock;
use counterfoil::{Builder, Counterfoil, Timestamp};

use host::{Tokens, ready};

/// The number of records in the store.
const RECORDS: usize = 1_000;

/// The number of tokens for which each kind of call is counted. The store looks up the id of a token in a hash table.
/// At least one lookup of an unknown id must visit only one slot of this table. If the table is full, about 1 of 40
/// such lookups does. Therefore this number is much larger than 40.
const TOKENS: usize = 500;

fn main() {
    let counterfoil = service(Arc::default()).build().expect("a handle");
    let mut tokens = Tokens::with_room_for(RECORDS);
    host::issue(&counterfoil, RECORDS, &mut tokens);
    tokens.shuffle();
    let tokens = || tokens.walk(0).take(TOKENS);
    let calls = [
        ("accepted", str::to_owned as fn(&str) -> String, true),
        ("wrong secret", texts::wrong_secret, false),
        ("unknown id", texts::unknown_id, false),
        ("malformed text", texts::malformed, false),
    ];
    for (name, text_of, accepted) in calls {
        for token in tokens() {
            count_verify(name, &counterfoil, &text_of(token), accepted);
        }
    }
    positions::count_all();
}

/// Returns the builder of a service with this store and a clock that stands still.
fn service(store: Arc<MemoryStore>) -> Builder {
    let clock = ManualClock::at(Timestamp::from_micros(1_800_000_000_000_000).expect("a time"));
    host::host(RECORDS).clock(clock).store(store)
}

fn is_accepted(counterfoil: &Counterfoil, text: &str) -> bool {
    ready(counterfoil.verify(black_box(text))).is_ok()
}

/// Counts the instructions of one `verify` of this text. Before that, calls `verify` twice, without counting. These
/// calls assert the outcome. They also do the work that only a first call does, such as recording the first use of a
/// token.
fn count_verify(name: &str, counterfoil: &Counterfoil, text: &str, accepted: bool) {
    (0..2).for_each(|_| assert_eq!(is_accepted(counterfoil, text), accepted, "{name}"));
    count(name, &|| drop(black_box(ready(counterfoil.verify(black_box(text))))));
}

fn count(name: &str, call: &dyn Fn()) {
    counted_call(call);
    println!("{name}");
}

/// Makes the call whose instructions are counted. The script `.ci/instructions` finds this function by its name. It
/// counts the instructions of this function and of all functions that are called in it.
#[inline(never)]
fn counted_call(call: &dyn Fn()) {
    call();
    // This statement keeps the call from being the last instruction. Otherwise the compiler would turn the call into a
    // jump, and callgrind could not detect its return.
    black_box(());
}
