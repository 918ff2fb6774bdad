//! Tests the editing of clients, codes and settings. Unchanged fields are not written, and impossible changes are
//! reported (fault F4). Making a code live longer must be confirmed (fault F11).

use std::time::Duration;

use counterfoil::event::{Action, EventKind};

use super::browser::{Browser, secret, value};
use crate::support::{World, world};

async fn code(world: &World, description: &str) -> (Browser, String) {
    let sue = Browser::signed_in(world, "sue").await;
    sue.post("/codes", &format!("access=super_administrator&description={description}")).await;
    let id = value(&sue.get("/codes").await.text, "data-id=\"");
    drop(world.sink.take());
    (sue, id)
}

fn done(world: &World) -> Vec<Action> {
    let action = |event: counterfoil::event::Event| match event.kind {
        EventKind::Changed { action, .. } => Some(action),
        _ => None,
    };
    world.sink.take().into_iter().filter_map(action).collect()
}

async fn described(world: &World, id: &str) -> Option<String> {
    let sue = counterfoil::Presenter::host();
    world.counterfoil.security_code(&sue, &id.parse().expect("an id")).await.expect("there").description
}

#[tokio::test]
async fn fault_f4_a_description_of_two_lines_keeps_them_when_the_form_is_saved_untouched() {
    let world = world().await;
    let (sue, id) = code(&world, "first%0D%0Asecond").await;
    assert_eq!(described(&world, &id).await.as_deref(), Some("first\nsecond"));
    let page = sue.get(&format!("/codes/{id}/edit")).await.text;
    assert!(page.contains("first\nsecond</textarea>"), "{page}");
    let (expires, was) = (
        value(&page, "id=\"expires_at\" name=\"expires_at\" value=\""),
        value(&page, "name=\"description_was\" value=\""),
    );
    let sent = |text: &str| form_urlencoded::byte_serialize(text.replace('\n', "\r\n").as_bytes()).collect::<String>();
    let path = format!("/codes/{id}/edit");
    let untouched =
        format!("expires_at={expires}&expires_at_was={expires}&description={0}&description_was={0}", sent(&was));
    let saved = sue.post(&path, &untouched).await;
    assert_eq!(saved.header("location"), Some("/console/codes?notice=unchanged"), "{saved:?}");
    assert!(sue.get("/codes?notice=unchanged").await.text.contains("Nothing was changed."));
    assert_eq!(done(&world), []);
    let other = format!("description={}&description_was={}", sent("one\ntwo"), sent(&was));
    assert_eq!(sue.post(&path, &other).await.header("location"), Some("/console/codes?notice=saved"));
    assert_eq!(described(&world, &id).await.as_deref(), Some("one\ntwo"));
    assert_eq!(done(&world), [Action::Edited]);
}

#[tokio::test]
async fn fault_f4_an_expiry_that_is_emptied_is_refused_with_the_way_to_do_it() {
    let world = world().await;
    let (sue, id) = code(&world, "kept").await;
    for form in ["expires_at=&description=other", "expires_at=&expires_at_was=2027-01-01T00:00&description=other"] {
        let refused = sue.post(&format!("/codes/{id}/edit"), form).await;
        assert_eq!(refused.status, 422, "{refused:?}");
        assert!(
            refused.text.contains("id=\"expires_at-error\"") && refused.text.contains("Make permanent"),
            "{refused:?}"
        );
        assert!(refused.text.contains("other</textarea>"), "what was typed is kept");
    }
    assert_eq!(done(&world), []);
    assert_eq!(described(&world, &id).await.as_deref(), Some("kept"));
}

#[tokio::test]
async fn fault_f4_of_an_expired_code_the_description_alone_is_edited() {
    let world = world().await;
    let (_, id) = code(&world, "old").await;
    world.clock.advance(Duration::from_secs(25 * 3_600));
    let sue = Browser::signed_in(&world, "sue").await;
    let page = sue.get(&format!("/codes/{id}/edit")).await.text;
    assert!(!page.contains("id=\"expires_at\"") && page.contains("The code has expired"), "{page}");
    drop(world.sink.take());
    let refused = sue.post(&format!("/codes/{id}/edit"), "expires_at=2040-01-01T00:00&description=new").await;
    assert_eq!(refused.status, 409, "{refused:?}");
    assert!(refused.text.contains("expires_at-error"), "{refused:?}");
    assert_eq!(sue.post(&format!("/codes/{id}/edit"), "description=new").await.status, 303);
    assert_eq!(done(&world), [Action::Edited]);
}

