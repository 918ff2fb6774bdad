//! Tests the log of narrowing steps on both stores.

use std::sync::Arc;

use crate::support::narrowings::{
    check_cut_off, check_off, check_pages, check_races, check_steps, check_trim, end, page, size, walk,
};
use crate::support::{RUNTIME, say};
use counterfoil::store::{Narrowed, NarrowingLog, TokenStore};
use counterfoil_conformance::sample::{GONE, Person, at, most, revoked};

#[cfg(feature = "sqlite")]
mod sqlite {
    use counterfoil_sql::SqliteStore;
    use sqlx::Executor as _;

    use super::*;
    use crate::support::files::{File, raw};

    /// A file whose log is on, and two handles of it.
    async fn logged() -> (File, SqliteStore, SqliteStore) {
        let file = File::new();
        let (one, other) = (file.open().await, file.open().await);
        other.clone().with_narrowing_log(true).await.expect("switched on");
        (file, one, other)
    }

    #[test]
    fn each_change_of_a_file_is_a_step_and_a_use_is_none() {
        RUNTIME.block_on(async {
            let (_file, one, other) = logged().await;
            check_steps(&one, &other).await;
        });
    }

    #[test]
    fn pages_of_steps_of_a_file_follow_each_other() {
        RUNTIME.block_on(async {
            let (_file, one, other) = logged().await;
            check_pages(&one, &other).await;
        });
    }

    #[test]
    fn trimmed_steps_of_a_file_show() {
        RUNTIME.block_on(async {
            let (_file, one, other) = logged().await;
            check_trim(&one, &other).await;
        });
    }

    #[test]
    fn a_reader_of_a_file_misses_no_step_of_racing_writers() {
        let (_file, one, other) = RUNTIME.block_on(logged());
        let (writers, rounds) = size();
        check_races(vec![Arc::new(one), Arc::new(other)], writers, rounds);
        say(format!("sqlite, {writers} writers and a reader of the log, {rounds} rounds: no step is missed"));
    }

    #[test]
    fn a_call_that_is_cut_off_writes_change_and_step_to_a_file_or_neither() {
        RUNTIME.block_on(async {
            let (_file, one, _other) = logged().await;
            check_cut_off(&one).await;
        });
    }

    /// The log is off in a new file. One process switches it on for all. If it was off meanwhile, its epoch differs.
    #[test]
    fn the_log_of_a_file_is_switched_for_all_processes() {
        RUNTIME.block_on(async {
            let file = File::new();
            let (one, other) = (file.open().await, file.open().await);
            let person = Person::somebody();
            let draft = person.pat();
            draft.found(&one).await.expect("a family");
            check_off(&one).await;
            let unlogged = one.revoke(person.family(draft.family.id), revoked(at(1)), at(GONE), most(1)).await;
            assert_eq!(unlogged.expect("an answer").changed, 1);
            other.clone().with_narrowing_log(true).await.expect("switched on");
            let first = page(&one, None, 9).await;
            other.clone().with_narrowing_log(true).await.expect("no change");
            let draft = person.pat();
            draft.found(&one).await.expect("a family");
            let _ended = one.revoke(person.all(), revoked(at(1)), at(GONE), most(9)).await.expect("revoked");
            let (steps, _) = walk(&one, &first.next, 9).await;
            assert_eq!(steps, [Narrowed::Family(draft.family.id)]);
            for on in [false, true] {
                other.clone().with_narrowing_log(on).await.expect("switched");
                if !on {
                    check_off(&one).await;
                }
            }
            let second = page(&one, Some(&first.next), 9).await;
            assert_ne!(second.epoch, first.epoch);
            assert_eq!(file.open().await.narrowings(None, most(1)).await.expect("it stays on").epoch, second.epoch);
        });
    }

