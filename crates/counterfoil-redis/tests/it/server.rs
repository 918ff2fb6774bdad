//! Tests what the store contract does not cover: forgotten scripts, lost connections and answers, silent connections,
//! waits for replicas, the contents of the disk, and refused attempts.

use std::error::Error;
use std::num::NonZeroU32;
use std::path::Path;
use std::time::Duration;

use counterfoil::Timestamp;
use counterfoil::store::{Applied, Inserted, Reserved, Rotated, StoreError, Throttle as _, ThrottleKey, TokenStore};
use counterfoil::types::Version;
use counterfoil_conformance::sample::{Person, at, describe_as, must_get, supersede};
use counterfoil_redis::redis::cmd;
use counterfoil_redis::{NotReplicated, Options, RedisStore, Waits};
use counterfoil_testkit::servers::redis::RedisServer;

use crate::support::backend::{Backend, SERVER, Space};
use crate::support::proxy::Proxy;
use crate::support::{RUNTIME, canary};

/// If a flush has removed the scripts from the nodes, the store sends the script again, and the caller gets no error.
#[test]
fn scripts_are_sent_again_after_a_flush() {
    RUNTIME.block_on(async {
        for backend in [Backend::Single, Backend::Cluster] {
            let space = Space::new(backend);
            let store = space.open().await;
            for round in 0..6 {
                backend.each(|node| cmd("SCRIPT").arg("FLUSH").exec(node).expect("flushed"));
                let draft = Person::somebody().refresh().labelled("one");
                let id = draft.found(&store).await.expect("inserted");
                backend.each(|node| cmd("SCRIPT").arg("FLUSH").exec(node).expect("flushed"));
                let next = draft.successor(id, 1);
                let step = supersede(Version::FIRST, next.id, at(1));
                let answer = store.rotate(&id, &step, std::slice::from_ref(&next), at(1)).await;
                assert!(matches!(answer, Ok(Rotated::Done)), "{backend:?}, round {round}: {answer:?}");
            }
        }
    });
}

/// While the server refuses the store's connections, a read returns `Unavailable`. After all idle connections were cut,
/// a read succeeds, because the store repeats it on a new connection. A write may return the error that it was possibly
/// executed. It must succeed after at most 20 tries.
#[test]
fn cut_connections_pass() {
    RUNTIME.block_on(async {
        let space = Space::new(Backend::Single);
        let store = space.open().await;
        let id = Person::somebody().pat().found(&store).await.expect("a record");
        space.lock_out(true);
        assert!(matches!(store.get(&id).await, Err(StoreError::Unavailable { maybe_done: false, .. })));
        space.lock_out(false);
        assert!(must_get(&store, &id).await.is_ok());
        space.cut();
        assert!(must_get(&store, &id).await.is_ok(), "a read is repeated");
        space.cut();
        let change = describe_as("x");
        for _ in 0..20 {
            match store.apply(&id, Version::FIRST, &change, at(1)).await {
                Ok(Applied::Done(_)) => return,
                Err(StoreError::Unavailable { retry: true, maybe_done: true, .. }) => {}
                other => panic!("{other:?}"),
            }
        }
        panic!("the store does not come back");
    });
}

/// While a server is down, calls return `Unavailable` and never "not found". After a restart the server has every write
/// that it acknowledged.
#[test]
fn a_server_that_was_killed_is_unavailable_and_comes_back_with_what_it_answered_for() {
    let mut server = RedisServer::start_with(&[("appendfsync", "always")]);
    RUNTIME.block_on(async {
        let store = RedisStore::open(server.url(), Options::new()).await.expect("a store");
        let mut ids = Vec::new();
        for _ in 0..50 {
            ids.push(Person::somebody().pat().found(&store).await.expect("a record"));
        }
        server.kill();
        let draft = Person::somebody().pat();
        for _ in 0..3 {
            assert!(matches!(store.get(&ids[0]).await, Err(StoreError::Unavailable { retry: true, .. })));
            let refused = store.insert(draft.home(None), &draft.records, at(0)).await;
            assert!(matches!(refused, Err(StoreError::Unavailable { retry: true, .. })), "{refused:?}");
        }
        server.restart();
        for id in &ids {
            assert!(must_get(&store, id).await.is_ok());
        }
        assert!(matches!(store.insert(draft.home(None), &draft.records, at(0)).await, Ok(Inserted::Done)));
    });
}

