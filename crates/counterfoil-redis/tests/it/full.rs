//! Tests a server that accepts no writes because its memory or its disk is full. Reads still succeed. A write returns
//! `Unavailable` and has changed nothing. No record is reported as missing. When the server has space again, the same
//! calls succeed.

use std::fmt::Debug;

use crate::support::{RUNTIME, canary};
use counterfoil::store::{Applied, Inserted, Rotated, StoreError, TokenStore};
use counterfoil::types::{RecordId, Version};
use counterfoil_conformance::sample::{Draft, GONE, Person, at, describe_as, most, must_get, revoked, supersede};
use counterfoil_redis::{Options, RedisStore};
use counterfoil_testkit::servers::redis::RedisServer;

#[test]
fn a_full_memory_is_unavailable_and_passes() {
    let server = RedisServer::start();
    // Any data exceeds a memory limit of one byte.
    goes_through_it(&server, |full| {
        assert_eq!(server.cli(&["CONFIG", "SET", "maxmemory", if full { "1" } else { "0" }]).trim(), "OK");
    });
}

#[test]
fn a_full_disk_is_unavailable_and_passes() {
    let mut server = RedisServer::start();
    let ids = goes_through_it(&server, |full| server.fill_disk(full));
    server.restart();
    RUNTIME.block_on(async {
        let store = RedisStore::open(server.url(), Options::new()).await.expect("a store");
        for id in ids {
            assert!(must_get(&store, &id).await.is_ok(), "what was answered before and after is on the disk");
        }
    });
}

/// Checks a server with `appendfsync always` whose disk becomes full. Redis exits when it cannot store a write, and
/// does not acknowledge this write. After a restart, Redis must have every acknowledged write.
#[test]
fn a_server_that_syncs_each_write_ends_on_a_full_disk_and_has_what_it_answered_for() {
    let mut server = RedisServer::start_with(&[("appendfsync", "always")]);
    RUNTIME.block_on(async {
        let store = RedisStore::open(server.url(), Options::new()).await.expect("a store");
        let mut ids = Vec::new();
        for _ in 0..20 {
            ids.push(Person::somebody().pat().found(&store).await.expect("a record"));
        }
        server.fill_disk(true);
        let draft = Person::somebody().pat();
        for _ in 0..2 {
            let answer = store.insert(draft.home(None), &draft.records, at(1)).await;
            assert!(matches!(answer, Err(StoreError::Unavailable { retry: true, .. })), "{answer:?}");
            assert!(matches!(store.get(&ids[0]).await, Err(StoreError::Unavailable { retry: true, .. })));
        }
        server.restart();
        for id in &ids {
            assert!(must_get(&store, id).await.is_ok());
        }
        let again = store.insert(draft.home(None), &draft.records, at(1)).await;
        let own = matches!(again, Ok(Inserted::IdTaken(id)) if id == draft.id());
        assert!(own || matches!(again, Ok(Inserted::Done)), "{again:?}");
    });
}

/// Makes a family with three members. The next rotation of this family deletes a nonce.
async fn chain(store: &RedisStore, draft: &Draft) -> RecordId {
    let mut tip = draft.found(store).await.expect("a family");
    for generation in 1..3 {
        let next = draft.successor(tip, generation);
        let step = supersede(Version::FIRST, next.id, at(1));
        let done = store.rotate(&tip, &step, std::slice::from_ref(&next), at(1)).await;
        assert!(matches!(done, Ok(Rotated::Done)), "{done:?}");
        tip = next.id;
    }
    tip
}

/// Checks that the probe, which writes a key that nothing reads, fails on a server that accepts no writes. Also checks
/// that a server whose memory is full can still be purged.
#[test]
fn fault_g11_a_probe_finds_a_server_that_takes_no_writes() {
    let server = RedisServer::start();
    RUNTIME.block_on(async {
        let store = RedisStore::open(server.url(), Options::new()).await.expect("a store");
        let gone = Person::somebody().pat().ending(Some(at(1)), Some(at(2))).found(&store).await.expect("a record");
        let set = |name: &str, value: &str| {
            assert_eq!(server.cli(&["CONFIG", "SET", name, value]).trim(), "OK");
        };
        store.probe().await.expect("it takes writes");
        set("maxmemory", "1");
        refused(&store.probe().await);
        assert_eq!(store.purge(at(3), at(3), at(3), most(9)).await.expect("an answer").changed, 1);
        assert!(store.get(&gone).await.expect("an answer").is_none());
        set("maxmemory", "0");
        store.probe().await.expect("it takes writes again");
        server.fill_disk(true);
        // The server acknowledges the write during which its disk becomes full, because the write is in memory. So more
        // than one probe can be needed.
        let mut tries = 0;
        while store.probe().await.is_ok() {
            tries += 1;
            assert!(tries < 1_000);
        }
        refused(&store.probe().await);
        server.fill_disk(false);
        while store.probe().await.is_err() {
            tries += 1;
            assert!(tries < 1_000_000);
        }
        assert_eq!(server.cli(&["REPLICAOF", "127.0.0.1", "1"]).trim(), "OK");
        assert!(matches!(store.probe().await, Err(StoreError::Unavailable { maybe_done: false, .. })));
    });
}