    /// A backup that is restored into the open file gives the numbers of steps out again. The reader sees by the mark
    /// of its last step that the log is another one. The control is a reader whose last step is in the backup.
    #[test]
    fn a_file_that_is_restored_in_place_is_no_continuation() {
        let family = || Narrowed::Family(Person::somebody().family_id());
        let owner = || {
            let Person { realm, owner } = Person::somebody();
            Narrowed::Owner { realm, owner }
        };
        for step in [&family as &dyn Fn() -> Narrowed, &owner] {
            RUNTIME.block_on(async {
                let (file, one, other) = logged().await;
                one.narrow(&step(), at(1)).await.expect("written");
                let in_backup = end(&one).await;
                one.narrow(&step(), at(2)).await.expect("written");
                let after_backup = end(&one).await;
                raw(&file).await.execute("DELETE FROM counterfoil_narrowing WHERE id > 1").await.expect("restored");
                assert!(page(&other, Some(&after_backup), 9).await.lost, "the log is shorter");
                for _ in 0..3 {
                    one.narrow(&step(), at(2)).await.expect("written");
                    let read = page(&other, Some(&after_backup), 9).await;
                    assert!(read.lost, "the number of the step is another step's");
                }
                let read = page(&other, Some(&in_backup), 9).await;
                assert!(!read.lost && read.steps.len() == 3, "the control: {read:?}");
            });
        }
    }
}

#[cfg(feature = "postgres")]
mod postgres {
    use counterfoil_sql::{PgSetup, PgStore, SetupError};
    use counterfoil_testkit::servers::Postgres;
    use sqlx::Executor as _;
    use std::time::Duration;

    use super::*;
    use crate::support::schemas::{Schema, options, raw, superuser};

    /// A schema whose log is on, and two stores on it.
    async fn logged() -> (Schema, PgStore, PgStore) {
        let schema = Schema::new().await;
        let (one, other) = (schema.open().await, schema.open().await);
        other.clone().with_narrowing_log(true).await.expect("switched on");
        (schema, one, other)
    }

    #[test]
    fn each_change_of_a_database_is_a_step_and_a_use_is_none() {
        RUNTIME.block_on(async {
            let (_schema, one, other) = logged().await;
            check_steps(&one, &other).await;
        });
    }

    #[test]
    fn pages_of_steps_of_a_database_follow_each_other() {
        RUNTIME.block_on(async {
            let (_schema, one, other) = logged().await;
            check_pages(&one, &other).await;
        });
    }

    #[test]
    fn trimmed_steps_of_a_database_show() {
        RUNTIME.block_on(async {
            let (_schema, one, other) = logged().await;
            check_trim(&one, &other).await;
        });
    }

    #[test]
    fn a_reader_of_a_database_misses_no_step_of_racing_writers() {
        for isolation in [counterfoil_sql::Isolation::ReadCommitted, counterfoil_sql::Isolation::Serializable] {
            let (_schema, one, other) = RUNTIME.block_on(async {
                let (schema, ..) = logged().await;
                let setup = PgSetup::default().isolation(isolation).statement_timeout(Duration::from_secs(60));
                let (one, other) = (schema.open_with(setup).await, schema.open_with(setup).await);
                (schema, one, other)
            });
            let (writers, rounds) = size();
            check_races(vec![Arc::new(one), Arc::new(other)], writers, rounds);
            say(format!(
                "postgres, {isolation:?}, {writers} writers and a reader of the log, {rounds} rounds: no step is missed"
            ));
        }
    }

    #[test]
    fn a_call_that_is_cut_off_writes_change_and_step_to_a_database_or_neither() {
        RUNTIME.block_on(async {
            let (_schema, one, _other) = logged().await;
            check_cut_off(&one).await;
        });
    }

