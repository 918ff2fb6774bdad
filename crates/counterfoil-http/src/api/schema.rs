//! The error responses of the API, which are problems (RFC 9457), for the OpenAPI document.

use std::collections::BTreeMap;

use utoipa::openapi::{ContentBuilder, HeaderBuilder, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, PartialSchema as _};

use crate::problem::Written;

/// The error responses to requests that read, delete or end something. These requests have no body.
pub(super) struct ReadProblems;
/// The error responses to requests that create or change something.
pub(super) struct WriteProblems;
/// The error responses to requests that create a credential. The policy limits how many credentials are created in an
/// hour.
pub(super) struct CreateProblems;
/// The error responses to a report of leaked secrets. The caller is not authenticated.
pub(crate) struct ReportProblems;
/// The error response to a request for an operation that the host does not offer.
pub(super) struct NotOffered;

/// The responses with which an authentication layer refuses a request. Use them in the OpenAPI document of a host's own
/// handlers.
///
/// ```
/// #[utoipa::path(get, path = "/hello", responses((status = 200), counterfoil_http::AuthenticationProblems))]
/// async fn hello() {}
/// ```
#[derive(Clone, Copy, Debug)]
pub struct AuthenticationProblems;

const AUTHENTICATION: [(&str, &str); 4] = [
    ("400", "invalid-request: the authorization header is malformed"),
    ("401", "unauthenticated, invalid-token"),
    ("403", "insufficient-scope"),
    ("503", "unavailable"),
];
const READ: [(&str, &str); 6] = [
    ("400", "invalid-request: the authorization header is malformed"),
    ("401", "unauthenticated, invalid-token"),
    ("403", "not allowed: the type names the closed gate or the missing right"),
    ("404", "does not exist, or is not yours"),
    ("422", "invalid-field: a parameter breaks a rule, and `field` names it"),
    ("503", "unavailable"),
];
const WRITE: [(&str, &str); 10] = [
    ("400", "invalid-request: the authorization header is malformed; not-json; too-many-fields: over 64"),
    ("401", "unauthenticated, invalid-token"),
    ("403", "not allowed: the type names the closed gate or the missing right"),
    ("404", "does not exist, or is not yours"),
    ("408", "too-slow"),
    ("409", "taken, full, changed meanwhile, or its state does not allow it: the type says which"),
    ("413", "too-large: over 64 KiB"),
    ("415", "media-type: not application/json"),
    ("422", "invalid-field: a field breaks a rule, and `field` names it"),
    ("503", "unavailable"),
];

const REPORT: [(&str, &str); 7] = [
    ("400", "not-json; too-many-fields: over 64"),
    ("408", "too-slow"),
    ("413", "too-large: over 64 KiB"),
    ("415", "media-type: not application/json"),
    ("422", "invalid-field: a field breaks a rule, and `field` names it"),
    ("429", "slow-down: too many reports from this source, or too many texts wait"),
    ("503", "unavailable"),
];

const CREATE: [(&str, &str); 1] = [("429", "slow-down: too many were made in an hour")];
const NOT_OFFERED: [(&str, &str); 1] = [("501", "not-offered: the host's directory has no such operation")];

impl IntoResponses for AuthenticationProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        written(&AUTHENTICATION)
    }
}

impl IntoResponses for ReadProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        written(&READ)
    }
}

impl IntoResponses for WriteProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        written(&WRITE)
    }
}

impl IntoResponses for CreateProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        written(&[&WRITE[..], &CREATE].concat())
    }
}

impl IntoResponses for ReportProblems {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        written(&REPORT)
    }
}

impl IntoResponses for NotOffered {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        written(&NOT_OFFERED)
    }
}

fn written(problems: &[(&str, &str)]) -> BTreeMap<String, RefOr<Response>> {
    let of = |&(status, about): &(&str, &str)| {
        let content = ContentBuilder::new().schema(Some(Written::schema())).build();
        let mut response = ResponseBuilder::new().description(about).content("application/problem+json", content);
        if matches!(status, "401" | "403") {
            let about = "RFC 6750 §3; of a 403 where a scope is missing";
            let header = HeaderBuilder::new().schema(Some(String::schema())).description(Some(about)).build();
            response = response.header("WWW-Authenticate", header);
        }
        if matches!(status, "429" | "503") {
            let header = HeaderBuilder::new().schema(Some(u64::schema())).description(Some("seconds")).build();
            response = response.header("Retry-After", header);
        }
        (status.to_owned(), RefOr::T(response.build()))
    };
    problems.iter().map(of).collect()
}
