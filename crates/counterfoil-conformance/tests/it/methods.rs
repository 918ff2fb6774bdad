//! Runs two checks on the store in memory: races between every pair of methods, and pairs of concurrent operations in
//! many orders of their backend calls. The second check can choose the order, because the store awaits `backend_call`
//! before it reads or writes its data.

use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::memory::MemoryStore;
use counterfoil_conformance::{CHECKS, Checked, Fixture, Store, Subject};

struct Memory;

#[async_trait]
impl Fixture for Memory {
    type Database = Arc<MemoryStore>;

    async fn create(&self) -> Arc<MemoryStore> {
        Arc::default()
    }

    async fn open(&self, database: &Arc<MemoryStore>) -> Store {
        Arc::clone(database) as Store
    }
}

fn held(name: &str) {
    let check = CHECKS.iter().find(|check| check.name == name).unwrap();
    assert_eq!(check.run(&Subject::new(Memory)).map_err(|broken| broken.to_string()), Ok(Checked::Held));
}

#[test]
fn any_two_methods_of_the_store_in_memory_are_steps_in_a_race() {
    held("methods_race_methods");
}

#[test]
fn any_two_methods_of_the_store_in_memory_are_steps_in_every_interleaving() {
    held("interleavings_are_steps");
}
