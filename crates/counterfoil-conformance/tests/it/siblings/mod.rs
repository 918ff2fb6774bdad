//! Broken client stores, settings stores, throttles and alias stores. Each is a correct store with a flaw, which makes
//! one or more methods incorrect.

pub(crate) mod aliases;
pub(crate) mod clients;
pub(crate) mod handles;
mod kept;
pub(crate) mod locks;
pub(crate) mod outages;
pub(crate) mod settings;
pub(crate) mod throttle;

use std::sync::Arc;

use counterfoil::methods_of;
use counterfoil::store::{AliasStore, ClientStore, SettingsStore, StoreError, Throttle};

use crate::forward::flawed;
pub(crate) use kept::Kept;

/// A broken store. `inner` is a correct store. All calls go to `flaw`, which replaces some methods of `inner`.
pub(crate) struct BrokenSiblings {
    pub inner: Arc<Kept>,
    pub flaw: Arc<dyn SiblingFlaw>,
}

macro_rules! clients_and {
    ($($clients:tt)*) => { methods_of!(SettingsStore => clients_and_settings_and[{ $($clients)* }]); };
}
macro_rules! clients_and_settings_and {
    ($clients:tt $($settings:tt)*) => { methods_of!(Throttle => and_throttle[$clients { $($settings)* }]); };
}
macro_rules! and_throttle {
    ($clients:tt $settings:tt $($throttle:tt)*) => {
        methods_of!(AliasStore => flawed_siblings[$clients $settings { $($throttle)* }]);
    };
}
macro_rules! flawed_siblings {
    ({ $($clients:tt)* } { $($settings:tt)* } { $($throttle:tt)* } $($aliases:tt)*) => {
        flawed! {
            [$ siblings] SiblingFlaw, crate::siblings::Kept, BrokenSiblings, sibling_flaw, sibling_overrides;
            { ClientStore: $($clients)* } { SettingsStore: $($settings)* } { Throttle: $($throttle)* }
            { AliasStore: $($aliases)* }
        }
    };
}
methods_of!(ClientStore => clients_and);

/// Returns true if the answer is the error `Unavailable`.
fn is_unavailable<T>(answer: &Result<T, StoreError>) -> bool {
    matches!(answer, Err(StoreError::Unavailable { .. }))
}

/// Returns true if the answer is the error `Corrupt`.
fn is_corrupt<T>(answer: &Result<T, StoreError>) -> bool {
    matches!(answer, Err(StoreError::Corrupt { .. }))
}
