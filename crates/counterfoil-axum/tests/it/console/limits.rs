//! Tests the messages about a required wait, ended sessions, empty pages and deleted accounts (faults A11, A12 and
//! A13).

use std::num::NonZeroU32;
use std::time::Duration;

use counterfoil::policy::{LiveCap, Policy, SettingGate, SwitchGate};

use super::browser::{Browser, number, secret, value};
use crate::support::{World, subject, world, world_under};

fn open() -> Policy {
    let mut policy = Policy::default();
    policy.personal_access_tokens.setting = SettingGate::DefaultOn;
    policy.personal_access_tokens.switch = SwitchGate::DefaultOn;
    policy
}

fn waits(answer: &crate::support::Answer, kept: &str) {
    assert_eq!(answer.status, 429, "{answer:?}");
    assert_eq!(answer.header("retry-after"), Some("3600"));
    assert!(answer.text.contains("id=\"error\"") && answer.text.contains("in 60 minutes"), "{answer:?}");
    assert!(answer.text.contains(kept), "what was typed is kept: {answer:?}");
}

#[tokio::test]
async fn fault_a12_as_many_as_an_hour_allows_are_made_and_the_form_says_when_there_is_room() {
    let mut policy = open();
    policy.personal_access_tokens.creations_per_hour = NonZeroU32::new(1);
    policy.security_codes.creations_per_hour = NonZeroU32::new(1);
    let world = world_under(policy).await;
    let sue = Browser::signed_in(&world, "sue").await;
    sue.post("/tokens", "label=one&days=5&rights=all").await;
    let once = number();
    waits(&sue.post("/tokens", &format!("label=two&days=5&once={once}&rights=all")).await, "value=\"two\"");
    sue.post("/codes", "access=super_administrator").await;
    waits(&sue.post("/codes", "access=super_administrator&description=two").await, "two</textarea>");
    let id = value(&sue.get("/tokens").await.text, "data-id=\"");
    let rotate = |id: String| format!("/tokens/{id}/rotate");
    assert!(secret(&sue.post(&rotate(id), "overlap_seconds=0").await.text).starts_with("cfp_"));
    let id = value(&sue.get("/tokens").await.text, "data-id=\"");
    waits(&sue.post(&rotate(id), "overlap_seconds=3600").await, "value=\"3600\" selected");
    world.clock.advance(Duration::from_secs(61 * 60));
    sue.sign_in("sue", "sue").await;
    let made = sue.post("/tokens", &format!("label=two&days=5&once={once}&rights=all")).await;
    assert!(secret(&made.text).starts_with("cfp_"), "an hour later: {made:?}");
}

#[tokio::test]
async fn fault_a12_in_russian_too() {
    let mut policy = open();
    policy.personal_access_tokens.creations_per_hour = NonZeroU32::new(1);
    let world = world_under(policy).await;
    let mut bill = Browser::signed_in(&world, "bill").await;
    bill.headers.push(("accept-language", "ru"));
    bill.post("/tokens", "label=one&days=5&rights=all").await;
    let waits = bill.post("/tokens", "label=two&days=5&rights=all").await;
    assert!(waits.status == 429 && waits.text.contains("через 60 минут"), "{waits:?}");
}

#[tokio::test]
async fn fault_a12_a_later_page_without_rows_does_not_say_that_there_are_no_tokens() {
    let world = world().await;
    let bill = Browser::signed_in(&world, "bill").await;
    assert!(bill.get("/tokens").await.text.contains("id=\"empty\""));
    for label in 0..51 {
        let made = bill.post("/tokens", &format!("label={label}&days=5&rights=all")).await;
        if label == 50 {
            assert_eq!(made.status, 409, "fifty live ones are allowed");
        }
        world.clock.advance(Duration::from_secs(1));
    }
    let first = value(&bill.get("/tokens").await.text, "data-id=\"");
    bill.post(&format!("/tokens/{first}/rotate"), "overlap_seconds=3600").await;
    let page = bill.get("/tokens").await.text;
    let next = value(&page, "rel=\"next\" href=\"/console").replace("&#38;", "&");
    let oldest = value(&bill.get(&next).await.text, "data-id=\"");
    bill.post(&format!("/tokens/{oldest}/delete"), "").await;
    let later = bill.get(&next).await.text;
    assert!(!later.contains("data-id=\"") && !later.contains("id=\"empty\""), "{later}");
    assert!(later.contains("id=\"empty-page\"") && later.contains("There are no more."), "{later}");
}

