//! An authenticated request, in the form in which the handlers of the API take it.

use counterfoil::{Counterfoil, Presenter, Principal};
use http::request::Parts;

use super::location::Location;
use crate::csv;

/// An authenticated request, without its body.
pub(super) struct Call {
    pub(super) counterfoil: Counterfoil,
    pub(super) principal: Principal,
    /// The path segments in place of the variables of the path template, from left to right. `None` for a segment that
    /// is not UTF-8.
    segments: Vec<Option<String>>,
    query: Option<String>,
    pub(super) location: Location,
    /// Whether the response should be CSV, if the endpoint supports it.
    pub(super) prefers_csv: bool,
}

impl Call {
    pub(super) fn new(
        counterfoil: Counterfoil,
        principal: Principal,
        segments: Vec<Option<String>>,
        parts: &Parts,
    ) -> Self {
        let (query, location) = (parts.uri.query().map(str::to_owned), Location::of(&parts.uri));
        Self { counterfoil, principal, segments, query, location, prefers_csv: csv::is_preferred(&parts.headers) }
    }

    /// Returns the authenticated caller as a [`Presenter`], the argument by which operations check rights.
    pub(super) fn by(&self) -> Presenter {
        Presenter::from(&self.principal)
    }

    /// Returns the segment in place of the first variable of the path template, or `None` if the segment is not UTF-8.
    pub(super) fn first(&self) -> Option<&str> {
        self.segments.first()?.as_deref()
    }

    /// Returns the segment in place of the second variable of the path template, or `None` if the segment is not UTF-8.
    pub(super) fn second(&self) -> Option<&str> {
        self.segments.get(1)?.as_deref()
    }

    pub(super) fn query(&self) -> Option<&str> {
        self.query.as_deref()
    }
}
