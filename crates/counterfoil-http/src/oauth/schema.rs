//! The endpoints' requests and answers, for the OpenAPI document. Nothing is read or written by these: the core does both.
#![allow(dead_code, reason = "these types document what the core reads and writes")]

use utoipa::openapi::{ContentBuilder, HeaderBuilder, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, PartialSchema as _, ToSchema};

/// A request for tokens (RFC 6749 §4.3, §6). Parameters sent without a value count as omitted; none may stand twice.
#[derive(ToSchema)]
pub(super) struct TokenForm {
    /// `password` (RFC 9700 §2.4 says that it must not be used: off unless the client's registration names it) or `refresh_token`.
    #[schema(pattern = "^(password|refresh_token)$", example = "password")]
    grant_type: String,
    /// The name to sign in by; a backslash is data.
    username: Option<String>,
    /// The password.
    #[schema(format = Password)]
    password: Option<String>,
    /// `true`, in any case: each refresh slides the end; `false` or nothing: the sign-in ends one inactivity period after it began.
    remember: Option<String>,
    /// A second factor, where the directory asks for one.
    mfa_key: Option<String>,
    /// A machine's key, where the directory asks for one.
    machine_key: Option<String>,
    /// The refresh token.
    refresh_token: Option<String>,
    /// Scope tokens, a blank between two.
    scope: Option<String>,
    /// The client, where it does not authenticate by HTTP Basic.
    client_id: Option<String>,
    /// Its secret.
    #[schema(format = Password)]
    client_secret: Option<String>,
}

/// A token to revoke or to introspect.
#[derive(ToSchema)]
pub(super) struct TokenQuery {
    /// The token.
    #[schema(min_length = 1)]
    token: String,
    /// A hint only.
    token_type_hint: Option<String>,
    /// The client, where it does not authenticate by HTTP Basic.
    client_id: Option<String>,
    /// Its secret.
    #[schema(format = Password)]
    client_secret: Option<String>,
}

/// Tokens (RFC 6749 §5.1), and the host's extra claims beside them.
#[derive(ToSchema)]
pub(super) struct TokenAnswer {
    access_token: String,
    /// `bearer`.
    token_type: String,
    /// Whole seconds left, rounded down.
    #[schema(minimum = 0)]
    expires_in: u64,
    refresh_token: Option<String>,
    /// Where it differs from what was asked.
    scope: Option<String>,
    /// This and the members below are in the answer where the policy asks for the vendor fields.
    user_name: Option<String>,
    user_id: Option<String>,
    /// The client's display name.
    #[schema(rename = "as:client_id")]
    client_name: Option<String>,
    /// `true` exactly for collaborators.
    is_read_only_web_user: Option<String>,
    /// RFC 1123.
    #[schema(rename = ".issued")]
    issued: Option<String>,
    /// RFC 1123.
    #[schema(rename = ".expires")]
    expires: Option<String>,
}

/// What a token is (RFC 7662 §2.2); of an inactive one `active` alone.
#[derive(ToSchema)]
pub(super) struct Introspection {
    active: bool,
    /// Left out where the token has no scope, which is all rights of its owner: a resource server that asks for scopes refuses it. A client's
    /// `default_scopes` give its tokens one.
    scope: Option<String>,
    client_id: Option<String>,
    username: Option<String>,
    token_type: Option<String>,
    exp: Option<u64>,
    iat: Option<u64>,
    sub: Option<String>,
    kind: Option<String>,
}

/// Nothing.
#[derive(ToSchema)]
pub(super) struct Nothing {}

/// An error (RFC 6749 §5.2) with a fixed text that names the cause and, where one is at fault, the parameter.
#[derive(ToSchema)]
pub(super) struct OAuthProblem {
    error: String,
    error_description: String,
}

/// The errors of all three endpoints.
pub(super) struct OAuthProblems;

impl IntoResponses for OAuthProblems {
    fn responses() -> std::collections::BTreeMap<String, RefOr<Response>> {
        let of = |about: &str| {
            let content = ContentBuilder::new().schema(Some(OAuthProblem::schema())).build();
            ResponseBuilder::new().description(about).content("application/json", content)
        };
        let challenge = || HeaderBuilder::new().schema(Some(String::schema())).description(Some("Basic")).build();
        let wait = || HeaderBuilder::new().schema(Some(u64::schema())).description(Some("seconds")).build();
        [
            ("400", of("invalid_request, invalid_grant, unauthorized_client, unsupported_grant_type, invalid_scope; invalid_client where the client named itself in the form")),
            ("401", of("invalid_client where Basic was tried or no client is named").header("WWW-Authenticate", challenge())),
            ("408", of("invalid_request: the body did not arrive in time")),
            ("413", of("invalid_request: over 8 KiB or 32 parameters")),
            ("429", of("slow_down").header("Retry-After", wait())),
            ("503", of("temporarily_unavailable").header("Retry-After", wait())),
        ]
        .into_iter()
        .map(|(status, response)| (status.to_owned(), RefOr::T(response.build())))
        .collect()
    }
}
