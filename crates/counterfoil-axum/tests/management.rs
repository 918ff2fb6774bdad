//! The management routers: what each of them does, and in which order it says what is wrong.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test says what is wrong by panicking")]

mod support;

use axum::body::Body;
use counterfoil::Span;
use http::Request;
use serde_json::Value;
use support::{SECRET, World, basic, send, world};

fn told(status: u16, problem: &str, field: Option<&str>) -> (u16, String, Option<String>) {
    (status, problem.to_owned(), field.map(str::to_owned))
}

async fn make(world: &World, token: &str, label: &str) -> Value {
    let body = format!("{{\"label\":\"{label}\",\"expires_in_days\":30}}");
    let answer = world.call("POST", "/me/tokens", token, Some(&body)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.json()
}

#[tokio::test]
async fn syn_pat_4_the_secret_is_in_the_answer_to_the_creation_and_nowhere_else() {
    let world = world().await;
    let (bill, _) = world.sign_in("bill", None).await;
    let made = make(&world, &bill, "nightly").await;
    let token = made["token"].as_str().expect("a token");
    assert!(token.starts_with("cfp_"));
    for (name, value) in
        [("label", "\"nightly\""), ("last_used_at", "null"), ("status", "\"active\""), ("scope", "null")]
    {
        assert_eq!(made[name].to_string(), value, "{name}");
    }
    assert_eq!(
        (&made["created_at"], &made["expires_at"]),
        (&"2027-01-15T08:00:00Z".into(), &"2027-02-14T08:00:00Z".into())
    );
    let list = world.call("GET", "/me/tokens", &bill, None).await;
    assert_eq!(list.header("cache-control"), Some("no-store"));
    let mut shown = made.clone();
    shown.as_object_mut().expect("an object").remove("token");
    assert_eq!(list.json(), serde_json::json!({"items": [shown], "next": null}));
    assert!(!list.text.contains(&token[26..]));
}

#[tokio::test]
async fn syn_pat_3_a_field_that_breaks_a_rule_is_422_and_names_the_field() {
    let world = world().await;
    let (bill, _) = world.sign_in("bill", None).await;
    for (body, field) in [
        ("{\"label\":\"a\",\"expires_in_days\":0}", Some("expires_in_days")),
        ("{\"label\":\"a\",\"expires_in_days\":-1}", Some("expires_in_days")),
        ("{\"label\":\"a\",\"expires_in_days\":181}", Some("expires_in_days")),
        ("{\"label\":\"a\",\"expires_in_days\":1.5}", Some("expires_in_days")),
        ("{\"label\":\"a\",\"expires_in_days\":30.0}", Some("expires_in_days")),
        ("{\"label\":\"a\",\"expires_in_days\":\"30\"}", Some("expires_in_days")),
        ("{\"label\":\"a\",\"expires_in_days\":null}", Some("expires_in_days")),
        ("{\"label\":\"a\"}", Some("expires_in_days")),
        ("{\"label\":\"\",\"expires_in_days\":1}", Some("label")),
        ("{\"label\":\"\\u200b\",\"expires_in_days\":1}", Some("label")),
        ("{\"label\":\"123456789012345678901\",\"expires_in_days\":1}", Some("label")),
        ("{\"label\":null,\"expires_in_days\":1}", Some("label")),
        ("{\"expires_in_days\":1}", Some("label")),
        ("{\"label\":\"a\",\"expires_in_days\":1,\"scope\":\"\"}", Some("scope")),
        ("{\"label\":\"a\",\"expires_in_days\":1,\"scope\":null}", Some("scope")),
        ("{\"label\":\"a\",\"expires_in_days\":1,\"colour\":\"red\"}", Some("colour")),
        ("{\"label\":\"a\",\"label\":\"b\",\"expires_in_days\":1}", Some("label")),
        ("[]", None),
    ] {
        let answer = world.call("POST", "/me/tokens", &bill, Some(body)).await;
        assert_eq!(answer.told(), told(422, "invalid-field", field), "{body}");
    }
    assert_eq!(world.call("GET", "/me/tokens", &bill, None).await.json()["items"], serde_json::json!([]));
}

#[tokio::test]
async fn a2_token_2_a_taken_label_is_409_and_a_reached_quota_too() {
    let world = world().await;
    let (bill, _) = world.sign_in("bill", None).await;
    make(&world, &bill, "Nightly Build").await;
    let again = "{\"label\":\"nightly  build\",\"expires_in_days\":1}";
    let answer = world.call("POST", "/me/tokens", &bill, Some(again)).await;
    assert_eq!(answer.told(), told(409, "label-taken", Some("label")));
    for at in 1..50 {
        make(&world, &bill, &format!("t{at}")).await;
    }
    let full = world.call("POST", "/me/tokens", &bill, Some("{\"label\":\"x\",\"expires_in_days\":1}")).await;
    assert_eq!(full.told(), told(409, "quota-reached", None));
}

#[tokio::test]
async fn syn_pat_5_pages_go_by_key_newest_first_and_end_with_null() {
    let world = world().await;
    let (bill, _) = world.sign_in("bill", None).await;
    for at in 0..5 {
        make(&world, &bill, &format!("t{at}")).await;
        world.clock.advance(Span::seconds(1));
    }
    let (mut labels, mut path) = (Vec::new(), "/me/tokens?limit=2".to_owned());
    loop {
        let page = world.call("GET", &path, &bill, None).await.json();
        for item in page["items"].as_array().expect("items") {
            labels.push(item["label"].as_str().expect("a label").to_owned());
        }
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/me/tokens?limit=2&cursor={next}");
    }
    assert_eq!(labels, ["t4", "t3", "t2", "t1", "t0"]);
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("limit=1&limit=1", "limit"),
        ("cursor=x", "cursor"),
        ("cursor=", "cursor"),
    ] {
        let answer = world.call("GET", &format!("/me/tokens?{query}"), &bill, None).await;
        assert_eq!(answer.told(), told(422, "invalid-field", Some(field)), "{query}");
    }
}

