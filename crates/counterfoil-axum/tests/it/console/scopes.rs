//! Tests how scopes are chosen and shown, and how clients are edited (fault F9).

use std::time::Duration;

use counterfoil::Presenter;
use counterfoil::event::{ClientAction, EventKind};
use counterfoil::policy::{Policy, SettingGate, SwitchGate};
use counterfoil::types::KnownScopes;

use super::browser::{Browser, secret};
use crate::support::{World, world, world_under};

async fn known() -> World {
    let mut policy = Policy::default();
    policy.personal_access_tokens.setting = SettingGate::DefaultOn;
    policy.personal_access_tokens.switch = SwitchGate::DefaultOn;
    policy.scopes = KnownScopes::new(["demo:read", "demo:write"]).ok();
    world_under(policy).await
}

#[tokio::test]
async fn fault_f9_a_token_has_the_scopes_that_were_ticked_and_its_row_shows_them() {
    let world = known().await;
    let bill = Browser::signed_in(&world, "bill").await;
    let page = bill.get("/tokens").await.text;
    assert!(page.contains("value=\"demo:read\"") && page.contains("see your own tokens"), "{page}");
    let made = bill.post("/tokens", "label=one&days=5&rights=limited&scope=demo:read&scope=credentials:read").await;
    let principal = world.counterfoil.verify(&secret(&made.text)).await.expect("it works");
    assert_eq!(principal.scope().map(|scope| scope.as_str()), Some("credentials:read demo:read"));
    let made = bill.post("/tokens", "label=two&days=5&rights=all").await;
    assert!(world.counterfoil.verify(&secret(&made.text)).await.expect("it works").scope().is_none());
    let list = bill.get("/tokens").await.text;
    assert!(list.contains("<li><code>demo:read</code></li>") && list.contains("<span>Everything</span>"), "{list}");
    for wrong in [
        "rights=limited",
        "rights=all&scope=demo:read",
        "rights=limited&scope=demo:raed",
        "rights=some",
        "",
        "scope=demo:read",
    ] {
        let refused = bill.post("/tokens", &format!("label=kept&days=5&{wrong}")).await;
        assert_eq!(refused.status, 422, "{wrong}");
        assert!(refused.text.contains("id=\"error\"") && refused.text.contains("value=\"kept\""), "{wrong}");
    }
}

#[tokio::test]
async fn fault_f9_where_the_policy_names_no_scopes_they_are_typed() {
    let world = world().await;
    let bill = Browser::signed_in(&world, "bill").await;
    assert!(bill.get("/tokens").await.text.contains("id=\"scope-text\""));
    let made = bill.post("/tokens", "label=one&days=5&rights=limited&scope=b+a").await;
    let principal = world.counterfoil.verify(&secret(&made.text)).await.expect("it works");
    assert_eq!(principal.scope().map(|scope| scope.as_str()), Some("a b"));
    let all = bill.post("/tokens", "label=two&days=5&rights=all&scope=").await;
    assert!(secret(&all.text).starts_with("cfp_"), "the empty field of a form: {all:?}");
}

fn done(world: &World) -> Vec<ClientAction> {
    let action = |event: counterfoil::event::Event| match event.kind {
        EventKind::Client { action, .. } => Some(action),
        _ => None,
    };
    world.sink.take().into_iter().filter_map(action).collect()
}

#[tokio::test]
async fn fault_f9_a_client_is_edited_and_what_was_left_alone_is_not_written() {
    let world = known().await;
    let adam = Browser::signed_in(&world, "adam").await;
    let (path, id) = ("/clients/app/edit", "app".parse().expect("an id"));
    let page = adam.get(path).await.text;
    assert!(
        page.contains("value=\"app\"") && page.contains("name=\"grants_was\" value=\"password refresh_token\""),
        "{page}"
    );
    let was = "display_name_was=app&refresh_mode_was=rotate&grants_was=password+refresh_token&allowed_was=all&default_was=all\
               &scopes_was=&default_scopes_was=";
    let same = "display_name=app&refresh_mode=rotate&grants=password&grants=refresh_token&allowed=all&default=all";
    drop(world.sink.take());
    let saved = adam.post(path, &format!("{same}&{was}")).await;
    assert_eq!(saved.header("location"), Some("/console/clients?notice=unchanged"), "{saved:?}");
    assert_eq!(done(&world), []);
    let other = "display_name=Reports&refresh_mode=rotate&grants=refresh_token&allowed=limited&scopes=demo:read&scopes=demo:write\
                 &default=limited&default_scopes=demo:read";
    let saved = adam.post(path, &format!("{other}&{was}&back=%2Fclients%3Fq%3Dre")).await;
    assert_eq!(saved.header("location"), Some("/console/clients?q=re&notice=saved"), "{saved:?}");
    assert_eq!(done(&world), [ClientAction::Changed]);
    let client = world.counterfoil.client(&Presenter::host(), &id).await.expect("there");
    let scope = |scope: &Option<counterfoil::Scope>| scope.as_ref().map(|scope| scope.as_str().to_owned());
    assert_eq!((client.display_name.as_str(), client.grants.len()), ("Reports", 1));
    assert_eq!(scope(&client.allowed_scope).as_deref(), Some("demo:read demo:write"));
    assert_eq!(scope(&client.default_scope).as_deref(), Some("demo:read"));
    assert!(adam.get("/clients").await.text.contains("<li><code>demo:write</code></li>"));
    // This form is from a page that was opened earlier. Fields that are unchanged in it keep their newer values.
    let late = same.replace("display_name=app", "display_name=Late");
    adam.post(path, &format!("{late}&{was}")).await;
    let client = world.counterfoil.client(&Presenter::host(), &id).await.expect("there");
    assert_eq!((client.display_name.as_str(), client.grants.len()), ("Late", 1));
    assert_eq!(scope(&client.allowed_scope).as_deref(), Some("demo:read demo:write"));
}