fn refused<T: Debug>(answer: &Result<T, StoreError>) {
    assert!(matches!(answer, Err(StoreError::Unavailable { retry: true, maybe_done: false, .. })), "{answer:?}");
}

/// Calls a store before its server is full, while the server is full, and after it has space again. Checks that refused
/// calls change nothing, and succeed later. `fill(true)` makes the server full, and `fill(false)` gives it space again.
/// Returns the ids of all acknowledged inserts.
fn goes_through_it(server: &RedisServer, fill: impl Fn(bool)) -> Vec<RecordId> {
    RUNTIME.block_on(async {
        let store = RedisStore::open(server.url(), Options::new()).await.expect("a store");
        let (handle, _) = canary::handle(store.clone()).await;
        let sign_in = format!("grant_type=password&username=ann&password={}&remember=true", canary::PASSWORD);
        let first = canary::post(&handle, &sign_in).await;
        let [access, refresh] =
            ["access_token", "refresh_token"].map(|name| canary::field(first.expose_secret(), name));
        let refresh = format!("grant_type=refresh_token&refresh_token={refresh}");
        let (chained, doomed) = (Person::somebody().refresh(), Person::somebody());
        let tip = chain(&store, &chained).await;
        let token = doomed.pat();
        let mut ids = vec![tip, token.found(&store).await.expect("a record")];

        fill(true);
        let late = loop {
            // The server detects the full disk only when it stores the first write. It acknowledges this write
            // nevertheless, because the write is in memory.
            let filler = Person::somebody().pat();
            match store.insert(filler.home(None), &filler.records, at(1)).await {
                Ok(Inserted::Done) => ids.push(filler.id()),
                answer => {
                    refused(&answer);
                    break filler;
                }
            }
            assert!(ids.len() < 1_000, "it fills up");
        };
        let next = chained.successor(tip, 3);
        let step = supersede(Version::FIRST, next.id, at(2));
        let stands = async || {
            let both = [must_get(&store, &tip).await, must_get(&store, &token.id()).await];
            format!("{:?}", both.map(|one| one.expect("a record")))
        };
        let before = stands().await;
        let rotate = async || store.rotate(&tip, &step, std::slice::from_ref(&next), at(2)).await;
        let apply = async || store.apply(&token.id(), Version::FIRST, &describe_as("x"), at(2)).await;
        let revoke = async || store.revoke(doomed.family(token.family.id), revoked(at(2)), at(GONE), most(1)).await;
        for _ in 0..2 {
            refused(&rotate().await);
            refused(&apply().await);
            refused(&store.touch(&[(token.id(), at(2))]).await);
            refused(&revoke().await);
            assert_eq!(canary::post(&handle, &refresh).await.status(), 503);
        }
        assert_eq!(before, stands().await, "nothing is half done");
        assert!(store.get(&next.id).await.expect("an answer").is_none());
        assert!(store.get(&late.id()).await.expect("an answer").is_none());
        assert!(handle.verify(&access).await.is_ok(), "who only reads notices nothing");

        fill(false);
        let mut tries = 0;
        let answer = loop {
            match store.insert(late.home(None), &late.records, at(3)).await {
                // The server checks once a second whether its disk has space again.
                Err(StoreError::Unavailable { retry: true, maybe_done: false, .. }) if tries < 1_000_000 => tries += 1,
                answer => break answer,
            }
        };
        assert!(matches!(answer, Ok(Inserted::Done)), "{answer:?}");
        assert!(matches!(rotate().await, Ok(Rotated::Done)));
        assert!(matches!(apply().await, Ok(Applied::Done(_))));
        assert_eq!(revoke().await.expect("an answer").changed, 1);
        assert_ne!(before, stands().await, "the control: what is done shows");
        let mut successors = Vec::new();
        for _ in 0..2 {
            let again = canary::post(&handle, &refresh).await;
            assert_eq!(again.status(), 200, "{}", again.expose_secret());
            successors.push(canary::field(again.expose_secret(), "refresh_token"));
        }
        assert_eq!(successors[0], successors[1], "one successor, however often it is asked for");
        ids.extend([late.id(), next.id]);
        ids
    })
}