#[tokio::test]
async fn t7_a_cursor_of_somebody_elses_or_of_another_list_is_foreign() {
    let world = world().await;
    let (bill, _) = world.sign_in("bill", None).await;
    let (sue, _) = world.sign_in("sue", None).await;
    make(&world, &bill, "a").await;
    world.clock.advance(Span::seconds(1));
    make(&world, &bill, "b").await;
    let page = world.call("GET", "/me/tokens?limit=1", &bill, None).await.json();
    let cursor = page["next"].as_str().expect("a cursor");
    for path in ["/me/tokens", "/security-codes", "/clients", "/users/carol/tokens"] {
        let answer = world.call("GET", &format!("{path}?cursor={cursor}"), &sue, None).await;
        assert_eq!(answer.told(), told(422, "invalid-field", Some("cursor")), "{path}");
    }
    let own = world.call("GET", &format!("/users/bill/tokens?cursor={cursor}"), &sue, None).await;
    assert_eq!(own.json()["items"][0]["label"], "a", "the same list, to somebody who may see it");
}

#[tokio::test]
async fn syn_pat_6_somebody_elses_id_and_an_unknown_one_are_the_same_404() {
    let world = world().await;
    let (bill, _) = world.sign_in("bill", None).await;
    let (mia, _) = world.sign_in("mia", None).await;
    let id = make(&world, &bill, "a").await["id"].as_str().expect("an id").to_owned();
    let unknown = world.call("DELETE", "/me/tokens/0000000000000000000000", &mia, None).await;
    assert_eq!(unknown.told(), told(404, "not-found", None));
    for path in [&id, "nonsense", "%FF", "..%2F..%2Fclients", "%00", "a%2Fb", &"x".repeat(5_000)] {
        for (method, suffix) in [("DELETE", ""), ("POST", "/rotate")] {
            let answer = world.call(method, &format!("/me/tokens/{path}{suffix}"), &mia, None).await;
            assert_eq!((answer.status, &answer.text), (unknown.status, &unknown.text), "{method} {path}");
        }
    }
    for _ in 0..2 {
        assert_eq!(
            world.call("DELETE", &format!("/me/tokens/{id}"), &bill, None).await.status,
            204,
            "twice is a success"
        );
    }
    world.clock.advance(Span::days(30));
    let (bill, _) = world.sign_in("bill", None).await;
    assert_eq!(world.call("DELETE", &format!("/me/tokens/{id}"), &bill, None).await.status, 404);
}

