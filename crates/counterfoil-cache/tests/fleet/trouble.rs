//! Kills and suspends processes, and stalls the database.

use std::collections::BTreeMap;
use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use counterfoil_conformance::dice::Dice;
use counterfoil_testkit::crew::{loner, resume, suspend};

use crate::host::Backend;
use crate::ledger::Ledger;
use crate::verifier::Count;
use crate::{PROCESSES, Size};

/// The processes that verify.
pub struct Trouble<'a, B> {
    process: &'a str,
    backend: &'a B,
    ledger: &'a Ledger,
    size: Size,
    fleet: Vec<Child>,
    /// The suspended processes, and when they go on.
    suspended: BTreeMap<usize, Instant>,
    dice: Dice,
    counts: [u32; 3],
}

impl<'a, B: Backend> Trouble<'a, B> {
    /// Starts the processes, and waits until each has verified all tokens.
    pub fn start(process: &'a str, backend: &'a B, ledger: &'a Ledger, size: Size) -> Self {
        let mut trouble = Self {
            process,
            backend,
            ledger,
            size,
            fleet: Vec::new(),
            suspended: BTreeMap::new(),
            dice: Dice::new(7),
            counts: [0; 3],
        };
        for place in 0..PROCESSES {
            let process = trouble.one(place);
            trouble.fleet.push(process);
        }
        trouble.wait_for_rounds(3);
        trouble
    }

    fn one(&self, place: usize) -> Child {
        let target = format!("{} {}", self.ledger.folder().display(), self.backend.address());
        loner(self.process, &target, place)
    }

    /// Makes trouble until `ends`. Afterwards all processes run.
    pub fn go_on(&mut self, ends: &AtomicBool) {
        for turn in 0.. {
            if ends.load(Ordering::SeqCst) {
                break;
            }
            match turn % 8 {
                1 | 5 => self.kill(),
                3 => self.stall(),
                _ => self.suspend(),
            }
            std::thread::sleep(self.up_to(Duration::from_millis(200)));
            let now = Instant::now();
            self.resume(|until| until <= now);
        }
        self.resume(|_| true);
    }

    fn resume(&mut self, is_due: impl Fn(Instant) -> bool) {
        let Self { suspended, fleet, .. } = self;
        suspended.retain(|&place, &mut until| {
            if is_due(until) {
                resume(&fleet[place]);
            }
            !is_due(until)
        });
    }

    fn kill(&mut self) {
        let place = self.place();
        self.fleet[place].kill().expect("killed");
        self.fleet[place].wait().expect("gone");
        self.fleet[place] = self.one(place);
        self.suspended.remove(&place);
        self.counts[0] += 1;
    }

    /// Half of the processes always run, so that tokens are verified all the time.
    fn suspend(&mut self) {
        if self.suspended.len() >= PROCESSES / 2 {
            return;
        }
        let (place, time) = (self.place(), self.up_to(self.size.longest_pause));
        suspend(&self.fleet[place]);
        self.suspended.insert(place, Instant::now() + time);
        self.counts[1] += 1;
    }

    fn stall(&mut self) {
        let time = self.up_to(self.size.longest_stall);
        self.backend.stall(time);
        self.counts[2] += 1;
    }

    fn place(&mut self) -> usize {
        usize::try_from(self.dice.below(PROCESSES as u64)).expect("small")
    }

    fn up_to(&mut self, longest: Duration) -> Duration {
        longest.mul_f64(self.dice.below(1_000) as f64 / 1_000.0)
    }

    fn count(&self, place: usize, count: Count) -> u64 {
        self.ledger.numbers("counts", place).get(count as usize)
    }

    /// Waits until each process has made this many more rounds.
    fn wait_for_rounds(&self, more: u64) {
        let rounds = || (0..PROCESSES).map(|place| self.count(place, Count::Rounds));
        let until: Vec<u64> = rounds().map(|rounds| rounds + more).collect();
        for _ in 0..6_000 {
            if rounds().zip(&until).all(|(rounds, until)| rounds >= *until) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("a process does not verify");
    }

    /// Ends the processes, each of which still verifies. Says what happened.
    pub fn end(self) -> String {
        self.wait_for_rounds(1);
        let [kills, pauses, stalls] = self.counts;
        assert!(kills > 0 && pauses > 0 && stalls > 0, "{kills} kills, {pauses} pauses, {stalls} stalls");
        let sum = |count| (0..PROCESSES).map(|place| self.count(place, count)).sum::<u64>();
        let [accepted, refused, unavailable] = [Count::Accepted, Count::Refused, Count::Unavailable].map(sum);
        format!(
            "{PROCESSES} processes, {kills} kills, {pauses} pauses of up to {:?}, {stalls} stalls of up to {:?}; \
             {accepted} verifications accepted, {refused} refused, {unavailable} without an answer",
            self.size.longest_pause, self.size.longest_stall
        )
    }
}

impl<B> Drop for Trouble<'_, B> {
    fn drop(&mut self) {
        for process in &mut self.fleet {
            let _may_have_ended = process.kill();
            let _may_have_ended = process.wait();
        }
    }
}
