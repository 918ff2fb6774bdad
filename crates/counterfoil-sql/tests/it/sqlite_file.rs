//! Tests properties of a SQLite file that the contract does not cover: its schema, permissions, locks and contents, a
//! removed file, and the write-ahead log.

mod damaged;
#[cfg(unix)]
mod private;

use std::sync::Arc;

use crate::support::files::{File, raw};
use crate::support::host::Site;
use crate::support::lost::{Flaky, each_answer_lost};
use crate::support::{RUNTIME, canary};
use counterfoil::store::{Rotated, StoreError, TokenStore};
use counterfoil::testing::{Failure, Faults, FaultyStore};
use counterfoil::types::Version;
use counterfoil_conformance::sample::{Person, at, most, must_get, revoked, supersede};
use counterfoil_sql::{SetupError, SqliteStore};
use counterfoil_testkit::threads;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, Executor as _};

#[tokio::test]
async fn a_database_in_memory_is_refused() {
    for options in [SqliteConnectOptions::new().in_memory(true), "sqlite::memory:".parse().expect("options")] {
        assert!(matches!(SqliteStore::open(options).await, Err(SetupError::InMemory)));
    }
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_left_alone() {
    let file = File::new();
    file.open().await.close().await;
    raw(&file).await.execute("INSERT INTO counterfoil_schema (version) VALUES (1000)").await.expect("a newer version");
    assert!(matches!(SqliteStore::open(file.options()).await, Err(SetupError::Newer { found: 1_000, .. })));
}

#[tokio::test]
async fn an_empty_schema_table_is_brought_up_to_date_once() {
    let file = File::new();
    let first = file.open().await;
    let id = Person::somebody().pat().found(&first).await.expect("a record");
    let second = file.open().await;
    assert!(must_get(&second, &id).await.is_ok());
}

/// Checks that the store refuses a table whose texts are compared without regard to upper and lower case. The test
/// changes one word of the table's definition. The owners `A` and `a` would then be equal.
#[tokio::test]
async fn a_collation_that_folds_case_is_refused() {
    let file = File::new();
    file.open().await.close().await;
    let mut raw = raw(&file).await;
    let made: String = sqlx::query_scalar("SELECT sql FROM sqlite_schema WHERE name = 'counterfoil_settings'")
        .fetch_one(&mut raw)
        .await
        .expect("the table");
    let folding = made.replace("COLLATE BINARY", "COLLATE NOCASE");
    assert_ne!(made, folding);
    raw.execute("DROP TABLE counterfoil_settings").await.expect("dropped");
    raw.execute(sqlx::AssertSqlSafe(folding)).await.expect("made again");
    let refused = SqliteStore::open(file.options()).await.map(drop).expect_err("refused");
    assert!(matches!(&refused, SetupError::Refused { what } if what.contains("counterfoil_settings")), "{refused:?}");
}

#[tokio::test]
async fn a_lost_index_is_refused() {
    let file = File::new();
    file.open().await.close().await;
    raw(&file).await.execute("DROP INDEX counterfoil_record_due").await.expect("dropped");
    assert!(matches!(SqliteStore::open(file.options()).await, Err(SetupError::Refused { .. })));
}

#[tokio::test]
async fn a_closed_store_is_unavailable_and_has_done_nothing() {
    let file = File::new();
    let store = file.open().await;
    let id = Person::somebody().pat().found(&store).await.expect("a record");
    store.close().await;
    assert!(matches!(store.get(&id).await, Err(StoreError::Unavailable { retry: false, maybe_done: false, .. })));
    assert!(must_get(&file.open().await, &id).await.is_ok());
}

/// Another connection locks the file for longer than the store waits. Checks that a write returns `Unavailable`, and
/// that a read succeeds.
#[tokio::test]
async fn a_locked_file_is_unavailable_for_writes_and_serves_reads() {
    let file = File::new();
    let store = file.open().await;
    let somebody = Person::somebody();
    let id = somebody.pat().found(&store).await.expect("a record");
    let mut other = raw(&file).await;
    other.execute("BEGIN IMMEDIATE").await.expect("the lock");
    let draft = somebody.pat();
    let refused = store.insert(draft.home(None), &draft.records, at(0)).await;
    assert!(matches!(refused, Err(StoreError::Unavailable { retry: true, maybe_done: false, .. })), "{refused:?}");
    assert!(must_get(&store, &id).await.is_ok());
    other.execute("ROLLBACK").await.expect("given back");
    assert!(draft.found(&store).await.is_ok());
}

#[test]
fn two_handles_on_one_file_have_one_winner_a_round() {
    let file = File::new();
    let handles = RUNTIME.block_on(async { [file.open().await, file.open().await] });
    let somebody = Person::somebody();
    let draft = somebody.refresh();
    let mut parent = RUNTIME.block_on(draft.found(&handles[0])).expect("a family");
    for generation in 1..=60 {
        let successors: Vec<_> = (0..8).map(|_| draft.successor(parent, generation)).collect();
        let rotated = threads(8, |racer| {
            let successor = &successors[racer];
            let step = supersede(Version::FIRST, successor.id, at(generation));
            let new = std::slice::from_ref(successor);
            RUNTIME.block_on(handles[racer % 2].rotate(&parent, &step, new, at(generation)))
        });
        let winners: Vec<_> =
            rotated.iter().enumerate().filter(|(_, done)| matches!(done, Ok(Rotated::Done))).collect();
        let [(winner, _)] = winners[..] else { panic!("one winner, not {rotated:?}") };
        assert!(rotated.iter().all(|rotated| matches!(rotated, Ok(Rotated::Done | Rotated::Stale(_)))), "{rotated:?}");
        parent = successors[winner].id;
    }
    let reopened = RUNTIME.block_on(file.open());
    assert!(RUNTIME.block_on(must_get(&reopened, &parent)).is_ok(), "what was acknowledged is there after reopening");
}

/// Checks that a refresh whose answer is lost gets the same new token when it is repeated. A wrapper around the SQLite
/// store loses the answer, because SQLite has no network connection that the test could close.
#[tokio::test]
async fn a_refresh_whose_answer_is_lost_is_answered_alike() {
    let file = File::new();
    let (store, site) = (file.open().await, Site::new());
    let direct = site.first_node(store.clone()).await;
    let flaky = |nth| -> Flaky {
        let faults = Faults::default();
        faults.nth(nth, Failure::AnswerLost);
        let records = Arc::new(FaultyStore::new(store.clone(), faults.clone()));
        let node = site.node_by_way_of(store.clone(), Arc::clone(&records) as Arc<dyn TokenStore>);
        (node, Box::new(move || faults.calls() >= nth))
    };
    let carried_out = each_answer_lost(&direct, &store, flaky).await;
    assert!(carried_out > 0, "the control: an answer was lost that mattered");
}

/// Checks that neither the database file nor its log contains a secret that was sent through the library's handle.
#[tokio::test]
async fn no_secret_is_in_the_file_or_its_log() {
    let file = File::new();
    let store = file.open().await;
    let secrets = canary::secrets(store).await;
    let mut kept = Vec::new();
    for entry in std::fs::read_dir(file.path().parent().expect("a folder")).expect("a folder").flatten() {
        kept.extend(std::fs::read(entry.path()).expect("a file"));
    }
    assert!(canary::shows(&kept, "canary-label"), "the control: what is kept is found");
    for secret in secrets {
        assert!(!canary::shows(&kept, &secret), "a secret of {} characters is in the file", secret.len());
    }
}

/// The database file is moved away. Then an empty file is put at its path, and after that a copy of the database. The
/// store still has the moved file open. Checks that reads and writes return `Unavailable` until the file is back at its
/// path. At the end the write-ahead log is removed. An insert must then return `Unavailable`, and say that it was
/// possibly executed.
#[tokio::test]
async fn fault_g11_a_removed_or_replaced_file_is_an_outage_and_never_a_success() {
    let file = File::new();
    let store = file.open().await;
    let draft = Person::somebody().pat();
    let id = draft.found(&store).await.expect("a record");
    store.probe().await.expect("ready");
    let aside = file.folder().join("aside.db");
    let outage = async |what: &str| {
        let new = Person::somebody().pat();
        let outcomes = [
            store.get(&id).await.map(drop),
            store.insert(new.home(None), &new.records, at(1)).await.map(drop),
            store.revoke(Person::somebody().all(), revoked(at(1)), at(2), most(1)).await.map(drop),
            store.census().await.map(drop),
            store.probe().await,
        ];
        for outcome in outcomes {
            let Err(StoreError::Unavailable { retry: false, source: Some(source), .. }) = outcome else {
                panic!("{what}: {outcome:?}")
            };
            assert!(format!("{source:?}").contains("was removed or replaced"), "{what}: {source:?}");
        }
    };
    std::fs::rename(file.path(), &aside).expect("removed");
    outage("removed").await;
    assert!(!file.path().exists(), "no other file is made in its place");
    std::fs::write(file.path(), "").expect("an empty file");
    outage("replaced by an empty file").await;
    std::fs::copy(&aside, file.path()).expect("a copy");
    outage("replaced by a copy").await;
    std::fs::rename(&aside, file.path()).expect("put back");
    assert!(must_get(&store, &id).await.is_ok(), "the file is back");
    store.probe().await.expect("ready again");
    let log = file.folder().join("counterfoil.db-wal");
    std::fs::remove_file(&log).expect("the log is removed");
    let new = Person::somebody().pat();
    let lost = store.insert(new.home(None), &new.records, at(1)).await;
    assert!(matches!(lost, Err(StoreError::Unavailable { maybe_done: true, .. })), "{lost:?}");
}

/// Checks that the database file alone contains all records after the store was closed. This is tested for a store that
/// is the only user of its file, and for a store whose file another connection has open.
#[tokio::test]
async fn fault_g8_a_closed_store_leaves_one_whole_file() {
    for somebody_else in [false, true] {
        let file = File::new();
        let store = file.open().await;
        let mut ids = Vec::new();
        for _ in 0..20 {
            ids.push(Person::somebody().pat().found(&store).await.expect("a record"));
        }
        let mut other = raw(&file).await;
        other.execute("SELECT count(*) FROM counterfoil_record").await.expect("read");
        if !somebody_else {
            other.close().await.expect("closed");
        }
        store.close().await;
        let names: Vec<_> = std::fs::read_dir(file.folder()).expect("a folder").flatten().collect();
        assert_eq!(names.len() == 1, !somebody_else, "{names:?}");
        let copied = File::new();
        std::fs::copy(file.path(), copied.path()).expect("a copy of the file alone");
        let copy = copied.open().await;
        for id in ids {
            assert!(must_get(&copy, &id).await.is_ok());
        }
    }
}

#[tokio::test]
async fn fault_g15_a_purge_empties_the_log_that_a_long_reader_kept() {
    let file = File::new();
    let store = file.open().await;
    let size = || std::fs::metadata(file.folder().join("counterfoil.db-wal")).expect("the log").len();
    let mut reader = raw(&file).await;
    reader.execute("BEGIN").await.expect("begun");
    reader.execute("SELECT count(*) FROM counterfoil_record").await.expect("read");
    for _ in 0..200 {
        Person::somebody().pat().found(&store).await.expect("a record");
    }
    let kept = size();
    assert!(!store.purge(at(0), at(0), at(0), most(9)).await.expect("purged").more);
    assert!(size() >= kept && kept > 1_000_000, "nobody is waited for: {kept}");
    reader.execute("ROLLBACK").await.expect("ended");
    assert!(!store.purge(at(0), at(0), at(0), most(9)).await.expect("purged").more);
    assert_eq!(size(), 0);
    // While a purge empties the log, the busy timeout of the writer is off. Afterwards the writer must wait for the
    // locks of other connections again.
    reader.execute("BEGIN IMMEDIATE").await.expect("the lock");
    let waiting = Person::somebody().pat();
    let (waits, ends) = tokio::join!(waiting.found(&store), async {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        reader.execute("ROLLBACK").await
    });
    assert!(waits.is_ok() && ends.is_ok(), "{waits:?}");
}

#[tokio::test]
async fn fault_d6_a_start_at_the_present_schema_writes_nothing() {
    let file = File::new();
    file.open().await.close().await;
    let mut other = raw(&file).await;
    other.execute("BEGIN IMMEDIATE").await.expect("the lock");
    let opened = tokio::time::timeout(std::time::Duration::from_secs(3), SqliteStore::open(file.options())).await;
    assert!(matches!(opened, Ok(Ok(_))), "nobody's lock is waited for");
}
