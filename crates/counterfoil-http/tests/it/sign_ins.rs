//! Tests the lists of sign-ins, and the end of sign-ins and of all credentials (requirements SIGHT 1 and LIFE 3).

use bytes::Bytes;
use counterfoil::operations::{NewAccess, NewSecurityCode};
use counterfoil::policy::Policy;
use counterfoil::service_account::NewServiceAccount;
use counterfoil::testing::Failure;
use counterfoil::{Account, Presenter, Role};
use http::Request;
use http_body_util::Full;
use serde_json::Value;

use crate::support::{World, in_memory, in_memory_with};

async fn items(world: &World, path: &str, token: &str) -> Vec<Value> {
    let answer = world.call("GET", path, token, None).await;
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
    answer.json()["items"].as_array().expect("items").clone()
}

/// Signs ivan in with this value of `User-Agent`, and returns the access token.
async fn with_agent(world: &World, agent: &str) -> String {
    let form = "grant_type=password&username=ivan&password=ivan";
    let mut request: Request<Full<Bytes>> = world.form_request("/token", form);
    request.headers_mut().insert("user-agent", agent.parse().expect("a header"));
    world.send(request).await.json()["access_token"].as_str().expect("a token").to_owned()
}

#[tokio::test]
async fn sight_1_own_sign_ins_are_listed_with_device_client_and_times_and_the_current_one_marked() {
    let mut policy = Policy::default();
    policy.remember_source = true;
    let world = in_memory_with(policy).await;
    let token = with_agent(&world, "Browser/1.0 (Linux)").await;
    with_agent(&world, "Phone").await;
    let seen = items(&world, "/me/sign-ins", &token).await;
    assert_eq!(seen.len(), 2);
    let own = seen.iter().find(|item| item["current"] == true).expect("the current one");
    let client = world.service.client().as_str();
    assert_eq!((&own["device"], &own["source"]), (&"Browser/1.0 (Linux)".into(), &"192.0.2.7".into()));
    assert_eq!((&own["kind"], &own["client"]), (&"refresh_token".into(), &client.into()));
    assert!(own["client_name"].is_string());
    assert_eq!((&own["created_at"], &own["last_used_at"]), (&"2026-01-01T00:00:00Z".into(), &own["created_at"]));
    let other = seen.iter().find(|item| item["current"] == false).expect("another");
    assert_eq!(other["device"], "Phone");
    let members: Vec<&str> = own.as_object().expect("an object").keys().map(String::as_str).collect();
    let expected = ["id", "kind", "client", "client_name", "created_at", "expires_at", "last_used_at", "status"];
    let expected = [expected.as_slice(), &["device", "source", "current"]].concat();
    assert_eq!(members.len(), expected.len());
    assert!(expected.iter().all(|name| members.contains(name)), "{members:?}");
}