#[tokio::test]
async fn a2_token_2_rotation_hands_over_label_scope_and_expiry() {
    let world = world().await;
    let (bill, _) = world.sign_in("bill", None).await;
    let old = make(&world, &bill, "a").await;
    let path = format!("/me/tokens/{}/rotate", old["id"].as_str().expect("an id"));
    let long = world.call("POST", &path, &bill, Some("{\"overlap_seconds\":604801}")).await;
    assert_eq!(long.told(), told(422, "invalid-field", Some("overlap_seconds")));
    for wrong in ["{\"overlap_seconds\":-1}", "{\"overlap_seconds\":null}", "{\"overlap_seconds\":1e30}"] {
        let answer = world.call("POST", &path, &bill, Some(wrong)).await;
        assert_eq!(answer.told(), told(422, "invalid-field", Some("overlap_seconds")), "{wrong}");
    }
    world.clock.advance(Span::seconds(1));
    let new = world.call("POST", &path, &bill, Some("{\"overlap_seconds\":60}")).await;
    assert_eq!(new.status, 201);
    let new = new.json();
    assert_eq!((&new["label"], &new["expires_at"]), (&old["label"], &old["expires_at"]));
    assert!(world.foil.verify(old["token"].as_str().expect("a token")).await.is_ok(), "an overlap");
    let list = world.call("GET", "/me/tokens", &bill, None).await.json();
    assert_eq!(list["items"][1]["status"], "expiring");
    assert_eq!(world.call("POST", &path, &bill, None).await.told(), told(409, "replaced", None));
    let path = format!("/me/tokens/{}/rotate", new["id"].as_str().expect("an id"));
    assert_eq!(world.call("POST", &path, &bill, None).await.status, 201, "no body is no overlap");
    assert!(world.foil.verify(new["token"].as_str().expect("a token")).await.is_err());
}

#[tokio::test]
async fn all_kinds_9_a_personal_access_token_lists_deletes_and_rotates_itself_and_no_more() {
    let world = world().await;
    let (sue, _) = world.sign_in("sue", None).await;
    let own = make(&world, &sue, "own").await;
    let other = make(&world, &sue, "other").await;
    let pat = own["token"].as_str().expect("a token");
    let (own, other) = (own["id"].as_str().expect("an id"), other["id"].as_str().expect("an id"));
    for path in ["/me/tokens", "/users", "/users/bill/tokens", "/security-codes", "/clients", "/settings"] {
        assert_eq!(world.call("GET", path, pat, None).await.status, 200, "{path}");
    }
    for (method, path) in [
        ("POST", "/me/tokens".to_owned()),
        ("POST", format!("/me/tokens/{other}/rotate")),
        ("PATCH", "/users/bill".to_owned()),
        ("POST", "/security-codes".to_owned()),
        ("PATCH", "/security-codes/0000000000000000000000".to_owned()),
        ("POST", "/security-codes/0000000000000000000000/reset".to_owned()),
        ("POST", "/clients".to_owned()),
        ("PATCH", "/clients/app".to_owned()),
        ("POST", "/clients/app/secrets".to_owned()),
        ("PATCH", "/settings".to_owned()),
    ] {
        let answer = world.call(method, &path, pat, Some("{}")).await;
        assert_eq!(answer.told(), told(403, "credential-kind", None), "{method} {path}");
        assert!(answer.json()["type"].as_str().expect("a type").ends_with("credential-kind"));
    }
    assert_eq!(world.call("DELETE", &format!("/me/tokens/{other}"), pat, None).await.status, 204);
    assert_eq!(world.call("POST", &format!("/me/tokens/{own}/rotate"), pat, None).await.status, 201);
    assert_eq!(world.call("GET", "/me/tokens", pat, None).await.status, 401, "it has rotated itself");
}

