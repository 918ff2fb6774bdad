//! Checks clauses 57 to 59 of the store contract on every store.

use std::sync::Arc;

use counterfoil_conformance::transfer_clauses::{
    Whole, a_family_comes_back_as_it_was, families_are_walked, restore_never_overwrites,
};
use counterfoil_conformance::{Checked, Verdict, Violation};

use crate::stores::{RUNTIME, fjall, memory, postgres, redb, redis, redis_cluster, sqlite};

fn held(verdict: Verdict) {
    assert_eq!(verdict.map_err(|violation: Violation| violation.to_string()), Ok(Checked::Held));
}

async fn all<S: Whole>(stores: [Arc<S>; 6]) {
    let [a, b, c, d, e, f] = stores;
    held(families_are_walked(a, b).await);
    held(a_family_comes_back_as_it_was(c, d).await);
    held(restore_never_overwrites(e, f).await);
}

macro_rules! clauses {
    ($($name:ident: $make:expr;)*) => {$(
        #[test]
        fn $name() {
            RUNTIME.block_on(async {
                let opened = [$make, $make, $make, $make, $make, $make];
                all([0, 1, 2, 3, 4, 5].map(|at: usize| Arc::clone(&opened[at].store))).await;
            });
        }
    )*};
}

clauses! {
    host_60_the_store_in_memory_restores_whole_families: memory();
    host_60_sqlite_restores_whole_families: sqlite().await;
    host_60_postgresql_restores_whole_families: postgres().await;
    host_60_redis_restores_whole_families: redis().await;
    host_60_a_redis_cluster_restores_whole_families: redis_cluster().await;
    host_60_redb_restores_whole_families: redb().await;
    host_60_fjall_restores_whole_families: fjall().await;
}
