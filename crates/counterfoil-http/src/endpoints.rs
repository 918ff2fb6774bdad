//! A set of endpoints that are mounted together.

use http::Request;
#[cfg(feature = "openapi")]
use utoipa::openapi::{OpenApi, OpenApiBuilder};

use crate::body::Response;
use crate::endpoint::Endpoint;
use crate::problem::Problem;

/// A set of endpoints that a host serves together. Clones share the endpoints.
///
/// ```
/// use counterfoil_http::{Endpoints, Sources};
/// # let service = counterfoil::testing::service();
/// # let counterfoil = service.counterfoil().clone();
///
/// let api = counterfoil_http::me_tokens(counterfoil.clone()).merge(counterfoil_http::clients(counterfoil.clone()));
/// let endpoints = counterfoil_http::token(counterfoil, Sources::Extension).merge(api.below("/api/v1"));
///
/// let path = |asked| endpoints.find(asked).map(|endpoint| endpoint.path());
/// assert_eq!(path("/token"), Some("/token"));
/// assert_eq!(path("/api/v1/clients/app"), Some("/api/v1/clients/{id}"));
/// assert_eq!(path("/clients/app"), None);
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Endpoints {
    endpoints: Vec<Endpoint>,
    #[cfg(feature = "openapi")]
    description: Description,
}

/// The paths and schemas of the OpenAPI document.
#[cfg(feature = "openapi")]
#[derive(Clone)]
struct Description(Box<OpenApi>);

#[cfg(feature = "openapi")]
impl Default for Description {
    fn default() -> Self {
        Self(Box::new(OpenApiBuilder::new().build()))
    }
}

#[cfg(feature = "openapi")]
impl std::fmt::Debug for Description {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Description").finish_non_exhaustive()
    }
}

impl Endpoints {
    pub(crate) fn of(endpoints: Vec<Endpoint>) -> Self {
        Self {
            endpoints,
            #[cfg(feature = "openapi")]
            description: Description::default(),
        }
    }

    /// Adds the endpoints of `other`. If two endpoints have the same path, only the first one is served.
    pub fn merge(mut self, other: Self) -> Self {
        self.endpoints.extend(other.endpoints);
        #[cfg(feature = "openapi")]
        self.description.0.merge(*other.description.0);
        self
    }

    /// Puts `base` in front of every path. `base` is a path such as `/api/v1`, as it appears in requests. It begins
    /// with a slash, and a slash at its end is removed. An empty base changes nothing.
    pub fn below(self, base: &str) -> Self {
        let base = base.trim_end_matches('/');
        Self {
            endpoints: self.endpoints.into_iter().map(|endpoint| endpoint.below(base)).collect(),
            #[cfg(feature = "openapi")]
            description: {
                let mut below = Description::default();
                let paths = self.description.0.paths.paths.into_iter();
                below.0.paths.paths = paths.map(|(path, item)| (format!("{base}{path}"), item)).collect();
                below.0.components = self.description.0.components;
                below
            },
        }
    }

    /// Iterates over all endpoints, for a framework that registers routes itself.
    pub fn iter(&self) -> std::slice::Iter<'_, Endpoint> {
        self.endpoints.iter()
    }

    /// Returns the endpoint for a path, or `None` if no endpoint has this path. A host can use it to decide which
    /// requests it answers itself. `path` is the path of a request as the client sent it, not decoded.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<&Endpoint> {
        self.endpoints.iter().find(|endpoint| endpoint.has(path))
    }

    /// Answers a request with the endpoint for its path, see [`Endpoint::respond`]. If no endpoint has this path, the
    /// response is 404 with the problem `not-found`.
    ///
    /// # Cancel safety
    ///
    /// The same as for [`Endpoint::respond`].
    pub async fn respond<B: http_body::Body>(&self, request: Request<B>) -> Response {
        match self.find(request.uri().path()) {
            Some(endpoint) => endpoint.respond(request).await,
            None => Problem::not_found().to_response(),
        }
    }

    /// Returns the OpenAPI paths and schemas of all endpoints. Merge them into a document that
    /// [`document`](crate::document) makes.
    ///
    /// ```
    /// # let service = counterfoil::testing::service();
    /// # let counterfoil = service.counterfoil().clone();
    /// let api = counterfoil_http::settings(counterfoil).below("/api/v1");
    /// let mut document = counterfoil_http::document("My service", "1.0.0");
    /// document.merge(api.openapi().clone());
    /// assert!(document.paths.paths.contains_key("/api/v1/settings"));
    /// ```
    #[cfg(feature = "openapi")]
    #[must_use]
    pub fn openapi(&self) -> &OpenApi {
        &self.description.0
    }

    /// Replaces the path in the OpenAPI description by `path`. Use this method only for a single endpoint, because it
    /// gives all endpoints the same path.
    #[cfg_attr(not(feature = "openapi"), expect(unused_mut, unused_variables, reason = "there is no description"))]
    pub(crate) fn described_at(mut self, path: &str) -> Self {
        #[cfg(feature = "openapi")]
        {
            let paths = &mut self.description.0.paths.paths;
            *paths = std::mem::take(paths).into_values().map(|item| (path.to_owned(), item)).collect();
        }
        self
    }

    #[cfg(feature = "openapi")]
    pub(crate) fn described(mut self, described: OpenApi) -> Self {
        self.description.0.paths.paths = described.paths.paths;
        self.description.0.components = described.components;
        self
    }
}

