//! The load: first the old node alone, then both nodes, then the new node alone.

use std::path::Path;
use std::sync::Arc;

use super::node::Node;
use super::person::{Nodes, Person};

/// The people who make requests at the same time. Name and password are the same text for all but the last.
const PEOPLE: [(&str, &str); 4] =
    [("ivan", "ivan"), ("admin", "admin"), ("super@example.com", "super"), ("AD\\bill.posters", "blabla")];
/// The operations of one person with the old node alone, with both, and with the new node alone.
const OPERATIONS: [u32; 3] = [50, 500, 50];

/// The flags that the new node needs while the old node runs.
const BESIDE: [&str; 0] = [];

/// Runs the load on a store that is empty.
pub(crate) async fn run(old: &Path, new: &Path, store: &str) {
    let folder = tempfile::TempDir::new().expect("a folder");
    let keys = folder.path().join("keys");
    let old = Arc::new(Node::start("old", old, &[], store, &keys));
    let mut people = Vec::new();
    for (number, (name, password)) in (1..).zip(PEOPLE) {
        people.push(Person::sign_in(number, name, password, &old).await);
    }
    people = all(people, &[&old], OPERATIONS[0]).await;
    let new = Arc::new(Node::start("new", new, &BESIDE, store, &keys));
    people = all(people, &[&old, &new], OPERATIONS[1]).await;
    Arc::into_inner(old).expect("nobody uses it").stop();
    people = all(people, &[&new], OPERATIONS[2]).await;
    let mut counts = [0; 8];
    for person in &people {
        person.counts().iter().zip(&mut counts).for_each(|(own, sum)| *sum += own);
    }
    assert!(counts.iter().all(|count| *count > 0), "the control: each operation was made: {counts:?}");
    Arc::into_inner(new).expect("nobody uses it").stop();
    println!("issued, rotated, deleted, signed in, refreshed, revoked, verified, listed: {counts:?}");
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