#[tokio::test]
async fn syn_token_8_each_router_asks_for_its_scope() {
    let world = world().await;
    let (sue, _) = world.sign_in("sue", Some("demo:read")).await;
    for (method, path, scope) in [
        ("GET", "/me/tokens", "credentials:read"),
        ("POST", "/me/tokens", "credentials:write"),
        ("DELETE", "/me/tokens/x", "credentials:write"),
        ("POST", "/me/tokens/x/rotate", "credentials:write"),
        ("GET", "/users", "users:manage"),
        ("PATCH", "/users/bill", "users:manage"),
        ("GET", "/users/bill/tokens", "users:manage"),
        ("DELETE", "/users/bill/tokens/x", "users:manage"),
        ("GET", "/security-codes", "codes:manage"),
        ("POST", "/security-codes", "codes:manage"),
        ("PATCH", "/security-codes/x", "codes:manage"),
        ("DELETE", "/security-codes/x", "codes:manage"),
        ("POST", "/security-codes/x/make-permanent", "codes:manage"),
        ("POST", "/security-codes/x/reset", "codes:manage"),
        ("POST", "/security-codes/x/reactivate", "codes:manage"),
        ("GET", "/clients", "clients:manage"),
        ("POST", "/clients", "clients:manage"),
        ("PATCH", "/clients/app", "clients:manage"),
        ("PATCH", "/clients/a%2Fb", "clients:manage"),
        ("POST", "/clients/app/secrets", "clients:manage"),
        ("DELETE", "/clients/a%2Fb", "clients:manage"),
        ("GET", "/settings", "settings:manage"),
        ("PATCH", "/settings", "settings:manage"),
    ] {
        let answer = world.call(method, path, &sue, Some("not JSON")).await;
        assert_eq!(answer.told(), told(403, "insufficient-scope", None), "{method} {path}");
        let challenge = format!("Bearer realm=\"default\", error=\"insufficient_scope\", scope=\"{scope}\"");
        assert_eq!(answer.header("www-authenticate"), Some(challenge.as_str()), "{method} {path}");
    }
}

#[tokio::test]
async fn checks_run_in_one_order_who_then_may_then_there_then_body() {
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
        send(&world.router, request.body(Body::from(body)).expect("a request")).await.told()
    };
    let (text, json) = (Some("text/plain"), Some("application/json"));
    let big = || vec![b'x'; 64 * 1024 + 1];
    let cases = [
        ("/clients/nobody", None, text, big(), told(401, "unauthenticated", None)),
        ("/clients/nobody", Some(&bill), text, big(), told(403, "role", None)),
        ("/clients/nobody", Some(&adam), text, big(), told(404, "not-found", None)),
        ("/clients/app", Some(&adam), text, b"{".to_vec(), told(400, "not-json", None)),
        ("/clients/app", Some(&adam), text, b"{}".to_vec(), told(415, "media-type", None)),
        ("/clients/app", Some(&adam), text, big(), told(415, "media-type", None)),
        ("/clients/app", Some(&adam), json, big(), told(413, "too-large", None)),
        ("/clients/app", Some(&adam), json, b"{\"x\":1}".to_vec(), told(422, "invalid-field", Some("x"))),
        ("/users/nobody", Some(&adam), json, b"{".to_vec(), told(404, "not-found", None)),
        ("/users/bill", Some(&adam), json, b"{".to_vec(), told(400, "not-json", None)),
        ("/settings", Some(&bill), json, b"{".to_vec(), told(403, "role", None)),
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
            ("POST", format!("/me/tokens/{id}/rotate")),
            ("DELETE", format!("/me/tokens/{id}")),
        ] {
            let answer = world.call(method, &path, &bill, Some("{")).await;
            assert_eq!(answer.told(), told(403, gate, None), "{method} {path}");
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
    assert_eq!(answer.told(), told(403, "collaborator", None));
    assert_eq!(world.call("GET", "/me/tokens", &carol, None).await.status, 200);
}

