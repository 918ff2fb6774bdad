//! Tests fail-overs of a single node and of a cluster's node. No answer comes from a node that is not the primary, and
//! the store recovers by itself. By default each test has one round. With `COUNTERFOIL_SCALE=soak` it has twenty rounds
//! and prints how long the recovery took.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so")]

mod support;

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use counterfoil::store::{Inserted, StoreError, TokenStore};
use counterfoil::types::RecordId;
use counterfoil_conformance::sample::{Draft, GONE, Person, at, most, revoked};
use counterfoil_conformance::{Fixture, Scale, Store, Subject, Task, hold, scale};
use counterfoil_redis::{Options, RedisStore, SetupError, Waits};
use support::RUNTIME;
use support::backend::CLUSTER;
use support::pair::{Pair, SOON, now};

/// The time for which a check of a node's role is valid.
const INTERVAL: Duration = Duration::from_secs(1);

fn rounds() -> usize {
    if scale() == Scale::SOAK { 20 } else { 1 }
}

/// How the test makes the store's address lead to a node that is not the primary.
#[derive(Clone, Copy)]
enum How {
    /// The primary becomes a replica, and its replica is promoted. The address still leads to the demoted node. Later
    /// it leads to the new primary.
    InPlace,
    /// The address leads to a replica that receives no more writes. Later it leads to a primary.
    ByAddress,
}

/// A fixture for the conformance suite. Each database of the suite is a pair of servers of its own.
struct Pairs(How);

#[async_trait]
impl Fixture for Pairs {
    type Database = Pair;

    async fn create(&self) -> Pair {
        Pair::start().await
    }

    async fn open(&self, pair: &Pair) -> Store {
        Arc::new(pair.open(Options::new()).await)
    }

    async fn demote(&self, pair: &Pair, demoted: bool) -> Option<Store> {
        let primary = match self.0 {
            How::InPlace => 1,
            How::ByAddress => 0,
        };
        match (self.0, demoted) {
            (How::InPlace, true) => {
                pair.caught_up(1, 0).await;
                pair.promote(1);
                pair.lose_the_primary(0);
                tokio::time::sleep(INTERVAL).await;
            }
            (How::InPlace, false) => pair.address.lead_to(pair.servers[1].port()),
            (How::ByAddress, true) => {
                pair.caught_up(1, 0).await;
                pair.lose_the_primary(1);
                pair.lead_to(1);
            }
            (How::ByAddress, false) => pair.lead_to(0),
        }
        Some(Arc::new(pair.open_at(primary).await))
    }

    fn block_on(&self, task: Task<'_>) {
        RUNTIME.block_on(task);
    }
}

#[test]
fn fault_g2_nothing_is_answered_by_a_primary_that_was_demoted_in_place() {
    hold("no_replica_answers", &Subject::new(Pairs(How::InPlace)));
}

#[test]
fn fault_g1_nothing_is_answered_by_a_replica_that_the_address_leads_to() {
    hold("no_replica_answers", &Subject::new(Pairs(How::ByAddress)));
}

/// The measurements of all rounds.
#[derive(Default)]
struct Tally {
    /// The number of wrong answers.
    wrong: u32,
    /// The number of passes over the records in which a read was unavailable.
    unavailable: u32,
    /// For each round, the time until the store worked again.
    recovered: Vec<Duration>,
}

impl Tally {
    fn tell(mut self, what: &str) {
        self.recovered.sort_unstable();
        let (median, longest) = (self.recovered[self.recovered.len() / 2], self.recovered[self.recovered.len() - 1]);
        println!(
            "{what}: {} fail-overs, {} wrong answers, {} times reads were unavailable, served again after {median:.2?} (median), {longest:.2?} (longest)",
            self.recovered.len(),
            self.wrong,
            self.unavailable
        );
        assert_eq!(self.wrong, 0);
        assert!(longest < SOON);
    }

