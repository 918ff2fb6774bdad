//! Tests that the log has another epoch after a server can have lost steps.

use std::time::Duration;

use super::{Reader, family, page};
use crate::support::RUNTIME;
use crate::support::pair::{Pair, SOON, now};
use counterfoil::store::{LogPosition, NarrowingLog as _, Narrowings, TokenStore};
use counterfoil_conformance::sample::{Draft, GONE, Person, at, most, revoked};
use counterfoil_redis::{Options, RedisStore};
use counterfoil_testkit::servers::redis::{RedisCluster, RedisServer};

async fn revoke(store: &RedisStore, person: &Person, draft: &Draft) {
    let done = store.revoke(person.family(draft.family.id), revoked(at(1)), at(GONE), most(1)).await;
    assert_eq!(done.expect("an answer").changed, 1);
}

/// Reads a page as soon as the store answers again.
async fn soon(store: &RedisStore, after: &LogPosition) -> Narrowings {
    let begun = now();
    loop {
        match store.narrowings(Some(after), most(100)).await {
            Ok(page) => return page,
            Err(error) => assert!(begun.elapsed() < SOON * 3, "{error:?}"),
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[test]
fn a_server_that_starts_again_has_another_epoch_and_keeps_its_steps() {
    let mut server = RedisServer::start_with(&[("appendfsync", "always")]);
    RUNTIME.block_on(async {
        let store = RedisStore::open(server.url(), Options::new().with_narrowing_log()).await.expect("a store");
        let (person, mut reader) = (Person::somebody(), Reader::begin(&store).await);
        let draft = person.pat();
        draft.found(&store).await.expect("a record");
        let begin = reader.at.clone();
        revoke(&store, &person, &draft).await;
        assert_eq!(reader.read(&store).await.len(), 1);
        server.restart();
        let after = soon(&store, &begin).await;
        assert!(after.epoch != reader.epoch && !after.lost);
        assert_eq!((after.steps, after.next), (vec![family(&draft)], reader.at));
    });
}

#[test]
fn a_valkey_server_that_starts_again_has_another_epoch() {
    let mut server = RedisServer::start_valkey();
    RUNTIME.block_on(async {
        let store = RedisStore::open(server.url(), Options::new().with_narrowing_log()).await.expect("a store");
        let before = page(&store, None, 1).await;
        server.restart();
        assert_ne!(soon(&store, &before.next).await.epoch, before.epoch);
    });
}

/// The primary loses its last step in a fail-over, and the new primary writes another step with the same number. The
/// reader has read the lost step, so only the epoch shows that it misses the other one.
#[test]
fn a_replica_that_lost_steps_has_another_epoch() {
    RUNTIME.block_on(async {
        let (pair, person) = (Pair::start().await, Person::somebody());
        let store = pair.open(Options::new().with_narrowing_log()).await;
        let (lost, kept) = (person.pat(), person.pat());
        for draft in [&lost, &kept] {
            draft.found(&store).await.expect("a record");
        }
        pair.caught_up(1, 0).await;
        pair.lose_the_primary(1);
        let mut reader = Reader::begin(&store).await;
        revoke(&store, &person, &lost).await;
        assert_eq!(reader.read(&store).await.len(), 1);
        pair.promote(1);
        revoke(&pair.open_at(1).await, &person, &kept).await;
        pair.lead_to(1);
        let page = soon(&store, &reader.at).await;
        assert_eq!((page.steps.len(), page.lost, &page.next), (0, false, &reader.at), "the control");
        assert_ne!(page.epoch, reader.epoch);
    });
}

/// A primary of a cluster is replaced by its replica. Then slots are moved from one primary to another. The store reads
/// the log again after both, with another epoch each time, and misses no step.
#[test]
fn a_cluster_whose_nodes_or_slots_changed_has_another_epoch() {
    RUNTIME.block_on(async {
        let cluster = RedisCluster::start();
        let store =
            RedisStore::open_cluster(cluster.urls(), Options::new().with_narrowing_log()).await.expect("a store");
        let mut epochs = vec![page(&store, None, 1).await.epoch];
        assert_eq!(page(&store, None, 1).await.epoch, epochs[0], "it stays");
        let replica = (0..cluster.len()).find(|node| !cluster.primaries().contains(node)).expect("a replica");
        let fail_over = || {
            let (begun, mut tries) = (now(), 0);
            while !cluster.primaries().contains(&replica) {
                if begun.elapsed() >= Duration::from_secs(6) * tries {
                    assert_eq!(cluster.cli(replica, &["CLUSTER", "FAILOVER"]).trim(), "OK");
                    tries += 1;
                }
                assert!(tries < 10, "it is not elected");
            }
            cluster.settle();
        };
        let move_slots = || {
            let ids: Vec<String> =
                cluster.primaries().iter().map(|node| cluster.cli(*node, &["CLUSTER", "MYID"])).collect();
            let moved = cluster.cli(
                0,
                &[
                    "--cluster",
                    "reshard",
                    cluster.urls()[0].trim_start_matches("redis://"),
                    "--cluster-from",
                    ids[0].trim(),
                    "--cluster-to",
                    ids[1].trim(),
                    "--cluster-slots",
                    "1000",
                    "--cluster-yes",
                ],
            );
            assert!(moved.contains("Moving slot") && !moved.contains("ERR"), "{moved}");
            cluster.settle();
        };
        for change in [&fail_over as &dyn Fn(), &move_slots] {
            let begin = page(&store, None, 1).await.next;
            let mut revocations = Vec::new();
            for _ in 0..50 {
                let person = Person::somebody();
                let draft = person.pat();
                draft.found(&store).await.expect("a record");
                revoke(&store, &person, &draft).await;
                revocations.push(family(&draft));
            }
            change();
            let after = soon(&store, &begin).await;
            assert!(!epochs.contains(&after.epoch) && !after.lost);
            epochs.push(after.epoch);
            assert!(revocations.iter().all(|step| after.steps.contains(step)), "a step is missing");
            assert_eq!(page(&store, Some(&after.next), 1).await.steps, []);
        }
    });
}
