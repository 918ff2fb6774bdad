//! What all pages share.

use std::sync::Arc;

use counterfoil::Counterfoil;

use crate::console::cookie::Cookies;
use crate::console::profiles::Profiles;
use crate::console::recent::RecentEvents;
use crate::seldom::Seldom;
use crate::source::Sources;

/// What all pages share.
pub(crate) struct Console {
    pub(crate) counterfoil: Counterfoil,
    pub(crate) sources: Sources,
    pub(crate) cookies: Cookies,
    /// The path under which the router is nested, without a slash at the end.
    pub(crate) base: String,
    pub(crate) product: String,
    pub(crate) profiles: Option<Arc<dyn Profiles>>,
    pub(crate) events: Option<RecentEvents>,
    /// The line that tells of forms whose origin is not the host.
    pub(crate) origins: Seldom,
}

/// As handlers have it.
pub(crate) type Shared = Arc<Console>;

impl Console {
    /// A path of the console as the browser knows it.
    pub(crate) fn path(&self, below: &str) -> String {
        format!("{}{below}", self.base)
    }
}
