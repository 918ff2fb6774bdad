//! Runs the test on a single Redis node.

use std::time::Duration;

use counterfoil_redis::{Options, RedisStore};
use counterfoil_testkit::servers::redis::RedisServer;

use crate::host::{Backend, Failed};

struct Redis(RedisServer);

impl Backend for Redis {
    const NAME: &'static str = "redis";
    type Store = RedisStore;

    fn start() -> Self {
        Self(RedisServer::start())
    }

    fn address(&self) -> String {
        self.0.url()
    }

    async fn open(address: &str) -> Result<RedisStore, Failed> {
        Ok(RedisStore::open(address, Options::new().volatile().with_narrowing_log()).await?)
    }

    fn stall(&self, time: Duration) {
        self.0.suspend_for(time);
    }
}

#[test]
#[ignore = "run by another test, as a process"]
fn a_process() {
    crate::verifier::serve::<Redis>();
}

#[test]
fn fleet_1_four_processes_on_redis_accept_nothing_from_effective_by_on() {
    crate::no_acceptance_ends_at_the_bound_or_later::<Redis>("redis::a_process");
}
