//! The parts of a request that the operations read.

use counterfoil::{Counterfoil, Presenter, Principal};
use http::Uri;

use super::location::Location;

/// An authenticated request, without its body.
pub(super) struct Call {
    pub(super) counterfoil: Counterfoil,
    pub(super) principal: Principal,
    /// The path segments that fill the template's variables, from left to right. A segment that is not UTF-8 is `None`.
    segments: Vec<Option<String>>,
    query: Option<String>,
    pub(super) location: Location,
}

impl Call {
    pub(super) fn new(
        counterfoil: Counterfoil,
        principal: Principal,
        segments: Vec<Option<String>>,
        uri: &Uri,
    ) -> Self {
        let (query, location) = (uri.query().map(str::to_owned), Location::of(uri));
        Self { counterfoil, principal, segments, query, location }
    }

    /// Returns the authenticated caller as the presenter of an operation.
    pub(super) fn by(&self) -> Presenter {
        Presenter::from(&self.principal)
    }

    /// Returns the first segment that fills a variable of the path, or `None` if it is not UTF-8.
    pub(super) fn first(&self) -> Option<&str> {
        self.segments.first()?.as_deref()
    }

    /// Returns the second segment that fills a variable of the path, or `None` if it is not UTF-8.
    pub(super) fn second(&self) -> Option<&str> {
        self.segments.get(1)?.as_deref()
    }

    pub(super) fn query(&self) -> Option<&str> {
        self.query.as_deref()
    }
}
