//! What is told: who did what, when. No secret in any of it.

mod actor;
mod name;
mod parts;
mod what;

use crate::words::realm::Realm;
use crate::words::time::Ts;

pub use actor::Actor;
pub use parts::{Action, ClientAction, Fault, Limit, Means, Throttled};
pub use what::What;

/// One thing that happened, told after the store has confirmed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Ts,
    /// Where.
    pub realm: Realm,
    /// Who acted.
    pub by: Actor,
    /// What.
    pub what: What,
}
