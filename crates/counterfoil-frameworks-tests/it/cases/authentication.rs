//! Cases for the middleware, the extractors and the guards.

use crate::case::{Case, Expected, Send, case, get, send};

const BARE: &str = r#"Bearer realm="default""#;
const MALFORMED: &str = r#"Bearer realm="default", error="invalid_request""#;
const INVALID: &str = r#"Bearer realm="default", error="invalid_token""#;
const NEEDS_READ: &str = r#"Bearer realm="default", error="insufficient_scope", scope="projects:read""#;
const NEEDS_WRITE: &str = r#"Bearer realm="default", error="insufficient_scope", scope="projects:write""#;

fn unauthenticated() -> Expected {
    Expected::problem(401, "unauthenticated").challenge(BARE)
}

fn malformed() -> Expected {
    Expected::problem(400, "invalid-request").challenge(MALFORMED)
}

fn invalid() -> Expected {
    Expected::problem(401, "invalid-token").challenge(INVALID)
}

fn missing(challenge: &'static str) -> Expected {
    Expected::problem(403, "insufficient-scope").challenge(challenge)
}

fn unavailable() -> Expected {
    Expected::problem(503, "unavailable").header("retry-after", "2")
}

fn with(path: &str, value: &str) -> Send {
    get(path).header("authorization", value)
}

pub fn cases() -> Vec<Case> {
    [required(), optional(), deferred(), rights(), around(), hosts()].concat()
}

fn required() -> Vec<Case> {
    vec![
        case("no credential", get("/required"), unauthenticated()),
        case("a personal access token", get("/required").bearer("token"), Expected::text("ivan")),
        case("an access token", get("/required").bearer("access"), Expected::text("ivan")),
        case("a security code", get("/required").bearer("code"), Expected::text("sue")),
        case("the scheme in capitals", with("/required", "BEARER {token}"), Expected::text("ivan")),
        case("two blanks after the scheme", with("/required", "Bearer  {token}"), Expected::text("ivan")),
        case("another scheme", with("/required", "Basic {basic}"), unauthenticated()),
        case("the scheme alone", with("/required", "Bearer"), malformed()),
        case("two words", with("/required", "Bearer a b"), malformed()),
        case("a comma", with("/required", "Bearer {token}, Bearer {token}"), malformed()),
        case("two headers", get("/required").bearer("token").bearer("token"), malformed()),
        case("a header of two schemes", with("/required", "Basic {basic}").bearer("token"), malformed()),
        case("garbage", with("/required", "Bearer nonsense"), invalid()),
        case("a letter too many", with("/required", "Bearer {token}x"), invalid()),
        case("an expired token", get("/required").bearer("expired"), invalid()),
        case("a token that is allowed here", get("/required").bearer("here"), Expected::text("ivan")),
        case("a token that is allowed elsewhere", get("/required").bearer("elsewhere"), invalid()),
        case("a revoked token", get("/required").bearer("revoked"), invalid()),
        case("a token of another realm", get("/required").bearer("foreign"), invalid()),
        case("a refresh token", get("/required").bearer("refresh"), invalid()),
        case("a client's secret", get("/required").bearer("secret"), invalid()),
        case("an outage of the store", get("/required").bearer("token"), unavailable()).outage("get"),
        case("garbage during an outage", with("/required", "Bearer nonsense"), invalid()).outage("get"),
        case("no credential during an outage", get("/required"), unauthenticated()).outage("get"),
        case("a token in the query string", get("/required?access_token={token}"), unauthenticated()),
        case("a token in a cookie", get("/required").header("cookie", "access_token={token}"), unauthenticated()),
        case("a token in a body", send("POST", "/required").form("access_token={token}"), unauthenticated()),
    ]
}

fn optional() -> Vec<Case> {
    vec![
        case("optional: no credential", get("/optional"), Expected::text("nobody")),
        case("optional: another scheme", with("/optional", "Basic {basic}"), Expected::text("nobody")),
        case("optional: a token", get("/optional").bearer("token"), Expected::text("ivan")),
        case("optional: two headers", get("/optional").bearer("token").bearer("token"), malformed()),
        case("optional: garbage", with("/optional", "Bearer nonsense"), invalid()),
        case("optional: an expired token", get("/optional").bearer("expired"), invalid()),
        case("optional: a token that is allowed elsewhere", get("/optional").bearer("elsewhere"), invalid()),
        case("optional: an outage", get("/optional").bearer("token"), unavailable()).outage("get"),
    ]
}

