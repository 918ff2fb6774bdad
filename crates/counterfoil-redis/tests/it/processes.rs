//! Tests four processes that write at the same time, on one node and on a cluster.

use std::io::Write as _;

use crate::support::RUNTIME;
use crate::support::backend::{CLUSTER, SERVER};
use counterfoil_conformance::scale;
use counterfoil_redis::{Options, RedisStore};
use counterfoil_testkit::contest::{contend, contest};
use counterfoil_testkit::crew::{Crew, Post};

const PROCESSES: usize = 4;

/// Opens a store. One URL means a single node, several URLs mean a cluster.
async fn open(urls: &str) -> RedisStore {
    let options = Options::new().prefix("contest").volatile();
    let urls: Vec<_> = urls.split(',').collect();
    match urls[..] {
        [node] => RedisStore::open(node, options).await.expect("a store"),
        _ => RedisStore::open_cluster(urls, options).await.expect("a store"),
    }
}

#[test]
#[ignore = "run by another test, as a process"]
fn a_racing_process() {
    let post = Post::take();
    let store = RUNTIME.block_on(open(post.target()));
    contend(post, &store, &|task| RUNTIME.block_on(task));
}

fn race(what: &str, urls: &str) {
    let mut crew = Crew::start(PROCESSES, "processes::a_racing_process", urls);
    let store = RUNTIME.block_on(open(urls));
    let (rounds, racers) = (scale().rounds, scale().threads / PROCESSES);
    RUNTIME.block_on(contest(&mut crew, racers, rounds, &store));
    let held = format!(
        "{what}, {PROCESSES} processes of {racers} racers, {rounds} rounds each of rotation, label, quota and revocation: held\n"
    );
    // The test harness captures the output of `println!`. Writing to standard error directly makes the count visible.
    let _nobody_reads = std::io::stderr().write_all(held.as_bytes());
}

#[test]
fn four_processes_on_one_node_have_one_winner_a_round() {
    race("redis", &SERVER.url());
}

#[test]
fn four_processes_on_a_cluster_have_one_winner_a_round() {
    race("redis cluster", &CLUSTER.urls().join(","));
}
