//! The state that all pages share.

use std::sync::Arc;

use counterfoil::{Counterfoil, Timestamp};
use counterfoil_http::Sources;

use crate::console::cookie::Cookies;
use crate::console::profiles::Profiles;
use crate::console::recent_events::RecentEvents;
use crate::rate_limited_log::RateLimitedLog;

/// The state that all pages share.
pub(crate) struct Console {
    /// A handle with a running clock. A page with a viewer must not use this handle. Such a page must use the viewer's
    /// handle, whose clock is stopped at one instant of the request. Therefore this field is private.
    counterfoil: Counterfoil,
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
    pub(super) fn new(counterfoil: Counterfoil, sources: Sources, cookies: Cookies, base: String) -> Self {
        Self {
            counterfoil,
            sources,
            cookies,
            base,
            product: "counterfoil".to_owned(),
            profiles: None,
            events: None,
            origin_log: RateLimitedLog::default(),
        }
    }

    /// Returns a handle whose clock is stopped at the present instant. Each request takes such a handle before it
    /// authenticates the viewer.
    pub(super) fn at_present(&self) -> Counterfoil {
        self.counterfoil.at(self.now())
    }

    /// Returns a handle with a running clock, for signing in only. The other pages use the viewer's handle, whose clock
    /// is stopped. While a person signs in, there is no viewer yet.
    pub(super) fn with_running_clock(&self) -> &Counterfoil {
        &self.counterfoil
    }

    /// Returns the present instant, for logs and for `Retry-After`. It can be later than the instant at which the clock
    /// of the viewer's handle is stopped.
    pub(crate) fn now(&self) -> Timestamp {
        self.counterfoil.now()
    }

    pub(crate) fn has_logins(&self) -> bool {
        self.counterfoil.has_logins()
    }

    /// Returns the full path for a path below the base.
    pub(crate) fn path(&self, below: &str) -> String {
        format!("{}{below}", self.base)
    }
}
