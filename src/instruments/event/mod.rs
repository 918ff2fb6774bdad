//! What is told: who did what, when. No secret in any of it.

mod actor;
mod by;
mod name;
mod parts;
mod what;

use crate::words::realm::Realm;
use crate::words::source::SourceName;
use crate::words::time::Ts;

pub use actor::Actor;
pub(crate) use by::By;
pub use parts::{Action, ClientAction, Fault, Limit, Means, Throttled};
pub use what::What;

/// One thing that happened, told after the store has confirmed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Ts,
    /// In which realm.
    pub realm: Realm,
    /// Who acted.
    pub by: Actor,
    /// Where the request came from, if there was one and the host knows. Personal data, where it is an address: the policy can leave it out
    /// ([`Events::sources`](crate::policy::Events::sources)).
    pub source: Option<SourceName>,
    /// What.
    pub what: What,
}