#[tokio::test]
async fn syn_pat_6_users_are_for_administrators_and_the_switch_for_those_who_manage_profiles_too() {
    let world = world().await;
    let (bill, _) = world.sign_in("bill", None).await;
    let (mia, _) = world.sign_in("mia", None).await;
    let (adam, _) = world.sign_in("adam", None).await;
    assert_eq!(world.call("GET", "/users", &bill, None).await.told(), told(403, "profile-management", None));
    let found = world.call("GET", "/users?q=bil&limit=1", &mia, None).await.json();
    let one = serde_json::json!({"subject": "bill", "name": "bill", "role": "member", "token_login_allowed": true});
    assert_eq!(found, serde_json::json!({"items": [one]}));
    assert_eq!(world.call("PATCH", "/users/bill", &mia, Some("{\"token_login_allowed\":true}")).await.status, 200);
    for body in ["{}", "{\"token_login_allowed\":\"true\"}", "{\"token_login_allowed\":null}"] {
        let answer = world.call("PATCH", "/users/bill", &mia, Some(body)).await;
        assert_eq!(answer.told(), told(422, "invalid-field", Some("token_login_allowed")), "{body}");
    }
    assert_eq!(world.call("GET", "/users/bill/tokens", &mia, None).await.told(), told(403, "role", None));
    let id = make(&world, &bill, "a").await["id"].as_str().expect("an id").to_owned();
    for path in ["/users/nobody/tokens", "/users/%FF/tokens", "/users/%00/tokens", "/users/nobody/tokens?limit=0"] {
        assert_eq!(world.call("GET", path, &adam, None).await.told(), told(404, "not-found", None), "{path}");
    }
    for path in [format!("/users/mia/tokens/{id}"), format!("/users/nobody/tokens/{id}"), "/users/bill/tokens/x".into()]
    {
        assert_eq!(world.call("DELETE", &path, &adam, None).await.told(), told(404, "not-found", None), "{path}");
    }
    assert_eq!(world.call("DELETE", &format!("/users/bill/tokens/{id}"), &adam, None).await.status, 204);
}