/// Checks that an edit does not change the scopes of a client if its form lacks the field that says whether all scopes
/// are chosen. Such a form may be cut off, or a program may have sent it. So the missing field must not mean all
/// scopes.
#[tokio::test]
async fn fault_f9_an_edit_without_its_choice_of_scopes_leaves_them_as_they_are() {
    let world = known().await;
    let adam = Browser::signed_in(&world, "adam").await;
    let (path, id) = ("/clients/app/edit", "app".parse().expect("an id"));
    let rest = "refresh_mode=rotate&grants=password&grants=refresh_token";
    let limits = "allowed=limited&scopes=demo:read&scopes=demo:write&default=limited&default_scopes=demo:read";
    let saved = adam.post(path, &format!("display_name=app&{rest}&{limits}")).await;
    assert_eq!(saved.header("location"), Some("/console/clients?notice=saved"), "{saved:?}");
    let was = "allowed_was=limited&scopes_was=demo:read+demo:write&default_was=limited&default_scopes_was=demo:read";
    for (name, without) in [("one", ""), ("two", was), ("three", "scopes=&default_scopes=+")] {
        let saved = adam.post(path, &format!("display_name={name}&{rest}&{without}")).await;
        assert_eq!(saved.header("location"), Some("/console/clients?notice=saved"), "{name}: {saved:?}");
        let client = world.counterfoil.client(&Presenter::host(), &id).await.expect("there");
        assert_eq!(client.display_name, name);
        let scopes =
            [&client.allowed_scope, &client.default_scope].map(|scope| scope.as_ref().map(|scope| scope.as_str()));
        assert_eq!(scopes, [Some("demo:read demo:write"), Some("demo:read")], "{name}");
    }
}

/// Sends 600 scope tokens in each of three requests. A scope has at most 1,000 characters, so it has at most 500
/// tokens. The first request is the form that edits a client. It must be refused, and its page must show 500 of the
/// sent tokens. The second request is a link to this form. Its page must also show 500 of the sent tokens. The third
/// request is the form that creates a token. It must be refused.
#[tokio::test]
async fn fault_f9_more_scopes_than_a_scope_can_hold_are_refused_with_the_limit() {
    let world = known().await;
    let adam = Browser::signed_in(&world, "adam").await;
    let many: Vec<String> = (0..600).map(|number| format!("x{number}")).collect();
    let ticks = |field: &str| many.iter().map(|scope| format!("&{field}={scope}")).collect::<String>();
    let shown = |page: &str| page.matches("name=\"scopes\" value=\"x").count();
    let limit = "at most 1,000 characters";
    let form = format!("display_name=app&refresh_mode=rotate&grants=password&allowed=limited{}", ticks("scopes"));
    let refused = adam.post("/clients/app/edit", &form).await;
    assert_eq!((refused.status.as_u16(), shown(&refused.text)), (422, 500));
    assert!(refused.text.contains("id=\"scopes-error\"") && refused.text.contains(limit), "{}", refused.text);
    let linked = adam.get(&format!("/clients/app/edit?allowed=limited&scopes={}", many.join("+"))).await;
    assert_eq!((linked.status.as_u16(), shown(&linked.text)), (200, 500));
    let refused = adam.post("/tokens", &format!("label=one&days=5&rights=limited{}", ticks("scope"))).await;
    assert!(refused.status == 422 && refused.text.contains(limit), "{}", refused.text);
}

#[tokio::test]
async fn fault_f9_an_edited_client_keeps_the_rules_of_the_api_and_wants_the_password() {
    let world = known().await;
    let adam = Browser::signed_in(&world, "adam").await;
    for (form, field) in [
        ("display_name=&refresh_mode=rotate&grants=password", "display_name"),
        ("display_name=a&refresh_mode=reuse&grants=password", "refresh_mode"),
        ("display_name=a&refresh_mode=rotate&grants=implicit", "grants"),
        ("display_name=a&refresh_mode=rotate&allowed=limited&scopes=demo:raed", "scopes"),
        (
            "display_name=a&refresh_mode=rotate&allowed=limited&scopes=demo:read&default=limited&default_scopes=demo:write",
            "default_scopes",
        ),
    ] {
        let refused = adam.post("/clients/open/edit", form).await;
        assert_eq!(refused.status, 422, "{form}: {refused:?}");
        assert!(refused.text.contains(&format!("id=\"{field}-error\"")), "{form}: {refused:?}");
    }
    world.clock.advance(Duration::from_secs(10 * 60));
    let form = "display_name=b&refresh_mode=rotate&grants=password&grants=refresh_token";
    let asks = adam.post("/clients/open/edit", form).await;
    assert!(asks.status == 403 && asks.text.contains("id=\"password-error\""), "{asks:?}");
    assert_eq!(adam.post("/clients/open/edit", &format!("{form}&password=adam")).await.status, 303);
    let bill = Browser::signed_in(&world, "bill").await;
    assert_eq!(bill.get("/clients/open/edit").await.status, 403);
}

