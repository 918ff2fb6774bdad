//! Tests that settings are shown in readable units, and that only changed settings are written (fault F1).

use std::time::Duration;

use counterfoil::event::EventKind;
use counterfoil::policy::{Policy, SettingGate};
use counterfoil::settings::SettingName;

use super::browser::{Browser, value};
use crate::support::{World, world, world_under};

/// Returns the fields that a browser would send for the form on the page. `typed` replaces the values of some fields.
/// An empty value removes the field.
async fn form(browser: &Browser, typed: &[(&str, &str)]) -> String {
    let page = browser.get("/settings").await.text;
    let mut fields: Vec<(String, String)> = Vec::new();
    for tag in page.split("<input ").skip(1).map(|rest| rest.split('>').next().expect("a tag")) {
        let name = value(tag, "name=\"");
        let sent = !tag.contains("checkbox") || tag.contains("checked");
        if name != "csrf_token" && sent {
            fields.push((name, value(tag, "value=\"")));
        }
    }
    for select in page.split("<select name=\"").skip(1) {
        let chosen = select
            .split("</select>")
            .next()
            .expect("a list")
            .split("<option ")
            .find(|option| option.contains("selected"));
        fields.push((select.split('"').next().expect("a name").to_owned(), value(chosen.expect("a unit"), "value=\"")));
    }
    for (name, text) in typed {
        fields.retain(|(own, _)| own != name);
        if !text.is_empty() {
            fields.push(((*name).to_owned(), (*text).to_owned()));
        }
    }
    fields.iter().map(|(name, text)| format!("{name}={text}")).collect::<Vec<_>>().join("&")
}

fn written(world: &World) -> Vec<(SettingName, String)> {
    let setting = |event: counterfoil::event::Event| match event.kind {
        EventKind::Setting { name, value } => Some((name, value)),
        _ => None,
    };
    world.sink.take().into_iter().filter_map(setting).collect()
}

async fn lead_of(hours: u16) -> (World, Browser) {
    let mut policy = Policy::default();
    policy.personal_access_tokens.setting = SettingGate::DefaultOn;
    policy.notices.lead = Duration::from_secs(u64::from(hours) * 3_600);
    let world = world_under(policy).await;
    let adam = Browser::signed_in(&world, "adam").await;
    drop(world.sink.take());
    (world, adam)
}

#[tokio::test]
async fn fault_f1_saving_the_page_unchanged_writes_nothing_whatever_the_policy_has() {
    for (hours, days, exactly) in [(12, 1, "12 hours"), (36, 2, "1 day 12 hours"), (168, 7, "")] {
        let (world, adam) = lead_of(hours).await;
        let page = adam.get("/settings").await.text;
        let shown = format!("name=\"notice_lead_days\" value=\"{days}\"");
        assert!(page.contains(&shown) && page.contains(&format!("exactly {exactly}")) != exactly.is_empty(), "{page}");
        let (bearer, _) = world.sign_in("adam", None).await;
        assert_eq!(world.call("GET", "/settings", &bearer, None).await.json()["notice_lead_days"], days, "one value");
        drop(world.sink.take());
        let saved = adam.post("/settings", &form(&adam, &[]).await).await;
        assert_eq!(saved.header("location"), Some("/console/settings?notice=unchanged"), "{saved:?}");
        assert_eq!(written(&world), []);
        let kept = world.counterfoil.settings(&counterfoil::Presenter::host()).await.expect("read");
        assert_eq!(kept.notice_lead, Duration::from_secs(u64::from(hours) * 3_600));
    }
}

#[tokio::test]
async fn fault_f1_only_what_was_changed_is_written_in_the_unit_that_was_chosen() {
    let (world, adam) = lead_of(36).await;
    let typed = [("access_lifetime_seconds", "2"), ("access_lifetime_seconds_unit", "3600"), ("pat_max_days", "90")];
    let saved = adam.post("/settings", &form(&adam, &typed).await).await;
    assert_eq!(saved.header("location"), Some("/console/settings?notice=saved"), "{saved:?}");
    let setting = |name, value: &str| (name, value.to_owned());
    let wanted = [setting(SettingName::AccessLifetimeSeconds, "7200"), setting(SettingName::PatMaxDays, "90")];
    assert_eq!(written(&world), wanted);
    let page = adam.get("/settings").await.text;
    assert!(page.contains("name=\"access_lifetime_seconds\" value=\"2\"") && page.contains("value=\"3600\" selected"));
}

#[tokio::test]
async fn fault_f1_an_old_page_does_not_undo_a_concurrent_change() {
    let (world, adam) = lead_of(168).await;
    let old = form(&adam, &[("pat_max_days", "90")]).await;
    let sue = Browser::signed_in(&world, "sue").await;
    sue.post("/settings", &form(&sue, &[("code_lifetime_seconds", "2"), ("code_lifetime_seconds_unit", "60")]).await)
        .await;
    drop(written(&world));
    adam.post("/settings", &old).await;
    assert_eq!(written(&world), [(SettingName::PatMaxDays, "90".to_owned())]);
}

#[tokio::test]
async fn fault_f1_all_numbers_out_of_range_are_reported_together_and_nothing_is_written() {
    let world = world().await;
    let adam = Browser::signed_in(&world, "adam").await;
    drop(world.sink.take());
    let typed = [
        ("access_lifetime_seconds", "2"),
        ("access_lifetime_seconds_unit", "86400"),
        ("pat_max_days", "0"),
        ("notice_lead_days", "8"),
        ("code_lifetime_seconds", "18446744073709551615"),
        ("code_lifetime_seconds_unit", "60"),
    ];
    let refused = adam.post("/settings", &form(&adam, &typed).await).await;
    assert_eq!(refused.status, 422);
    for wrong in ["access_lifetime_seconds", "pat_max_days", "code_lifetime_seconds"] {
        assert!(refused.text.contains(&format!("id=\"{wrong}-error\"")), "{wrong}");
        assert!(refused.text.contains(&format!("<a href=\"#{wrong}\">")), "{wrong} above the page");
    }
    assert!(refused.text.contains("from 1 second to 1 day") && !refused.text.contains("notice_lead_days-error"));
    assert!(refused.text.contains("name=\"notice_lead_days\" value=\"8\""), "what was typed is kept");
    assert_eq!(written(&world), []);
}
