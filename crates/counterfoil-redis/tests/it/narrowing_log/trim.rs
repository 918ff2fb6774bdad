//! Tests that steps are removed from the beginning of the log, and that a reader learns of it.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{ALL, Reader, open, page};
use crate::support::RUNTIME;
use crate::support::backend::{Backend, Space};
use counterfoil::Timestamp;
use counterfoil::store::{LogPosition, Narrowed, NarrowingLog as _};
use counterfoil_conformance::sample::{Person, at, most};
use counterfoil_redis::redis::cmd;
use counterfoil_testkit::servers::redis::RedisServer;

#[test]
fn trimming_removes_the_steps_before_an_instant_and_at_most_the_limit() {
    RUNTIME.block_on(async {
        for backend in ALL {
            let (space, person) = (Space::new(backend), Person::somebody());
            let store = open(&space).await;
            let begin = page(&store, None, 1).await.next;
            let (mut steps, mut positions) = (Vec::new(), Vec::new());
            for micros in [1, 2, 3, 4] {
                steps.push(Narrowed::Family(person.family_id()));
                store.narrow(&steps[steps.len() - 1], at(micros)).await.expect("written");
                positions.push(page(&store, None, 1).await.next);
            }
            assert_eq!(store.trim_narrowings(at(1), most(9)).await.expect("an answer"), 0, "equality is kept");
            assert!(!page(&store, Some(&begin), 9).await.lost);
            assert_eq!(store.trim_narrowings(at(4), most(2)).await.expect("an answer"), 2);
            for (after, lost, rest) in [(&begin, true, 2), (&positions[0], true, 2), (&positions[1], false, 2)] {
                let page = page(&store, Some(after), 9).await;
                assert_eq!((page.lost, page.steps.len(), page.next), (lost, rest, positions[3].clone()));
            }
            assert_eq!(store.trim_narrowings(at(4), most(9)).await.expect("an answer"), 1);
            assert_eq!(page(&store, Some(&positions[2]), 9).await.steps, steps[3..], "{backend:?}");
            assert_eq!(store.trim_narrowings(Timestamp::MAX, most(9)).await.expect("an answer"), 1);
            let last = page(&store, Some(&positions[3]), 9).await;
            assert_eq!((last.lost, last.steps.len()), (false, 0), "a reader at the end misses nothing");
        }
    });
}

#[test]
fn steps_of_all_shards_are_trimmed_and_a_batch_is_no_limit() {
    RUNTIME.block_on(async {
        for backend in [Backend::Single, Backend::Cluster] {
            let (space, one) = (Space::new(backend), Person::somebody());
            let store = open(&space).await;
            let mut reader = Reader::begin(&store).await;
            let writes = (0..2_500_u32).map(|number| {
                let family = if number < 2_100 { one.family_id() } else { Person::somebody().family_id() };
                let store = &store;
                async move { store.narrow(&Narrowed::Family(family), at(1)).await.expect("written") }
            });
            futures_util::future::join_all(writes).await;
            assert_eq!(store.trim_narrowings(at(2), most(2_400)).await.expect("an answer"), 2_400);
            assert_eq!(store.trim_narrowings(at(2), most(2_400)).await.expect("an answer"), 100);
            assert!(page(&store, Some(&reader.at), 9).await.lost);
            reader.at = page(&store, Some(&reader.at), 9).await.next;
            assert!(reader.read(&store).await.is_empty());
        }
    });
}

#[test]
fn a_shard_keeps_its_newest_4096_steps() {
    RUNTIME.block_on(async {
        let (space, person) = (Space::new(Backend::Single), Person::somebody());
        let store = open(&space).await;
        let begin = page(&store, None, 1).await.next;
        let mut steps = Vec::new();
        for number in 0..4_099 {
            steps.push(Narrowed::Family(person.family_id()));
            store.narrow(&steps[number], at(1)).await.expect("written");
        }
        let all = page(&store, Some(&begin), 9_999).await;
        assert!(all.lost && all.steps == steps[3..], "{} steps", all.steps.len());
        let key = format!("{}:{{{:02x}}}:j", space.prefix(), person.family_id().shard());
        let fields = Backend::Single.each(|node| cmd("HLEN").arg(&key).query::<usize>(node).expect("a number"));
        assert_eq!(fields, [4_096 + 3]);
    });
}

#[test]
fn a_position_that_is_not_of_this_log_has_lost_everything() {
    RUNTIME.block_on(async {
        let space = Space::new(Backend::Single);
        let (store, other) = (open(&space).await, open(&Space::new(Backend::Single)).await);
        store.narrow(&Narrowed::All, at(1)).await.expect("written");
        let end = page(&store, None, 1).await.next;
        for after in [LogPosition::from_bytes([0; 8]), LogPosition::from_bytes([])] {
            let page = page(&store, Some(&after), 9).await;
            assert!(page.lost && !page.more && page.next == end);
        }
        let beyond = page(&other, Some(&end), 9).await;
        assert!(beyond.lost && beyond.next != end, "the other log is shorter");
    });
}

#[test]
fn a_server_with_full_memory_is_trimmed() {
    let server = RedisServer::start();
    RUNTIME.block_on(async {
        let options = counterfoil_redis::Options::new().with_narrowing_log();
        let store = counterfoil_redis::RedisStore::open(server.url(), options).await.expect("a store");
        let what = Narrowed::Family(Person::somebody().family_id());
        store.narrow(&what, at(1)).await.expect("written");
        let mut reader = Reader::begin(&store).await;
        assert_eq!(server.cli(&["CONFIG", "SET", "maxmemory", "1"]).trim(), "OK");
        assert!(store.narrow(&what, at(1)).await.is_err());
        assert_eq!(store.trim_narrowings(at(2), most(9)).await.expect("an answer"), 1);
        assert_eq!(reader.read(&store).await, HashSet::new(), "it can be read");
    });
}

/// A reader follows a log that is trimmed at the same time. It may lose steps, and then learns of it. It never fails.
#[test]
fn a_log_that_is_trimmed_while_it_is_read_gives_pages() {
    RUNTIME.block_on(async {
        for backend in [Backend::Single, Backend::Cluster] {
            let space = Space::new(backend);
            let (store, other) = (open(&space).await, open(&space).await);
            let (person, stop) = (Person::somebody(), AtomicBool::new(false));
            let writing = async {
                for _ in 0..400 {
                    let writes = (0..10).map(|_| async {
                        store.narrow(&Narrowed::Family(person.family_id()), at(1)).await.expect("written");
                    });
                    futures_util::future::join_all(writes).await;
                }
                stop.store(true, Ordering::SeqCst);
            };
            let trimming = async {
                while !stop.load(Ordering::SeqCst) {
                    other.trim_narrowings(at(2), most(1_000)).await.expect("an answer");
                }
            };
            let reading = async {
                let (mut after, mut read) = (page(&store, None, 1).await.next, 0);
                while !stop.load(Ordering::SeqCst) {
                    let page = page(&store, Some(&after), 1_000).await;
                    (after, read) = (page.next, read + page.steps.len());
                }
                read
            };
            let ((), (), read) = tokio::join!(writing, trimming, reading);
            assert!(read > 0, "the control");
        }
    });
}