#[tokio::test]
async fn ao_code_1_to_5_the_life_of_a_security_code() {
    let world = world().await;
    let (adam, _) = world.sign_in("adam", None).await;
    let (sue, _) = world.sign_in("sue", None).await;
    assert_eq!(world.call("GET", "/security-codes", &adam, None).await.told(), told(403, "role", None));
    for (body, field) in [
        ("{}", "access"),
        ("{\"access\":\"all\"}", "access"),
        ("{\"access\":\"same_as_user\"}", "user"),
        ("{\"access\":\"same_as_user\",\"user\":\"nobody\"}", "user"),
        ("{\"access\":\"super_administrator\",\"user\":\"bill\"}", "user"),
        ("{\"access\":\"super_administrator\",\"description\":null}", "description"),
    ] {
        let answer = world.call("POST", "/security-codes", &sue, Some(body)).await;
        assert_eq!(answer.told(), told(422, "invalid-field", Some(field)), "{body}");
    }
    let body = "{\"access\":\"same_as_user\",\"user\":\"bill\",\"description\":\"for the importer\"}";
    let made = world.call("POST", "/security-codes", &sue, Some(body)).await;
    assert_eq!(made.status, 201);
    let made = made.json();
    assert!(made["code"].as_str().expect("a code").starts_with("cfs_"));
    for (name, value) in [
        ("access", "same_as_user"),
        ("user", "bill"),
        ("created_by", "sue"),
        ("description", "for the importer"),
        // Its whole life lies within the notice lead.
        ("status", "expiring"),
    ] {
        assert_eq!(made[name], value, "{name}");
    }
    let path = format!("/security-codes/{}", made["id"].as_str().expect("an id"));
    let edit = async |body: &str| world.call("PATCH", &path, &sue, Some(body)).await;
    for body in ["{\"expires_at\":null}", "{\"expires_at\":\"2027-01-15T08:00:00Z\"}", "{\"expires_at\":\"tomorrow\"}"]
    {
        assert_eq!(edit(body).await.told(), told(422, "invalid-field", Some("expires_at")), "{body}");
    }
    let edited = edit("{\"expires_at\":\"2027-01-15T11:00:00+02:00\",\"description\":\"other\"}").await.json();
    assert_eq!((&edited["expires_at"], &edited["description"]), (&"2027-01-15T09:00:00Z".into(), &"other".into()));
    assert!(edited.get("code").is_none());
    let act = async |what: &str| world.call("POST", &format!("{path}/{what}"), &sue, None).await;
    assert_eq!(act("make-permanent").await.json()["expires_at"], Value::Null);
    assert_eq!(act("reset").await.json()["expires_at"], "2027-01-16T08:00:00Z");
    assert_eq!(act("reactivate").await.told(), told(409, "not-expired", None));
    world.clock.advance(Span::days(1));
    let (sue, _) = world.sign_in("sue", None).await;
    let act = async |what: &str| world.call("POST", &format!("{path}/{what}"), &sue, None).await;
    for what in ["make-permanent", "reset"] {
        assert_eq!(act(what).await.told(), told(409, "expired", None), "{what}");
    }
    assert_eq!(world.call("GET", "/security-codes", &sue, None).await.json()["items"], serde_json::json!([]));
    let list = world.call("GET", "/security-codes?include_expired=true", &sue, None).await.json();
    assert_eq!(list["items"][0]["status"], "expired");
    let odd = world.call("GET", "/security-codes?include_expired=1", &sue, None).await;
    assert_eq!(odd.told(), told(422, "invalid-field", Some("include_expired")));
    assert_eq!(act("reactivate").await.json()["status"], "expiring");
    let who = world.foil.verify(made["code"].as_str().expect("a code")).await.expect("the same secret");
    assert_eq!((who.name(), who.actor().map(ToString::to_string)), ("bill", Some("sue".to_owned())));
    assert_eq!(world.call("DELETE", &path, &sue, None).await.status, 204);
    assert_eq!(world.call("PATCH", &path, &sue, Some("{")).await.told(), told(404, "not-found", None));
}

