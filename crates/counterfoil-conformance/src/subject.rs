//! The store under test. It consists of a fixture, which many threads share, and of the counts for its tests.

use std::sync::Arc;

use crate::database::{AnyFixture, Database, create, driver};
use crate::driver::Driver;
use crate::fixture::Fixture;
use crate::scale::{Scale, scale};
use crate::violation::{Verdict, Violation};

/// A fixture, and the counts for its tests.
#[derive(Clone)]
pub struct Subject {
    fixture: Arc<dyn AnyFixture>,
    scale: Scale,
}

impl Subject {
    /// Makes a subject from the fixture. The counts come from the environment.
    pub fn new(fixture: impl Fixture) -> Self {
        Self { fixture: Arc::new(fixture), scale: scale() }
    }

    /// Replaces the counts, which [`Subject::new`] takes from the environment.
    #[must_use]
    pub fn with_scale(self, scale: Scale) -> Self {
        Self { scale, ..self }
    }

    /// The counts for the tests.
    #[must_use]
    pub const fn scale(&self) -> Scale {
        self.scale
    }

    /// Makes an empty database with one handle.
    pub async fn fresh(&self) -> Database {
        self.fresh_with(1).await
    }

    /// Makes an empty database with `handles` handles. Each handle has its own connections.
    pub async fn fresh_with(&self, handles: usize) -> Database {
        create(&self.fixture, handles).await
    }

    /// The `block_on` of the fixture.
    #[must_use]
    pub fn driver(&self) -> Driver {
        driver(&self.fixture)
    }

    /// Runs a check to completion on this thread.
    ///
    /// # Errors
    ///
    /// The violation that the check found. Also a violation if the fixture's `block_on` returned before the future was
    /// done.
    pub fn drive(&self, check: impl Future<Output = Verdict> + Send) -> Verdict {
        run(&self.driver(), check)
    }
}

/// Runs a check to completion on this thread.
pub(crate) fn run(driver: &Driver, check: impl Future<Output = Verdict> + Send) -> Verdict {
    driver.drive(check).unwrap_or_else(|| Err(Violation::new("block_on must drive a future to its end")))
}
