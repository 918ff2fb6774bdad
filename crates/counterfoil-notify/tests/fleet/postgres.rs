//! Runs the tests on PostgreSQL.

use counterfoil_sql::PgStore;
use counterfoil_sql::sqlx::postgres::PgConnectOptions;
use counterfoil_testkit::servers;

use crate::host::Backend;

pub struct Postgres(servers::Postgres);

impl Backend for Postgres {
    const NAME: &'static str = "postgres";
    type Store = PgStore;

    fn start() -> Self {
        Self(servers::Postgres::start())
    }

    fn address(&self) -> String {
        self.0.port().to_string()
    }

    async fn open(address: &str) -> PgStore {
        let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(address.parse().expect("a port"));
        PgStore::connect(options.username("postgres").database("postgres")).await.expect("a store")
    }
}

#[test]
#[ignore = "run by another test, as a process"]
fn a_process() {
    crate::serve::<Postgres>();
}

#[test]
#[ignore = "run by another test, as a process"]
fn a_process_to_be_killed() {
    crate::run_on::<Postgres>();
}

#[test]
fn notice_1_four_processes_on_postgresql_send_each_notice_once() {
    crate::each_notice_once::<Postgres>("postgres::a_process");
}

#[test]
fn notice_1_where_processes_are_killed_none_is_lost_on_postgresql() {
    crate::none_lost_where_processes_are_killed::<Postgres>("postgres::a_process_to_be_killed");
}
