//! Tests that requests are refused because of the caller's scope or role, or because personal access tokens are turned
//! off. Also tests the order of the checks of a request, which decides the error that the caller gets.

use axum::body::Body;
use http::Request;

use super::{make, outcome};
use crate::support::{send, world};

#[tokio::test]
async fn syn_token_8_each_router_asks_for_its_scope() {
    let world = world().await;
    let (sue, _) = world.sign_in("sue", Some("demo:read")).await;
    for (method, path, scope) in [
        ("GET", "/me/tokens", "credentials:read"),
        ("POST", "/me/tokens", "credentials:write"),
        ("GET", "/me/tokens/x", "credentials:read"),
        ("DELETE", "/me/tokens/x", "credentials:write"),
        ("PATCH", "/me/tokens/x", "credentials:write"),
        ("POST", "/me/tokens/x/rotate", "credentials:write"),
        ("POST", "/me/tokens/x/extend", "credentials:write"),
        ("GET", "/users", "users:manage"),
        ("PATCH", "/users/bill", "users:manage"),
        ("GET", "/users/bill/tokens", "users:manage"),
        ("GET", "/users/bill/tokens/x", "users:manage"),
        ("DELETE", "/users/bill/tokens/x", "users:manage"),
        ("GET", "/security-codes", "codes:manage"),
        ("POST", "/security-codes", "codes:manage"),
        ("GET", "/security-codes/x", "codes:manage"),
        ("PATCH", "/security-codes/x", "codes:manage"),
        ("DELETE", "/security-codes/x", "codes:manage"),
        ("POST", "/security-codes/x/make-permanent", "codes:manage"),
        ("POST", "/security-codes/x/reset", "codes:manage"),
        ("POST", "/security-codes/x/reactivate", "codes:manage"),
        ("GET", "/clients", "clients:manage"),
        ("POST", "/clients", "clients:manage"),
        ("GET", "/clients/app", "clients:manage"),
        ("GET", "/clients/a%2Fb", "clients:manage"),
        ("PATCH", "/clients/app", "clients:manage"),
        ("PATCH", "/clients/a%2Fb", "clients:manage"),
        ("POST", "/clients/app/secrets", "clients:manage"),
        ("DELETE", "/clients/a%2Fb", "clients:manage"),
        ("POST", "/users/bill/tokens", "users:manage"),
        ("GET", "/service-accounts", "service-accounts:manage"),
        ("POST", "/service-accounts", "service-accounts:manage"),
        ("GET", "/service-accounts/x", "service-accounts:manage"),
        ("PATCH", "/service-accounts/x", "service-accounts:manage"),
        ("DELETE", "/service-accounts/x", "service-accounts:manage"),
        ("GET", "/service-accounts/x/tokens", "service-accounts:manage"),
        ("POST", "/service-accounts/x/tokens", "service-accounts:manage"),
        ("GET", "/service-accounts/x/tokens/x", "service-accounts:manage"),
        ("DELETE", "/service-accounts/x/tokens/x", "service-accounts:manage"),
        ("PATCH", "/service-accounts/x/tokens/x", "service-accounts:manage"),
        ("POST", "/service-accounts/x/tokens/x/rotate", "service-accounts:manage"),
        ("POST", "/service-accounts/x/tokens/x/extend", "service-accounts:manage"),
        ("GET", "/settings", "settings:manage"),
        ("PATCH", "/settings", "settings:manage"),
    ] {
        let answer = world.call(method, path, &sue, Some("not JSON")).await;
        assert_eq!(answer.outcome(), outcome(403, "insufficient-scope", None), "{method} {path}");
        let challenge = format!("Bearer realm=\"default\", error=\"insufficient_scope\", scope=\"{scope}\"");
        assert_eq!(answer.header("www-authenticate"), Some(challenge.as_str()), "{method} {path}");
        // If the caller lacks the right, the response does not reveal that the query is invalid.
        let asked = world.call(method, &format!("{path}?x=1"), &sue, None).await;
        assert_eq!(asked.outcome(), outcome(403, "insufficient-scope", None), "{method} {path}?x=1");
    }
}