impl IntoIterator for Endpoints {
    type Item = Endpoint;
    type IntoIter = std::vec::IntoIter<Endpoint>;

    fn into_iter(self) -> Self::IntoIter {
        self.endpoints.into_iter()
    }
}

impl<'a> IntoIterator for &'a Endpoints {
    type Item = &'a Endpoint;
    type IntoIter = std::slice::Iter<'a, Endpoint>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Adds the OpenAPI descriptions of handlers, from their `utoipa::path`, if the feature `openapi` is on.
macro_rules! described {
    ($endpoints:expr, $($handler:ident),+) => {{
        let endpoints = $endpoints;
        #[cfg(feature = "openapi")]
        let endpoints = {
            #[derive(utoipa::OpenApi)]
            #[openapi(paths($($handler),+))]
            struct Described;
            endpoints.described(<Described as utoipa::OpenApi>::openapi())
        };
        endpoints
    }};
}
pub(crate) use described;

#[cfg(all(test, feature = "openapi"))]
mod tests {
    use http::Method;
    use utoipa::openapi::path::PathItem;

    use crate::{Issuer, Metadata, Sources};

    fn methods(item: &PathItem) -> Vec<Method> {
        let operations = [
            (Method::DELETE, &item.delete),
            (Method::GET, &item.get),
            (Method::PATCH, &item.patch),
            (Method::POST, &item.post),
            (Method::PUT, &item.put),
        ];
        operations.into_iter().filter(|(_, operation)| operation.is_some()).map(|(method, _)| method).collect()
    }

    #[test]
    fn host_51_the_description_names_each_path_and_method_that_is_served_and_no_other() {
        let counterfoil = || counterfoil::testing::service().counterfoil().clone();
        let issuer = Issuer::new("https://a.example/tenant").expect("an issuer");
        let all = crate::me_tokens(counterfoil())
            .merge(crate::me_sign_ins(counterfoil()))
            .merge(crate::users(counterfoil()))
            .merge(crate::credentials(counterfoil()))
            .merge(crate::security_codes(counterfoil()))
            .merge(crate::clients(counterfoil()))
            .merge(crate::service_accounts(counterfoil()))
            .merge(crate::settings(counterfoil()))
            .below("/api/v1")
            .merge(crate::token(counterfoil(), Sources::Unknown))
            .merge(crate::revoke(counterfoil(), Sources::Unknown))
            .merge(crate::introspect(counterfoil(), Sources::Unknown))
            .merge(crate::leaks(counterfoil(), Sources::Unknown))
            .merge(crate::metadata(Metadata::new(issuer, &counterfoil())));
        let mut served: Vec<(String, Vec<Method>)> = all
            .iter()
            .map(|endpoint| {
                let own = endpoint.methods().iter().filter(|method| **method != Method::HEAD);
                let mut own: Vec<Method> = own.cloned().collect();
                own.sort_by(|one, other| one.as_str().cmp(other.as_str()));
                (endpoint.path().to_owned(), own)
            })
            .collect();
        served.sort_by(|one, other| one.0.cmp(&other.0));
        let described: Vec<_> =
            all.openapi().paths.paths.iter().map(|(path, item)| (path.clone(), methods(item))).collect();
        assert_eq!(served.len(), 36);
        assert_eq!(described, served);
    }
}
