//! Runs the tests on a single Redis node.

use counterfoil_redis::{Options, RedisStore};
use counterfoil_testkit::servers::redis::RedisServer;

use crate::host::Backend;

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

    async fn open(address: &str) -> RedisStore {
        RedisStore::open(address, Options::new().volatile()).await.expect("a store")
    }
}

#[test]
#[ignore = "run by another test, as a process"]
fn a_process() {
    crate::serve::<Redis>();
}

#[test]
#[ignore = "run by another test, as a process"]
fn a_process_to_be_killed() {
    crate::run_on::<Redis>();
}

#[test]
fn notice_1_four_processes_on_redis_send_each_notice_once() {
    crate::each_notice_once::<Redis>("redis::a_process");
}

#[test]
fn notice_1_where_processes_are_killed_none_is_lost_on_redis() {
    crate::none_lost_where_processes_are_killed::<Redis>("redis::a_process_to_be_killed");
}
