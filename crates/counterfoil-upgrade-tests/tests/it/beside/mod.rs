//! Tests in which a node of the last version and a node of this version use one database at the same time.
//! `.ci/upgrade` builds both demos and runs these tests.

mod load;
mod node;
mod person;

use std::path::PathBuf;

use counterfoil_testkit::servers::Postgres;
use counterfoil_testkit::servers::redis::RedisServer;

use crate::support::RUNTIME;

/// The path of the demo in this environment variable.
fn program(variable: &str) -> PathBuf {
    let path = std::env::var_os(variable).unwrap_or_else(|| panic!("{variable} is not set: run `.ci/upgrade`"));
    std::fs::canonicalize(path).unwrap_or_else(|error| panic!("{variable}: {error}"))
}

fn serve(store: &str) {
    let (old, new) = (program("COUNTERFOIL_OLD_DEMO"), program("COUNTERFOIL_NEW_DEMO"));
    RUNTIME.block_on(load::run(&old, &new, store));
}

#[test]
#[ignore = "needs the demo of the last version: `.ci/upgrade` builds it"]
fn compat_4_a_node_of_the_last_version_and_one_of_this_serve_one_postgres_database() {
    let server = Postgres::start();
    serve(&format!("postgres://postgres@127.0.0.1:{}/postgres", server.port()));
}

#[test]
#[ignore = "needs the demo of the last version: `.ci/upgrade` builds it"]
fn compat_4_a_node_of_the_last_version_and_one_of_this_serve_one_redis_server() {
    let server = RedisServer::start();
    serve(&server.url());
}

#[test]
#[ignore = "needs the demo of the last version: `.ci/upgrade` builds it"]
fn compat_4_a_node_of_the_last_version_and_one_of_this_serve_one_valkey_server() {
    let server = RedisServer::start_valkey();
    serve(&server.url());
}
