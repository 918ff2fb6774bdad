//! A primary, its replica, and an address that leads to one of them.

use std::time::{Duration, Instant};

use counterfoil_redis::{Options, RedisStore};
use counterfoil_testkit::servers::redis::RedisServer;

use super::proxy::Proxy;

/// Nobody listens there.
const NOWHERE: &str = "1";
/// How soon a store serves again.
pub const SOON: Duration = Duration::from_secs(10);

/// Two servers. The address is what the store under test knows.
pub struct Pair {
    pub servers: [RedisServer; 2],
    pub address: Proxy,
}

impl Pair {
    /// The first is the primary, the second follows it, and the address leads to the first.
    pub async fn start() -> Self {
        // A replica asks at once, and a lost link is noticed soon.
        let settings = [("repl-diskless-sync-delay", "0"), ("repl-timeout", "5")];
        let servers = [RedisServer::start_with(&settings), RedisServer::start_with(&settings)];
        let address = Proxy::to(servers[0].port()).await;
        let pair = Self { servers, address };
        pair.follow(1, 0).await;
        pair
    }

    /// A store by the address.
    pub async fn open(&self, options: Options) -> RedisStore {
        RedisStore::open(self.address.url(), options).await.expect("a store")
    }

    /// A store by an address of the server's own.
    pub async fn open_at(&self, server: usize) -> RedisStore {
        RedisStore::open(self.servers[server].url(), Options::new()).await.expect("a store")
    }

    /// One server becomes the other's replica, and has all of it when this returns.
    pub async fn follow(&self, one: usize, other: usize) {
        let port = self.servers[other].port().to_string();
        self.set_role(one, &["127.0.0.1", &port]);
        soon(|| self.info(one).contains("master_link_status:up")).await;
        self.caught_up(one, other).await;
    }

    /// The replica has what the primary has.
    pub async fn caught_up(&self, replica: usize, primary: usize) {
        let offset = |server: usize| {
            let info = self.info(server);
            info.lines()
                .find_map(|line| line.strip_prefix("master_repl_offset:").map(|offset| offset.trim().to_owned()))
        };
        soon(|| offset(replica) == offset(primary)).await;
    }

    /// A replica that can be read and gets nothing.
    pub fn lose_the_primary(&self, server: usize) {
        self.set_role(server, &["127.0.0.1", NOWHERE]);
    }

    pub fn promote(&self, server: usize) {
        self.set_role(server, &["NO", "ONE"]);
    }

    /// The address leads to that server; who is connected is cut.
    pub fn lead_to(&self, server: usize) {
        self.address.lead_to(self.servers[server].port());
        self.address.cut();
    }

    fn set_role(&self, server: usize, of: &[&str]) {
        let answer = self.servers[server].cli(&[&["REPLICAOF"], of].concat());
        assert!(answer.starts_with("OK"), "{answer}");
    }

    fn info(&self, server: usize) -> String {
        self.servers[server].cli(&["INFO", "replication"])
    }
}

/// A bound in real time: servers are waited for.
#[expect(clippy::disallowed_methods, reason = "servers are waited for, not the injected clock")]
pub fn now() -> Instant {
    Instant::now()
}

/// Looks again until it is so.
pub async fn soon(mut is_so: impl FnMut() -> bool) {
    let begun = now();
    while !is_so() {
        assert!(begun.elapsed() < SOON, "it does not come to pass");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
