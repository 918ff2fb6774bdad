//! Tests of SQLite with several processes. Four processes race on one file, and a process is killed with `kill -9`
//! during writes.

use std::path::Path;
use std::time::Duration;

use crate::support::files::{File, open_in};
use crate::support::{RUNTIME, kills, say};
use counterfoil_conformance::dice::Dice;
use counterfoil_conformance::scale;
use counterfoil_testkit::contest::{contend, contest};
use counterfoil_testkit::crash::{Journal, Says, Tally, examine, load};
use counterfoil_testkit::crew::{Crew, Post, loner};
use counterfoil_testkit::threads;

const PROCESSES: usize = 4;

#[test]
#[ignore = "run by another test, as a process"]
fn a_racing_process() {
    let post = Post::take();
    let store = RUNTIME.block_on(open_in(Path::new(post.target())));
    contend(post, &store, &|task| RUNTIME.block_on(task));
}

#[test]
fn four_processes_on_one_file_have_one_winner_a_round() {
    let file = File::new();
    let store = RUNTIME.block_on(file.open());
    let mut crew = Crew::start(PROCESSES, "sqlite_processes::a_racing_process", &file.folder().display().to_string());
    let (rounds, racers) = (scale().rounds, scale().threads / PROCESSES);
    RUNTIME.block_on(contest(&mut crew, racers, rounds, &store));
    say(format!(
        "sqlite, {PROCESSES} processes of {racers} racers, {rounds} rounds each of rotation, label, quota, room, pace and revocation: held"
    ));
}

#[test]
#[ignore = "run by another test, as a process"]
fn a_process_with_a_file_of_its_own() {
    let post = Post::take();
    let folder = Path::new(post.target()).join(post.place().to_string());
    std::fs::create_dir(&folder).expect("a folder");
    let store = RUNTIME.block_on(open_in(&folder));
    contend(post, &store, &|task| RUNTIME.block_on(task));
}

/// The control for the test in which processes race on one file. Here each process has a file of its own, so the
/// processes do not exclude each other. The check of the race must then fail.
#[test]
#[should_panic(expected = "one wins, not")]
fn processes_apart_have_no_one_winner() {
    let file = File::new();
    let store = RUNTIME.block_on(file.open());
    let mut crew = Crew::start(
        PROCESSES,
        "sqlite_processes::a_process_with_a_file_of_its_own",
        &file.folder().display().to_string(),
    );
    RUNTIME.block_on(contest(&mut crew, 1, 1, &store));
}

#[test]
#[ignore = "run by another test, as a process"]
fn a_writing_process() {
    write(Says::WhenTold);
}

#[test]
#[ignore = "run by another test, as a process"]
fn a_process_that_acknowledges_too_early() {
    write(Says::TooEarly);
}

fn write(says: Says) {
    let post = Post::take();
    let (folder, part) = (Path::new(post.target()), post.place());
    let store = RUNTIME.block_on(open_in(folder));
    let journal = Journal::open(&folder.join(format!("journal-{part}")));
    let part = u16::try_from(part).expect("few");
    let ended = threads(4, |worker| RUNTIME.block_on(load(&store, &journal, part, worker, says)));
    assert!(ended.iter().all(Option::is_none), "{ended:?}");
}

/// Starts and kills a writing process `times` times at random moments. Returns one [`Tally`] for all crashes together.
fn killed(times: u16, writer: &str) -> Tally {
    let file = File::on_disk();
    let (mut dice, mut tally) = (Dice::new(3), Tally::default());
    for part in 1..=times {
        let journal = Journal::open(&file.folder().join(format!("journal-{part}")));
        let mut process = loner(writer, &file.folder().display().to_string(), usize::from(part));
        let long_enough = 500 + dice.below(30_000);
        while journal.size() < long_enough {
            assert!(process.try_wait().expect("a process").is_none(), "the writer ended by itself");
            std::thread::sleep(Duration::from_millis(1));
        }
        process.kill().expect("killed");
        process.wait().expect("dead");
        tally.add(RUNTIME.block_on(async { examine(&file.open().await, &journal.lines()).await }));
    }
    // Data that survived one crash must also survive the later crashes.
    let store = RUNTIME.block_on(file.open());
    for part in 1..=times {
        let lines = Journal::open(&file.folder().join(format!("journal-{part}"))).lines();
        tally.broken.extend(RUNTIME.block_on(examine(&store, &lines)).broken);
    }
    tally
}

/// Kills a writing process, and checks that no acknowledged write is lost. The control is a writer that acknowledges
/// before the commit. `synchronous=OFF` would be no suitable control, because the operating system keeps what a killed
/// process wrote. Only a power failure would lose it.
#[test]
fn nothing_acknowledged_is_lost_when_the_writer_is_killed() {
    let kills = kills();
    let tally = killed(kills, "sqlite_processes::a_writing_process");
    say(format!("sqlite, {kills} x kill -9 of the writer: {tally}"));
    assert!(tally.broken.is_empty(), "{:#?}", tally.broken);
    assert!(tally.created > 0 && tally.rotated > 0 && tally.revoked > 0 && tally.in_doubt > 0, "{tally}");
    let control = killed(kills, "sqlite_processes::a_process_that_acknowledges_too_early");
    say(format!("the control, acknowledged before the commit: {control}"));
    assert!(!control.broken.is_empty(), "the control: what was not committed is missed");
}
