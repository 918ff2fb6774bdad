//! The metadata of an authorization server (RFC 8414). It lists only the endpoints that the host mounted.

use std::collections::BTreeSet;

use counterfoil::client::Grant;
use counterfoil::types::KnownScopes;
use counterfoil::{Counterfoil, Scope};
use http::StatusCode;
use serde::Serialize;

use crate::body::Response;
use crate::endpoint::{Endpoint, Handler, Shape};
use crate::endpoints::{Endpoints, described};
use crate::oauth::issuer::Issuer;
#[cfg(feature = "openapi")]
use crate::oauth::issuer::WELL_KNOWN;
use crate::secret_body;

/// The methods by which a confidential client may authenticate.
const CONFIDENTIAL: [&str; 2] = ["client_secret_basic", "client_secret_post"];
/// The authentication methods of an endpoint that serves public and confidential clients. A public client uses the
/// method `none`.
const EVERY_CLIENT: [&str; 3] = ["client_secret_basic", "client_secret_post", "none"];

/// The metadata of an authorization server (RFC 8414 §2). It lists only the endpoints that you name, so name every
/// endpoint that you mount.
///
/// ```
/// use counterfoil_http::{Issuer, Metadata};
///
/// # let counterfoil = counterfoil::testing::service().counterfoil().clone();
/// let issuer = Issuer::new("https://auth.example.com")?;
/// let metadata = Metadata::new(issuer, &counterfoil).token("/token").revocation("/revoke");
/// # let _ = metadata;
/// # Ok::<(), counterfoil_http::InvalidIssuer>(())
/// ```
///
/// The scope tokens are the library's own and those of the handle's policy
/// ([`Policy::scopes`](counterfoil::policy::Policy)). The grants are those that the token endpoint of the handle
/// supports: `password` only if the host has logins ([`Counterfoil::has_logins`]).
///
/// A list that is empty is omitted (RFC 8414 §3.2). `response_types_supported` is omitted too, because there is no
/// authorization endpoint.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(
    feature = "openapi",
    schema(description = "The metadata of the authorization server (RFC 8414 §2). An empty list is omitted (§3.2).")
)]
pub struct Metadata {
    /// The issuer identifier of the server (RFC 8414 §2).
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    issuer: Issuer,
    /// The URL of the token endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    token_endpoint: Option<String>,
    /// How a client may authenticate at the token endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    token_endpoint_auth_methods_supported: Option<Vec<&'static str>>,
    /// The URL of the revocation endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    revocation_endpoint: Option<String>,
    /// How a client may authenticate at the revocation endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    revocation_endpoint_auth_methods_supported: Option<Vec<&'static str>>,
    /// The URL of the introspection endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    introspection_endpoint: Option<String>,
    /// How a client may authenticate at the introspection endpoint.
    #[serde(skip_serializing_if = "Option::is_none")]
    introspection_endpoint_auth_methods_supported: Option<Vec<&'static str>>,
    /// The scope tokens that a client may request.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    scopes_supported: BTreeSet<String>,
    /// The supported grants. Omitted if there is no token endpoint.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    grant_types_supported: Vec<&'static str>,
    /// Whether the host can test passwords.
    #[serde(skip)]
    has_logins: bool,
    /// The URL of the API's documentation for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    service_documentation: Option<String>,
}

impl Metadata {
    /// Makes the metadata of an authorization server, with no endpoints yet. The URLs of endpoints that are added begin
    /// with the issuer's URL. The supported scope tokens and grants are those of `counterfoil`.
    #[must_use]
    pub fn new(issuer: Issuer, counterfoil: &Counterfoil) -> Self {
        let known = counterfoil.known_scopes().into_iter().flat_map(KnownScopes::tokens);
        Self {
            issuer,
            token_endpoint: None,
            token_endpoint_auth_methods_supported: None,
            revocation_endpoint: None,
            revocation_endpoint_auth_methods_supported: None,
            introspection_endpoint: None,
            introspection_endpoint_auth_methods_supported: None,
            scopes_supported: Scope::OWN.into_iter().chain(known).map(str::to_owned).collect(),
            grant_types_supported: Vec::new(),
            has_logins: counterfoil.has_logins(),
            service_documentation: None,
        }
    }

    /// Sets the path at which [`token`](crate::token) is mounted.
    #[must_use]
    pub fn token(mut self, path: &str) -> Self {
        self.token_endpoint = Some(self.at(path));
        self.token_endpoint_auth_methods_supported = Some(EVERY_CLIENT.to_vec());
        let password = self.has_logins.then_some(Grant::Password);
        self.grant_types_supported =
            password.into_iter().chain([Grant::RefreshToken, Grant::ClientCredentials]).map(Grant::as_str).collect();
        self
    }

    /// Sets the path at which [`revoke`](crate::revoke) is mounted.
    #[must_use]
    pub fn revocation(mut self, path: &str) -> Self {
        self.revocation_endpoint = Some(self.at(path));
        self.revocation_endpoint_auth_methods_supported = Some(EVERY_CLIENT.to_vec());
        self
    }

    /// Sets the path at which [`introspect`](crate::introspect) is mounted.
    #[must_use]
    pub fn introspection(mut self, path: &str) -> Self {
        self.introspection_endpoint = Some(self.at(path));
        self.introspection_endpoint_auth_methods_supported = Some(CONFIDENTIAL.to_vec());
        self
    }

    /// Sets the path of the API's documentation for people.
    #[must_use]
    pub fn documentation(mut self, path: &str) -> Self {
        self.service_documentation = Some(self.at(path));
        self
    }

    fn at(&self, path: &str) -> String {
        self.issuer.below(path)
    }
}

/// Serves the metadata of the authorization server (RFC 8414) at `GET` of [`Issuer::metadata_path`]. Do not put a base
/// path in front of it: the path must begin at the root.
pub fn metadata(metadata: Metadata) -> Endpoints {
    let path = metadata.issuer.metadata_path();
    let endpoint = Endpoint::new(&path, Shape::OAuth, vec![Handler::Metadata(Box::new(metadata))]);
    described!(Endpoints::of(vec![endpoint]), respond).described_at(&path)
}

/// Returns the metadata of this authorization server
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = WELL_KNOWN,
    operation_id = "metadata",
    tag = "oauth",
    responses((status = 200, description = "what is mounted", body = Metadata)),
    security(()),
))]
pub(crate) fn respond(metadata: &Metadata) -> Response {
    secret_body::json(StatusCode::OK, metadata)
}