/// The answers to an insert and to a rotation are lost after the server has executed them. Both calls return
/// `Unavailable`. The result of a repeated call shows that the first call was executed: `IdTaken` for the insert, and
/// `Stale` with the caller's own successor for the rotation.
#[test]
fn an_answer_that_is_lost_is_unavailable_and_the_write_is_recognised() {
    RUNTIME.block_on(async {
        let proxy = Proxy::to(SERVER.port()).await;
        let store = RedisStore::open(proxy.url(), Options::new().prefix("lost")).await.expect("a store");
        let draft = Person::somebody().refresh();
        assert!(Person::somebody().pat().found(&store).await.is_ok(), "the script is known");
        proxy.lose_the_answer_to(draft.id().family().as_bytes());
        let lost = store.insert(draft.home(None), &draft.records, at(0)).await;
        assert!(matches!(lost, Err(StoreError::Unavailable { retry: true, maybe_done: true, .. })), "{lost:?}");
        assert!(proxy.lost_one());
        let again = store.insert(draft.home(None), &draft.records, at(0)).await;
        assert!(matches!(again, Ok(Inserted::IdTaken(id)) if id == draft.id()), "{again:?}");

        let next = draft.successor(draft.id(), 1);
        let step = supersede(Version::FIRST, next.id, at(1));
        // The server may not have the script yet. Then the proxy would lose the answer that says so, and nothing would
        // be executed. So a call that is refused and changes nothing loads the script first.
        let parent = draft.id();
        let stale = supersede(Version::new(9), next.id, at(1));
        let refused = store.rotate(&parent, &stale, std::slice::from_ref(&next), at(1)).await;
        assert!(matches!(refused, Ok(Rotated::Stale(_))));
        proxy.lose_the_answer_to(b"supersede");
        let lost = store.rotate(&parent, &step, std::slice::from_ref(&next), at(1)).await;
        assert!(matches!(lost, Err(StoreError::Unavailable { retry: true, maybe_done: true, .. })), "{lost:?}");
        assert!(proxy.lost_one());
        let again = store.rotate(&parent, &step, std::slice::from_ref(&next), at(1)).await;
        let Ok(Rotated::Stale(stands)) = again else { panic!("{again:?}") };
        assert_eq!(stands.record().superseded.map(|superseded| superseded.successor), Some(next.id));
    });
}

/// The test refreshes through the library's handle, [`Counterfoil`](counterfoil::Counterfoil). A client whose refresh
/// got no answer gets the same successor each time it tries again.
#[test]
fn a_refresh_whose_answer_was_lost_gives_the_same_successor_when_it_is_repeated() {
    RUNTIME.block_on(async {
        let proxy = Proxy::to(SERVER.port()).await;
        let store = RedisStore::open(proxy.url(), Options::new().prefix("refresh")).await.expect("a store");
        let (handle, _) = canary::handle(store).await;
        let sign_in = format!("grant_type=password&username=ann&password={}&remember=true", canary::PASSWORD);
        let first = canary::post(&handle, &sign_in).await;
        let form = |token: &str| format!("grant_type=refresh_token&refresh_token={token}");
        let refresh = canary::field(first.expose_secret(), "refresh_token");
        // A first refresh without a fault loads the script on the server.
        let second = canary::post(&handle, &form(&refresh)).await;
        let refresh = canary::field(second.expose_secret(), "refresh_token");
        proxy.lose_the_answer_to(b"supersede");
        let lost = canary::post(&handle, &form(&refresh)).await;
        assert_eq!(lost.status(), 503, "{}", lost.expose_secret());
        assert!(proxy.lost_one());
        let mut successors = Vec::new();
        for _ in 0..3 {
            let again = canary::post(&handle, &form(&refresh)).await;
            assert_eq!(again.status(), 200, "{}", again.expose_secret());
            successors.push(canary::field(again.expose_secret(), "refresh_token"));
        }
        assert!(successors.iter().all(|one| *one == successors[0] && *one != refresh));
        assert_eq!(canary::post(&handle, &form(&successors[0])).await.status(), 200, "and it is good");
    });
}

/// The connection stays open, but no answers arrive. After three seconds without a success, the store opens a new
/// connection and sends a waiting read again on it.
#[test]
fn a_silent_connection_is_replaced() {
    RUNTIME.block_on(async {
        let proxy = Proxy::to(SERVER.port()).await;
        let options = Options::new().prefix("silent").deadline(Duration::from_secs(5));
        let store = RedisStore::open(proxy.url(), options).await.expect("a store");
        let id = Person::somebody().pat().found(&store).await.expect("a record");
        assert!(must_get(&store, &id).await.is_ok());
        proxy.deafen();
        assert!(must_get(&store, &id).await.is_ok());
        assert_eq!(store.rebuilt(), 1, "while the call was waited for");
        assert!(must_get(&store, &id).await.is_ok(), "the next call has the new one");
        assert_eq!(store.rebuilt(), 1);
    });
}

/// Checks inserts of a store that waits for one replica. If there is a replica, an insert returns after the replica has
/// the write. Without a replica, an insert returns `Unavailable` with the reason, and so does the repeated insert.
#[test]
fn a_write_that_waits_says_how_many_replicas_have_it() {
    RUNTIME.block_on(async {
        let waits = |within| Waits::new(NonZeroU32::MIN, Duration::from_millis(within));
        let cluster = Space::new(Backend::Cluster);
        let store = cluster.open_with(cluster.options().waits(waits(2_000))).await;
        for _ in 0..20 {
            Person::somebody().pat().found(&store).await.expect("inserted, and on a replica");
        }
        assert_eq!((store.replication().reached, store.replication().missed), (20, 0));

        let single = Space::new(Backend::Single);
        let store = single.open_with(single.options().waits(waits(20))).await;
        let draft = Person::somebody().pat();
        for _ in 0..2 {
            let short = store.insert(draft.home(None), &draft.records, at(0)).await;
            let Err(short @ StoreError::Unavailable { retry: true, maybe_done: true, .. }) = short else {
                panic!("{short:?}");
            };
            let source = short.source().and_then(|source| source.downcast_ref::<NotReplicated>());
            assert!(source.is_some_and(|short| short.wanted == 1 && short.reached == 0), "{short:?}");
        }
        assert_eq!((store.replication().reached, store.replication().missed), (0, 2));
        assert!(must_get(&store, &draft.id()).await.is_ok(), "it stands on the primary");
    });
}