#[tokio::test]
async fn fault_f9_a_client_is_registered_with_scopes() {
    let world = known().await;
    let adam = Browser::signed_in(&world, "adam").await;
    let form =
        "display_name=Night&id=night&refresh_mode=rotate&grants=password&allowed=limited&scopes=demo:read&default=all";
    assert!(secret(&adam.post("/clients", form).await.text).starts_with("cfc_"));
    let client = world.counterfoil.client(&Presenter::host(), &"night".parse().expect("an id")).await.expect("there");
    assert_eq!(client.allowed_scope.as_ref().map(|scope| scope.as_str()), Some("demo:read"));
}

/// Checks that a form creates nothing if it lacks the field that says whether all scopes are chosen. Such a form may be
/// cut off, or a program may have sent it, so the missing field must not mean all scopes.
#[tokio::test]
async fn fault_f9_a_form_without_its_choice_of_scopes_creates_nothing() {
    let world = known().await;
    let adam = Browser::signed_in(&world, "adam").await;
    let token = adam.post("/tokens", "label=cut&days=5").await;
    assert!(token.status == 422 && token.text.contains("id=\"scope-error\""), "{token:?}");
    assert!(token.text.contains("value=\"cut\""), "{token:?}");
    assert!(adam.get("/tokens").await.text.contains("id=\"empty\""), "no token was created");
    let client = "display_name=Night&id=night&refresh_mode=rotate&grants=password";
    for (choices, field) in [
        ("", "scopes"),
        ("&default=all", "scopes"),
        ("&allowed=all", "default_scopes"),
        ("&allowed=limited&scopes=demo:read", "default_scopes"),
        ("&scopes=demo:read&default=all", "scopes"),
    ] {
        let refused = adam.post("/clients", &format!("{client}{choices}")).await;
        assert_eq!(refused.status, 422, "{choices}: {refused:?}");
        assert!(refused.text.contains(&format!("id=\"{field}-error\"")), "{choices}: {refused:?}");
        assert!(refused.text.contains("value=\"Night\""), "{choices}: {refused:?}");
    }
    assert!(!adam.get("/clients").await.text.contains("Night"), "no client was registered");
    assert!(
        secret(&adam.post("/clients", &format!("{client}&allowed=all&default=all")).await.text).starts_with("cfc_")
    );
}

/// Registers and edits a client with a form in which all checkboxes for scopes are ticked. Such a form can have several
/// hundred fields.
#[tokio::test]
async fn fault_f9_a_client_with_as_many_scopes_as_there_can_be_is_registered_and_edited() {
    for count in [25, 200] {
        let scopes: Vec<String> = (0..count).map(|number| format!("s{number}")).collect();
        let mut policy = Policy::default();
        policy.scopes = KnownScopes::new(&scopes).ok();
        let world = world_under(policy).await;
        let sue = Browser::signed_in(&world, "sue").await;
        let ticks = |field: &str| scopes.iter().map(|scope| format!("&{field}={scope}")).collect::<String>();
        let both = format!("allowed=limited{}&default=limited{}", ticks("scopes"), ticks("default_scopes"));
        let made = sue.post("/clients", &format!("display_name=many&id=many&refresh_mode=rotate&{both}")).await;
        assert_eq!(made.status, 200, "{count}: {made:?}");
        let held = || async {
            let client =
                world.counterfoil.client(&Presenter::host(), &"many".parse().expect("an id")).await.expect("there");
            client.default_scope.map(|scope| scope.tokens().count())
        };
        assert_eq!(held().await, Some(count));
        let all = scopes.join("+");
        let was = format!("allowed_was=limited&scopes_was={all}&default_was=limited&default_scopes_was={all}");
        let fewer = both.replacen("&default_scopes=s0", "", 1);
        let form = format!(
            "display_name=many&display_name_was=many&refresh_mode=rotate&refresh_mode_was=rotate&{was}&{fewer}"
        );
        let edited = sue.post("/clients/many/edit", &form).await;
        assert_eq!(edited.header("location"), Some("/console/clients?notice=saved"), "{count}: {edited:?}");
        assert_eq!(held().await, Some(count - 1));
        let rights = format!("label=all&days=1&rights=limited{}", ticks("scope"));
        assert_eq!(sue.post("/tokens", &rights).await.status, 200, "{count}");
    }
}
