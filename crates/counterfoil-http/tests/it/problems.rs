//! Tests which problems the API returns, and which of them it returns if several apply to a request.

use bytes::Bytes;
use counterfoil::testing::Failure;
use http::Request;
use http_body_util::Full;

use crate::support::{BASE, World, in_memory, over_hyper};

const JSON: Option<&str> = Some("application/json");

struct Case {
    method: &'static str,
    path: &'static str,
    authorization: Option<String>,
    media_type: Option<&'static str>,
    body: String,
    outcome: (u16, &'static str),
    field: Option<&'static str>,
}

impl Case {
    /// Makes a case with a JSON body and a bearer token.
    fn new(method: &'static str, path: &'static str, token: &str, body: &str, outcome: (u16, &'static str)) -> Self {
        let (authorization, body) = (Some(format!("Bearer {token}")), body.to_owned());
        Self { method, path, authorization, media_type: JSON, body, outcome, field: None }
    }

    async fn check(self, world: &World) {
        let mut request = Request::builder().method(self.method).uri(format!("{BASE}{}", self.path));
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        if let Some(media_type) = self.media_type {
            request = request.header("content-type", media_type);
        }
        let answer = world.send(request.body(Full::<Bytes>::from(self.body)).expect("a request")).await;
        let (status, name) = answer.outcome();
        assert_eq!((status, name.as_str()), self.outcome, "{} {}: {answer:?}", self.method, self.path);
        assert_eq!(answer.json()["field"].as_str(), self.field, "{} {}", self.method, self.path);
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let challenge = answer.header("www-authenticate").is_some();
        let expected = matches!(self.outcome, (401, _) | (400, "invalid-request") | (403, "insufficient-scope"));
        assert_eq!(challenge, expected, "{} {}", self.method, self.path);
    }
}

async fn check(world: &World) {
    let sue = world.sign_in("sue", None).await;
    let ada = world.sign_in("ada", None).await;
    let ivan = world.sign_in("ivan", None).await;
    let narrow = world.sign_in("ivan", Some("credentials:read")).await;
    let personal = world.service.personal_access_token("sue", None).await;
    let personal = personal.token.expose_secret();
    let token = r#"{"label":"one","expires_in_days":7}"#;
    assert_eq!(world.call("POST", "/me/tokens", &sue, Some(token)).await.status, 201);
    let code = world.call("POST", "/security-codes", &sue, Some(r#"{"access":"super_administrator"}"#)).await.json();
    let reactivate: &'static str = format!("/security-codes/{}/reactivate", code["id"].as_str().expect("an id")).leak();
    let many = format!("{{{}}}", (0..65).map(|at| format!("\"f{at}\":1")).collect::<Vec<_>>().join(","));
    let new = Case::new;
    let nobody = |authorization: Option<&str>, outcome| Case {
        authorization: authorization.map(str::to_owned),
        ..new("GET", "/settings", "", "", outcome)
    };
    let cases = [
        nobody(None, (401, "unauthenticated")),
        nobody(Some("Basic eDp5"), (401, "unauthenticated")),
        nobody(Some("Bearer"), (400, "invalid-request")),
        nobody(Some("Bearer cfp_nothing"), (401, "invalid-token")),
        new("POST", "/me/tokens", &narrow, token, (403, "insufficient-scope")),
        new("POST", "/me/tokens", personal, token, (403, "credential-kind")),
        new("POST", "/me/tokens", &ada, token, (403, "token-login-not-allowed")),
        new("GET", "/settings", &ivan, "", (403, "role")),
        new("PATCH", "/clients/nobody", &ivan, "{", (403, "role")),
        new("PATCH", "/clients/nobody", &sue, "{", (404, "not-found")),
        new("PATCH", "/clients/a%2Fb", &sue, "{", (404, "not-found")),
        new("PATCH", "/clients/%FF", &sue, "{", (404, "not-found")),
        new("PATCH", "/users/nobody", &sue, "{", (404, "not-found")),
        new("GET", "/users/ivan/tokens/%FF", &sue, "", (404, "not-found")),
        new("GET", "/me/tokens/x", &sue, "", (404, "not-found")),
        new("PUT", "/me/tokens", &sue, "", (405, "method-not-allowed")),
        Case { media_type: Some("text/plain"), ..new("POST", "/me/tokens", &sue, token, (415, "media-type")) },
        Case { media_type: None, ..new("POST", "/me/tokens", &sue, token, (415, "media-type")) },
        new("POST", "/me/tokens", &sue, "{", (400, "not-json")),
        new("POST", "/me/tokens", &sue, &many, (400, "too-many-fields")),
        new("POST", "/me/tokens", &sue, &" ".repeat(64 * 1024 + 1), (413, "too-large")),
        Case { field: Some("label"), ..new("POST", "/me/tokens", &sue, "{}", (422, "invalid-field")) },
        Case { field: Some("x"), ..new("GET", "/me/tokens?x=1", &sue, "", (422, "invalid-field")) },
        Case { field: Some("cursor"), ..new("GET", "/clients?cursor=AAAA", &sue, "", (422, "invalid-field")) },
        Case { field: Some("label"), ..new("POST", "/me/tokens", &sue, token, (409, "label-taken")) },
        Case {
            field: Some("id"),
            ..new("POST", "/clients", &sue, r#"{"display_name":"x","id":"test-client"}"#, (409, "client-id-taken"))
        },
        new("POST", reactivate, &sue, "", (409, "not-expired")),
    ];
    for case in cases {
        case.check(world).await;
    }
    world.service.faults().always(Failure::NotExecuted);
    let answer = world.call("GET", "/clients", &sue, None).await;
    assert_eq!((answer.outcome(), answer.header("retry-after")), ((503, "unavailable".into()), Some("2")));
    world.service.faults().heal();
    let elsewhere = Request::get("/clients").body(Full::default()).expect("a request");
    assert_eq!(world.send(elsewhere).await.outcome(), (404, "not-found".into()), "no endpoint has this path");
}

#[tokio::test]
async fn host_52_each_problem_of_the_api_in_memory() {
    check(&in_memory().await).await;
}

#[tokio::test]
async fn host_52_each_problem_of_the_api_behind_a_server_of_hyper() {
    check(&over_hyper().await).await;
}
