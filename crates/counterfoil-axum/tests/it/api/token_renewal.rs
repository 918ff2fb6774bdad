//! Tests how tokens are renewed, extended, renamed and described through the API (requirement LIFE 1).

use std::time::Duration;

use counterfoil::policy::Policy;

use super::{make, outcome};
use crate::support::{world, world_under};

const DAY: u64 = 86_400;

#[tokio::test]
async fn life_1_an_expired_token_is_renewed_under_its_label_with_days_and_without_overlap() {
    let world = world().await;
    let (bill, _) = world.sign_in("bill", None).await;
    let old = make(&world, &bill, "nightly").await;
    let path = format!("/me/tokens/{}", old["id"].as_str().expect("an id"));
    world.clock.advance(Duration::from_secs(30 * DAY));
    let (bill, _) = world.sign_in("bill", None).await;
    assert_eq!(world.call("GET", &path, &bill, None).await.json()["status"], "expired");
    let rotate = async |body: Option<&str>| world.call("POST", &format!("{path}/rotate"), &bill, body).await;
    for (body, field) in [
        (None, "expires_in_days"),
        (Some("{}"), "expires_in_days"),
        (Some("{\"expires_in_days\":0}"), "expires_in_days"),
        (Some("{\"expires_in_days\":-1}"), "expires_in_days"),
        (Some("{\"expires_in_days\":181}"), "expires_in_days"),
        (Some("{\"expires_in_days\":1.5}"), "expires_in_days"),
        (Some("{\"expires_in_days\":\"30\"}"), "expires_in_days"),
        (Some("{\"expires_in_days\":null}"), "expires_in_days"),
        (Some("{\"expires_in_days\":30,\"overlap_seconds\":1}"), "overlap_seconds"),
        (Some("{\"expires_in_days\":30,\"overlap\":0}"), "overlap"),
    ] {
        let answer = rotate(body).await;
        assert_eq!(answer.outcome(), outcome(422, "invalid-field", Some(field)), "{body:?}");
    }
    let detail = rotate(None).await.json();
    let expected = "expires_in_days must be given for an expired token: a whole number from 1 to 180";
    assert_eq!(detail["detail"], expected);
    let new = rotate(Some("{\"expires_in_days\":180,\"overlap_seconds\":0}")).await;
    assert_eq!(new.status, 201, "{new:?}");
    let place = new.header("location").expect("a place").to_owned();
    let new = new.json();
    assert_eq!(place, format!("/api/v1/me/tokens/{}", new["id"].as_str().expect("an id")));
    assert_eq!((&new["label"], &new["status"]), (&"nightly".into(), &"active".into()));
    assert_eq!(new["expires_at"], "2027-08-13T08:00:00Z");
    assert!(world.counterfoil.verify(new["token"].as_str().expect("a token")).await.is_ok());
    let list = world.call("GET", "/me/tokens", &bill, None).await.json();
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(rotate(Some("{\"expires_in_days\":1}")).await.outcome(), outcome(409, "replaced", None));
}

#[tokio::test]
async fn life_1_a_token_that_presents_itself_sets_no_lifetime() {
    let world = world().await;
    let (bill, _) = world.sign_in("bill", None).await;
    let old = make(&world, &bill, "a").await;
    let (id, pat) = (old["id"].as_str().expect("an id"), old["token"].as_str().expect("a token"));
    let path = format!("/me/tokens/{id}/rotate");
    let refused = world.call("POST", &path, pat, Some("{\"expires_in_days\":1}")).await;
    assert_eq!(refused.outcome(), outcome(403, "credential-kind", None));
    let kept = world.call("POST", &path, pat, Some("{}")).await.json();
    assert_eq!(kept["expires_at"], old["expires_at"]);
}

#[tokio::test]
async fn life_1_a_renewal_after_expiry_meets_the_quota() {
    let mut policy = Policy::default();
    policy.personal_access_tokens.max_live_per_owner = std::num::NonZeroU32::new(1);
    let world = world_under(policy).await;
    let (bill, _) = world.sign_in("bill", None).await;
    let old = make(&world, &bill, "old").await;
    world.clock.advance(Duration::from_secs(30 * DAY));
    let (bill, _) = world.sign_in("bill", None).await;
    make(&world, &bill, "new").await;
    let path = format!("/me/tokens/{}/rotate", old["id"].as_str().expect("an id"));
    let full = world.call("POST", &path, &bill, Some("{\"expires_in_days\":1}")).await;
    assert_eq!(full.outcome(), outcome(409, "quota-reached", None));
}

