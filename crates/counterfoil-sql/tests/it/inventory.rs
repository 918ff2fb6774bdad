//! Tests the inventory of all credentials on SQLite and on PostgreSQL (requirements SIGHT 2 and SIGHT 3).

use crate::support::{RUNTIME, inventory};

#[cfg(feature = "sqlite")]
#[test]
fn sight_2_and_sight_3_the_inventory_on_sqlite() {
    RUNTIME.block_on(async {
        let file = crate::support::files::File::new();
        inventory::check(file.open().await).await;
    });
}

#[cfg(feature = "postgres")]
#[test]
fn sight_2_and_sight_3_the_inventory_on_postgresql() {
    RUNTIME.block_on(async {
        let schema = crate::support::schemas::Schema::new().await;
        inventory::check(schema.open().await).await;
    });
}
