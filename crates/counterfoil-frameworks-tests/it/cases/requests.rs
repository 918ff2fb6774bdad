//! Cases that apply to all routes of the JSON API: authentication, bodies, methods, paths.

use crate::case::{Body, Case, Expected, Send, case, get, send};

const LIST: &str = "/api/v1/me/tokens";
const NEW: &str = r#"{"label":"ci","expires_in_days":1}"#;

fn post(body: &str) -> Send {
    send("POST", LIST).bearer("access").json(body)
}

fn field() -> Expected {
    Expected::problem(422, "invalid-field")
}

pub fn cases() -> Vec<Case> {
    [credentials(), bodies(), paths()].concat()
}

fn credentials() -> Vec<Case> {
    let bare = r#"Bearer realm="default""#;
    let invalid = r#"Bearer realm="default", error="invalid_token""#;
    let scope = r#"Bearer realm="default", error="insufficient_scope", scope="credentials:read""#;
    let twice = r#"Bearer realm="default", error="invalid_request""#;
    let unavailable = || Expected::problem(503, "unavailable").header("retry-after", "2");
    vec![
        case("API: no credential", get(LIST), Expected::problem(401, "unauthenticated").challenge(bare)),
        case(
            "API: garbage",
            get(LIST).header("authorization", "Bearer x"),
            Expected::problem(401, "invalid-token").challenge(invalid),
        ),
        case(
            "API: two headers",
            get(LIST).bearer("access").bearer("access"),
            Expected::problem(400, "invalid-request").challenge(twice),
        ),
        case(
            "API: another scope",
            get(LIST).bearer("reader"),
            Expected::problem(403, "insufficient-scope").challenge(scope),
        ),
        case(
            "API: a personal access token creates nothing",
            send("POST", LIST).bearer("token").json(NEW),
            Expected::problem(403, "credential-kind"),
        ),
        case("API: an outage of verification", get(LIST).bearer("access"), unavailable()).outage("get"),
        case("API: an outage of the operation", post(NEW), unavailable()).outage("insert"),
        case("API: a label that is taken", post(NEW), Expected::problem(409, "label-taken")).after(post(NEW)),
    ]
}

fn bodies() -> Vec<Case> {
    let long = format!(r#"{{"label":"{}"}}"#, "x".repeat(64 * 1024));
    let media = || Expected::problem(415, "media-type");
    let of = |kind: &str| {
        let request = send("POST", LIST).bearer("access");
        request.header("content-type", kind).body(Body::Text(NEW.to_owned()))
    };
    let many: String = (0..65).map(|at| format!(r#""p{at}":1,"#)).collect();
    vec![
        case("body: none", send("POST", LIST).bearer("access"), media()),
        case("body: a form", of("application/x-www-form-urlencoded"), media()),
        case("body: two media types", of("application/json").header("content-type", "application/json"), media()),
        case("body: with a charset", of("application/json; charset=utf-8"), Expected::json(201)),
        case("body: in pieces", post("").body(Body::Chunked(NEW.to_owned())), Expected::json(201)),
        case("body: not JSON", post("{"), Expected::problem(400, "not-json")),
        case("body: a list", post("[]"), Expected::problem(422, "invalid-field")),
        case("body: too many fields", post(&format!("{{{many}\"x\":1}}")), Expected::problem(400, "too-many-fields")),
        case("body: too long", post(&long), Expected::problem(413, "too-large")),
        case("body: announced too long", post("").body(Body::Announced(70_000)), Expected::problem(413, "too-large")),
        case("body: too long, in pieces", post("").body(Body::Chunked(long)), Expected::problem(413, "too-large")),
        case("body: an unknown field", post(r#"{"label":"ci","expires_in_days":1,"x":1}"#), field()),
        case("body: a field twice", post(r#"{"label":"ci","label":"ci"}"#), field()),
        case("body: a field of the wrong type", post(r#"{"label":1,"expires_in_days":1}"#), field()),
        case("body: a missing field", post(r#"{"expires_in_days":1}"#), field()),
        case(
            "body: too long, without a credential",
            send("POST", LIST).header("content-type", "application/json").body(Body::Announced(70_000)),
            Expected::problem(401, "unauthenticated").challenge(r#"Bearer realm="default""#),
        ),
    ]
}

fn paths() -> Vec<Case> {
    let method = |allow| Expected::problem(405, "method-not-allowed").header("allow", allow);
    vec![
        case("query: an unknown parameter", get("/api/v1/me/tokens?x=1").bearer("access"), field()),
        case("query: a limit out of range", get("/api/v1/me/tokens?limit=101").bearer("access"), field()),
        case("query: a foreign cursor", get("/api/v1/me/tokens?cursor=x").bearer("access"), field()),
        case("path: another method", send("PUT", LIST), method("GET,HEAD,POST")),
        case("path: another method below", send("PUT", "/api/v1/clients/x"), method("GET,HEAD,PATCH,DELETE")),
        case("path: OPTIONS", send("OPTIONS", "/api/v1/settings"), method("GET,HEAD,PATCH")),
        case("path: nothing", get("/nothing"), Expected::of_the_host()),
        case("path: nothing in the API", get("/api/v1/nothing").bearer("access"), Expected::of_the_host()),
        case("path: nothing below a route", get("/api/v1/me/tokens/a/b").bearer("access"), Expected::of_the_host()),
        case("path: a slash at the end", get("/api/v1/me/tokens/").bearer("access"), Expected::of_the_host()),
        case("path: an escaped letter", get("/api/v1/%6De/tokens").bearer("access"), Expected::of_the_host()),
        case("path: without the prefix", get("/me/tokens").bearer("access"), Expected::of_the_host()),
        case("path: capitals", get("/api/v1/ME/tokens").bearer("access"), Expected::of_the_host()),
    ]
}
