//! Tests of PostgreSQL with several processes. Four processes race on one schema, and a server is killed with `kill -9`
//! during writes.

use std::time::Duration;

use crate::support::schemas::{Schema, options, raw, server};
use crate::support::{RUNTIME, kills, say};
use counterfoil::store::{StoreError, TokenStore as _};
use counterfoil_conformance::dice::Dice;
use counterfoil_conformance::scale;
use counterfoil_sql::{Isolation, PgSetup, PgStore};
use counterfoil_testkit::contest::{contend, contest};
use counterfoil_testkit::crash::{Journal, Says, Tally, examine, load};
use counterfoil_testkit::crew::{Crew, Post};
use counterfoil_testkit::servers::Postgres;
use counterfoil_testkit::threads;
use sqlx::postgres::PgConnectOptions;
use tempfile::TempDir;

const PROCESSES: usize = 4;

#[test]
#[ignore = "run by another test, as a process"]
fn a_racing_process() {
    race(Isolation::ReadCommitted);
}

#[test]
#[ignore = "run by another test, as a process"]
fn a_racing_process_at_serializable() {
    race(Isolation::Serializable);
}

fn race(isolation: Isolation) {
    let post = Post::take();
    let (port, role) = post.target().split_once(' ').expect("port and role");
    let options = options(port.parse().expect("a port")).username(role);
    let store = PgStore::connect_with(options, PgSetup::default().isolation(isolation));
    let store = RUNTIME.block_on(store).expect("a store");
    contend(post, &store, &|task| RUNTIME.block_on(task));
}

#[test]
fn four_processes_on_one_schema_have_one_winner_a_round() {
    for (process, isolation) in [
        ("postgres_processes::a_racing_process", "read committed"),
        ("postgres_processes::a_racing_process_at_serializable", "serializable"),
    ] {
        let schema = RUNTIME.block_on(Schema::new());
        let store = RUNTIME.block_on(schema.open());
        let target = format!("{} {}", server().get_port(), schema.name());
        let mut crew = Crew::start(PROCESSES, process, &target);
        let (rounds, racers) = (scale().rounds, scale().threads / PROCESSES);
        RUNTIME.block_on(contest(&mut crew, racers, rounds, &store));
        say(format!(
            "postgres, {isolation}, {PROCESSES} processes of {racers} racers, {rounds} rounds each of rotation, label, quota, room, pace and revocation: held"
        ));
    }
}

/// Kills the server `times` times at random moments while four workers write. Returns one [`Tally`] for all crashes
/// together. All rounds use the same store, which must recover by itself.
fn killed(times: u16, server: &mut Postgres, store: &PgStore) -> Tally {
    let folder = TempDir::new().expect("a folder");
    let (mut dice, mut tally) = (Dice::new(5), Tally::default());
    for part in 1..=times {
        let journal = Journal::open(&folder.path().join(format!("journal-{part}")));
        let long_enough = 500 + dice.below(30_000);
        let ended = threads(5, |worker| {
            if worker < 4 {
                return RUNTIME.block_on(load(store, &journal, part, worker, Says::WhenTold));
            }
            while journal.size() < long_enough {
                std::thread::sleep(Duration::from_millis(1));
            }
            server.kill();
            None
        });
        let unavailable =
            ended.iter().take(4).all(|ended| matches!(ended, Some(StoreError::Unavailable { retry: true, .. })));
        assert!(unavailable, "a call that is cut off must be unavailable: {ended:?}");
        server.start_again();
        find_back(store);
        tally.add(RUNTIME.block_on(examine(store, &journal.lines())));
    }
    // Data that survived one crash must also survive the later crashes.
    for part in 1..=times {
        let lines = Journal::open(&folder.path().join(format!("journal-{part}"))).lines();
        tally.broken.extend(RUNTIME.block_on(examine(store, &lines)).broken);
    }
    tally
}

/// Makes the store replace the connections that the crash broke. A write on a broken connection would return
/// `maybe_done: true`. A read is tried again on the next connection until no broken connection is left.
fn find_back(store: &PgStore) {
    let _all = RUNTIME.block_on(store.census()).expect("the store comes back");
}

fn superuser(server: &Postgres) -> PgConnectOptions {
    options(server.port()).username("postgres")
}

#[test]
fn nothing_acknowledged_is_lost_when_the_server_is_killed() {
    let (kills, mut server) = (kills(), Postgres::start());
    let store = RUNTIME.block_on(PgStore::connect(superuser(&server))).expect("a store");
    let tally = killed(kills, &mut server, &store);
    say(format!("postgres, {kills} x kill -9 of the server: {tally}"));
    assert!(tally.broken.is_empty(), "{:#?}", tally.broken);
    assert!(tally.created > 0 && tally.rotated > 0 && tally.revoked > 0 && tally.in_doubt > 0, "{tally}");
}

/// The control for the test above, which kills the server and checks that no acknowledged write is lost. Here the
/// server acknowledges writes before they are on disk (`synchronous_commit = off`), so the same checks must report lost
/// writes. The role gets this setting after the store was opened, because the store would refuse it.
#[test]
fn a_server_that_acknowledges_before_it_writes_loses_some() {
    let (kills, mut server) = (kills(), Postgres::start());
    let store = RUNTIME.block_on(PgStore::connect(superuser(&server))).expect("a store");
    RUNTIME.block_on(async {
        let mut raw = raw(&superuser(&server)).await;
        let careless = "ALTER ROLE postgres SET synchronous_commit = off; \
            SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = 'postgres' AND pid <> pg_backend_pid()";
        sqlx::raw_sql(careless).execute(&mut raw).await.expect("careless");
    });
    find_back(&store);
    let tally = killed(kills, &mut server, &store);
    say(format!("the control, synchronous_commit = off, {kills} x kill -9: {tally}"));
    assert!(!tally.broken.is_empty(), "the control: what was not written is missed");
}
