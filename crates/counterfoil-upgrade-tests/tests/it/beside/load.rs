//! The load: first the old node alone, then both nodes, then the new node alone, and once more without its flags.

use std::path::Path;
use std::sync::Arc;

use super::node::Node;
use super::person::{Nodes, OPERATIONS, Person};

/// The people who make requests at the same time. Name and password are the same text for all but the last.
const PEOPLE: [(&str, &str); 4] =
    [("ivan", "ivan"), ("admin", "admin"), ("super@example.com", "super"), ("AD\\bill.posters", "blabla")];
/// The operations of one person in each phase: the old node alone, both, and the new node alone with and without the
/// flags.
const PHASES: [u32; 4] = [50, 500, 25, 25];
/// The flags that the new node needs while the old node runs.
const BESIDE: [&str; 0] = [];

/// Runs the load on a store that is empty.
pub(crate) async fn run(old: &Path, new: &Path, store: &str) {
    let folder = tempfile::TempDir::new().expect("a folder");
    let keys = folder.path().join("keys");
    let start = |name, program, flags: &[&str]| Arc::new(Node::start(name, program, flags, store, &keys));
    let stop = |node: Arc<Node>| Arc::into_inner(node).expect("nobody uses it").stop();
    let old = start("old", old, &[]);
    let mut people = Vec::new();
    for (number, (name, password)) in (1..).zip(PEOPLE) {
        people.push(Person::sign_in(number, name, password, &old).await);
    }
    people = all(people, &[&old], PHASES[0]).await;
    let beside = start("new", new, &BESIDE);
    people = all(people, &[&old, &beside], PHASES[1]).await;
    stop(old);
    people = all(people, &[&beside], PHASES[2]).await;
    stop(beside);
    let alone = start("new, alone", new, &[]);
    people = all(people, &[&alone], PHASES[3]).await;
    stop(alone);
    let counts = OPERATIONS.iter().enumerate().map(|(at, name)| {
        let count: u32 = people.iter().map(|person| person.counts()[at]).sum();
        assert!(count > 10, "the control: {name}, {count} times");
        format!("{name} {count}")
    });
    println!("{}", counts.collect::<Vec<_>>().join(", "));
}

/// Makes these operations for all people at the same time, and then compares everything with the model.
async fn all(people: Vec<Person>, nodes: &[&Arc<Node>], operations: u32) -> Vec<Person> {
    let nodes: Nodes = nodes.iter().map(|node| Arc::clone(node)).collect();
    let tasks: Vec<_> = people
        .into_iter()
        .map(|mut person| {
            let nodes = nodes.clone();
            tokio::spawn(async move {
                for _ in 0..operations {
                    person.step(&nodes).await;
                }
                for node in &nodes {
                    person.compare(node).await;
                }
                person
            })
        })
        .collect();
    let mut done = Vec::new();
    for task in tasks {
        done.push(task.await.expect("no step fails"));
    }
    done
}
