//! The result of a check. The store fulfilled the clause, the clause could not be tried, or the store violated it.

use std::fmt;
use std::panic::Location;

use counterfoil::store::StoreError;

/// The result of a check that found no violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Checked {
    /// The store fulfilled the clause.
    Held,
    /// The fixture does not implement the hook that the check needs. The runner prints this, so that the check does not
    /// count as passed.
    NotApplicable(&'static str),
}

/// The result of a check, which is a violation if the store violated the clause.
pub type Verdict = Result<Checked, Violation>;

/// A violated clause. It has the expected result, the answer of the store, and the line of the suite that found the
/// violation.
#[derive(Debug)]
pub struct Violation {
    what: String,
    at: &'static Location<'static>,
}

impl Violation {
    /// Makes a violation at the line of the caller.
    #[must_use]
    #[track_caller]
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), at: Location::caller() }
    }

    /// The expected result, and the answer of the store.
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

/// Any error that a check did not provoke contradicts the `# Errors` section of the contract, because a store that
/// works returns an answer.
impl From<StoreError> for Violation {
    #[track_caller]
    fn from(error: StoreError) -> Self {
        Self::new(format!("the store must answer, but it gave an error: {error:?}"))
    }
}

/// Returns a violation from the check unless the condition is true.
macro_rules! ensure {
    ($holds:expr, $($what:tt)+) => {
        if !$holds {
            return Err($crate::violation::Violation::new(format!($($what)+)));
        }
    };
}

/// Returns a violation from the check unless the value matches the pattern.
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
