//! The requests and responses of the OAuth endpoints, for the OpenAPI document only. `counterfoil` itself reads the
//! requests and writes the responses.
#![allow(dead_code, reason = "these types document what the core reads and writes")]

use utoipa::openapi::{ContentBuilder, HeaderBuilder, RefOr, Response, ResponseBuilder};
use utoipa::{IntoResponses, PartialSchema as _, ToSchema};

/// A request for tokens (RFC 6749 §4.3, §4.4, §6). A parameter without a value is treated as missing. No parameter may
/// be repeated.
#[derive(ToSchema)]
pub(super) struct TokenForm {
    /// `refresh_token`, `password` or `client_credentials`. A client may use only the grants in its registration. RFC
    /// 9700 §2.4 forbids `password`.
    #[schema(pattern = "^(password|refresh_token|client_credentials)$", example = "password")]
    grant_type: String,
    /// The login name, for the grant `password`. A backslash has no special meaning.
    username: Option<String>,
    /// The person's password, for the grant `password`.
    #[schema(format = Password)]
    password: Option<String>,
    /// If the value is `true` (in lower or upper case), each refresh extends the sign-in. If it is `false` or missing,
    /// the sign-in ends one inactivity period after it began.
    remember: Option<String>,
    /// A second factor, if the directory requires one.
    mfa_key: Option<String>,
    /// The key of a machine, if the directory requires one.
    machine_key: Option<String>,
    /// The refresh token, for the grant `refresh_token`.
    refresh_token: Option<String>,
    /// The requested scope: scope tokens, separated by spaces.
    scope: Option<String>,
    /// The client's id, if the client does not authenticate by HTTP Basic.
    client_id: Option<String>,
    /// The client's secret.
    #[schema(format = Password)]
    client_secret: Option<String>,
}

/// A token to revoke or to introspect.
#[derive(ToSchema)]
pub(super) struct TokenQuery {
    /// The text of the token.
    #[schema(min_length = 1)]
    token: String,
    /// A hint about the kind of the token. A wrong hint is allowed.
    token_type_hint: Option<String>,
    /// At `/introspect`: the source of the request in which the resource server got the token, usually an address.
    /// Without this parameter, a token that can be used only from some addresses is inactive.
    #[schema(max_length = 255)]
    source: Option<String>,
    /// The client's id, if the client does not authenticate by HTTP Basic.
    client_id: Option<String>,
    /// The client's secret.
    #[schema(format = Password)]
    client_secret: Option<String>,
}

/// The tokens (RFC 6749 §5.1), and extra claims of the host.
#[derive(ToSchema)]
pub(super) struct TokenAnswer {
    access_token: String,
    /// Always `bearer`.
    token_type: String,
    /// Whole seconds until the token expires, rounded down.
    #[schema(minimum = 0)]
    expires_in: u64,
    refresh_token: Option<String>,
    /// The token's scope. Present if it differs from the requested scope.
    scope: Option<String>,
    /// The name of the user. This and the following fields are present only if the policy turns on the vendor fields.
    user_name: Option<String>,
    user_id: Option<String>,
    /// The client's display name.
    #[schema(rename = "as:client_id")]
    client_name: Option<String>,
    /// `true` if the user has the role of a collaborator, and `false` otherwise.
    is_read_only_web_user: Option<String>,
    /// When the access token was issued, in the date format of RFC 1123.
    #[schema(rename = ".issued")]
    issued: Option<String>,
    /// When the access token expires, in the date format of RFC 1123.
    #[schema(rename = ".expires")]
    expires: Option<String>,
}

/// Information about a token (RFC 7662 §2.2). For an inactive token, the response contains only `active`.
#[derive(ToSchema)]
pub(super) struct Introspection {
    active: bool,
    /// The token's scope. It is missing if the token has no scope, that is, if the token has all rights of its owner. A
    /// resource server that requires scopes refuses such a token. Set `default_scopes` of a client to give its tokens a
    /// scope.
    scope: Option<String>,
    client_id: Option<String>,
    username: Option<String>,
    token_type: Option<String>,
    exp: Option<u64>,
    iat: Option<u64>,
    sub: Option<String>,
    kind: Option<String>,
}

/// An empty body.
#[derive(ToSchema)]
pub(super) struct Nothing {}

/// An error (RFC 6749 §5.2). Its fixed text names the cause and, if there is one, the parameter that caused it.
#[derive(ToSchema)]
pub(super) struct OAuthProblem {
    error: String,
    error_description: String,
}

/// The errors of the three endpoints that take a form.
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
