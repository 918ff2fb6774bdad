//! Tests a fleet on one database. Four processes with a cache verify tokens all the time, and a fifth, the test itself,
//! narrows them. Processes are killed and suspended, and the database stalls. No process accepts a token by a
//! verification that ends at `effective_by` or later (requirement FLEET 1). All processes have the same clock.
//!
//! `COUNTERFOIL_FLEET_REVOCATIONS` is the number of tokens that are narrowed: 100 by default, 10,000 at soak scale.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so")]
#![allow(clippy::disallowed_methods, reason = "the processes compare their answers by the wall clock")]
#![allow(unreachable_pub, reason = "one binary")]

mod directory;
mod host;
mod judge;
mod ledger;
mod narrow;
mod postgres;
mod redis;
mod tally;
mod trouble;
mod verifier;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use counterfoil_conformance::{Scale, scale};
use host::Backend;
use ledger::Ledger;
use narrow::Narrower;
use trouble::Trouble;

const PROCESSES: usize = 4;

/// The number of tokens that are live at the same time.
const LIVE: usize = 64;

/// How a run is sized.
#[derive(Clone, Copy, Debug)]
struct Size {
    narrowed: usize,
    longest_pause: Duration,
    longest_stall: Duration,
}

impl Size {
    fn of_this_run() -> Self {
        let is_soak = scale().rounds >= Scale::SOAK.rounds;
        let wanted = std::env::var("COUNTERFOIL_FLEET_REVOCATIONS").ok();
        let wanted = wanted.map(|number| number.parse().expect("COUNTERFOIL_FLEET_REVOCATIONS must be a whole number"));
        let narrowed = wanted.unwrap_or(if is_soak { 10_000 } else { 100 });
        // A short run cannot wait for the longest pauses.
        let (pause, stall) = if narrowed > 500 { (5_000, 2_000) } else { (2_000, 400) };
        Self { narrowed, longest_pause: Duration::from_millis(pause), longest_stall: Duration::from_millis(stall) }
    }
}

fn say(what: impl std::fmt::Display) {
    use std::io::Write as _;
    let _nobody_reads = writeln!(std::io::stderr(), "{what}");
}

fn no_acceptance_ends_at_the_bound_or_later<B: Backend>(process: &str) {
    let size = Size::of_this_run();
    let folder = tempfile::tempdir().expect("a folder");
    let ledger = Ledger::new(folder.path());
    let backend = B::start();
    let mut narrower = Narrower::<B>::new(&ledger, &backend.address());
    narrower.create(LIVE);
    let mut trouble = Trouble::start(process, &backend, &ledger, size);
    let ends = Arc::new(AtomicBool::new(false));
    let (narrowed, trouble) = std::thread::scope(|scope| {
        let until = Arc::clone(&ends);
        let making_trouble = scope.spawn(move || {
            trouble.go_on(&until);
            trouble
        });
        let narrowed = narrower.narrow(size.narrowed);
        ends.store(true, Ordering::SeqCst);
        (narrowed, making_trouble.join().expect("trouble"))
    });
    // Every process runs now, and verifies until after the last bound.
    std::thread::sleep(host::bound() + Duration::from_millis(300));
    let told = trouble.end();
    say(format!("{}: {told}", B::NAME));
    say(judge::judge(&ledger, &narrowed));
}
