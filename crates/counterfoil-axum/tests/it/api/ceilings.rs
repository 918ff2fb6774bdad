//! Tests what a lower ceiling does to tokens that exist, over HTTP (requirement LIFE 4).

use counterfoil::Timestamp;
use counterfoil::policy::{Existing, Policy};
use std::time::Duration;

use crate::support::{SECRET, World, basic, world_under};

const DAY: u64 = 86_400;

/// Makes a service whose policy treats tokens above a new ceiling as `existing` says. Also returns a personal access
/// token of bill that lives 100 days, an access token of bill, and an access token of adam.
async fn world(existing: Existing) -> (World, String, String, String) {
    let mut policy = Policy::default();
    policy.personal_access_tokens.existing = existing;
    let world = world_under(policy).await;
    let (bill, _) = world.sign_in("bill", None).await;
    let (adam, _) = world.sign_in("adam", None).await;
    let made = world.call("POST", "/me/tokens", &bill, Some(r#"{"label":"a","expires_in_days":100}"#)).await;
    let token = made.json()["token"].as_str().expect("a token").to_owned();
    (world, token, bill, adam)
}

async fn most_days(world: &World, adam: &str, days: u64) {
    let body = format!("{{\"pat_max_days\":{days}}}");
    assert_eq!(world.call("PATCH", "/settings", adam, Some(&body)).await.status, 200);
}

async fn introspected(world: &World, token: &str) -> serde_json::Value {
    world.form_as("/introspect", &basic("rs", SECRET), &format!("token={token}")).await.json()
}

fn seconds(at: &Timestamp) -> u64 {
    at.seconds()
}

#[tokio::test]
async fn life_4_a_refused_token_gets_the_answer_of_an_unknown_one_and_is_listed_as_suspended() {
    let (world, token, bill, adam) = world(Existing::RefuseAtUse).await;
    let unknown = world.call("GET", "/me/tokens", "cfp_unknown", None).await;
    for (days, works) in [(100, true), (99, false), (100, true)] {
        most_days(&world, &adam, days).await;
        let answer = world.call("GET", "/me/tokens", &token, None).await;
        let listed = world.call("GET", "/me/tokens", &bill, None).await.json();
        let seen = world.call("GET", "/users/bill/tokens", &adam, None).await.json();
        let suspended = world.call("GET", "/credentials?state=suspended", &adam, None).await.json();
        let introspected = introspected(&world, &token).await;
        if works {
            assert_eq!(answer.status, 200, "{days} days: {answer:?}");
            assert_eq!(
                (introspected["active"].clone(), listed["items"][0]["status"].clone()),
                (true.into(), "active".into())
            );
            assert_eq!(suspended["items"].as_array().map(Vec::len), Some(0));
        } else {
            assert_eq!(answer.status, 401, "{days} days");
            assert_eq!(answer.header("www-authenticate"), unknown.header("www-authenticate"));
            assert_eq!(answer.text, unknown.text);
            assert_eq!(introspected, serde_json::json!({"active": false}));
            for list in [&listed, &seen, &suspended] {
                assert_eq!(list["items"][0]["status"], "suspended");
            }
        }
    }
}

#[tokio::test]
async fn life_4_a_shortened_token_tells_its_shortened_end_and_expires_then() {
    let (world, token, _, adam) = world(Existing::Clamp).await;
    let start = seconds(&world.counterfoil.now());
    most_days(&world, &adam, 1).await;
    let (exp, iat) =
        (introspected(&world, &token).await["exp"].as_u64(), introspected(&world, &token).await["iat"].as_u64());
    assert_eq!((exp, iat), (Some(start + DAY), Some(start)));
    let listed = world.call("GET", "/me/tokens", &token, None).await.json();
    assert_eq!(listed["items"][0]["status"], "expiring");
    let end = listed["items"][0]["expires_at"].clone();
    let page = world.call("GET", "/credentials?kind=personal_access_token", &adam, None).await.json();
    assert_eq!(page["items"][0]["expires_at"], end);
    world.clock.advance(Duration::from_secs(DAY) - Duration::from_micros(1));
    assert_eq!(world.call("GET", "/me/tokens", &token, None).await.status, 200);
    world.clock.advance(Duration::from_micros(1));
    assert_eq!(world.call("GET", "/me/tokens", &token, None).await.status, 401);
    assert_eq!(introspected(&world, &token).await, serde_json::json!({"active": false}));
    let (adam, _) = world.sign_in("adam", None).await;
    let listed = world.call("GET", "/users/bill/tokens", &adam, None).await.json();
    assert_eq!(
        (listed["items"][0]["status"].clone(), listed["items"][0]["expires_at"].clone()),
        ("expired".into(), end)
    );
    most_days(&world, &adam, 100).await;
    assert_eq!(world.call("GET", "/me/tokens", &token, None).await.status, 200, "nothing was written");
}