#[tokio::test]
async fn syn_token_2_the_life_of_a_client() {
    let world = world().await;
    let (adam, _) = world.sign_in("adam", None).await;
    for (body, field) in [
        ("{}", "display_name"),
        ("{\"display_name\":\"\"}", "display_name"),
        ("{\"display_name\":\"a\",\"id\":\"a b\"}", "id"),
        ("{\"display_name\":\"a\",\"grants\":[\"implicit\"]}", "grants"),
        ("{\"display_name\":\"a\",\"public\":\"yes\"}", "public"),
        ("{\"display_name\":\"a\",\"refresh_mode\":\"never\"}", "refresh_mode"),
        ("{\"display_name\":\"a\",\"public\":true,\"refresh_mode\":\"reuse\"}", "refresh_mode"),
        ("{\"display_name\":\"a\",\"public\":true,\"resource_server\":true}", "resource_server"),
        ("{\"display_name\":\"a\",\"scopes\":[\"a b\"]}", "scopes"),
        ("{\"display_name\":\"a\",\"scopes\":[\"a\"],\"default_scopes\":[\"b\"]}", "default_scopes"),
        ("{\"display_name\":\"a\",\"secret\":\"own\"}", "secret"),
    ] {
        let answer = world.call("POST", "/clients", &adam, Some(body)).await;
        assert_eq!(answer.told(), told(422, "invalid-field", Some(field)), "{body}");
    }
    let body = "{\"display_name\":\"New\",\"id\":\"new\",\"grants\":[\"refresh_token\",\"password\"],\"scopes\":[\"b\",\"a\"],\"default_scopes\":\"a\"}";
    let made = world.call("POST", "/clients", &adam, Some(body)).await;
    assert_eq!(made.status, 201);
    let made = made.json();
    let (secret, api_key) = (made["secret"].as_str().expect("a secret"), made["api_key"].as_str().expect("a key"));
    assert!(secret.starts_with("cfc_"));
    assert_eq!(format!("Basic {api_key}"), basic("new", secret));
    assert_eq!((&made["scopes"], &made["default_scopes"]), (&serde_json::json!(["a", "b"]), &serde_json::json!(["a"])));
    let taken = world.call("POST", "/clients", &adam, Some("{\"display_name\":\"x\",\"id\":\"new\"}")).await;
    assert_eq!(taken.told(), told(409, "client-id-taken", Some("id")));
    let login = "grant_type=password&username=bill&password=bill";
    let use_it = async |secret: &str| world.form_as("/token", &basic("new", secret), login).await.status.as_u16();
    assert_eq!(use_it(secret).await, 200);
    let list = world.call("GET", "/clients?limit=1", &adam, None).await;
    assert!(!list.text.contains(secret) && !list.text.contains(api_key));
    assert!(list.json()["next"].is_string());
    let second = world.call("POST", "/clients/new/secrets", &adam, Some("{\"overlap_seconds\":60}")).await;
    assert_eq!(second.status, 201);
    let second = second.json()["secret"].as_str().expect("a secret").to_owned();
    assert_eq!((use_it(secret).await, use_it(&second).await), (200, 200), "an overlap");
    world.clock.advance(Span::seconds(60));
    assert_eq!((use_it(secret).await, use_it(&second).await), (401, 200));
    let off = world.call("PATCH", "/clients/new", &adam, Some("{\"disabled\":true,\"display_name\":\"Newer\"}")).await;
    assert_eq!((&off.json()["disabled"], &off.json()["display_name"]), (&true.into(), &"Newer".into()));
    assert_eq!(use_it(&second).await, 401);
    assert_eq!(
        world.call("POST", "/clients/open/secrets", &adam, None).await.told(),
        told(422, "invalid-field", Some("secret"))
    );
    assert_eq!(world.call("DELETE", "/clients/new", &adam, None).await.status, 204);
    assert_eq!(world.call("DELETE", "/clients/new", &adam, None).await.status, 404);
    let public = world.call("POST", "/clients", &adam, Some("{\"display_name\":\"P\",\"public\":true}")).await.json();
    assert!(public.get("secret").is_none() && public.get("api_key").is_none());
    let _ = SECRET;
}

#[tokio::test]
async fn clients_are_listed_newest_first_page_by_page() {
    let world = world().await;
    let (adam, _) = world.sign_in("adam", None).await;
    for id in ["m", "z", "a", "q"] {
        world.clock.advance(Span::seconds(1));
        let body = format!("{{\"display_name\":\"x\",\"id\":\"{id}\"}}");
        assert_eq!(world.call("POST", "/clients", &adam, Some(&body)).await.status, 201);
    }
    let (mut ids, mut path) = (Vec::new(), "/clients?limit=3".to_owned());
    loop {
        let page = world.call("GET", &path, &adam, None).await.json();
        ids.extend(
            page["items"].as_array().expect("items").iter().map(|item| item["id"].as_str().expect("id").to_owned()),
        );
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/clients?limit=3&cursor={next}");
    }
    assert_eq!(ids, ["q", "a", "z", "m", "rs", "open", "app"]);
}

