//! The result of a check: the clause held, it could not be tried, or it was broken.

use std::fmt;
use std::panic::Location;

use counterfoil::store::StoreError;

/// The result of a check that found no violation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Checked {
    /// The check found no violation of the clause.
    Held,
    /// The fixture lacks the hook that the check needs. The runner prints this, so that the check does not count as
    /// passed.
    NotApplicable(&'static str),
}

/// The outcome of a check.
pub type Verdict = Result<Checked, Violation>;

/// A broken clause: what was expected, what the store answered, and the line of the suite that called it.
#[derive(Debug)]
pub struct Violation {
    what: String,
    at: &'static Location<'static>,
}

impl Violation {
    /// A violation at the caller's line.
    #[must_use]
    #[track_caller]
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), at: Location::caller() }
    }

    /// What was expected and what the store answered.
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

/// A working store answers: any error that a check did not provoke breaks the contract's `# Errors`.
impl From<StoreError> for Violation {
    #[track_caller]
    fn from(error: StoreError) -> Self {
        Self::new(format!("the store must answer, but it gave an error: {error:?}"))
    }
}

/// Returns a violation from the check unless the condition holds.
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
