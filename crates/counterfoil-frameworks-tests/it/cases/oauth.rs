//! Cases for the OAuth endpoints.

use crate::case::{Body, Case, Expected, Send, case, get, send};

const BASIC: &str = r#"Basic realm="default""#;
const LOGIN: &str = "grant_type=password&username=ivan&password=ivan";
const WRONG: &str = "grant_type=password&username=ivan&password=wrong";

fn post(path: &str, form: &str) -> Send {
    send("POST", path).header("authorization", "Basic {basic}").form(form)
}

fn as_machine(path: &str, form: &str) -> Send {
    send("POST", path).header("authorization", "Basic {machine}").form(form)
}

fn fault(error: &'static str) -> Expected {
    Expected::oauth(400, error)
}

pub fn cases() -> Vec<Case> {
    [token(), clients(), bounds(), throttled(), revocation(), introspection(), metadata()].concat()
}

fn token() -> Vec<Case> {
    let refresh = "grant_type=refresh_token&refresh_token=";
    vec![
        case("token: a password", post("/token", LOGIN), Expected::json(200)),
        case("token: a refresh token", post("/token", &format!("{refresh}{{refresh}}")), Expected::json(200)),
        case("token: a wrong password", post("/token", WRONG), fault("invalid_grant")),
        case("token: an unknown refresh token", post("/token", &format!("{refresh}cfr_x")), fault("invalid_grant")),
        case("token: another grant", post("/token", "grant_type=device"), fault("unsupported_grant_type")),
        case("token: a password without logins", post("/token", LOGIN), fault("unsupported_grant_type"))
            .with_accounts_only(),
        case(
            "token: a refresh token without logins",
            post("/token", &format!("{refresh}cfr_x")),
            fault("invalid_grant"),
        )
        .with_accounts_only(),
        case("token: a grant that the client lacks", as_machine("/token", LOGIN), fault("unauthorized_client")),
        case(
            "token: client credentials that the client lacks",
            as_machine("/token", "grant_type=client_credentials"),
            fault("unauthorized_client"),
        ),
        case("token: no grant", post("/token", ""), fault("invalid_request")),
        case("token: a parameter twice", post("/token", &format!("{LOGIN}&x=1&x=2")), fault("invalid_request")),
        case("token: not a form", post("/token", "%zz=1"), fault("invalid_request")),
        case("token: not a scope", post("/token", &format!("{LOGIN}&scope=%22")), fault("invalid_scope")),
    ]
}

fn clients() -> Vec<Case> {
    let unproven = || Expected::oauth(401, "invalid_client").challenge(BASIC);
    let by_form = format!("{LOGIN}&client_id=test-client&client_secret=");
    vec![
        case("client: in the form", send("POST", "/token").form(&format!("{by_form}{{secret}}")), Expected::json(200)),
        case("client: none", send("POST", "/token").form(LOGIN), unproven()),
        case(
            "client: a wrong secret",
            send("POST", "/token").header("authorization", "Basic dGVzdC1jbGllbnQ6eA==").form(LOGIN),
            unproven(),
        ),
        case(
            "client: a wrong secret in the form",
            send("POST", "/token").form(&format!("{by_form}x")),
            fault("invalid_client"),
        ),
        case("client: in both places", post("/token", &format!("{by_form}{{secret}}")), fault("invalid_request")),
        case(
            "client: two headers",
            post("/token", LOGIN).header("authorization", "Basic {basic}"),
            fault("invalid_request"),
        ),
    ]
}

fn bounds() -> Vec<Case> {
    let too_large = || Expected::oauth(413, "invalid_request");
    let long = format!("{LOGIN}&x={}", "x".repeat(8 * 1024));
    let many: String = (0..33).map(|at| format!("p{at}=1&")).collect();
    let other = |media: &str| {
        let request = send("POST", "/token").header("authorization", "Basic {basic}");
        request.header("content-type", media).body(Body::Text(LOGIN.to_owned()))
    };
    let no_type = send("POST", "/token").header("authorization", "Basic {basic}").body(Body::Text(LOGIN.to_owned()));
    vec![
        case("form: too long", post("/token", &long), too_large()),
        case("form: announced too long", post("/token", "").body(Body::Announced(8 * 1024 + 1)), too_large()),
        case("form: too long, in pieces", post("/token", "").body(Body::Chunked(long)), too_large()),
        case("form: in pieces", post("/token", "").body(Body::Chunked(LOGIN.to_owned())), Expected::json(200)),
        case("form: too many parameters", post("/token", &many), too_large()),
        case("form: JSON", other("application/json"), fault("invalid_request")),
        case("form: with a charset", other("application/x-www-form-urlencoded; charset=UTF-8"), Expected::json(200)),
        case("form: no media type", no_type, fault("invalid_request")),
        case(
            "form: two media types",
            other("application/x-www-form-urlencoded").header("content-type", "application/x-www-form-urlencoded"),
            fault("invalid_request"),
        ),
        case("token: another method", get("/token"), Expected::oauth(405, "invalid_request").header("allow", "POST")),
        case("token: HEAD", send("HEAD", "/token"), Expected::json(405).header("allow", "POST").says("")),
        case("token: below it is nothing", send("POST", "/token/x"), Expected::of_the_host()),
    ]
}