fn capped(evict: bool) -> Policy {
    let mut policy = open();
    policy.console_sessions.live_per_owner = Some(LiveCap { limit: NonZeroU32::new(2).unwrap(), evict });
    policy
}

#[tokio::test]
async fn fault_a13_a_sign_in_that_ended_a_session_says_so() {
    let world = world_under(capped(true)).await;
    let browsers = [Browser::new(&world), Browser::new(&world), Browser::new(&world)];
    for (at, browser) in browsers.iter().enumerate() {
        let answer = browser.sign_in("bill", "bill").await;
        let path = answer.header("location").expect("a path").strip_prefix("/console").expect("ours").to_owned();
        let page = browser.get(&path).await;
        assert_eq!(page.status, 200);
        assert_eq!(page.text.contains("id=\"made-room\""), at == 2, "{at} {path}");
        assert!(!browser.get("/tokens").await.text.contains("id=\"made-room\""), "it is said once");
        world.clock.advance(Duration::from_secs(60));
    }
    assert_eq!(browsers[0].get("/tokens").await.status, 303, "the least recently used one ended");
    let mut russian = Browser::new(&world);
    russian.headers.push(("accept-language", "ru"));
    let answer = russian.sign_in("bill", "bill").await;
    let path = answer.header("location").expect("a path").strip_prefix("/console").expect("ours").to_owned();
    assert!(russian.get(&path).await.text.contains("которым вы дольше всего не пользовались"));
}

#[tokio::test]
async fn fault_a13_a_sign_in_beyond_the_cap_is_refused_in_words() {
    let world = world_under(capped(false)).await;
    let browsers = [Browser::new(&world), Browser::new(&world), Browser::new(&world)];
    for (at, browser) in browsers.iter().enumerate() {
        let answer = browser.sign_in("bill", "bill").await;
        if at < 2 {
            assert_eq!(answer.status, 303);
        } else {
            assert_eq!(answer.status, 409, "{answer:?}");
            assert!(answer.text.contains("id=\"error\"") && answer.text.contains("as many sessions as allowed"));
        }
    }
    let mut stale = Browser::new(&world);
    stale.headers.push(("accept-language", "ru"));
    assert!(stale.sign_in("bill", "bill").await.text.contains("сколько разрешено"));
}

async fn left() -> (World, String) {
    let world = world().await;
    let bill = Browser::signed_in(&world, "bill").await;
    let text = secret(&bill.post("/tokens", "label=left+behind&days=5&rights=all").await.text);
    world.people.remove(&subject("bill"));
    (world, text)
}

#[tokio::test]
async fn fault_a11_the_tokens_of_a_deleted_account_are_found_shown_and_deleted_by_its_id() {
    let (world, text) = left().await;
    let adam = Browser::signed_in(&world, "adam").await;
    let found = adam.get("/users?q=bill").await.text;
    assert!(found.contains("href=\"/console/users/bill\""), "{found}");
    let page = adam.get("/users/bill").await;
    assert_eq!(page.status, 200, "{page:?}");
    assert!(page.text.contains("<bdi>bill</bdi>") && page.text.contains("left behind"), "{page:?}");
    assert!(page.text.contains("id=\"left\"") && !page.text.contains("id=\"token-login\""), "{page:?}");
    let id = value(&page.text, "data-id=\"");
    assert!(adam.get(&format!("/users/bill/tokens/{id}/delete")).await.text.contains("left behind"));
    let deleted = adam.post(&format!("/users/bill/tokens/{id}/delete"), "").await;
    assert_eq!(deleted.header("location"), Some("/console/users/bill?notice=revoked"), "{deleted:?}");
    let page = adam.get("/users/bill?notice=revoked").await;
    assert!(page.status == 200 && page.text.contains("id=\"empty\""), "{page:?}");
    world.people.insert(world.people_account("bill"), &["bill"], "bill");
    assert!(world.counterfoil.verify(&text).await.is_err());
}

#[tokio::test]
async fn fault_a11_a_user_whom_neither_directory_nor_store_knows_is_not_found_and_profiles_show_no_tokens() {
    let (world, _) = left().await;
    let (adam, mia) = (Browser::signed_in(&world, "adam").await, Browser::signed_in(&world, "mia").await);
    assert_eq!(adam.get("/users/nobody").await.status, 404);
    assert!(adam.get("/users?q=nobody").await.text.contains("id=\"empty\""));
    assert_eq!(mia.get("/users/bill").await.status, 404, "the right to manage profiles sees no tokens");
    assert!(mia.get("/users?q=bill").await.text.contains("id=\"empty\""));
}
