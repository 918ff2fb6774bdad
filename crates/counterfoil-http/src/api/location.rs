//! Paths for the header `Location`.

use http::header::LOCATION;
use http::{HeaderValue, StatusCode, Uri};
use serde::Serialize;

use crate::body::Response;
use crate::secret_body;

/// The path of a request as the client sent it. It begins with the path at which the host mounted the API.
#[derive(Clone)]
pub(super) struct Location(String);

impl Location {
    /// Returns the path of the requested resource.
    pub(super) fn of(uri: &Uri) -> Self {
        Self(uri.path().to_owned())
    }

    /// Returns the path as a text.
    pub(super) fn path(&self) -> &str {
        &self.0
    }

    /// Removes the last `segments` segments of the path.
    pub(super) fn up(mut self, segments: usize) -> Self {
        for _ in 0..segments {
            self.0.truncate(self.0.rfind('/').unwrap_or_default());
        }
        self
    }

    /// Makes a 201 response with the location of the created resource (RFC 9110 §15.3.2). Ids consist of unreserved
    /// characters ([RFC 3986 §2.3]), so they need no escapes.
    ///
    /// [RFC 3986 §2.3]: https://www.rfc-editor.org/rfc/rfc3986#section-2.3
    pub(super) fn created(&self, id: &str, view: &impl Serialize) -> Response {
        let mut response = secret_body::json(StatusCode::CREATED, view);
        if let Ok(place) = HeaderValue::try_from(format!("{}/{id}", self.0)) {
            response.headers_mut().insert(LOCATION, place);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_c12_a_location_names_what_was_made() {
        let location = |location: Location| {
            let response = location.created("new", &());
            response.headers()[LOCATION].to_str().expect("text").to_owned()
        };
        assert_eq!(location(Location("/api/v1/me/tokens".into())), "/api/v1/me/tokens/new");
        assert_eq!(location(Location("/api/v1/me/tokens/old/rotate".into()).up(2)), "/api/v1/me/tokens/new");
        assert_eq!(location(Location("/clients".into())), "/clients/new");
    }
}
