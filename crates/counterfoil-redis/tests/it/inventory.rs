//! Tests the inventory of all credentials on one node and on a cluster (requirements SIGHT 2 and SIGHT 3).

use crate::support::backend::{Backend, Space};
use crate::support::{RUNTIME, inventory};

#[test]
fn sight_2_and_sight_3_the_inventory_on_redis() {
    RUNTIME.block_on(async {
        for backend in [Backend::Single, Backend::Cluster] {
            let space = Space::new(backend);
            inventory::check(space.open().await).await;
        }
    });
}