fn deferred() -> Vec<Case> {
    vec![
        case("the handler decides: no credential", get("/decides"), Expected::text("refused: unauthenticated")),
        case("the handler decides: a token", get("/decides").bearer("token"), Expected::text("ivan")),
        case("the handler decides: garbage", with("/decides", "Bearer x"), Expected::text("refused: invalid-token")),
        case("the handler decides: malformed", with("/decides", "Bearer"), Expected::text("refused: invalid-request")),
        case("the handler decides: an outage", get("/decides").bearer("token"), Expected::text("refused: unavailable"))
            .outage("get"),
    ]
}

fn rights() -> Vec<Case> {
    let role = || Expected::problem(403, "role");
    vec![
        case("the scope", get("/scoped").bearer("reader"), Expected::text("in")),
        case("no scope is every scope", get("/scoped").bearer("token"), Expected::text("in")),
        case("another scope", get("/scoped").bearer("writer"), missing(NEEDS_READ)),
        case("a scope without a credential", get("/scoped"), unauthenticated()),
        case("a scope during an outage", get("/scoped").bearer("reader"), unavailable()).outage("get"),
        case("any of two scopes", get("/any").bearer("reader"), Expected::text("in")),
        case("none of two scopes", get("/any").bearer("writer"), missing(NEEDS_READ)),
        case("a scope inside a handler", get("/inside").bearer("writer"), Expected::text("in")),
        case("another scope inside a handler", get("/inside").bearer("reader"), missing(NEEDS_WRITE)),
        case("a role", get("/role").bearer("ada"), Expected::text("in")),
        case("a lower role", get("/role").bearer("token"), role()),
    ]
}

fn around() -> Vec<Case> {
    let preflight = |path| {
        let origin = send("OPTIONS", path).header("origin", "https://example.com");
        origin.header("access-control-request-method", "GET")
    };
    let wrong = preflight("/preflights").header("authorization", "Bearer nonsense");
    vec![
        case("a preflight", preflight("/required"), unauthenticated()),
        case("a preflight to a guard", preflight("/scoped"), unauthenticated()),
        case(
            "a preflight to a guard without middleware",
            preflight("/bare-scope"),
            Expected::problem(500, "layer-missing"),
        ),
        case("OPTIONS", send("OPTIONS", "/required"), unauthenticated()),
        case("a preflight that may pass", preflight("/preflights"), Expected::text("preflight")),
        case("a preflight with garbage", wrong, invalid()),
        case("OPTIONS where preflights pass", send("OPTIONS", "/preflights"), unauthenticated()),
        case("GET where preflights pass", get("/preflights"), unauthenticated()),
        case("no middleware", get("/bare").bearer("token"), Expected::problem(500, "layer-missing")),
        case("a guard without middleware", get("/bare-scope").bearer("token"), Expected::problem(500, "layer-missing")),
    ]
}

fn hosts() -> Vec<Case> {
    let invalid = || Expected::problem(400, "invalid-host");
    let named = |hosts| get("/required").bearer("token").hosts(hosts);
    let whole = |hosts| get("http://a.example/required").bearer("token").hosts(hosts);
    vec![
        case("no host", named(&[]), invalid()).refused_by_actix(),
        case("no host and no credential", get("/required").hosts(&[]), invalid()).refused_by_actix(),
        case("two hosts", named(&["a.example", "b.example"]), invalid()).refused_by_actix(),
        case("one host twice", named(&["a.example", "a.example"]), invalid()).refused_by_actix(),
        case("an empty host", named(&[""]), invalid()),
        case("a host with a user", named(&["user@a.example"]), invalid()),
        case("a host with a path", named(&["a.example/x"]), invalid()),
        case("a host with a port", named(&["a.example:8080"]), Expected::text("ivan")),
        case("a host in the target alone", whole(&[]), invalid()).refused_by_actix(),
        case("a host in the target too", whole(&["a.example"]), Expected::text("ivan")),
        case("no host for an endpoint", get("/api/v1/me/tokens").bearer("access").hosts(&[]), invalid())
            .refused_by_actix(),
    ]
}
