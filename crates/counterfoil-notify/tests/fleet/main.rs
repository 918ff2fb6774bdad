//! Tests four processes on one database. Each notice is sent once. If processes are killed, no notice is lost, but some
//! can be sent twice (requirement NOTICE 1).
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so")]
#![allow(unreachable_pub, reason = "one binary")]

mod host;
mod journal;
mod postgres;
mod rearming;
mod redis;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use counterfoil_conformance::dice::Dice;
use counterfoil_conformance::{Scale, scale};
use counterfoil_testkit::crew::{Crew, Post, loner};
use host::{Backend, day};
use journal::{Journal, Line};

const PROCESSES: usize = 4;

/// Returns the numbers of tokens and owners: 1,000 and 50 by default, 10,000 and 500 at soak scale.
fn size() -> (usize, usize) {
    let owners = if scale().rounds >= Scale::SOAK.rounds { 500 } else { 50 };
    (owners * 20, owners)
}

/// Returns how many processes the test kills, one after the other.
fn kills() -> usize {
    if scale().rounds >= Scale::SOAK.rounds { 100 } else { 12 }
}

fn say(what: impl std::fmt::Display) {
    use std::io::Write as _;
    let _nobody_reads = writeln!(std::io::stderr(), "{what}");
}

/// Returns the one argument that a process of the test gets: the path of the journal and the address of the store.
fn target(journal: &Path, address: &str) -> String {
    format!("{} {address}", journal.display())
}

/// The main function of a process of the test. At each request of the test, the process runs the worker until no notice
/// is due.
fn serve<B: Backend>() {
    let post = Post::take();
    let (journal, address) = post.target().split_once(' ').expect("journal and address");
    let worker = host::worker::<B>(address, Journal::open(Path::new(journal), post.place()));
    post.answer(|_| {
        let sent = host::block_on(async {
            let mut sent = 0;
            loop {
                let report = worker.run_once(day(23)).await.expect("a run");
                sent += report.sent;
                if report.sent == 0 && report.left == 0 {
                    return sent;
                }
            }
        });
        sent.to_string()
    });
}

/// Returns how long the test has been running. All processes measure it from the same instant, the last change of the
/// journal's folder.
fn elapsed(journal: &Path) -> Duration {
    let began = journal.parent().and_then(|folder| folder.metadata().ok()?.modified().ok());
    began.and_then(|began| began.elapsed().ok()).expect("a clock")
}

/// The main function of a process that the test kills. The process runs the worker until the test kills the process.
fn run_on<B: Backend>() {
    let post = Post::take();
    let (journal, address) = post.target().split_once(' ').expect("journal and address");
    let path = Path::new(journal);
    let journal = Journal::open(path, post.place()).slowed(Duration::from_millis(1));
    let worker = host::worker::<B>(address, journal);
    host::block_on(async {
        loop {
            // Each run gets a later instant. Otherwise the leases of killed processes would never end.
            let _told = worker.run_once(day(23).plus_capped(elapsed(path))).await;
        }
    });
}

fn each_notice_once<B: Backend>(process: &str) {
    let (tokens, owners) = size();
    let backend = B::start();
    let expected = host::fill(&backend, tokens, owners);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal");
    let mut crew = Crew::start(PROCESSES, process, &target(&path, &backend.address()));
    let sent: Vec<usize> = crew.order("run").iter().map(|count| count.parse().expect("a count")).collect();
    drop(crew);
    let lines = journal::read(&path);
    let ids: BTreeSet<_> = lines.iter().map(|line| line.id.clone()).collect();
    assert_eq!(ids, expected, "none lost");
    assert_eq!(lines.len(), tokens, "none twice");
    assert_eq!(sent.iter().sum::<usize>(), tokens);
    let digests: BTreeSet<_> = lines.iter().map(|line| (line.process, line.digest)).collect();
    say(format!(
        "{}: {tokens} notices of {owners} owners by {PROCESSES} processes ({sent:?}): each once, in {} digests",
        B::NAME,
        digests.len()
    ));
}

/// Kills processes at random moments, and starts another process each time. After all leases have ended, one more
/// worker sends the remaining notices.
fn none_lost_where_processes_are_killed<B: Backend>(process: &str) {
    let (tokens, owners) = size();
    let backend = B::start();
    let expected = host::fill(&backend, tokens, owners);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal");
    let at = target(&path, &backend.address());
    let mut dice = Dice::new(7);
    let mut next = 0;
    let mut start = || {
        next += 1;
        (next, loner(process, &at, next))
    };
    let mut fleet: Vec<_> = (0..PROCESSES).map(|_| start()).collect();
    let mut killed = BTreeSet::new();
    for turn in 1..=kills() {
        // The first 80 % of the notices are divided into equal parts, one for each kill. Each kill happens at a random
        // point of its part.
        let share = tokens * 8 / 10 / kills();
        let until = (turn - 1) * share + usize::try_from(dice.below(share as u64)).expect("small");
        for _ in 0..60_000 {
            if journal::read(&path).len() >= until {
                break;
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        let victim = usize::try_from(dice.below(PROCESSES as u64)).expect("small");
        let (name, mut process) = std::mem::replace(&mut fleet[victim], start());
        process.kill().expect("killed");
        process.wait().expect("gone");
        killed.insert(name);
    }
    for (name, mut process) in fleet {
        process.kill().expect("killed");
        process.wait().expect("gone");
        killed.insert(name);
    }
    // At this instant all leases have ended. Notices that were claimed but not settled are due again.
    let worker = host::worker::<B>(&backend.address(), Journal::open(&path, 0));
    let later = day(23).plus_capped(Duration::from_secs(3_600));
    host::block_on(async { while worker.run_once(later).await.expect("a run").sent > 0 {} });
    let mut sent: BTreeMap<String, Vec<Line>> = BTreeMap::new();
    for line in journal::read(&path) {
        sent.entry(line.id.clone()).or_default().push(line);
    }
    assert_eq!(sent.keys().cloned().collect::<BTreeSet<_>>(), expected, "none lost");
    let mut repeats = 0;
    for lines in sent.values() {
        let [before @ .., _last] = &lines[..] else { panic!("sent") };
        repeats += before.len();
        for line in before {
            assert!(killed.contains(&line.process), "sent again though its sender lived to say so: {line:?}");
        }
    }
    let unsettled: BTreeSet<_> =
        sent.values().flat_map(|lines| &lines[..lines.len() - 1]).map(|line| (line.process, line.digest)).collect();
    let most = killed.len() * host::AT_ONCE;
    assert!(unsettled.len() <= most, "{} digests were on their way at {} kills", unsettled.len(), killed.len());
    say(format!(
        "{}: {tokens} notices, {} processes killed: none lost, {repeats} repeated, of {} digests that were on their way at a kill",
        B::NAME,
        killed.len(),
        unsettled.len()
    ));
}
