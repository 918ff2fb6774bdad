//! The store under test, and how often its races and random sequences are repeated.

use std::sync::Arc;

use crate::database::{AnyFixture, Database, create, driver};
use crate::driver::Driver;
use crate::fixture::Fixture;
use crate::scale::{Scale, scale};
use crate::violation::{Verdict, Violation};

/// The fixture that makes the stores under test, and the [`Scale`] of the test run. Clones share the fixture.
#[derive(Clone)]
pub struct Subject {
    fixture: Arc<dyn AnyFixture>,
    scale: Scale,
}

impl Subject {
    /// Makes a subject from the fixture that makes its stores. The numbers of rounds, threads and sequences come from
    /// the environment, as [`scale`] reads them.
    pub fn new(fixture: impl Fixture) -> Self {
        Self { fixture: Arc::new(fixture), scale: scale() }
    }

    /// Replaces the numbers of rounds, threads and sequences, which [`Subject::new`] takes from the environment.
    #[must_use]
    pub fn with_scale(self, scale: Scale) -> Self {
        Self { scale, ..self }
    }

    /// Returns the numbers of rounds, threads and sequences of the test run.
    #[must_use]
    pub const fn scale(&self) -> Scale {
        self.scale
    }

    /// Makes an empty database and opens one handle on it.
    pub async fn fresh(&self) -> Database {
        self.fresh_with(1).await
    }

    /// Makes an empty database and opens `handles` handles on it. Each handle has its own connections.
    pub async fn fresh_with(&self, handles: usize) -> Database {
        create(&self.fixture, handles).await
    }

    /// Returns the function `block_on` of the fixture, which runs a future to completion.
    #[must_use]
    pub fn driver(&self) -> Driver {
        driver(&self.fixture)
    }

    /// Runs a check to completion on this thread.
    ///
    /// # Errors
    ///
    /// The violation that the check found. Also a violation if `block_on` of the fixture returned before the check was
    /// done.
    pub fn drive(&self, check: impl Future<Output = Verdict> + Send) -> Verdict {
        run(&self.driver(), check)
    }
}

/// Runs a check to completion on this thread. Returns a violation if `block_on` returned before the check was done.
pub(crate) fn run(driver: &Driver, check: impl Future<Output = Verdict> + Send) -> Verdict {
    driver.drive(check).unwrap_or_else(|| Err(Violation::new("block_on must drive a future to its end")))
}
