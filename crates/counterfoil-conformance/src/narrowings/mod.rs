//! The checks of stores that implement `NarrowingLog`, from which a cache learns what it must read again (clauses 72 to
//! 75 of `NarrowingLog`).

mod acts;
mod fixture;
mod logged;
mod lost;
mod one_step;
mod order;
mod reader;

use counterfoil::store::{NarrowingLog, TokenStore};

pub use fixture::{LogFixture, hold_log};
pub use logged::narrowings_are_logged;
pub use lost::lost_steps_show;
pub use one_step::narrowing_is_one_step;
pub use order::log_order_is_commit_order;

/// A store that has both [`TokenStore`] and [`NarrowingLog`].
pub trait Logged: TokenStore + NarrowingLog {}

impl<S: TokenStore + NarrowingLog> Logged for S {}