#[tokio::test]
async fn fault_f11_what_lengthens_a_codes_life_asks_and_says_what_it_means() {
    let world = world().await;
    let (sue, live) = code(&world, "living").await;
    world.clock.advance(Duration::from_secs(25 * 3_600));
    sue.sign_in("sue", "sue").await;
    sue.post("/codes", "access=super_administrator&description=young").await;
    let young = value(&sue.get("/codes?q=young").await.text, "data-id=\"");
    let list = sue.get("/codes").await.text;
    assert!(!list.contains("<form class=\"make-permanent\"") && !list.contains("action=\"/console/codes/"), "{list}");
    for (id, action_name, says, action) in [
        (&young, "reset", "from now", Action::Reset),
        (&young, "make-permanent", "never expire", Action::MadePermanent),
        (&live, "reactivate", "works again", Action::Reactivated),
    ] {
        drop(world.sink.take());
        let path = format!("/codes/{id}/{action_name}");
        assert!(list.contains(&format!("href=\"/console{path}?back=")), "{action_name}");
        let asks = sue.get(&format!("{path}?back=%2Fcodes%3Fq%3Dyoung")).await;
        assert!(asks.status == 200 && asks.text.contains(says) && asks.text.contains("id=\"confirm\""), "{asks:?}");
        assert_eq!(done(&world), [], "looking does nothing");
        let answer = sue.post(&path, "back=%2Fcodes%3Fq%3Dyoung").await;
        assert!(
            answer.header("location").is_some_and(|to| to.starts_with("/console/codes?q=young&notice=")),
            "{answer:?}"
        );
        assert_eq!(done(&world), [action]);
    }
}

#[tokio::test]
async fn fault_f11_a_new_code_does_not_expire_soon_and_names_are_names() {
    let world = world().await;
    let sue = Browser::signed_in(&world, "sue").await;
    world.people.insert(
        counterfoil::Account::new(crate::support::subject("<ID>6</ID>"), "Bill Posters", counterfoil::Role::Member),
        &["posters"],
        "posters",
    );
    let made = sue.post("/codes", "access=same_as_user&user=posters&description=as+Bill").await;
    assert!(secret(&made.text).starts_with("cfs_"), "{made:?}");
    let list = sue.get("/codes").await.text;
    assert!(list.contains("<bdi class=\"who\">Bill Posters</bdi>") && !list.contains("ID&#62;6"), "{list}");
    assert!(list.contains("badge active") && !list.contains("badge expiring"), "{list}");
    world.clock.advance(Duration::from_secs(19 * 3_600));
    sue.sign_in("sue", "sue").await;
    assert!(sue.get("/codes").await.text.contains("badge expiring"), "in the last quarter of its life");
    let events = sue.get("/users/sue").await.text;
    assert!(events.contains("sue"));
}

/// Whether the checkbox of a setting is ticked.
fn is_ticked(page: &str, name: &str) -> bool {
    let box_of =
        page.split("<input").find(|tag| tag.contains("type=\"checkbox\"") && tag.contains(&format!("name=\"{name}\"")));
    box_of.unwrap_or_else(|| panic!("no box {name}")).split('>').next().is_some_and(|tag| tag.contains("checked"))
}

#[tokio::test]
async fn fault_f4_a_refused_form_does_not_undo_a_concurrent_change() {
    let world = world().await;
    let sue = Browser::signed_in(&world, "sue").await;
    let switch = "personal_access_tokens_enabled";
    assert!(is_ticked(&sue.get("/settings").await.text, switch));
    let off = counterfoil::settings::SettingsUpdate::default().with_personal_access_tokens_enabled(false);
    world.counterfoil.update_settings(&counterfoil::Presenter::host(), &off).await.expect("switched off");
    // The form is from the old page. The checkbox is unchanged, and the value of another field is invalid.
    let form = format!("{switch}=true&{switch}_was=true&pat_max_days=0&pat_max_days_was=180");
    let refused = sue.post("/settings", &form).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    assert!(!is_ticked(&refused.text, switch), "what holds now is shown: {refused:?}");
    assert!(refused.text.contains("name=\"pat_max_days\" value=\"0\""), "and what was typed is kept: {refused:?}");
}

#[tokio::test]
async fn fault_f4_a_refused_edit_of_a_client_does_not_widen_it_again() {
    let world = world().await;
    let sue = Browser::signed_in(&world, "sue").await;
    let host = counterfoil::Presenter::host();
    let page = sue.get("/clients/app/edit").await.text;
    let was = |name: &str| value(&page, &format!("name=\"{name}_was\" value=\""));
    assert_eq!(was("grants"), "password refresh_token");
    let fewer =
        counterfoil::client::ClientUpdate::default().with_grants(vec![counterfoil::client::Grant::RefreshToken]);
    world.counterfoil.update_client(&host, &"app".parse().expect("an id"), fewer).await.expect("narrowed");
    let form =
        "display_name=&display_name_was=app&grants=refresh_token&grants=password&grants_was=password+refresh_token";
    let refused = sue.post("/clients/app/edit", form).await;
    assert_eq!(refused.status, 422, "{refused:?}");
    let password = refused.text.split("<input").find(|tag| tag.contains("value=\"password\"")).expect("the box");
    assert!(!password.split('>').next().is_some_and(|tag| tag.contains("checked")), "{refused:?}");
}
