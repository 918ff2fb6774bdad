//! Tests the API of clients.

use std::time::Duration;

use super::outcome;
use crate::support::{basic, world};

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
        assert_eq!(answer.outcome(), outcome(422, "invalid-field", Some(field)), "{body}");
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
    assert_eq!(taken.outcome(), outcome(409, "client-id-taken", Some("id")));
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
    world.clock.advance(Duration::from_secs(60));
    assert_eq!((use_it(secret).await, use_it(&second).await), (401, 200));
    let off = world.call("PATCH", "/clients/new", &adam, Some("{\"disabled\":true,\"display_name\":\"Newer\"}")).await;
    assert_eq!((&off.json()["disabled"], &off.json()["display_name"]), (&true.into(), &"Newer".into()));
    assert_eq!(use_it(&second).await, 401);
    assert_eq!(
        world.call("POST", "/clients/open/secrets", &adam, None).await.outcome(),
        outcome(422, "invalid-field", Some("secret"))
    );
    assert_eq!(world.call("DELETE", "/clients/new", &adam, None).await.status, 204);
    assert_eq!(world.call("DELETE", "/clients/new", &adam, None).await.status, 404);
    let public = world.call("POST", "/clients", &adam, Some("{\"display_name\":\"P\",\"public\":true}")).await.json();
    assert!(public.get("secret").is_none() && public.get("api_key").is_none());
}

#[tokio::test]
async fn clients_are_listed_newest_first_page_by_page() {
    let world = world().await;
    let (adam, _) = world.sign_in("adam", None).await;
    for id in ["m", "z", "a", "q"] {
        world.clock.advance(Duration::from_secs(1));
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
