//! The metadata of an authorization server (RFC 8414): what is mounted, and nothing that is not.

use std::collections::BTreeSet;

use counterfoil::types::KnownScopes;
use counterfoil::{Counterfoil, Scope};
use http::StatusCode;
use serde::Serialize;

use crate::body::Response;
use crate::endpoint::{Endpoint, Handler, Shape};
use crate::endpoints::{Endpoints, described};
use crate::oauth::issuer::Issuer;
use crate::secret_body;

/// How a client of an endpoint may prove itself.
const CONFIDENTIAL: [&str; 2] = ["client_secret_basic", "client_secret_post"];
/// The same, and public clients.
const EVERY_CLIENT: [&str; 3] = ["client_secret_basic", "client_secret_post", "none"];

/// What the metadata say (RFC 8414 §2). Name what you mount: what is not named is not there.
///
/// ```
/// use counterfoil_http::{Issuer, Metadata};
///
/// let issuer = Issuer::new("https://auth.example.com")?;
/// let metadata = Metadata::new(issuer).token("/token").revocation("/revoke");
/// # let _ = metadata;
/// # Ok::<(), counterfoil_http::InvalidIssuer>(())
/// ```
///
/// A list without an element is left out (RFC 8414 §3.2); so is `response_types_supported`, since there is no
/// authorization endpoint.
#[derive(Clone, Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(
    feature = "openapi",
    schema(description = "What is mounted (RFC 8414 §2). A list without an element is left out (RFC 8414 §3.2).")
)]
pub struct Metadata {
    /// Who issues.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    issuer: Issuer,
    /// Where tokens are had.
    #[serde(skip_serializing_if = "Option::is_none")]
    token_endpoint: Option<String>,
    /// How a client proves itself there.
    #[serde(skip_serializing_if = "Option::is_none")]
    token_endpoint_auth_methods_supported: Option<Vec<&'static str>>,
    /// Where tokens are revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    revocation_endpoint: Option<String>,
    /// How a client proves itself there.
    #[serde(skip_serializing_if = "Option::is_none")]
    revocation_endpoint_auth_methods_supported: Option<Vec<&'static str>>,
    /// Where a resource server asks what a token is.
    #[serde(skip_serializing_if = "Option::is_none")]
    introspection_endpoint: Option<String>,
    /// How it proves itself there.
    #[serde(skip_serializing_if = "Option::is_none")]
    introspection_endpoint_auth_methods_supported: Option<Vec<&'static str>>,
    /// Scope tokens that may be asked for.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    scopes_supported: BTreeSet<String>,
    /// The grants; left out where no token endpoint is mounted.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "openapi", schema(required = false))]
    grant_types_supported: Vec<&'static str>,
    /// The API's description for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    service_documentation: Option<String>,
}

impl Metadata {
    /// Metadata of an issuer, under which its endpoints are.
    #[must_use]
    pub fn new(issuer: Issuer) -> Self {
        Self {
            issuer,
            token_endpoint: None,
            token_endpoint_auth_methods_supported: None,
            revocation_endpoint: None,
            revocation_endpoint_auth_methods_supported: None,
            introspection_endpoint: None,
            introspection_endpoint_auth_methods_supported: None,
            scopes_supported: Scope::OWN.into_iter().map(str::to_owned).collect(),
            grant_types_supported: Vec::new(),
            service_documentation: None,
        }
    }

    /// [`token`](crate::token) is mounted at that path.
    #[must_use]
    pub fn token(mut self, path: &str) -> Self {
        self.token_endpoint = Some(self.at(path));
        self.token_endpoint_auth_methods_supported = Some(EVERY_CLIENT.to_vec());
        self.grant_types_supported = vec!["password", "refresh_token"];
        self
    }

    /// [`revoke`](crate::revoke) is mounted at that path.
    #[must_use]
    pub fn revocation(mut self, path: &str) -> Self {
        self.revocation_endpoint = Some(self.at(path));
        self.revocation_endpoint_auth_methods_supported = Some(EVERY_CLIENT.to_vec());
        self
    }

    /// [`introspect`](crate::introspect) is mounted at that path.
    #[must_use]
    pub fn introspection(mut self, path: &str) -> Self {
        self.introspection_endpoint = Some(self.at(path));
        self.introspection_endpoint_auth_methods_supported = Some(CONFIDENTIAL.to_vec());
        self
    }

    /// The scope tokens that the policy of that handle names ([`Policy::scopes`](counterfoil::policy::Policy)). Where
    /// it names none, and without this call, the library's own are listed.
    #[must_use]
    pub fn scopes_of(mut self, counterfoil: &Counterfoil) -> Self {
        let known = counterfoil.known_scopes().into_iter().flat_map(KnownScopes::tokens);
        self.scopes_supported.extend(known.map(str::to_owned));
        self
    }

    /// Where people read about the API.
    #[must_use]
    pub fn documentation(mut self, path: &str) -> Self {
        self.service_documentation = Some(self.at(path));
        self
    }

    fn at(&self, path: &str) -> String {
        self.issuer.below(path)
    }
}

/// The metadata: serves `GET` of [`Issuer::metadata_path`], so put it below nothing.
pub fn metadata(metadata: Metadata) -> Endpoints {
    let path = metadata.issuer.metadata_path();
    let endpoint = Endpoint::new(&path, Shape::OAuth, vec![Handler::Metadata(Box::new(metadata))]);
    described!(Endpoints::of(vec![endpoint]), respond).described_at(&path)
}

/// Says what this authorization server can do
#[cfg_attr(feature = "openapi", utoipa::path(
    get,
    path = "/.well-known/oauth-authorization-server",
    operation_id = "metadata",
    tag = "oauth",
    responses((status = 200, description = "what is mounted", body = Metadata)),
    security(()),
))]
pub(crate) fn respond(metadata: &Metadata) -> Response {
    secret_body::json(StatusCode::OK, metadata)
}
