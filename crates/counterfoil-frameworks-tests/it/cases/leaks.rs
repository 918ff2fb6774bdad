//! Cases for reports of leaked secrets.

use crate::case::{Body, Case, Expected, JSON, Send, case, get, send};

fn report(body: &str) -> Send {
    send("POST", "/leaks").json(body)
}

pub fn cases() -> Vec<Case> {
    let one = || report(r#"{"tokens":["hunter2"]}"#);
    let received = |text| Expected::json(202).says(text);
    let slow_down = || Expected::problem(429, "slow-down").header("retry-after", "60");
    let unavailable = || Expected::problem(503, "unavailable").header("retry-after", "2");
    vec![
        case("leaks: a live token", report(r#"{"tokens":["{token}"]}"#), received(r#"{"received":1}"#)),
        case("leaks: garbage", one(), received(r#"{"received":1}"#)),
        case("leaks: none", report(r#"{"tokens":[]}"#), received(r#"{"received":0}"#)),
        case("leaks: nothing is looked up before the answer", get("/required").bearer("token"), Expected::text("ivan"))
            .after(report(r#"{"tokens":["{token}"]}"#)),
        case("leaks: no field", report("{}"), Expected::problem(422, "invalid-field")),
        case("leaks: not a list", report(r#"{"tokens":"{token}"}"#), Expected::problem(422, "invalid-field")),
        case("leaks: another field", report(r#"{"tokens":[],"x":1}"#), Expected::problem(422, "invalid-field")),
        case(
            "leaks: 101 texts",
            report(&format!(r#"{{"tokens":["x"{}]}}"#, r#","x""#.repeat(100))),
            Expected::problem(422, "invalid-field"),
        ),
        case("leaks: no JSON", report("{"), Expected::problem(400, "not-json")),
        case("leaks: a form", send("POST", "/leaks").form("tokens=x"), Expected::problem(415, "media-type")),
        case(
            "leaks: too large",
            send("POST", "/leaks").header("content-type", JSON).body(Body::Announced(64 * 1024 + 1)),
            Expected::problem(413, "too-large"),
        ),
        case("leaks: GET", get("/leaks"), Expected::problem(405, "method-not-allowed").header("allow", "POST")),
        case("leaks: the fourth report of a source", one(), slow_down())
            .after(one())
            .after(report("{"))
            .after(report("{}")),
        case("leaks: no source", one().header("x-no-source", "1"), unavailable()),
        case("leaks: the counters fail", one(), unavailable()).outage("reserve"),
    ]
}
