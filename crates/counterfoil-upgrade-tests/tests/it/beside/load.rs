//! Makes requests in four phases: to the old node alone, to both nodes, to the new node alone, and to the new node
//! after a restart without the flags of [`BESIDE`].

use std::path::Path;
use std::sync::Arc;

use super::node::Node;
use super::person::{Nodes, OPERATIONS, Person};

/// The name and the password of each person. All these people make requests at the same time.
const PEOPLE: [(&str, &str); 4] =
    [("ivan", "ivan"), ("admin", "admin"), ("super@example.com", "super"), ("AD\\bill.posters", "blabla")];
/// The number of operations that each person makes in each phase: with the old node alone, with both nodes, with the
/// new node alone, and with the new node after its restart.
const PHASES: [u32; 4] = [50, 500, 25, 25];
/// The command-line flags that the new node needs while the old node runs. At present there are none.
const BESIDE: [&str; 0] = [];

/// Runs all phases on an empty store. `old` and `new` are the programs of the two nodes.
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

/// Lets each person make this number of operations, all people at the same time. Then compares the answers of each node
/// with the model of each person.
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
