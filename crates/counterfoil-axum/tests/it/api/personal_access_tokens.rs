//! Tests how a caller creates, lists, reads and rotates its own tokens.

use std::time::Duration;

use super::{make, outcome};
use crate::support::world;

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
        assert_eq!(answer.outcome(), outcome(422, "invalid-field", field), "{body}");
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
    assert_eq!(answer.outcome(), outcome(409, "label-taken", Some("label")));
    for at in 1..50 {
        make(&world, &bill, &format!("t{at}")).await;
    }
    let full = world.call("POST", "/me/tokens", &bill, Some("{\"label\":\"x\",\"expires_in_days\":1}")).await;
    assert_eq!(full.outcome(), outcome(409, "quota-reached", None));
}

#[tokio::test]
async fn syn_pat_5_pages_go_by_key_newest_first_and_end_with_null() {
    let world = world().await;
    let (bill, _) = world.sign_in("bill", None).await;
    for at in 0..5 {
        make(&world, &bill, &format!("t{at}")).await;
        world.clock.advance(Duration::from_secs(1));
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
        assert_eq!(answer.outcome(), outcome(422, "invalid-field", Some(field)), "{query}");
    }
}

#[tokio::test]
async fn t7_a_cursor_of_another_owner_or_another_list_is_refused() {
    let world = world().await;
    let (bill, _) = world.sign_in("bill", None).await;
    let (sue, _) = world.sign_in("sue", None).await;
    make(&world, &bill, "a").await;
    world.clock.advance(Duration::from_secs(1));
    make(&world, &bill, "b").await;
    let page = world.call("GET", "/me/tokens?limit=1", &bill, None).await.json();
    let cursor = page["next"].as_str().expect("a cursor");
    for path in ["/me/tokens", "/security-codes", "/clients", "/users/carol/tokens"] {
        let answer = world.call("GET", &format!("{path}?cursor={cursor}"), &sue, None).await;
        assert_eq!(answer.outcome(), outcome(422, "invalid-field", Some("cursor")), "{path}");
    }
    let own = world.call("GET", &format!("/users/bill/tokens?cursor={cursor}"), &sue, None).await;
    assert_eq!(own.json()["items"][0]["label"], "a", "the same list, to somebody who may see it");
}

#[tokio::test]
async fn syn_pat_6_another_owners_id_and_an_unknown_id_get_the_same_404() {
    let world = world().await;
    let (bill, _) = world.sign_in("bill", None).await;
    let (mia, _) = world.sign_in("mia", None).await;
    let id = make(&world, &bill, "a").await["id"].as_str().expect("an id").to_owned();
    let unknown = world.call("DELETE", "/me/tokens/0000000000000000000000", &mia, None).await;
    assert_eq!(unknown.outcome(), outcome(404, "not-found", None));
    for path in [&id, "nonsense", "%FF", "..%2F..%2Fclients", "%00", "a%2Fb", &"x".repeat(5_000)] {
        for (method, suffix) in [("DELETE", ""), ("PATCH", ""), ("POST", "/rotate"), ("POST", "/extend")] {
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
    world.clock.advance(Duration::from_secs(30 * 86_400));
    let (bill, _) = world.sign_in("bill", None).await;
    assert_eq!(world.call("DELETE", &format!("/me/tokens/{id}"), &bill, None).await.status, 404);
}

#[tokio::test]
async fn a2_token_2_rotation_hands_over_label_scope_and_expiry() {
    let world = world().await;
    let (bill, _) = world.sign_in("bill", None).await;
    let old = make(&world, &bill, "a").await;
    let path = format!("/me/tokens/{}/rotate", old["id"].as_str().expect("an id"));
    for long in [604_801, 9_007_199_254, 9_007_199_255, u64::MAX] {
        let answer = world.call("POST", &path, &bill, Some(&format!("{{\"overlap_seconds\":{long}}}"))).await;
        assert_eq!(answer.outcome(), outcome(422, "invalid-field", Some("overlap_seconds")), "{long}");
    }
    for wrong in ["{\"overlap_seconds\":-1}", "{\"overlap_seconds\":null}", "{\"overlap_seconds\":1e30}"] {
        let answer = world.call("POST", &path, &bill, Some(wrong)).await;
        assert_eq!(answer.outcome(), outcome(422, "invalid-field", Some("overlap_seconds")), "{wrong}");
    }
    world.clock.advance(Duration::from_secs(1));
    let new = world.call("POST", &path, &bill, Some("{\"overlap_seconds\":60}")).await;
    assert_eq!(new.status, 201);
    let new = new.json();
    assert_eq!((&new["label"], &new["expires_at"]), (&old["label"], &old["expires_at"]));
    assert!(world.counterfoil.verify(old["token"].as_str().expect("a token")).await.is_ok(), "an overlap");
    let list = world.call("GET", "/me/tokens", &bill, None).await.json();
    assert_eq!(list["items"][1]["status"], "expiring");
    assert_eq!(world.call("POST", &path, &bill, None).await.outcome(), outcome(409, "replaced", None));
    let path = format!("/me/tokens/{}/rotate", new["id"].as_str().expect("an id"));
    assert_eq!(world.call("POST", &path, &bill, None).await.status, 201, "no body is no overlap");
    assert!(world.counterfoil.verify(new["token"].as_str().expect("a token")).await.is_err());
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
        ("PATCH", format!("/me/tokens/{own}")),
        ("POST", format!("/me/tokens/{own}/extend")),
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
        assert_eq!(answer.outcome(), outcome(403, "credential-kind", None), "{method} {path}");
        assert!(answer.json()["type"].as_str().expect("a type").ends_with("credential-kind"));
    }
    assert_eq!(world.call("DELETE", &format!("/me/tokens/{other}"), pat, None).await.status, 204);
    assert_eq!(world.call("POST", &format!("/me/tokens/{own}/rotate"), pat, None).await.status, 201);
    assert_eq!(world.call("GET", "/me/tokens", pat, None).await.status, 401, "it has rotated itself");
}