#[tokio::test]
async fn syn_token_5_settings_hold_from_the_next_call_on() {
    let world = world().await;
    let (bill, _) = world.sign_in("bill", None).await;
    let (adam, _) = world.sign_in("adam", None).await;
    assert_eq!(world.call("GET", "/settings", &bill, None).await.told(), told(403, "role", None));
    let all = world.call("GET", "/settings", &adam, None).await.json();
    let expected = serde_json::json!({
        "personal_access_tokens_enabled": true, "access_lifetime_seconds": 600, "refresh_inactivity_seconds": 86_400,
        "refresh_absolute_seconds": 2_592_000, "pat_max_days": 180, "code_lifetime_seconds": 86_400, "notice_lead_days": 7,
    });
    assert_eq!(all, expected);
    for (body, field) in [
        ("{\"access_lifetime_seconds\":0}", "access_lifetime_seconds"),
        ("{\"access_lifetime_seconds\":86401}", "access_lifetime_seconds"),
        ("{\"pat_max_days\":1.5}", "pat_max_days"),
        ("{\"pat_max_days\":-1}", "pat_max_days"),
        ("{\"notice_lead_days\":null}", "notice_lead_days"),
        ("{\"personal_access_tokens_enabled\":1}", "personal_access_tokens_enabled"),
        ("{\"code_lifetime_seconds\":60,\"pat_max_days\":0}", "pat_max_days"),
    ] {
        let answer = world.call("PATCH", "/settings", &adam, Some(body)).await;
        assert_eq!(answer.told(), told(422, "invalid-field", Some(field)), "{body}");
    }
    assert_eq!(world.call("GET", "/settings", &adam, None).await.json(), expected, "all or nothing");
    let changed = world.call("PATCH", "/settings", &adam, Some("{\"access_lifetime_seconds\":60}")).await.json();
    assert_eq!(changed["access_lifetime_seconds"], 60);
    let answer = world.form("/token", "grant_type=password&username=bill&password=bill").await.json();
    assert_eq!(answer["expires_in"], 60);
}

#[tokio::test]
async fn another_method_is_405_with_allow_without_a_credential() {
    let world = world().await;
    for (path, allow) in
        [("/me/tokens", "GET,HEAD,POST"), ("/settings", "GET,HEAD,PATCH"), ("/clients/app", "PATCH,DELETE")]
    {
        let request = Request::put(format!("/api/v1{path}")).header("x-http-method-override", "GET");
        let answer = send(&world.router, request.body(Body::empty()).expect("a request")).await;
        assert_eq!(answer.told(), told(405, "method-not-allowed", None), "{path}");
        assert_eq!(answer.header("allow"), Some(allow), "{path}");
    }
}

#[tokio::test]
async fn t13_an_unauthenticated_body_is_never_read() {
    let world = world().await;
    for path in ["/me/tokens", "/security-codes", "/clients"] {
        let request = Request::post(format!("/api/v1{path}"))
            .header("content-type", "application/json")
            .body(Body::from_stream(Touchy))
            .expect("a request");
        assert_eq!(send(&world.router, request).await.status, 401, "{path}");
    }
}

/// A body that panics when somebody reads it.
struct Touchy;

impl futures_core::Stream for Touchy {
    type Item = Result<bytes::Bytes, std::io::Error>;

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        panic!("somebody reads the body")
    }
}

#[tokio::test]
async fn all_kinds_5_an_outage_is_503_unavailable_for_every_router() {
    let world = world().await;
    let (sue, _) = world.sign_in("sue", None).await;
    world.people.set_unavailable(true);
    for path in ["/me/tokens", "/users", "/security-codes", "/clients", "/settings"] {
        assert_eq!(world.call("GET", path, &sue, None).await.told(), told(503, "unavailable", None), "{path}");
    }
}
