//! Tests the API of settings.

use super::outcome;
use crate::support::world;

#[tokio::test]
async fn syn_token_5_settings_hold_from_the_next_call_on() {
    let world = world().await;
    let (bill, _) = world.sign_in("bill", None).await;
    let (adam, _) = world.sign_in("adam", None).await;
    assert_eq!(world.call("GET", "/settings", &bill, None).await.outcome(), outcome(403, "role", None));
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
        assert_eq!(answer.outcome(), outcome(422, "invalid-field", Some(field)), "{body}");
    }
    assert_eq!(world.call("GET", "/settings", &adam, None).await.json(), expected, "all or nothing");
    let changed = world.call("PATCH", "/settings", &adam, Some("{\"access_lifetime_seconds\":60}")).await.json();
    assert_eq!(changed["access_lifetime_seconds"], 60);
    let answer = world.form("/token", "grant_type=password&username=bill&password=bill").await.json();
    assert_eq!(answer["expires_in"], 60);
}
