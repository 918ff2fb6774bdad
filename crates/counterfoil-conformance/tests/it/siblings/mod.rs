//! Broken sibling stores. They are correct clients, settings and counters with some incorrect methods.

pub(crate) mod clients;
pub(crate) mod handles;
mod kept;
pub(crate) mod locks;
pub(crate) mod outages;
pub(crate) mod settings;
pub(crate) mod throttle;

use std::sync::Arc;

use counterfoil::methods_of;
use counterfoil::store::{ClientStore, SettingsStore, StoreError, Throttle};

use crate::forward::flawed;
pub(crate) use kept::Kept;

/// The correct sibling stores with one flaw.
pub(crate) struct BrokenSiblings {
    pub inner: Arc<Kept>,
    pub flaw: Arc<dyn SiblingFlaw>,
}

macro_rules! clients_and {
    ($($clients:tt)*) => { methods_of!(SettingsStore => clients_and_settings_and[{ $($clients)* }]); };
}
macro_rules! clients_and_settings_and {
    ($clients:tt $($settings:tt)*) => { methods_of!(Throttle => flawed_siblings[$clients { $($settings)* }]); };
}
macro_rules! flawed_siblings {
    ({ $($clients:tt)* } { $($settings:tt)* } $($throttle:tt)*) => {
        flawed! {
            [$ siblings] SiblingFlaw, crate::siblings::Kept, BrokenSiblings, sibling_flaw, sibling_overrides;
            { ClientStore: $($clients)* } { SettingsStore: $($settings)* } { Throttle: $($throttle)* }
        }
    };
}
methods_of!(ClientStore => clients_and);

/// Whether the answer says that the backend could not be reached.
fn is_unavailable<T>(answer: &Result<T, StoreError>) -> bool {
    matches!(answer, Err(StoreError::Unavailable { .. }))
}

/// Whether the answer says that the stored row does not decode.
fn is_corrupt<T>(answer: &Result<T, StoreError>) -> bool {
    matches!(answer, Err(StoreError::Corrupt { .. }))
}
