//! Tests the inventory of all credentials on each engine (requirements SIGHT 2 and SIGHT 3).

use counterfoil_conformance::block_on;

use crate::support::bases::{ENGINES, folder, store};
use crate::support::inventory;

#[test]
fn sight_2_and_sight_3_the_inventory_on_a_key_value_engine() {
    for (_, open) in ENGINES {
        let folder = folder();
        block_on(async { inventory::check(store(open, folder.path()).await).await });
    }
}