/// `WAIT` delays the later commands of its connection. So a read uses another connection and does not wait.
#[test]
fn a_read_does_not_stand_behind_a_write_that_waits() {
    RUNTIME.block_on(async {
        let space = Space::new(Backend::Single);
        let plain = space.open().await;
        let id = Person::somebody().pat().found(&plain).await.expect("a record");
        let waits = Waits::new(NonZeroU32::MIN, Duration::from_secs(3));
        let store = space.open_with(space.options().waits(waits)).await;
        let draft = Person::somebody().pat();
        let write = store.insert(draft.home(None), &draft.records, at(0));
        let reads = async {
            for _ in 0..50 {
                must_get(&store, &id).await.expect("a record");
            }
        };
        let (mut write, mut reads) = (std::pin::pin!(write), std::pin::pin!(reads));
        tokio::select! {
            biased;
            _ = &mut write => panic!("fifty reads take longer than three seconds, or they waited"),
            () = &mut reads => {}
        }
        assert!(matches!(write.await, Err(StoreError::Unavailable { maybe_done: true, .. })));
    });
}

/// Secrets pass through the library's handle. None of them is in the server's append-only file, snapshot or log.
#[test]
fn no_secret_is_on_the_servers_disk() {
    RUNTIME.block_on(async {
        // The snapshot is not compressed, because the search below would not find a secret in compressed data.
        let server =
            RedisServer::start_with(&[("rdbcompression", "no"), ("appendfsync", "always"), ("loglevel", "debug")]);
        let secrets = canary::secrets(RedisStore::open(server.url(), Options::new()).await.expect("a store")).await;
        assert_eq!(server.cli(&["SAVE"]).trim(), "OK");
        let mut files = Vec::new();
        gather(server.folder(), &mut files);
        for name in ["dump.rdb", ".incr.aof", "log"] {
            assert!(files.iter().any(|(path, _)| path.ends_with(name)), "{name} is there");
        }
        for name in ["dump.rdb", ".incr.aof"] {
            let shown = files.iter().any(|(path, kept)| path.ends_with(name) && canary::shows(kept, "canary-label"));
            assert!(shown, "the control: what is kept is found in {name}");
        }
        for (path, kept) in &files {
            for secret in &secrets {
                assert!(!canary::shows(kept, secret), "a secret of {} characters is in {path}", secret.len());
            }
        }
    });
}

fn gather(folder: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    for entry in std::fs::read_dir(folder).expect("the folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            gather(&path, files);
        } else {
            files.push((path.display().to_string(), std::fs::read(&path).expect("a file")));
        }
    }
}

/// A source that has failed too often makes 3,000 more attempts, which are refused. They add no key and no field. A
/// purge removes counters that an older version of the crate has left.
#[test]
fn fault_b3_refused_attempts_leave_no_new_counters_and_old_ones_are_removed() {
    RUNTIME.block_on(async {
        for backend in [Backend::Single, Backend::Cluster] {
            let space = Space::new(backend);
            let store = space.open().await;
            let (key, window, once) = (ThrottleKey::from_bytes([7; 32]), Duration::from_secs(60), NonZeroU32::MIN);
            assert_eq!(store.reserve(&key, at(0), window, once).await.expect("an answer"), Reserved::Granted(at(0)));
            store.failed(&key, at(0), at(0), window).await.expect("counted");
            for _ in 0..3_000 {
                let answer = store.reserve(&key, at(1), window, once).await.expect("an answer");
                assert_eq!(answer, Reserved::Wait(at(0).plus_capped(window)));
            }
            assert_eq!(
                store.purge_counters(Timestamp::MAX, NonZeroU32::MAX).await.expect("an answer"),
                1,
                "{backend:?}"
            );
            let tag = format!("{}:{{07}}", space.prefix());
            backend.each(|node| {
                // In a cluster, only the node that serves the slot of the keys accepts these commands. The errors of
                // the other nodes are ignored.
                let _ = cmd("HSET").arg(format!("{tag}:n")).arg("old").arg("00000000000000011").exec(node);
                let _ = cmd("ZADD").arg(format!("{tag}:m")).arg(i64::MAX >> 10).arg("old").exec(node);
            });
            assert_eq!(store.purge_counters(at(0), NonZeroU32::MAX).await.expect("an answer"), 1, "{backend:?}");
            let left: u64 =
                backend.each(|node| cmd("EXISTS").arg(format!("{tag}:n")).query(node).unwrap_or(0)).iter().sum();
            assert_eq!(left, 0, "{backend:?}");
        }
    });
}
