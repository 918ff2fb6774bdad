//! What the operations take from a request.

use counterfoil::{Counterfoil, Presenter, Principal};
use http::Uri;

use super::location::Location;

/// An authenticated request, without its body.
pub(super) struct Call {
    pub(super) counterfoil: Counterfoil,
    pub(super) principal: Principal,
    /// The segments that fill the path, from the left. `None`: not UTF-8.
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

    /// Who is calling.
    pub(super) fn by(&self) -> Presenter {
        Presenter::from(&self.principal)
    }

    /// The first segment that fills the path; `None` if it is not UTF-8.
    pub(super) fn first(&self) -> Option<&str> {
        self.segments.first()?.as_deref()
    }

    /// The second one.
    pub(super) fn second(&self) -> Option<&str> {
        self.segments.get(1)?.as_deref()
    }

    pub(super) fn query(&self) -> Option<&str> {
        self.query.as_deref()
    }
}
