//! The trait that a test implements to give a store that implements `NarrowingLog` to the suite.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Logged, log_order_is_commit_order, lost_steps_show, narrowing_is_one_step, narrowings_are_logged};
use crate::driver::Driver;
use crate::fixture::Fixture;
use crate::subject::run;
use crate::violation::Violation;

/// A fixture whose stores also implement [`NarrowingLog`](counterfoil::store::NarrowingLog). The checks use the hook
/// `outage` of [`Fixture`].
#[async_trait]
pub trait LogFixture: Fixture {
    /// Opens a handle of the database, with its log on. It is like [`open`](Fixture::open), but the handle also has the
    /// methods of `NarrowingLog`.
    async fn open_logged(&self, database: &Self::Database) -> Arc<dyn Logged>;

    /// Lets the log begin anew, as after a restore of a backup. Returns false if the fixture cannot do this.
    async fn renew_log(&self, _database: &Self::Database) -> bool {
        false
    }
}

/// Runs the check with this name on the stores of the fixture. The tests that `log_conformance!` generates call it.
///
/// # Panics
///
/// If there is no check with this name, or if the store does not pass it. The message names the check and the expected
/// result.
pub fn hold_log(name: &str, fixture: impl LogFixture) {
    let fixture = Arc::new(fixture);
    let driven = Arc::clone(&fixture);
    let driver = Driver::new(move |task| driven.block_on(task));
    let verdict = match name {
        "narrowings_are_logged" => run(&driver, narrowings_are_logged(&*fixture)),
        "log_order_is_commit_order" => run(&driver, log_order_is_commit_order(&*fixture, &driver)),
        "lost_steps_show" => run(&driver, lost_steps_show(&*fixture)),
        "narrowing_is_one_step" => run(&driver, narrowing_is_one_step(&*fixture)),
        other => Err(Violation::new(format!("there is no check named {other}"))),
    };
    crate::run::tell(name, verdict);
}
