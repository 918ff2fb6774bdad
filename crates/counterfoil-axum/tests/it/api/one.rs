//! Tests how one credential or one client is read by its id. Also tests the header `Location` and unknown query
//! parameters (fault C12).

use std::time::Duration;

use serde_json::Value;

use super::{make, outcome};
use crate::support::{Answer, World, world};

/// Checks that GET on the path in `Location` returns the same fields as the response to the creation, except `secrets`.
/// Returns this path.
async fn is_at(world: &World, answer: &Answer, token: &str, secrets: &[&str]) -> String {
    assert_eq!(answer.status, 201, "{answer:?}");
    let location = answer.header("location").expect("a place");
    let path = location.strip_prefix("/api/v1").expect("where the routers are nested").to_owned();
    let mut made = answer.json();
    for secret in secrets {
        made.as_object_mut().expect("an object").remove(*secret);
    }
    let found = world.call("GET", &path, token, None).await;
    assert_eq!(found.status, 200, "{found:?}");
    assert_eq!(found.json(), made, "{path}");
    assert_eq!(found.header("cache-control"), Some("no-store"));
    path
}

#[tokio::test]
async fn fault_c12_what_was_made_is_where_location_says() {
    let world = world().await;
    let (bill, _) = world.sign_in("bill", None).await;
    let (sue, _) = world.sign_in("sue", None).await;
    let new = "{\"label\":\"a\",\"expires_in_days\":30}";
    let token = world.call("POST", "/me/tokens", &bill, Some(new)).await;
    let path = is_at(&world, &token, &bill, &["token"]).await;
    let rotated = world.call("POST", &format!("{path}/rotate"), &bill, None).await;
    let successor = is_at(&world, &rotated, &bill, &["token"]).await;
    assert_ne!(path, successor);
    assert_eq!(
        world.call("GET", &path, &bill, None).await.outcome(),
        outcome(404, "not-found", None),
        "replaced at once"
    );
    let id = successor.rsplit('/').next().expect("an id");
    let by_administrator = world.call("GET", &format!("/users/bill/tokens/{id}"), &sue, None).await;
    assert_eq!(by_administrator.json()["label"], "a");
    let code = world.call("POST", "/security-codes", &sue, Some("{\"access\":\"super_administrator\"}")).await;
    is_at(&world, &code, &sue, &["code"]).await;
    let client = world.call("POST", "/clients", &sue, Some("{\"display_name\":\"N\",\"id\":\"a.b~c-d_e\"}")).await;
    let path = is_at(&world, &client, &sue, &["secret", "api_key"]).await;
    assert_eq!(path, "/clients/a.b~c-d_e");
    let secret = world.call("POST", &format!("{path}/secrets"), &sue, None).await;
    assert_eq!(is_at(&world, &secret, &sue, &["secret", "api_key"]).await, path);
}

#[tokio::test]
async fn fault_c12_an_item_is_visible_exactly_to_those_who_may_list_it() {
    let world = world().await;
    let (bill, _) = world.sign_in("bill", None).await;
    let (mia, _) = world.sign_in("mia", None).await;
    let (adam, _) = world.sign_in("adam", None).await;
    let (sue, _) = world.sign_in("sue", None).await;
    let made = make(&world, &bill, "a").await;
    let (id, text) = (made["id"].as_str().expect("an id"), made["token"].as_str().expect("a token"));
    let code = world.call("POST", "/security-codes", &sue, Some("{\"access\":\"super_administrator\"}")).await.json();
    let code = format!("/security-codes/{}", code["id"].as_str().expect("an id"));
    let missing = outcome(404, "not-found", None);
    let get = async |token: &str, path: &str| world.call("GET", path, token, None).await;
    assert_eq!(get(text, &format!("/me/tokens/{id}")).await.status, 200, "a token may look");
    assert_eq!(get(&mia, &format!("/me/tokens/{id}")).await.outcome(), missing, "somebody else's");
    assert_eq!(get(&mia, &format!("/users/bill/tokens/{id}")).await.outcome(), outcome(403, "role", None));
    assert_eq!(get(&adam, &format!("/users/mia/tokens/{id}")).await.outcome(), missing);
    assert_eq!(get(&adam, &code).await.outcome(), outcome(403, "role", None));
    assert_eq!(get(&adam, "/clients/nobody").await.outcome(), missing);
    assert_eq!(get(&bill, "/clients/app").await.outcome(), outcome(403, "role", None));
    for path in ["/me/tokens/x", "/security-codes/x", &code.replace("/security-codes", "/me/tokens")] {
        assert_eq!(get(&sue, path).await.outcome(), missing, "{path}");
    }
    world.clock.advance(Duration::from_secs(86_400));
    let (sue, _) = world.sign_in("sue", None).await;
    assert_eq!(get(&sue, &code).await.json()["status"], "expired", "it can be reactivated");
    assert_eq!(world.call("DELETE", &code, &sue, None).await.status, 204);
    assert_eq!(get(&sue, &code).await.outcome(), missing, "deleted");
}

