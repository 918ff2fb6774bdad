//! The result of a check: the store passed, the check could not be run, or the store violated the contract.

use std::fmt;
use std::panic::Location;

use counterfoil::store::StoreError;

/// The result of a check that found no violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Checked {
    /// The store passed the check.
    Held,
    /// The check could not be run, because the fixture does not implement a hook or a store that the check needs. The
    /// text names the hook or the store. The test prints the text, so that nobody believes that the check passed.
    NotApplicable(&'static str),
}

/// The result of a check: `Ok` if the check found no violation, and otherwise the violation.
pub type Verdict = Result<Checked, Violation>;

/// A violation of the contract. It has a text with the expected result and the store's answer. It also has the line of
/// the suite that found the violation.
#[derive(Debug)]
pub struct Violation {
    what: String,
    at: &'static Location<'static>,
}

impl Violation {
    /// Makes a violation with this text. The line of the violation is the caller's line.
    #[must_use]
    #[track_caller]
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), at: Location::caller() }
    }

    /// Returns the text with the expected result and the store's answer.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (asked at {}:{})", self.what, self.at.file(), self.at.line())
    }
}

impl std::error::Error for Violation {}

/// Converts an error of the store to a violation. The contract allows an error only if something, such as an outage,
/// prevents the store from returning a result. The checks that use this conversion provoke no errors. So in these
/// checks every error is a violation.
impl From<StoreError> for Violation {
    #[track_caller]
    fn from(error: StoreError) -> Self {
        Self::new(format!("the store must answer, but it gave an error: {error:?}"))
    }
}

/// Makes the check return a violation if the condition is false.
macro_rules! ensure {
    ($holds:expr, $($what:tt)+) => {
        if !$holds {
            return Err($crate::violation::Violation::new(format!($($what)+)));
        }
    };
}

/// Makes the check return a violation if the value does not match the pattern.
macro_rules! ensure_is {
    ($value:expr, $shape:pat $(if $guard:expr)?, $($what:tt)+) => {
        match $value {
            $shape $(if $guard)? => {}
            other => {
                let what = format!($($what)+);
                return Err($crate::violation::Violation::new(format!("{what}, but it was {other:?}")));
            }
        }
    };
}

pub(crate) use {ensure, ensure_is};
