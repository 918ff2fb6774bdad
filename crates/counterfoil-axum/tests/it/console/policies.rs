//! Tests that pages offer exactly the settings that the policy uses, within the ranges of the policy (faults A8 and
//! A14).

use std::time::Duration;

use counterfoil::policy::{Policy, SettingGate, SwitchGate};

use super::browser::Browser;
use crate::support::world_under;

const NUMBERS: &str = "pat_max_days=30&notice_lead_days=7&code_lifetime_seconds=3600&access_lifetime_seconds=60\
                       &refresh_inactivity_seconds=600&refresh_absolute_seconds=3600";

fn policy(setting: SettingGate, switch: SwitchGate) -> Policy {
    let mut policy = Policy::default();
    policy.personal_access_tokens.setting = setting;
    policy.personal_access_tokens.switch = switch;
    policy
}

#[tokio::test]
async fn fault_a8_a_switch_that_the_policy_does_not_ask_is_not_offered_and_not_set() {
    let world = world_under(policy(SettingGate::Required, SwitchGate::NotAsked)).await;
    let adam = Browser::signed_in(&world, "adam").await;
    let page = adam.get("/users/bill").await;
    assert!(page.status == 200 && !page.text.contains("token-login"), "{page:?}");
    assert!(!adam.get("/users").await.text.contains("Token login"));
    for allowed in ["true", "false"] {
        let refused = adam.post("/users/bill/token-login", &format!("allowed={allowed}")).await;
        assert_eq!(refused.status, 409, "{refused:?}");
        assert!(refused.text.contains("does not use this setting"), "{refused:?}");
        let (bearer, _) = world.sign_in("adam", None).await;
        let body = format!("{{\"token_login_allowed\":{allowed}}}");
        let outcome = world.call("PATCH", "/users/bill", &bearer, Some(&body)).await.outcome();
        assert_eq!(outcome, (409, "not-applicable".to_owned(), Some("token_login_allowed".to_owned())));
    }
    let settings = adam.get("/settings").await.text;
    assert!(settings.contains("name=\"personal_access_tokens_enabled\""), "the other gate is");
}

#[tokio::test]
async fn fault_a8_a_setting_that_the_policy_does_not_ask_is_not_offered_and_not_set() {
    let world = world_under(policy(SettingGate::NotAsked, SwitchGate::DefaultOff)).await;
    let adam = Browser::signed_in(&world, "adam").await;
    assert!(!adam.get("/settings").await.text.contains("personal_access_tokens_enabled"));
    assert_eq!(adam.post("/settings", NUMBERS).await.status, 303, "the rest is kept");
    let refused = adam.post("/settings", &format!("{NUMBERS}&personal_access_tokens_enabled=true")).await;
    assert_eq!(refused.status, 409, "{refused:?}");
    assert!(refused.text.contains("id=\"personal_access_tokens_enabled-error\""), "{refused:?}");
    let (bearer, _) = world.sign_in("adam", None).await;
    let body = "{\"personal_access_tokens_enabled\":false}";
    let outcome = world.call("PATCH", "/settings", &bearer, Some(body)).await.outcome();
    assert_eq!(outcome, (409, "not-applicable".to_owned(), Some("personal_access_tokens_enabled".to_owned())));
    assert!(adam.get("/users/bill").await.text.contains("id=\"token-login\""), "the other gate is");
}

#[tokio::test]
async fn fault_a14_a_settings_range_is_the_policys_on_the_page_in_its_errors_and_in_the_api() {
    let mut policy = policy(SettingGate::Required, SwitchGate::DefaultOff);
    policy.access_tokens.max_lifetime = Duration::from_secs(20 * 60);
    policy.personal_access_tokens.max_days_ceiling = 200;
    let world = world_under(policy).await;
    let adam = Browser::signed_in(&world, "adam").await;
    let page = adam.get("/settings").await.text;
    for range in ["from 1 second to 20 minutes.", "from 1 to 200."] {
        assert!(page.contains(range), "{range}: {page}");
    }
    for (from, to, range) in [
        ("access_lifetime_seconds=60", "access_lifetime_seconds=1201", "1 second to 20 minutes"),
        ("access_lifetime_seconds=60", "access_lifetime_seconds=x", "1 second to 20 minutes"),
        ("pat_max_days=30", "pat_max_days=201", "1 to 200"),
    ] {
        let refused = adam.post("/settings", &NUMBERS.replace(from, to)).await;
        assert_eq!(refused.status, 422, "{to}: {refused:?}");
        assert!(refused.text.contains(range), "{to}: {refused:?}");
    }
    let (bearer, _) = world.sign_in("adam", None).await;
    let over = world.call("PATCH", "/settings", &bearer, Some("{\"access_lifetime_seconds\":1201}")).await;
    assert_eq!(over.status, 422);
    assert!(over.text.contains("1 to 1200"), "{over:?}");
}