#[tokio::test]
async fn fault_c12_a_codes_user_reads_back_as_it_was_sent_beside_the_subject() {
    let world = world().await;
    let (sue, _) = world.sign_in("sue", None).await;
    let body = "{\"access\":\"same_as_user\",\"user\":\"BiLL\"}";
    let made = world.call("POST", "/security-codes", &sue, Some(body)).await;
    assert_eq!((&made.json()["user"], &made.json()["user_subject"]), (&"BiLL".into(), &"bill".into()));
    is_at(&world, &made, &sue, &["code"]).await;
    let list = world.call("GET", "/security-codes", &sue, None).await.json();
    assert_eq!((&list["items"][0]["user"], &list["items"][0]["user_subject"]), (&"BiLL".into(), &"bill".into()));
    let whole = world.call("POST", "/security-codes", &sue, Some("{\"access\":\"super_administrator\"}")).await.json();
    assert_eq!((&whole["user"], &whole["user_subject"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn fault_c12_an_unknown_parameter_is_422_on_every_route_and_nothing_is_done() {
    let world = world().await;
    let (sue, _) = world.sign_in("sue", None).await;
    let made = make(&world, &sue, "a").await;
    let token = format!("/me/tokens/{}", made["id"].as_str().expect("an id"));
    let of = format!("/users/sue/tokens/{}", made["id"].as_str().expect("an id"));
    let code = world.call("POST", "/security-codes", &sue, Some("{\"access\":\"super_administrator\"}")).await.json();
    let code = format!("/security-codes/{}", code["id"].as_str().expect("an id"));
    let before =
        [world.call("GET", &token, &sue, None).await.json(), world.call("GET", &code, &sue, None).await.json()];
    for (method, path, body) in [
        ("GET", "/me/tokens", None),
        ("POST", "/me/tokens", Some("{\"label\":\"b\",\"expires_in_days\":1}")),
        ("GET", &token, None),
        ("DELETE", &token, None),
        ("PATCH", &token, Some("{\"label\":\"x\"}")),
        ("POST", &format!("{token}/rotate"), Some("{}")),
        ("POST", &format!("{token}/extend"), Some("{\"expires_in_days\":1}")),
        ("GET", "/users", None),
        ("PATCH", "/users/bill", Some("{\"token_login_allowed\":false}")),
        ("GET", "/users/sue/tokens", None),
        ("GET", &of, None),
        ("DELETE", &of, None),
        ("GET", "/security-codes", None),
        ("POST", "/security-codes", Some("{\"access\":\"super_administrator\"}")),
        ("GET", &code, None),
        ("PATCH", &code, Some("{\"description\":\"x\"}")),
        ("POST", &format!("{code}/make-permanent"), None),
        ("POST", &format!("{code}/reset"), None),
        ("POST", &format!("{code}/reactivate"), None),
        ("DELETE", &code, None),
        ("GET", "/clients", None),
        ("POST", "/clients", Some("{\"display_name\":\"x\"}")),
        ("GET", "/clients/app", None),
        ("PATCH", "/clients/app", Some("{\"disabled\":true}")),
        ("POST", "/clients/app/secrets", Some("{}")),
        ("DELETE", "/clients/app", None),
        ("GET", "/settings", None),
        ("PATCH", "/settings", Some("{\"personal_access_tokens_enabled\":false}")),
    ] {
        let answer = world.call(method, &format!("{path}?status=expired"), &sue, body).await;
        assert_eq!(answer.outcome(), outcome(422, "invalid-field", Some("status")), "{method} {path}");
    }
    let after = [world.call("GET", &token, &sue, None).await.json(), world.call("GET", &code, &sue, None).await.json()];
    assert_eq!(before, after, "nothing was done");
    assert_eq!(world.call("GET", "/clients/app", &sue, None).await.json()["disabled"], false);
    assert_eq!(world.call("GET", "/settings", &sue, None).await.json()["personal_access_tokens_enabled"], true);
    assert_eq!(world.call("GET", "/me/tokens", &sue, None).await.json()["items"].as_array().map(Vec::len), Some(1));
}
