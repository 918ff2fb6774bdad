//! The trait that a test implements to give a store that implements `Transfer` to the suite.

use std::sync::Arc;

use async_trait::async_trait;

use super::{Whole, transfer_cut_off_is_all_or_nothing, transfer_garbage_is_corrupt, transfer_outage_is_unavailable};
use crate::driver::Driver;
use crate::fixture::Fixture;
use crate::subject::run;
use crate::violation::Violation;

/// A fixture whose stores also implement [`Transfer`](counterfoil::store::Transfer). The checks use the hooks `damage`,
/// `outage` and `reopen` of [`Fixture`].
#[async_trait]
pub trait TransferFixture: Fixture {
    /// Opens a handle of the database, as [`open`](Fixture::open) does. This handle also has the methods of `Transfer`.
    async fn open_whole(&self, database: &Self::Database) -> Arc<dyn Whole>;
}

/// Runs the check with this name on the stores of the fixture. The tests that `transfer_conformance!` generates call
/// this function.
///
/// # Panics
///
/// If there is no check with this name, or if the store does not pass it. The message names the check and the expected
/// result.
pub fn hold_transfer(name: &str, fixture: impl TransferFixture) {
    let fixture = Arc::new(fixture);
    let driven = Arc::clone(&fixture);
    let driver = Driver::new(move |task| driven.block_on(task));
    let verdict = match name {
        "transfer_cut_off_is_all_or_nothing" => run(&driver, transfer_cut_off_is_all_or_nothing(&*fixture)),
        "transfer_garbage_is_corrupt" => run(&driver, transfer_garbage_is_corrupt(&*fixture)),
        "transfer_outage_is_unavailable" => run(&driver, transfer_outage_is_unavailable(&*fixture)),
        other => Err(Violation::new(format!("there is no check named {other}"))),
    };
    crate::run::tell(name, verdict);
}
