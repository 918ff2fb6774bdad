//! Runs the test on PostgreSQL.

use std::time::Duration;

use counterfoil_sql::PgStore;
use counterfoil_sql::sqlx::postgres::PgConnectOptions;
use counterfoil_testkit::servers;

use crate::host::{Backend, Failed};

struct Postgres(servers::Postgres);

impl Backend for Postgres {
    const NAME: &'static str = "postgres";
    type Store = PgStore;

    fn start() -> Self {
        Self(servers::Postgres::start())
    }

    fn address(&self) -> String {
        self.0.port().to_string()
    }

    async fn open(address: &str) -> Result<PgStore, Failed> {
        let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(address.parse().expect("a port"));
        let store = PgStore::connect(options.username("postgres").database("postgres")).await?;
        Ok(store.with_narrowing_log(true).await?)
    }

    fn stall(&self, time: Duration) {
        self.0.suspend_for(time);
    }
}

#[test]
#[ignore = "run by another test, as a process"]
fn a_process() {
    crate::verifier::serve::<Postgres>();
}

#[test]
fn fleet_1_four_processes_on_postgresql_accept_nothing_from_effective_by_on() {
    crate::no_acceptance_ends_at_the_bound_or_later::<Postgres>("postgres::a_process");
}
