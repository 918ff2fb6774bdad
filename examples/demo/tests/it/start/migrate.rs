//! Tests that a separate command can update the schema before the demo starts.

use std::process::Output;

use counterfoil_sql::sqlx::postgres::PgConnectOptions;
use counterfoil_sql::sqlx::{ConnectOptions as _, raw_sql};
use counterfoil_testkit::servers::Postgres;

use crate::support::tempfile::TempDir;
use crate::support::{Server, program, refused};

/// The statements that grant the role of the service its rights in the owner's schema. The README of the stores lists
/// them.
const RIGHTS: &str = "
GRANT USAGE ON SCHEMA counterfoil TO service;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA counterfoil TO service;
";

fn migrated(store: &str) -> Output {
    let folder = TempDir::new().expect("a folder");
    let mut command = program(folder.path());
    // The flag may be after the command.
    let output = command.args(["migrate", "--store", store]).output().expect("the demo runs");
    assert!(output.status.success(), "{output:?}");
    let left: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").collect();
    assert!(left.is_empty(), "it makes no keys and no profiles: {left:?}");
    output
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("text")
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_d6_a_role_that_may_not_create_starts_after_the_owner_has_migrated() {
    let database = Postgres::start();
    let superuser = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(database.port()).username("postgres");
    let mut superuser = superuser.database("postgres").connect().await.expect("connected");
    let roles = "CREATE ROLE keeper LOGIN; CREATE ROLE service LOGIN; CREATE SCHEMA counterfoil AUTHORIZATION keeper;
        ALTER DATABASE postgres SET search_path = counterfoil; GRANT USAGE ON SCHEMA counterfoil TO service";
    raw_sql(roles).execute(&mut superuser).await.expect("the superuser may");
    let store = |role: &str| format!("postgres://{role}@127.0.0.1:{}/postgres", database.port());
    let starts = |store: String| {
        move |command: &mut std::process::Command| {
            command.env("COUNTERFOIL_STORE", store);
        }
    };
    let output = refused(starts(store("service")));
    assert!(output.contains("run `counterfoil-demo migrate` first"), "{output}");
    assert!(output.contains("the schema is of version 0"), "{output}");
    assert_eq!(said(&migrated(&store("keeper"))), "the schema is up to date\n");
    raw_sql(RIGHTS).execute(&mut superuser).await.expect("the superuser may");
    assert_eq!(said(&migrated(&store("keeper"))), "the schema is up to date\n", "again, which changes nothing");
    assert_eq!(said(&migrated(&store("service"))), "the schema is up to date\n", "and needs no right then");
    let server = Server::start(&store("service"));
    let access = server.access("ivan", "ivan").await;
    assert_eq!(server.call("GET", "/api/v1/whoami", &access, None).await.0, 200);
    // Makes the schema look as if only its first three migrations had run. So the demo must find that the schema is
    // outdated.
    let behind = "DELETE FROM counterfoil.counterfoil_schema WHERE version > 3";
    raw_sql(behind).execute(&mut superuser).await.expect("the superuser may");
    let output = refused(starts(store("service")));
    assert!(output.contains("run `counterfoil-demo migrate` first") && output.contains("of version 3"), "{output}");
}

#[test]
fn fault_d6_every_kind_of_store_says_what_migrating_came_to() {
    for store in ["memory:", "redis://127.0.0.1:1", "redis-cluster://127.0.0.1:1"] {
        assert!(said(&migrated(store)).starts_with("there is nothing to migrate"), "{store}");
    }
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("made.db");
    assert_eq!(said(&migrated(&format!("sqlite://{}", path.display()))), "the schema is up to date\n");
    assert!(std::fs::metadata(path).expect("a file").len() > 0);
    let help = program(folder.path()).arg("--help").output().expect("the demo runs");
    assert!(said(&help).contains("migrate") && said(&help).starts_with("A server to try"), "{}", said(&help));
    let output = refused(|command| {
        command.args(["migrate", "--store", "mysql://user:hunter2@localhost"]);
    });
    assert!(output.contains("COUNTERFOIL_STORE") && !output.contains("hunter2"), "{output}");
}
