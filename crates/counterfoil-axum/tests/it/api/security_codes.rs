//! Tests the API of security codes.

use std::time::Duration;

use serde_json::Value;

use super::outcome;
use crate::support::world;

#[tokio::test]
async fn ao_code_1_to_5_the_life_of_a_security_code() {
    let world = world().await;
    let (adam, _) = world.sign_in("adam", None).await;
    let (sue, _) = world.sign_in("sue", None).await;
    assert_eq!(world.call("GET", "/security-codes", &adam, None).await.outcome(), outcome(403, "role", None));
    for (body, field) in [
        ("{}", "access"),
        ("{\"access\":\"all\"}", "access"),
        ("{\"access\":\"same_as_user\"}", "user"),
        ("{\"access\":\"same_as_user\",\"user\":\"nobody\"}", "user"),
        ("{\"access\":\"super_administrator\",\"user\":\"bill\"}", "user"),
        ("{\"access\":\"super_administrator\",\"description\":null}", "description"),
    ] {
        let answer = world.call("POST", "/security-codes", &sue, Some(body)).await;
        assert_eq!(answer.outcome(), outcome(422, "invalid-field", Some(field)), "{body}");
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
        // The code lives for less time than the notice lead, so it is expiring from the start.
        ("status", "expiring"),
    ] {
        assert_eq!(made[name], value, "{name}");
    }
    let path = format!("/security-codes/{}", made["id"].as_str().expect("an id"));
    let edit = async |body: &str| world.call("PATCH", &path, &sue, Some(body)).await;
    for body in ["{\"expires_at\":null}", "{\"expires_at\":\"2027-01-15T08:00:00Z\"}", "{\"expires_at\":\"tomorrow\"}"]
    {
        assert_eq!(edit(body).await.outcome(), outcome(422, "invalid-field", Some("expires_at")), "{body}");
    }
    let edited = edit("{\"expires_at\":\"2027-01-15T11:00:00+02:00\",\"description\":\"other\"}").await.json();
    assert_eq!((&edited["expires_at"], &edited["description"]), (&"2027-01-15T09:00:00Z".into(), &"other".into()));
    assert!(edited.get("code").is_none());
    let act = async |what: &str| world.call("POST", &format!("{path}/{what}"), &sue, None).await;
    assert_eq!(act("make-permanent").await.json()["expires_at"], Value::Null);
    assert_eq!(act("reset").await.json()["expires_at"], "2027-01-16T08:00:00Z");
    assert_eq!(act("reactivate").await.outcome(), outcome(409, "not-expired", None));
    world.clock.advance(Duration::from_secs(86_400));
    let (sue, _) = world.sign_in("sue", None).await;
    let act = async |what: &str| world.call("POST", &format!("{path}/{what}"), &sue, None).await;
    for what in ["make-permanent", "reset"] {
        assert_eq!(act(what).await.outcome(), outcome(409, "expired", None), "{what}");
    }
    assert_eq!(world.call("GET", "/security-codes", &sue, None).await.json()["items"], serde_json::json!([]));
    let list = world.call("GET", "/security-codes?include_expired=true", &sue, None).await.json();
    assert_eq!(list["items"][0]["status"], "expired");
    let odd = world.call("GET", "/security-codes?include_expired=1", &sue, None).await;
    assert_eq!(odd.outcome(), outcome(422, "invalid-field", Some("include_expired")));
    assert_eq!(act("reactivate").await.json()["status"], "expiring");
    let who = world.counterfoil.verify(made["code"].as_str().expect("a code")).await.expect("the same secret");
    assert_eq!((who.name(), who.actor().map(ToString::to_string)), ("bill", Some("sue".to_owned())));
    assert_eq!(world.call("DELETE", &path, &sue, None).await.status, 204);
    assert_eq!(world.call("PATCH", &path, &sue, Some("{")).await.outcome(), outcome(404, "not-found", None));
}
