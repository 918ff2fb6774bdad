//! Tests reports of leaked secrets on one node and on a cluster (requirement LIFE 5).

use crate::support::backend::{Backend, Space};
use crate::support::{RUNTIME, leaks};

#[test]
fn life_5_a_thousand_texts_on_redis() {
    RUNTIME.block_on(async { leaks::check(Space::new(Backend::Single).open().await).await });
}

#[test]
fn life_5_a_thousand_texts_on_a_redis_cluster() {
    RUNTIME.block_on(async { leaks::check(Space::new(Backend::Cluster).open().await).await });
}

#[test]
fn life_5_a_version_that_does_not_know_the_reason_of_an_end_never_accepts_on_redis() {
    RUNTIME.block_on(async {
        let space = Space::new(Backend::Single);
        leaks::check_unknown_reason(space.open().await, async |family, at| {
            let revoked = |reason: u8| format!("{:016}{reason:03}", at.micros());
            assert!(space.replace_in_family(&family, "r", &revoked(7), &revoked(8)));
        })
        .await;
    });
}