    /// A transaction that gets its id first and commits last is not missed, however many steps were read meanwhile,
    /// page by page too. No step is read twice, although the transaction runs all the time. The control is a reader
    /// that takes ids for the order of the commits.
    #[test]
    fn a_slow_transaction_that_commits_late_is_not_missed() {
        RUNTIME.block_on(async {
            let (schema, one, other) = logged().await;
            let person = Person::somebody();
            let (slow, quick) = (person.pat(), person.pat());
            slow.found(&one).await.expect("a family");
            let begin = end(&one).await;
            let mut writer = raw(&schema.options()).await;
            writer.execute("BEGIN").await.expect("begun");
            let write = sqlx::query("UPDATE counterfoil_family SET revoked_at = 7, revoked_why = 1 WHERE id = $1");
            writer.execute(write.bind(slow.family.id.as_bytes().to_vec())).await.expect("revoked");

            quick.found(&one).await.expect("a family");
            let _ended =
                one.revoke(person.family(quick.family.id), revoked(at(1)), at(GONE), most(1)).await.expect("revoked");
            let (steps, mut after) = walk(&other, &begin, 9).await;
            assert_eq!(steps, [Narrowed::Family(quick.family.id)]);
            for now in 0..4 {
                let before = after.clone();
                for _ in 0..2 {
                    one.narrow(&Narrowed::All, at(now)).await.expect("written");
                }
                let (steps, next) = walk(&one, &before, 1).await;
                assert_eq!(steps, [Narrowed::All, Narrowed::All], "each step is read once");
                after = next;
            }
            for _ in 0..2 {
                one.narrow(&Narrowed::All, at(9)).await.expect("written");
            }
            let within = page(&one, Some(&after), 1).await;
            assert!(within.more);
            writer.execute("COMMIT").await.expect("committed");
            let late = Narrowed::Family(slow.family.id);
            assert_eq!(walk(&other, &within.next, 1).await.0, [Narrowed::All, late.clone()], "between two pages");
            let (steps, after) = walk(&other, &after, 9).await;
            assert_eq!(steps.iter().filter(|step| **step == late).count(), 1, "{steps:?}");
            assert_eq!(walk(&other, &after, 9).await.0, []);
            let after_ids = "SELECT count(*) FROM counterfoil_narrowing WHERE family = $1 AND xid >= (
                SELECT min(xid) FROM counterfoil_narrowing WHERE family IS NULL)";
            let found: i64 = sqlx::query_scalar(after_ids)
                .bind(slow.family.id.as_bytes().to_vec())
                .fetch_one(&mut writer)
                .await
                .expect("a count");
            assert_eq!(found, 0, "the control: by its id the step is an early one");
        });
    }

    /// A trim removes later steps while a transaction is still running. No reader has lost a step then, also after the
    /// transaction has ended, until the step of this transaction is trimmed too.
    #[test]
    fn a_trim_beside_a_slow_transaction_loses_only_what_it_removes() {
        RUNTIME.block_on(async {
            let (schema, one, _other) = logged().await;
            let [mut writer, mut stranger] = [raw(&schema.options()).await, raw(&schema.options()).await];
            stranger.execute("BEGIN; SELECT pg_current_xact_id()").await.expect("begun");
            writer.execute("BEGIN; INSERT INTO counterfoil_narrowing (at) VALUES (1)").await.expect("begun");
            one.narrow(&Narrowed::All, at(1)).await.expect("written");
            let begin = end(&one).await;
            let mut after = begin.clone();
            assert_eq!(one.trim_narrowings(at(2), most(9)).await.expect("trimmed"), 1);
            for _ in 0..2 {
                let read = page(&one, Some(&after), 9).await;
                assert!(!read.lost && read.steps.is_empty(), "{read:?}");
                after = read.next;
            }
            stranger.execute("COMMIT").await.expect("committed");
            assert!(!page(&one, Some(&after), 9).await.lost, "it wrote no step");
            writer.execute("COMMIT").await.expect("committed");
            let read = page(&one, Some(&begin), 9).await;
            assert_eq!((read.steps.len(), read.lost), (1, false));
            assert_eq!(one.trim_narrowings(at(2), most(9)).await.expect("trimmed"), 1);
            assert!(page(&one, Some(&begin), 9).await.lost, "its step was trimmed");
            assert!(!page(&one, Some(&read.next), 9).await.lost);
            // The log remembers the newest transactions only. About an older one it is in doubt.
            writer.execute("BEGIN; SELECT pg_current_xact_id()").await.expect("begun");
            for _ in 0..1_100 {
                one.narrow(&Narrowed::All, at(3)).await.expect("written");
            }
            stranger.execute("BEGIN; SELECT pg_current_xact_id()").await.expect("begun");
            one.narrow(&Narrowed::All, at(3)).await.expect("written");
            let doubtful = end(&one).await;
            writer.execute("COMMIT").await.expect("committed");
            let recent = end(&one).await;
            stranger.execute("COMMIT").await.expect("committed");
            assert_eq!(one.trim_narrowings(at(4), most(5_000)).await.expect("trimmed"), 1_101);
            assert!(page(&one, Some(&doubtful), 9).await.lost && !page(&one, Some(&recent), 9).await.lost);
            let remembered: i64 =
                sqlx::query_scalar("SELECT cardinality(recent)::bigint FROM counterfoil_narrowing_log")
                    .fetch_one(&mut writer)
                    .await
                    .expect("a number");
            assert_eq!(remembered, 1_024);
        });
    }

    /// The log is off in a new database. One node switches it on for all. If it was off meanwhile, its epoch differs.
    #[test]
    fn the_log_of_a_database_is_switched_for_all_nodes() {
        RUNTIME.block_on(async {
            let schema = Schema::new().await;
            let (one, other) = (schema.open().await, schema.open().await);
            let person = Person::somebody();
            let draft = person.pat();
            draft.found(&one).await.expect("a family");
            check_off(&one).await;
            other.clone().with_narrowing_log(true).await.expect("switched on");
            let first = page(&one, None, 9).await;
            other.clone().with_narrowing_log(true).await.expect("no change");
            let _ended = one.revoke(person.all(), revoked(at(1)), at(GONE), most(9)).await.expect("revoked");
            let (steps, _) = walk(&one, &first.next, 9).await;
            assert_eq!(steps, [Narrowed::Family(draft.family.id)]);
            assert_eq!(page(&other, None, 1).await.epoch, first.epoch);
            other.clone().with_narrowing_log(false).await.expect("switched off");
            check_off(&one).await;
            other.clone().with_narrowing_log(true).await.expect("switched on");
            assert_ne!(page(&one, None, 1).await.epoch, first.epoch);
        });
    }

    /// The switch waits for a transaction that has written without the triggers. Otherwise a reader could begin before
    /// the transaction commits, and get no step.
    #[test]
    fn no_write_without_a_step_commits_after_the_log_was_switched_on() {
        RUNTIME.block_on(async {
            let schema = Schema::new().await;
            let store = schema.open_with(PgSetup::default().statement_timeout(Duration::from_millis(500))).await;
            let mut writer = raw(&schema.options()).await;
            for table in ["counterfoil_record", "counterfoil_family"] {
                let write = format!("BEGIN; DELETE FROM {table}");
                sqlx::raw_sql(sqlx::AssertSqlSafe(write)).execute(&mut writer).await.expect("a write");
                let refused = store.clone().with_narrowing_log(true).await;
                assert!(matches!(refused, Err(SetupError::Backend(_))), "{refused:?}");
                check_off(&store).await;
                writer.execute("COMMIT").await.expect("committed");
            }
            store.clone().with_narrowing_log(true).await.expect("nobody writes");
        });
    }

    /// A statement of an earlier version passes no instant to the triggers. Its step is written nevertheless.
    #[test]
    fn a_statement_of_an_earlier_version_writes_its_step() {
        RUNTIME.block_on(async {
            let (schema, one, _other) = logged().await;
            let draft = Person::somebody().pat();
            let id = draft.found(&one).await.expect("a family");
            let before = end(&one).await;
            let mut old = raw(&schema.options()).await;
            let edit = "UPDATE counterfoil_record SET version = version + 1, description = 'x' WHERE id = $1";
            old.execute(sqlx::query(edit).bind(id.as_bytes().to_vec())).await.expect("edited");
            assert_eq!(walk(&one, &before, 9).await.0, [Narrowed::Family(draft.family.id)]);
        });
    }

    /// If somebody has disabled a trigger, the log has a gap. It is off until it is switched on again, with another
    /// epoch.
    #[test]
    fn a_log_with_a_gap_counts_as_off() {
        RUNTIME.block_on(async {
            let (schema, one, other) = logged().await;
            let first = page(&one, None, 1).await.epoch;
            for change in ["DISABLE", "ENABLE"] {
                schema.run(&format!("ALTER TABLE counterfoil_family {change} TRIGGER ALL")).await;
                check_off(&one).await;
            }
            other.clone().with_narrowing_log(true).await.expect("switched on");
            assert_ne!(page(&one, None, 1).await.epoch, first);
            schema.run("DROP TRIGGER counterfoil_record_narrowed ON counterfoil_record").await;
            check_off(&one).await;
            let refused = PgStore::connect(schema.options()).await.expect_err("refused").to_string();
            assert!(refused.contains("a trigger of the log"), "{refused}");
        });
    }

    /// Only the owner of the tables switches the log, and not if a role would then fail to write its steps.
    #[test]
    fn a_role_that_may_not_write_steps_is_named() {
        RUNTIME.block_on(async {
            let schema = Schema::new().await;
            let owner = schema.open().await;
            let (name, writer) = (schema.name(), format!("{}_writer", schema.name()));
            superuser(&format!("CREATE ROLE {writer} LOGIN")).await;
            schema
                .run(&format!(
                    "GRANT USAGE ON SCHEMA {name} TO {writer};
                 GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {name} TO {writer};
                 REVOKE ALL ON counterfoil_narrowing, counterfoil_narrowing_log FROM {writer}"
                ))
                .await;
            let writing = || schema.options().username(&writer).options([("search_path", name)]);
            PgStore::connect(writing()).await.expect("the log is off").close().await;
            let refused = owner.clone().with_narrowing_log(true).await.expect_err("refused").to_string();
            assert!(refused.contains(&format!("GRANT INSERT ON counterfoil_narrowing TO {writer}")), "{refused}");
            check_off(&owner).await;
            let rights = format!("ON counterfoil_narrowing, counterfoil_narrowing_log TO {writer}");
            schema.run(&format!("GRANT SELECT, INSERT, UPDATE, DELETE {rights}")).await;
            let other = PgStore::connect(writing()).await.expect("a store");
            let refused = other.clone().with_narrowing_log(true).await.expect_err("refused").to_string();
            assert!(refused.contains("only the owner"), "{refused}");
            owner.clone().with_narrowing_log(true).await.expect("switched on");
            check_pages(&other, &owner).await;
            check_trim(&other, &owner).await;
            schema.run(&format!("REVOKE INSERT ON counterfoil_narrowing FROM {writer}")).await;
            let refused = PgStore::connect(writing()).await.expect_err("refused").to_string();
            assert!(refused.contains("the role may not write it"), "{refused}");
            drop(owner);
        });
    }

    /// A server that was killed can give ids of transactions out again, and a restored one does. So its epoch is
    /// another one after each start.
    #[test]
    fn the_epoch_is_another_one_after_the_server_was_started_again() {
        RUNTIME.block_on(async {
            let mut server = Postgres::start();
            let store = PgStore::connect(options(server.port()).username("postgres")).await.expect("a store");
            store.clone().with_narrowing_log(true).await.expect("switched on");
            store.narrow(&Narrowed::All, at(1)).await.expect("written");
            let before = page(&store, None, 1).await;
            assert_eq!(page(&store, None, 1).await, before, "the control: it stays while the server runs");
            server.kill();
            server.start_again();
            let after = page(&store, Some(&before.next), 9).await;
            assert!(after.epoch != before.epoch && !after.lost && after.steps.is_empty(), "{after:?}");
        });
    }
}