#[tokio::test]
async fn checks_run_in_one_order_authentication_rights_existence_body() {
    let world = world().await;
    let (bill, _) = world.sign_in("bill", None).await;
    let (adam, _) = world.sign_in("adam", None).await;
    let request = async |path: &str, token: Option<&str>, media_type: Option<&str>, body: Vec<u8>| {
        let mut request = Request::patch(format!("/api/v1{path}"));
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some(media_type) = media_type {
            request = request.header("content-type", media_type);
        }
        send(&world.router, request.body(Body::from(body)).expect("a request")).await.outcome()
    };
    let (text, json) = (Some("text/plain"), Some("application/json"));
    let big = || vec![b'x'; 64 * 1024 + 1];
    let many = || {
        // This body has 7,600 fields, which are more than the API accepts. Their names have three letters each, so that
        // the body is shorter than the limit of 64 KiB.
        let letter = |at: usize| char::from(b'a' + u8::try_from(at % 26).expect("a letter"));
        let name = |at: usize| [letter(at / 676), letter(at / 26), letter(at)].iter().collect::<String>();
        let fields: Vec<_> = (0..7_600).map(|at| format!("\"{}\":1", name(at))).collect();
        let body = format!("{{{}}}", fields.join(","));
        assert!(body.len() < 64 * 1024);
        body.into_bytes()
    };
    let cases = [
        ("/clients/nobody", None, text, big(), outcome(401, "unauthenticated", None)),
        ("/clients/nobody", Some(&bill), text, big(), outcome(403, "role", None)),
        ("/clients/nobody", Some(&adam), text, big(), outcome(404, "not-found", None)),
        ("/clients/app", Some(&adam), text, b"{".to_vec(), outcome(415, "media-type", None)),
        ("/clients/app", Some(&adam), None, b"{".to_vec(), outcome(415, "media-type", None)),
        ("/clients/app", Some(&adam), json, b"{".to_vec(), outcome(400, "not-json", None)),
        ("/clients/app?x=1", Some(&adam), json, b"{".to_vec(), outcome(400, "not-json", None)),
        ("/clients/app?x=1", Some(&adam), json, b"{}".to_vec(), outcome(422, "invalid-field", Some("x"))),
        ("/clients/app", Some(&bill), json, many(), outcome(403, "role", None)),
        ("/clients/app", Some(&adam), json, many(), outcome(400, "too-many-fields", None)),
        ("/clients/app", Some(&adam), text, b"{}".to_vec(), outcome(415, "media-type", None)),
        ("/clients/app", Some(&adam), text, big(), outcome(415, "media-type", None)),
        ("/clients/app", Some(&adam), json, big(), outcome(413, "too-large", None)),
        ("/clients/app", Some(&adam), json, b"{\"x\":1}".to_vec(), outcome(422, "invalid-field", Some("x"))),
        ("/users/nobody", Some(&adam), json, b"{".to_vec(), outcome(404, "not-found", None)),
        ("/users/bill", Some(&adam), json, b"{".to_vec(), outcome(400, "not-json", None)),
        ("/settings", Some(&bill), json, b"{".to_vec(), outcome(403, "role", None)),
    ];
    for (path, token, media_type, body, expected) in cases {
        assert_eq!(request(path, token.map(String::as_str), media_type, body).await, expected, "{path} {expected:?}");
    }
    let exact = format!("{{\"x\":\"{}\"}}", "y".repeat(64 * 1024 - 8));
    assert_eq!(request("/clients/app", Some(&adam), json, exact.into_bytes()).await.0, 422, "64 KiB are read");
}

