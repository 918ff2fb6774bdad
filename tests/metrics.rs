//! Tests the counters of the feature `metrics`. This is a separate test binary, because a process can have only one
//! recorder.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on says so")]

#[path = "support/base.rs"]
mod base;
mod support;

use std::collections::BTreeSet;

use counterfoil::Secret;
use counterfoil::directory::Login;
use counterfoil::types::Source;
use futures_executor::block_on;
use metrics_util::debugging::{DebugValue, DebuggingRecorder};

use support::*;

#[test]
fn operations_ports_and_events_are_counted_by_outcome() {
    let recorder = DebuggingRecorder::new();
    let snapshots = recorder.snapshotter();
    metrics::with_local_recorder(&recorder, || {
        let world = world();
        let token = world.pat("bill", "one").token;
        assert!(world.works(token.expose_secret()));
        assert!(!world.works("pat_nobody"));
        let (wrong, nowhere) = (Secret::from("wrong".to_owned()), Source::Unknown);
        let login = Login::new("bill", &wrong);
        assert!(block_on(world.handle.check_login(&login, &nowhere)).is_err());
    });
    let seen: BTreeSet<String> = snapshots
        .snapshot()
        .into_vec()
        .into_iter()
        .map(|(key, _, _, value)| {
            let labels: Vec<String> =
                key.key().labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
            let sort = match value {
                DebugValue::Counter(_) => "counted",
                DebugValue::Histogram(_) => "timed",
                DebugValue::Gauge(_) => "gauged",
            };
            format!("{} {sort} {}", key.key().name(), labels.join(" "))
        })
        .collect();
    for wanted in [
        "counterfoil_operation_seconds timed operation=verify outcome=accepted",
        "counterfoil_operation_seconds timed operation=verify outcome=refused",
        "counterfoil_port_seconds timed port=token_store operation=insert outcome=answered",
        "counterfoil_port_seconds timed port=directory operation=authenticate outcome=answered",
        "counterfoil_events_total counted event=issued",
        "counterfoil_events_total counted event=refused",
    ] {
        assert!(seen.contains(wanted), "{wanted} in {seen:#?}");
    }
}
