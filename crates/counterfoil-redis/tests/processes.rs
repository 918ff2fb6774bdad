//! Four processes on one server: one chain and one set of labels, and whoever is first has it.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so")]

mod support;

use std::collections::{BTreeMap, HashMap};
use std::process::{Command, Stdio};

use counterfoil::store::{Inserted, Revoke, Rotated, TokenStore};
use counterfoil::{FamilyId, RecordId};
use counterfoil_conformance::sample::{Draft, GONE, Person, at, most, must_get, revoked, supersede};
use counterfoil_conformance::scale;
use counterfoil_redis::{Options, RedisStore};
use support::RUNTIME;
use support::backend::SERVER;

const PROCESSES: u8 = 4;
const LABELS: u32 = 100;
/// Refreshers in each process.
const TASKS: u8 = 4;

fn ann() -> Person {
    Person::new("default", "ann of four processes")
}

/// The chain that all of them go down, and its first token: the same in every process.
fn chain() -> (Draft, RecordId) {
    let mut draft = ann().refresh();
    let mut id = [7; 16];
    id[0] = counterfoil::shard(&ann().realm, &ann().owner);
    draft.records[0].id = RecordId::from_bytes(id);
    draft.family.id = draft.records[0].id.family();
    (draft, RecordId::from_bytes(id))
}

fn store(url: &str) -> RedisStore {
    RUNTIME.block_on(RedisStore::open(url, Options::new().prefix("four"))).expect("a store")
}

#[test]
fn four_processes_leave_one_chain_and_one_holder_of_each_label() {
    let (draft, root) = chain();
    let store = store(&SERVER.url());
    RUNTIME.block_on(async { draft.found(&store).await.map(drop) }).expect("a family");
    let exe = std::env::current_exe().expect("this program");
    let racers: Vec<_> = (1..=PROCESSES)
        .map(|number| {
            Command::new(&exe)
                .args(["--exact", "one_of_four_processes", "--ignored", "--nocapture"])
                .env("COUNTERFOIL_RACER", format!("{number} {}", SERVER.url()))
                .stdout(Stdio::piped())
                .spawn()
                .expect("a process")
        })
        .collect();
    let wanted = u64::from(scale().rounds);
    let last = RUNTIME.block_on(async {
        loop {
            let generation = must_get(&store, &root).await.expect("the root").family().generation;
            if generation >= wanted {
                let person = ann();
                let what = Revoke::Family { realm: &person.realm, owner: &person.owner, family: draft.family.id };
                assert_eq!(store.revoke(what, revoked(at(1)), at(GONE), most(1)).await.expect("revoked").changed, 1);
                break must_get(&store, &root).await.expect("the root").family().generation;
            }
            tokio::task::yield_now().await;
        }
    });
    let (mut wins, mut labels, mut winners) = (HashMap::new(), BTreeMap::new(), BTreeMap::new());
    for racer in racers {
        let told = racer.wait_with_output().expect("it ends");
        let told = String::from_utf8_lossy(&told.stdout).into_owned();
        assert!(told.contains("test result: ok. 1 passed"), "{told}");
        for line in told.lines() {
            match line.split_whitespace().collect::<Vec<_>>()[..] {
                ["rotated", by, parent, next] => {
                    *winners.entry(by.to_owned()).or_insert(0) += 1;
                    assert_eq!(wins.insert(parent.to_owned(), next.to_owned()), None, "{parent} was rotated twice");
                }
                ["labelled", number] => *labels.entry(number.to_owned()).or_insert(0) += 1,
                _ => {}
            }
        }
    }
    println!("{last} rotations by process: {winners:?}");
    assert_eq!(wins.len() as u64, last, "each generation has one winner, and none came after the revocation");
    let (mut tip, mut length) = (root.to_string(), 0);
    while let Some(next) = wins.get(&tip) {
        (tip, length) = (next.clone(), length + 1);
    }
    assert_eq!(length, last, "one chain");
    assert_eq!(labels.len(), LABELS as usize);
    assert!(labels.values().all(|holders| *holders == 1), "each label has one holder: {labels:?}");
    assert_eq!(winners.len(), usize::from(PROCESSES), "all of them raced: {winners:?}");
}

/// What each of the processes does: go down the chain from wherever it stands until it is revoked, then try every label.
#[test]
#[ignore = "run by four_processes_leave_one_chain_and_one_holder_of_each_label"]
fn one_of_four_processes() {
    let told = std::env::var("COUNTERFOIL_RACER").expect("run by another test");
    let (number, url) = told.split_once(' ').expect("a number and an address");
    let number: u8 = number.parse().expect("a number");
    let store = store(url);
    RUNTIME.block_on(async {
        let tasks: Vec<_> = (0..TASKS).map(|task| tokio::spawn(go_down(store.clone(), number, task))).collect();
        for task in tasks {
            task.await.expect("it goes down");
        }
        for label in 0..LABELS {
            let mut draft = ann().pat().labelled(&format!("label {label}"));
            let mut id = *draft.id().as_bytes();
            (id[1], id[2]) = (number, 99);
            draft.records[0].id = RecordId::from_bytes(id);
            draft.family.id = FamilyId::from_bytes(id[..10].try_into().expect("ten"));
            match store.insert(draft.home(None), &draft.records, at(0)).await.expect("an answer") {
                Inserted::Done => println!("labelled {label}"),
                Inserted::LabelTaken(_) => {}
                other => panic!("{other:?}"),
            }
        }
    });
}

async fn go_down(store: RedisStore, number: u8, task: u8) {
    let (draft, mut tip) = chain();
    let (mut drawn, mut generation) = (0_u32, 0);
    loop {
        let stands = must_get(&store, &tip).await.expect("a tip").into_parts().0;
        if let Some(superseded) = stands.superseded {
            (tip, generation) = (superseded.successor, generation + 1);
            continue;
        }
        let mut next = draft.successor(tip, generation + 1);
        let mut id = *tip.as_bytes();
        (id[10], id[11]) = (number, task);
        id[12..].copy_from_slice(&drawn.to_be_bytes());
        (next.id, drawn) = (RecordId::from_bytes(id), drawn + 1);
        match store
            .rotate(&tip, &supersede(stands.version, next.id, at(5)), &[next.clone()], at(5))
            .await
            .expect("an answer")
        {
            Rotated::Done => {
                println!("rotated {number} {tip} {}", next.id);
                (tip, generation) = (next.id, generation + 1);
            }
            Rotated::Stale(stands) => assert!(stands.record().superseded.is_some(), "somebody else was first"),
            Rotated::FamilyEnded => return,
            other => panic!("{other:?}"),
        }
    }
}
