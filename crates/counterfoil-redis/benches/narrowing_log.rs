//! Measures what the log of narrowing steps costs: a rotation and a revocation with and without the log, and a read of
//! the log that finds no step, on a single node and on a cluster of three primaries on the same machine. One call is
//! made at a time. Prints the median duration of a call, and the time that the servers spent in commands for one call.
#![allow(clippy::expect_used, reason = "a bench that cannot go on says so")]
#![allow(clippy::disallowed_methods, reason = "a bench measures by the wall clock")]
#![allow(missing_docs, reason = "a bench is no library")]

use std::time::{Duration, Instant};

use counterfoil::store::{NarrowingLog as _, Rotated, TokenStore};
use counterfoil::types::Version;
use counterfoil_conformance::sample::{Draft, GONE, Person, at, most, revoked, supersede};
use counterfoil_redis::{Options, RedisStore};
use counterfoil_testkit::servers::redis::{RedisCluster, RedisServer};

const TIMES: usize = 4_000;

fn main() {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let (server, cluster) = (RedisServer::start(), RedisCluster::start());
    println!("{:40} {:>12} {:>14}", "", "call, µs", "servers, µs");
    runtime.block_on(async {
        let ask = |arguments: &[&str]| vec![server.cli(arguments)];
        let store = RedisStore::open(server.url(), Options::new()).await.expect("a store");
        writes("without the log", &store, &ask).await;
        let store = RedisStore::open(server.url(), Options::new().with_narrowing_log()).await.expect("a store");
        writes("with the log", &store, &ask).await;
        idle("a single node", &store, &ask).await;
        let ask = |arguments: &[&str]| (0..cluster.len()).map(|node| cluster.cli(node, arguments)).collect();
        let store =
            RedisStore::open_cluster(cluster.urls(), Options::new().with_narrowing_log()).await.expect("a store");
        idle("a cluster", &store, &ask).await;
    });
}

/// A function that runs `redis-cli` on each node.
type Ask<'a> = &'a dyn Fn(&[&str]) -> Vec<String>;

async fn writes(what: &str, store: &RedisStore, ask: Ask<'_>) {
    let drafts = drafts(store).await;
    told(&format!("rotate {what}"), ask, async |turn| {
        let (_, draft) = &drafts[turn];
        let next = draft.successor(draft.id(), 1);
        let step = supersede(Version::FIRST, next.id, at(1));
        let done = store.rotate(&draft.id(), &step, std::slice::from_ref(&next), at(1)).await;
        assert!(matches!(done, Ok(Rotated::Done)));
    })
    .await;
    told(&format!("revoke {what}"), ask, async |turn| {
        let (person, draft) = &drafts[turn];
        let done = store.revoke(person.family(draft.family.id), revoked(at(1)), at(GONE), most(1)).await;
        assert_eq!(done.expect("an answer").changed, 1);
    })
    .await;
}

async fn drafts(store: &RedisStore) -> Vec<(Person, Draft)> {
    let mut drafts = Vec::new();
    for _ in 0..TIMES {
        let person = Person::somebody();
        let draft = person.refresh();
        draft.found(store).await.expect("a record");
        drafts.push((person, draft));
    }
    drafts
}

async fn idle(what: &str, store: &RedisStore, ask: Ask<'_>) {
    let end = store.narrowings(None, most(1)).await.expect("a page").next;
    told(&format!("a read without a step, {what}"), ask, async |_| {
        assert!(store.narrowings(Some(&end), most(1_000)).await.expect("a page").steps.is_empty());
    })
    .await;
}

async fn told(what: &str, ask: Ask<'_>, call: impl AsyncFn(usize)) {
    ask(&["CONFIG", "RESETSTAT"]);
    let mut times = Vec::new();
    for turn in 0..TIMES {
        let begun = Instant::now();
        call(turn).await;
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    let spent: u64 = ask(&["INFO", "commandstats"]).iter().map(|stats| spent(stats)).sum();
    let median = |times: &[Duration]| times[times.len() / 2].as_nanos() as f64 / 1_000.0;
    println!("{what:40} {:>12.1} {:>14.1}", median(&times), spent as f64 / TIMES as f64);
}

/// Returns the microseconds that a server spent in scripts, and in the commands of clients that read the log. Commands
/// of scripts are part of their script.
fn spent(stats: &str) -> u64 {
    let usec = |command: &str| {
        let line = stats.lines().find_map(|line| line.strip_prefix(&format!("cmdstat_{command}:")));
        let usec = line.and_then(|line| line.split(',').find_map(|part| part.strip_prefix("usec=")));
        usec.map_or(0, |usec| usec.trim().parse::<u64>().expect("a number"))
    };
    let scripts = usec("evalsha") + usec("eval");
    if scripts > 0 { scripts } else { usec("hmget") + usec("info") }
}
