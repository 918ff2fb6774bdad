//! Broken throttles. Each is a correct throttle with a flaw, which makes one or more methods incorrect.

mod counters;
pub(crate) mod purges;
pub(crate) mod races;
pub(crate) mod reservations;
pub(crate) mod settlements;

use std::sync::Arc;

use counterfoil::methods_of;
use counterfoil::store::Throttle;

use crate::forward::flawed;
pub(crate) use counters::Counters;

/// A broken throttle. It consists of correct counters and of a flaw, which receives all calls.
pub(crate) struct BrokenThrottle {
    pub inner: Arc<Counters>,
    pub flaw: Arc<dyn ThrottleFlaw>,
}

macro_rules! flawed_throttle {
    ($($methods:tt)*) => {
        flawed! {
            [$ throttles] ThrottleFlaw, crate::throttles::Counters, BrokenThrottle, throttle_flaw, throttle_overrides;
            { Throttle: $($methods)* }
        }
    };
}
methods_of!(Throttle => flawed_throttle);
