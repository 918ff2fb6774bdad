//! What a check says: the clause held, it could not be tried, or it was broken, and where.

use std::fmt;
use std::panic::Location;

use counterfoil::store::StoreError;

/// A check that went through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Checked {
    /// The clause holds as far as the check can see.
    Held,
    /// The fixture lacks the hook that the check needs. The runner prints it: what was not tried must not look like
    /// what passed.
    NotApplicable(&'static str),
}

/// The outcome of a check.
pub type Verdict = Result<Checked, Violation>;

/// A broken promise: what was expected, what came, and the line of the suite that asked.
#[derive(Debug)]
pub struct Violation {
    what: String,
    at: &'static Location<'static>,
}

impl Violation {
    /// A violation seen at the caller's line.
    #[must_use]
    #[track_caller]
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), at: Location::caller() }
    }

    /// What was expected and what came.
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

/// A store that works answers: every error that a check did not ask for breaks the contract's `# Errors`.
impl From<StoreError> for Violation {
    #[track_caller]
    fn from(error: StoreError) -> Self {
        Self::new(format!("the store must answer, but it gave an error: {error:?}"))
    }
}

/// Leaves the check with a violation unless the condition holds.
macro_rules! ensure {
    ($holds:expr, $($what:tt)+) => {
        if !$holds {
            return Err($crate::violation::Violation::new(format!($($what)+)));
        }
    };
}

/// Leaves the check with a violation unless the value has that shape.
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
