//! The state that all pages share.

use std::sync::Arc;

use counterfoil::Counterfoil;
use counterfoil_http::Sources;

use crate::console::cookie::Cookies;
use crate::console::profiles::Profiles;
use crate::console::recent_events::RecentEvents;
use crate::rate_limited_log::RateLimitedLog;

/// The state that all pages share.
pub(crate) struct Console {
    pub(crate) counterfoil: Counterfoil,
    pub(crate) sources: Sources,
    pub(crate) cookies: Cookies,
    /// The path under which the router is nested. It has no slash at the end.
    pub(crate) base: String,
    pub(crate) product: String,
    pub(crate) profiles: Option<Arc<dyn Profiles>>,
    pub(crate) events: Option<RecentEvents>,
    /// Logs submitted forms that are refused because their origin differs from the host.
    pub(crate) origin_log: RateLimitedLog,
}

/// The type in which axum passes the state to the handlers.
pub(crate) type Shared = Arc<Console>;

impl Console {
    /// Returns the full path for a path below the base.
    pub(crate) fn path(&self, below: &str) -> String {
        format!("{}{below}", self.base)
    }
}