    /// Reads all records again and again for `time`. All of these records are revoked. Counts the answers that do not
    /// say "revoked", and how often at least one of the records could not be read.
    async fn read(&mut self, store: &RedisStore, ids: &[RecordId], time: Duration) {
        let begun = now();
        loop {
            let all = self.read_once(store, ids).await;
            self.unavailable += u32::from(!all);
            if begun.elapsed() >= time {
                return;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Reads each record once, and counts the answers that do not say "revoked". Returns whether every read was
    /// answered.
    async fn read_once(&mut self, store: &RedisStore, ids: &[RecordId]) -> bool {
        let mut all = true;
        for id in ids {
            match store.get(id).await {
                Ok(found) => self.wrong += u32::from(found.is_none_or(|found| found.revoked().is_none())),
                Err(StoreError::Unavailable { .. }) => all = false,
                Err(other) => panic!("{other:?}"),
            }
        }
        all
    }

    /// Waits until the store works again: it must answer a read of each record, and then the same number of inserts,
    /// without a failure in between.
    async fn recover(&mut self, store: &RedisStore, ids: &[RecordId]) {
        let begun = now();
        loop {
            let mut served = self.read_once(store, ids).await;
            for _ in ids {
                let draft = Person::somebody().pat();
                let write = store.insert(draft.home(None), &draft.records, at(0)).await;
                served &= matches!(write, Ok(Inserted::Done));
            }
            if served {
                break self.recovered.push(begun.elapsed());
            }
            assert!(begun.elapsed() < SOON, "it does not serve");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

async fn revoke(store: &RedisStore, person: &Person, draft: &Draft) {
    let done = store.revoke(person.family(draft.family.id), revoked(at(1)), at(GONE), most(1)).await;
    assert_eq!(done.expect("an answer").changed, 1);
}

/// The replica does not get the revocation of the token, and then the store's address leads to this replica. A round
/// ends in one of two ways: the replica gets the revocation and is promoted, or the address leads to the old primary
/// again. Checks that no read ever returns the token as live.
#[test]
fn fault_g1_no_read_tells_a_revoked_token_as_live_after_a_fail_over() {
    RUNTIME.block_on(async {
        let mut tally = Tally::default();
        for round in 0..rounds() {
            let (pair, person) = (Pair::start().await, Person::somebody());
            let store = pair.open(Options::new()).await;
            let draft = person.pat();
            let id = draft.found(&store).await.expect("a record");
            pair.caught_up(1, 0).await;
            pair.lose_the_primary(1);
            revoke(&store, &person, &draft).await;
            pair.lead_to(1);
            tally.read(&store, &[id], Duration::from_millis(300)).await;
            let error = store.get(&id).await.expect_err("nothing is read from a replica");
            let source = std::error::Error::source(&error).and_then(|source| source.downcast_ref::<SetupError>());
            assert!(source.is_some_and(|refused| refused.to_string().contains("it is a replica")), "{error:?}");
            if round % 2 == 0 {
                pair.follow(1, 0).await;
                pair.promote(1);
            } else {
                pair.lead_to(0);
            }
            tally.recover(&store, &[id]).await;
        }
        assert!(tally.unavailable > 0, "the control");
        tally.tell("a replica behind the address");
    });
}

/// The primary becomes a replica while the store reads from it and writes to it. The token is revoked on the new
/// primary. Later the address leads to a primary again. Checks that no read returns the token as live, and that the
/// store recovers without a restart.
#[test]
fn fault_g2_a_primary_that_was_demoted_in_place_is_left_within_a_second() {
    RUNTIME.block_on(async {
        let mut tally = Tally::default();
        for round in 0..rounds() {
            let (pair, person) = (Pair::start().await, Person::somebody());
            let store = pair.open(Options::new()).await;
            let draft = person.pat();
            let id = draft.found(&store).await.expect("a record");
            pair.caught_up(1, 0).await;
            pair.promote(1);
            pair.lose_the_primary(0);
            let demoted = now();
            // In every second round, the store only reads until it has left the demoted node. In the other rounds, it
            // tries a write, which must be refused.
            let other = pair.open_at(1).await;
            if round % 2 == 0 {
                while store.get(&id).await.is_ok() {
                    assert!(demoted.elapsed() < INTERVAL * 2, "it is read for too long");
                    tokio::time::sleep(Duration::from_millis(2)).await;
                }
            } else {
                let draft = Person::somebody().pat();
                let refused = store.insert(draft.home(None), &draft.records, at(0)).await;
                let known = matches!(refused, Err(StoreError::Unavailable { maybe_done: false, retry: true, .. }));
                assert!(known, "{refused:?}");
            }
            revoke(&other, &person, &draft).await;
            tally.read(&store, &[id], Duration::from_millis(300)).await;
            if round % 4 < 2 {
                pair.address.lead_to(pair.servers[1].port());
            } else {
                pair.follow(0, 1).await;
                pair.promote(0);
            }
            tally.recover(&store, &[id]).await;
        }
        assert!(tally.unavailable > 0, "the control");
        tally.tell("a primary demoted in place");
    });
}

/// The address leads to another server, but the open connection is not cut. A write then opens a new connection, which
/// leads to a node that is not a primary. From then on, reads must not use the old connection either.
#[test]
fn fault_g1_what_a_new_connection_finds_out_holds_for_the_one_that_is_open() {
    RUNTIME.block_on(async {
        let (pair, person) = (Pair::start().await, Person::somebody());
        let waits = Waits::new(NonZeroU32::MIN, Duration::from_secs(2));
        let store = pair.open(Options::new().waits(waits)).await;
        let draft = person.pat();
        let id = Person::somebody().pat().found(&pair.open_at(0).await).await.expect("a record");
        assert!(store.get(&id).await.is_ok_and(|found| found.is_some()), "it is asked, and says that it is a primary");
        pair.address.lead_to(pair.servers[1].port());
        let refused = store.insert(draft.home(None), &draft.records, at(0)).await;
        assert!(matches!(refused, Err(StoreError::Unavailable { maybe_done: false, .. })), "{refused:?}");
        let answer = store.get(&id).await;
        assert!(
            matches!(answer, Err(StoreError::Unavailable { .. })),
            "the connection of the reads leads nowhere: {answer:?}"
        );
        pair.address.lead_to(pair.servers[0].port());
        let begun = now();
        while store.get(&id).await.is_err() {
            assert!(begun.elapsed() < SOON, "it does not serve");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
}

/// Revokes tokens in a cluster. Then a replica becomes a primary and the old primary becomes its replica, while the
/// store reads the revoked tokens. Checks that no read returns one of them as live.
#[test]
fn fault_g1_a_node_of_a_cluster_that_became_a_replica_answers_nothing() {
    RUNTIME.block_on(async {
        let store = RedisStore::open_cluster(CLUSTER.urls(), Options::new().prefix("demotion")).await.expect("a store");
        let mut tally = Tally::default();
        for _ in 0..rounds() {
            let mut ids = Vec::new();
            for _ in 0..24 {
                let person = Person::somebody();
                let draft = person.pat();
                ids.push(draft.found(&store).await.expect("a record"));
                revoke(&store, &person, &draft).await;
            }
            CLUSTER.settle();
            let replica = (0..CLUSTER.len()).find(|node| !CLUSTER.primaries().contains(node)).expect("a replica");
            let (begun, mut tries) = (now(), 0);
            while !CLUSTER.primaries().contains(&replica) {
                // Five seconds after a manual fail-over began, the server gives it up if it has too few votes.
                if begun.elapsed() >= Duration::from_secs(6) * tries {
                    assert_eq!(CLUSTER.cli(replica, &["CLUSTER", "FAILOVER"]).trim(), "OK");
                    tries += 1;
                }
                tally.read(&store, &ids, Duration::ZERO).await;
                assert!(tries < 10, "it is not elected");
            }
            tally.recover(&store, &ids).await;
        }
        tally.tell("a cluster's primary demoted");
    });
}

/// If the configuration of one node allows this node to evict records, the whole cluster counts as unavailable. A newly
/// elected primary can have such a configuration.
#[test]
fn fault_g15_a_node_of_a_cluster_that_throws_records_away_is_an_outage() {
    RUNTIME.block_on(async {
        let cluster = counterfoil_testkit::servers::redis::RedisCluster::start();
        let store = RedisStore::open_cluster(cluster.urls(), Options::new()).await.expect("a store");
        let draft = Person::somebody().pat();
        let id = draft.found(&store).await.expect("a record");
        let node = cluster.primaries()[1];
        for (policy, served) in [("allkeys-lru", false), ("noeviction", true)] {
            assert_eq!(cluster.cli(node, &["CONFIG", "SET", "maxmemory-policy", policy]).trim(), "OK");
            let begun = now();
            while store.get(&id).await.is_ok() != served {
                assert!(begun.elapsed() < SOON);
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
    });
}