#[tokio::test]
async fn sight_1_pages_have_cursors_of_their_own_list_and_person() {
    let world = in_memory().await;
    let token = world.sign_in("ivan", None).await;
    for _ in 0..4 {
        world.sign_in("ivan", None).await;
    }
    let (mut seen, mut path) = (Vec::new(), "/me/sign-ins?limit=2".to_owned());
    loop {
        let page = world.call("GET", &path, &token, None).await.json();
        seen.extend(page["items"].as_array().expect("items").iter().map(|item| item["id"].to_string()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/me/sign-ins?limit=2&cursor={next}");
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 5);
    let sue = world.sign_in("sue", None).await;
    for (path, token) in [
        (path.clone(), &sue),
        (path.replace("/me/", "/users/sue/"), &sue),
        ("/me/sign-ins?cursor=AAAA".to_owned(), &token),
        ("/me/sign-ins?limit=0".to_owned(), &token),
        ("/me/sign-ins?q=a".to_owned(), &token),
    ] {
        let answer = world.call("GET", &path, token, None).await;
        assert_eq!(answer.outcome(), (422, "invalid-field".into()), "{path}");
    }
}

#[tokio::test]
async fn life_3_one_sign_in_and_all_others_end_and_a_repetition_is_not_found() {
    let world = in_memory().await;
    let (token, other, third) =
        (world.sign_in("ivan", None).await, world.sign_in("ivan", None).await, world.sign_in("ivan", None).await);
    let of_other = items(&world, "/me/sign-ins", &other).await;
    let id = of_other.iter().find(|item| item["current"] == true).expect("its own")["id"].as_str().expect("an id");
    let path = format!("/me/sign-ins/{id}");
    let foreign = world.sign_in("sue", None).await;
    assert_eq!(world.call("DELETE", &path, &foreign, None).await.outcome(), (404, "not-found".into()));
    assert_eq!(world.call("DELETE", &path, &token, None).await.status, 204);
    assert_eq!(world.call("DELETE", &path, &token, None).await.outcome(), (404, "not-found".into()));
    assert_eq!(world.call("GET", "/me/sign-ins", &other, None).await.status, 401);
    let ended = world.call("POST", "/me/sign-ins/end-others", &token, None).await;
    assert_eq!((ended.status.as_u16(), ended.json()), (200, serde_json::json!({"ended": 1})));
    assert_eq!(world.call("GET", "/me/sign-ins", &third, None).await.status, 401);
    assert_eq!(world.call("GET", "/me/sign-ins", &token, None).await.status, 200);
}

#[tokio::test]
async fn life_3_scopes_and_kinds_of_credentials_are_checked_before_anything_else() {
    let world = in_memory().await;
    let reader = world.sign_in("sue", Some("credentials:read")).await;
    let manager = world.sign_in("sue", Some("users:manage")).await;
    let issued = world.service.personal_access_token("sue", None).await;
    let pat = issued.token.expose_secret();
    for (method, path, reads, manages) in [
        ("GET", "/me/sign-ins?cursor=x", 422, 403),
        ("DELETE", "/me/sign-ins/x?y", 403, 403),
        ("POST", "/me/sign-ins/end-others?y", 403, 403),
        ("GET", "/users/ivan/sign-ins?cursor=x", 403, 422),
        ("DELETE", "/users/ivan/sign-ins/x?y", 403, 404),
        ("POST", "/users/ivan/revoke", 403, 200),
        ("POST", "/users/nobody/revoke", 403, 404),
    ] {
        assert_eq!(world.call(method, path, &reader, None).await.status, reads, "{method} {path}");
        assert_eq!(world.call(method, path, &manager, None).await.status, manages, "{method} {path}");
        let of_pat = world.call(method, path, pat, None).await.outcome();
        assert_eq!(of_pat, (403, "credential-kind".into()), "{method} {path}");
    }
}

#[tokio::test]
async fn life_3_an_administrator_ends_everything_or_some_kinds_of_a_person_who_may_have_left() {
    let world = in_memory().await;
    let (ivan, sue) = (world.sign_in("ivan", None).await, world.sign_in("sue", None).await);
    let issued = world.service.personal_access_token("ivan", None).await;
    let new = NewSecurityCode::new(NewAccess::SameAsUser("ivan"));
    world.service.create_security_code(&world.service.presenter("sue"), &new).await.expect("a code");
    for bad in [r#"{"kinds":[]}"#, r#"{"kinds":["all"]}"#, r#"{"kinds":["client_secret"]}"#, r#"{"kinds":null}"#] {
        let answer = world.call("POST", "/users/ivan/revoke", &sue, Some(bad)).await;
        assert_eq!(
            (answer.outcome(), &answer.json()["field"]),
            ((422, "invalid-field".into()), &"kinds".into()),
            "{bad}"
        );
    }
    let some = world.call("POST", "/users/ivan/revoke", &sue, Some(r#"{"kinds":["access_token"]}"#)).await.json();
    assert_eq!((&some["revoked"], &some["name"]), (&1.into(), &"ivan".into()));
    assert_eq!(world.call("GET", "/me/sign-ins", &ivan, None).await.status, 401);
    assert!(world.service.verify(issued.token.expose_secret()).await.is_ok());
    world.service.people().remove(world.service.account("ivan").subject());
    let left = world.call("GET", "/users/ivan/sign-ins", &sue, None).await.json();
    assert_eq!(left, serde_json::json!({"items": [], "next": null, "name": null}));
    let all = world.call("POST", "/users/ivan/revoke", &sue, None).await;
    let expected = serde_json::json!({"revoked": 2, "name": null, "service_accounts": []});
    assert_eq!((all.status.as_u16(), all.json()), (200, expected));
}

#[tokio::test]
async fn life_3_the_answer_names_the_service_accounts_that_stay_and_a_flag_disables_them() {
    let world = in_memory().await;
    let ada = Account::new(world.service.account("ada").subject().clone(), "ada", Role::Administrator);
    let new = NewServiceAccount::new("nightly import", Role::Member);
    let made = world.service.create_service_account(&Presenter::signed_in(&ada), &new).await.expect("made");
    let sue = world.sign_in("sue", None).await;
    let narrow = world.sign_in("sue", Some("users:manage")).await;
    let path = "/users/ada/revoke";
    let hidden = world.call("POST", path, &narrow, None).await.json();
    assert_eq!(hidden["service_accounts"], Value::Null, "this token may not list them");
    let flag = Some(r#"{"disable_service_accounts":true}"#);
    let refused = world.call("POST", path, &narrow, flag).await;
    assert_eq!(refused.outcome(), (403, "insufficient-scope".into()));
    let told = world.call("POST", path, &sue, None).await.json();
    assert_eq!(
        (&told["service_accounts"][0]["id"], &told["service_accounts"][0]["disabled"]),
        (&made.id.to_string().into(), &false.into())
    );
    let told = world.call("POST", path, &sue, flag).await.json();
    assert_eq!(told["service_accounts"][0]["disabled"], true);
}

#[tokio::test]
async fn life_3_an_outage_is_503_and_says_that_it_may_be_partly_done() {
    let world = in_memory().await;
    let sue = world.sign_in("sue", None).await;
    world.service.faults().on("revoke", Failure::NotExecuted);
    world.sign_in("sue", None).await;
    for path in ["/me/sign-ins/end-others", "/users/sue/revoke"] {
        let answer = world.call("POST", path, &sue, None).await;
        assert_eq!((answer.outcome(), answer.header("retry-after")), ((503, "unavailable".into()), Some("2")));
        assert_eq!(answer.json()["detail"], "the call may be partly done: repeat it until it succeeds");
    }
}

#[tokio::test]
async fn sight_3_one_sign_in_is_shown_by_its_id_as_in_the_list_to_its_owner_and_to_administrators() {
    let world = in_memory().await;
    let (ivan, sue) = (world.sign_in("ivan", None).await, world.sign_in("sue", None).await);
    let listed = items(&world, "/me/sign-ins", &ivan).await;
    let id = listed[0]["id"].as_str().expect("an id").to_owned();
    let own = world.call("GET", &format!("/me/sign-ins/{id}"), &ivan, None).await;
    assert_eq!((own.status.as_u16(), own.json()), (200, listed[0].clone()));
    let other = world.call("GET", &format!("/users/ivan/sign-ins/{id}"), &sue, None).await;
    assert_eq!((other.status.as_u16(), &other.json()["current"]), (200, &false.into()));
    for (path, token, status) in [
        (format!("/me/sign-ins/{id}"), &sue, 404),
        ("/me/sign-ins/nothing".to_owned(), &ivan, 404),
        (format!("/users/sue/sign-ins/{id}"), &sue, 404),
        (format!("/users/ivan/sign-ins/{id}"), &ivan, 403),
        (format!("/me/sign-ins/{id}?limit=1"), &ivan, 422),
    ] {
        let answer = world.call("GET", &path, token, None).await;
        assert_eq!(answer.status, status, "{path}: {answer:?}");
    }
    assert_eq!(world.call("DELETE", &format!("/me/sign-ins/{id}"), &ivan, None).await.status, 204);
    let ended = world.call("GET", &format!("/users/ivan/sign-ins/{id}"), &sue, None).await;
    assert_eq!(ended.status, 404, "{ended:?}");
}
