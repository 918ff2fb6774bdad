//! The cases of `broken_values`.

mod names;
mod states;
mod values;

use std::sync::Arc;

use crate::broken::Flaw;

pub(crate) use names::names;
pub(crate) use states::states;
pub(crate) use values::values;

/// A broken store and the check that names its promise.
pub(crate) struct Case {
    pub name: &'static str,
    pub make: fn() -> Arc<dyn Flaw>,
    pub caught_by: &'static str,
}

macro_rules! cases {
    ($($name:ident => $check:ident: $flaw:expr;)*) => {
        vec![$($crate::broken_values_cases::Case {
            name: stringify!($name),
            make: || std::sync::Arc::new($flaw),
            caught_by: stringify!($check),
        }),*]
    };
}

pub(crate) use cases;