fn throttled() -> Vec<Case> {
    let slow_down = || Expected::oauth(429, "slow_down").header("retry-after", "60");
    let unavailable = || Expected::oauth(503, "temporarily_unavailable").header("retry-after", "2");
    let wrong = || post("/token", WRONG);
    vec![
        case("source: after three wrong passwords", wrong(), slow_down()).after(wrong()).after(wrong()).after(wrong()),
        case("source: a right password waits too", post("/token", LOGIN), slow_down())
            .after(wrong())
            .after(wrong())
            .after(wrong()),
        case("source: after two wrong passwords", post("/token", LOGIN), Expected::json(200))
            .after(wrong())
            .after(wrong()),
        case("source: not known", post("/token", LOGIN).header("x-no-source", "1"), unavailable()),
        case("token: an outage", post("/token", LOGIN), unavailable()).outage("insert"),
        case("token: the throttle fails", post("/token", LOGIN), unavailable()).outage("reserve"),
    ]
}

fn revocation() -> Vec<Case> {
    vec![
        case("revoke: an access token", post("/revoke", "token={access}"), Expected::json(200)),
        case(
            "revoke: afterwards it is not valid",
            get("/required").bearer("access"),
            Expected::problem(401, "invalid-token").challenge(r#"Bearer realm="default", error="invalid_token""#),
        )
        .after(post("/revoke", "token={access}")),
        case("revoke: an unknown token", post("/revoke", "token=nonsense"), Expected::json(200)),
        case("revoke: a token of no client", post("/revoke", "token={token}"), Expected::json(200)),
        case("revoke: another client's", as_machine("/revoke", "token={access}"), fault("unauthorized_client")),
        case("revoke: no token", post("/revoke", ""), fault("invalid_request")),
        case(
            "revoke: an outage",
            post("/revoke", "token={access}"),
            Expected::oauth(503, "temporarily_unavailable").header("retry-after", "2"),
        )
        .outage("get"),
        case("revoke: another method", get("/revoke"), Expected::oauth(405, "invalid_request").header("allow", "POST")),
    ]
}

fn introspection() -> Vec<Case> {
    let inactive = || Expected::json(200).says(r#"{"active":false}"#);
    vec![
        case("introspect: an access token", as_machine("/introspect", "token={access}"), Expected::json(200)),
        case("introspect: a token with a scope", as_machine("/introspect", "token={reader}"), Expected::json(200)),
        case(
            "introspect: a token that is allowed at the source",
            as_machine("/introspect", "token={here}&source=127.0.0.1"),
            Expected::json(200),
        ),
        case("introspect: a token of another source", as_machine("/introspect", "token={here}&source=::1"), inactive()),
        case("introspect: without the source", as_machine("/introspect", "token={here}"), inactive()),
        case(
            "introspect: a source that is none",
            as_machine("/introspect", "token={here}&source=%5B"),
            fault("invalid_request"),
        ),
        case("introspect: an expired token", as_machine("/introspect", "token={expired}"), inactive()),
        case("introspect: a revoked token", as_machine("/introspect", "token={revoked}"), inactive()),
        case("introspect: garbage", as_machine("/introspect", "token=nonsense"), inactive()),
        case("introspect: another's, by no resource server", post("/introspect", "token={token}"), inactive()),
        case(
            "introspect: no client",
            send("POST", "/introspect").form("token={access}"),
            Expected::oauth(401, "invalid_client").challenge(BASIC),
        ),
        case(
            "introspect: an outage",
            as_machine("/introspect", "token={access}"),
            Expected::oauth(503, "temporarily_unavailable").header("retry-after", "2"),
        )
        .outage("get"),
    ]
}

fn metadata() -> Vec<Case> {
    let path = "/.well-known/oauth-authorization-server";
    vec![
        case("metadata", get(path), Expected::json(200)),
        case("metadata: without logins", get(path), Expected::json(200)).with_accounts_only(),
        case("metadata: HEAD", send("HEAD", path), Expected::json(200).says("")),
        case(
            "metadata: another method",
            send("POST", path),
            Expected::oauth(405, "invalid_request").header("allow", "GET,HEAD"),
        ),
    ]
}