#[tokio::test]
async fn life_1_a_token_is_extended_only_where_the_policy_allows_it() {
    for allowed in [false, true] {
        let mut policy = Policy::default();
        policy.personal_access_tokens.extendable = allowed;
        let world = world_under(policy).await;
        let (bill, _) = world.sign_in("bill", None).await;
        let token = make(&world, &bill, "a").await;
        let path = format!("/me/tokens/{}/extend", token["id"].as_str().expect("an id"));
        for (body, field) in [
            ("{}", "expires_in_days"),
            ("{\"expires_in_days\":null}", "expires_in_days"),
            ("{\"expires_in_days\":0}", "expires_in_days"),
            ("{\"expires_in_days\":181}", "expires_in_days"),
            ("{\"expires_in_days\":1,\"overlap_seconds\":0}", "overlap_seconds"),
        ] {
            let answer = world.call("POST", &path, &bill, Some(body)).await;
            assert_eq!(answer.outcome(), outcome(422, "invalid-field", Some(field)), "{body}");
        }
        let answer = world.call("POST", &path, &bill, Some("{\"expires_in_days\":180}")).await;
        if !allowed {
            assert_eq!(answer.outcome(), outcome(409, "not-allowed", None));
            continue;
        }
        assert_eq!((answer.status.as_u16(), answer.json()["expires_at"].as_str()), (200, Some("2027-07-14T08:00:00Z")));
        assert!(answer.json()["token"].is_null(), "the secret is shown once");
        world.clock.advance(Duration::from_secs(180 * DAY));
        let (bill, _) = world.sign_in("bill", None).await;
        let expired = world.call("POST", &path, &bill, Some("{\"expires_in_days\":1}")).await;
        assert_eq!(expired.outcome(), outcome(409, "expired", None));
    }
}

#[tokio::test]
async fn life_1_a_label_and_a_description_are_given_at_any_time() {
    let world = world().await;
    let (bill, _) = world.sign_in("bill", None).await;
    let new = "{\"label\":\"a\",\"expires_in_days\":30,\"description\":\"first\"}";
    let made = world.call("POST", "/me/tokens", &bill, Some(new)).await.json();
    assert_eq!(made["description"], "first");
    make(&world, &bill, "taken").await;
    let path = format!("/me/tokens/{}", made["id"].as_str().expect("an id"));
    world.clock.advance(Duration::from_secs(30 * DAY));
    let (bill, _) = world.sign_in("bill", None).await;
    let patch = async |body: &str| world.call("PATCH", &path, &bill, Some(body)).await;
    let changed = patch("{\"label\":\"b\",\"description\":\"second\"}").await;
    assert_eq!((changed.status.as_u16(), &changed.json()["label"]), (200, &"b".into()));
    assert_eq!(world.call("GET", &path, &bill, None).await.json(), changed.json());
    assert_eq!(patch("{}").await.json(), changed.json());
    assert_eq!(patch("{\"label\":\"TAKEN\"}").await.outcome(), outcome(409, "label-taken", Some("label")));
    let long = format!("{{\"description\":\"{}\"}}", "x".repeat(501));
    for (body, field) in [
        ("{\"label\":\"\"}", "label"),
        ("{\"label\":null}", "label"),
        ("{\"description\":null}", "description"),
        ("{\"expires_in_days\":1}", "expires_in_days"),
        (&long, "description"),
    ] {
        assert_eq!(patch(body).await.outcome(), outcome(422, "invalid-field", Some(field)), "{body}");
    }
    let (mia, _) = world.sign_in("mia", None).await;
    let foreign = world.call("PATCH", &path, &mia, Some("{\"label\":\"x\"}")).await;
    assert_eq!(foreign.outcome(), outcome(404, "not-found", None));
}

#[tokio::test]
async fn life_1_administrators_renew_extend_and_describe_the_tokens_of_a_service_account() {
    let mut policy = Policy::default();
    policy.personal_access_tokens.extendable = true;
    let world = world_under(policy).await;
    let (adam, _) = world.sign_in("adam", None).await;
    let call = async |method: &str, path: &str, body: &str| world.call(method, path, &adam, Some(body)).await;
    let account = call("POST", "/service-accounts", "{\"label\":\"build\",\"role\":\"member\"}").await.json();
    let tokens = format!("/service-accounts/{}/tokens", account["id"].as_str().expect("an id"));
    let token = call("POST", &tokens, "{\"label\":\"runner\",\"expires_in_days\":1}").await.json();
    let path = format!("{tokens}/{}", token["id"].as_str().expect("an id"));
    let described = call("PATCH", &path, "{\"description\":\"nightly\"}").await;
    assert_eq!((described.status.as_u16(), &described.json()["description"]), (200, &"nightly".into()));
    let extended = call("POST", &format!("{path}/extend"), "{\"expires_in_days\":2}").await;
    assert_eq!((extended.status.as_u16(), &extended.json()["label"]), (200, &"runner".into()));
    let renewed = call("POST", &format!("{path}/rotate"), "{\"expires_in_days\":90}").await;
    assert_eq!((renewed.status.as_u16(), &renewed.json()["description"]), (201, &"nightly".into()));
    let (bill, _) = world.sign_in("bill", None).await;
    for (method, path) in [("PATCH", path.clone()), ("POST", format!("{path}/extend"))] {
        assert_eq!(world.call(method, &path, &bill, Some("{")).await.outcome(), outcome(403, "role", None), "{path}");
    }
}
