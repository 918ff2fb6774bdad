//! A primary, its replica, and an address that leads to one of the two.

use std::time::{Duration, Instant};

use counterfoil_redis::{Options, RedisStore};
use counterfoil_testkit::servers::redis::RedisServer;

use super::proxy::Proxy;

/// A port on which no server listens.
const NOWHERE: &str = "1";
/// The longest time that a store may need until it works again after a fail-over.
pub const SOON: Duration = Duration::from_secs(10);

/// Two servers, and an address that leads to one of them. The store under test uses the address.
pub struct Pair {
    pub servers: [RedisServer; 2],
    pub address: Proxy,
}

impl Pair {
    /// Starts both servers. The first is the primary, and the second is its replica. The address leads to the first.
    pub async fn start() -> Self {
        // With these settings a replica synchronises at once, and notices a lost link soon.
        let settings = [("repl-diskless-sync-delay", "0"), ("repl-timeout", "5")];
        let servers = [RedisServer::start_with(&settings), RedisServer::start_with(&settings)];
        let address = Proxy::to(servers[0].port()).await;
        let pair = Self { servers, address };
        pair.follow(1, 0).await;
        pair
    }

    /// Opens a store through the address.
    pub async fn open(&self, options: Options) -> RedisStore {
        RedisStore::open(self.address.url(), options).await.expect("a store")
    }

    /// Opens a store directly on one server.
    pub async fn open_at(&self, server: usize) -> RedisStore {
        RedisStore::open(self.servers[server].url(), Options::new()).await.expect("a store")
    }

    /// Makes the server `one` a replica of the server `other`. Waits until the replica has all data.
    pub async fn follow(&self, one: usize, other: usize) {
        let port = self.servers[other].port().to_string();
        self.set_role(one, &["127.0.0.1", &port]);
        soon(|| self.info(one).contains("master_link_status:up")).await;
        self.caught_up(one, other).await;
    }

    /// Waits until the replica has all data of the primary.
    pub async fn caught_up(&self, replica: usize, primary: usize) {
        let offset = |server: usize| {
            let info = self.info(server);
            info.lines()
                .find_map(|line| line.strip_prefix("master_repl_offset:").map(|offset| offset.trim().to_owned()))
        };
        soon(|| offset(replica) == offset(primary)).await;
    }

    /// Makes a server a replica that answers reads but receives no data.
    pub fn lose_the_primary(&self, server: usize) {
        self.set_role(server, &["127.0.0.1", NOWHERE]);
    }

    pub fn promote(&self, server: usize) {
        self.set_role(server, &["NO", "ONE"]);
    }

    /// Makes the address lead to that server, and cuts the existing connections.
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

/// Returns the real time. It limits how long a test waits for servers.
#[expect(clippy::disallowed_methods, reason = "servers are waited for, not the injected clock")]
pub fn now() -> Instant {
    Instant::now()
}

/// Waits until the condition is true, at most [`SOON`].
pub async fn soon(mut is_so: impl FnMut() -> bool) {
    let begun = now();
    while !is_so() {
        assert!(begun.elapsed() < SOON, "it does not come to pass");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