#[tokio::test]
async fn syn_pat_1_a_closed_gate_is_403_and_named_and_administrators_still_list_and_delete() {
    let world = world().await;
    let (bill, _) = world.sign_in("bill", None).await;
    let (adam, _) = world.sign_in("adam", None).await;
    let id = make(&world, &bill, "a").await["id"].as_str().expect("an id").to_owned();
    let off = world.call("PATCH", "/settings", &adam, Some("{\"personal_access_tokens_enabled\":false}")).await;
    assert_eq!(off.json()["personal_access_tokens_enabled"], false);
    let closed = async |gate: &str| {
        for (method, path) in [
            ("GET", "/me/tokens".to_owned()),
            ("POST", "/me/tokens".to_owned()),
            ("PATCH", format!("/me/tokens/{id}")),
            ("POST", format!("/me/tokens/{id}/rotate")),
            ("POST", format!("/me/tokens/{id}/extend")),
            ("DELETE", format!("/me/tokens/{id}")),
        ] {
            let answer = world.call(method, &path, &bill, Some("{")).await;
            assert_eq!(answer.outcome(), outcome(403, gate, None), "{method} {path}");
        }
        let list = world.call("GET", "/users/bill/tokens", &adam, None).await;
        assert_eq!(list.json()["items"][0]["status"], "suspended");
    };
    closed("personal-access-tokens-disabled").await;
    world.call("PATCH", "/settings", &adam, Some("{\"personal_access_tokens_enabled\":true}")).await;
    let off = world.call("PATCH", "/users/bill", &adam, Some("{\"token_login_allowed\":false}")).await;
    assert_eq!(off.json()["token_login_allowed"], false);
    closed("token-login-not-allowed").await;
    assert_eq!(world.call("DELETE", &format!("/users/bill/tokens/{id}"), &adam, None).await.status, 204);
}

#[tokio::test]
async fn syn_pat_2_a_collaborator_makes_none() {
    let world = world().await;
    let (carol, _) = world.sign_in("carol", None).await;
    let answer = world.call("POST", "/me/tokens", &carol, Some("{\"label\":\"a\",\"expires_in_days\":1}")).await;
    assert_eq!(answer.outcome(), outcome(403, "collaborator", None));
    assert_eq!(world.call("GET", "/me/tokens", &carol, None).await.status, 200);
}

#[tokio::test]
async fn syn_pat_6_users_are_for_administrators_and_the_switch_also_for_managers_of_profiles() {
    let world = world().await;
    let (bill, _) = world.sign_in("bill", None).await;
    let (mia, _) = world.sign_in("mia", None).await;
    let (adam, _) = world.sign_in("adam", None).await;
    assert_eq!(world.call("GET", "/users", &bill, None).await.outcome(), outcome(403, "profile-management", None));
    let found = world.call("GET", "/users?q=bil&limit=1", &mia, None).await.json();
    let one = serde_json::json!({"subject": "bill", "name": "bill", "role": "member", "token_login_allowed": true});
    assert_eq!(found, serde_json::json!({"items": [one]}));
    assert_eq!(world.call("PATCH", "/users/bill", &mia, Some("{\"token_login_allowed\":true}")).await.status, 200);
    for body in ["{}", "{\"token_login_allowed\":\"true\"}", "{\"token_login_allowed\":null}"] {
        let answer = world.call("PATCH", "/users/bill", &mia, Some(body)).await;
        assert_eq!(answer.outcome(), outcome(422, "invalid-field", Some("token_login_allowed")), "{body}");
    }
    assert_eq!(world.call("GET", "/users/bill/tokens", &mia, None).await.outcome(), outcome(403, "role", None));
    let id = make(&world, &bill, "a").await["id"].as_str().expect("an id").to_owned();
    for path in ["/users/nobody/tokens", "/users/%FF/tokens", "/users/%00/tokens", "/users/nobody/tokens?limit=0"] {
        assert_eq!(world.call("GET", path, &adam, None).await.outcome(), outcome(404, "not-found", None), "{path}");
    }
    for path in [format!("/users/mia/tokens/{id}"), format!("/users/nobody/tokens/{id}"), "/users/bill/tokens/x".into()]
    {
        assert_eq!(world.call("DELETE", &path, &adam, None).await.outcome(), outcome(404, "not-found", None), "{path}");
    }
    assert_eq!(world.call("DELETE", &format!("/users/bill/tokens/{id}"), &adam, None).await.status, 204);
}
