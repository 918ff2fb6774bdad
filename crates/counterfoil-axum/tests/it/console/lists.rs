//! Tests lists: the search, the filter, the links to the next and previous pages, and the page that follows an action
//! (fault F7). Also tests that dates are shown as text (fault F11).

use std::num::NonZeroU32;
use std::time::Duration;

use counterfoil::policy::{Policy, SettingGate, SwitchGate};

use super::browser::{Browser, value};
use crate::support::{World, subject, world, world_under};

fn many() -> Policy {
    let mut policy = Policy::default();
    policy.personal_access_tokens.setting = SettingGate::DefaultOn;
    policy.personal_access_tokens.switch = SwitchGate::DefaultOn;
    policy.personal_access_tokens.creations_per_hour = None;
    policy.personal_access_tokens.max_live_per_owner = NonZeroU32::new(500);
    policy
}

/// Makes a world in which bill has 120 tokens, and signs bill in. Token 0 is the oldest, and token 119 the newest.
async fn stage() -> (World, Browser) {
    let world = world_under(many()).await;
    let bill = Browser::signed_in(&world, "bill").await;
    for number in 0..120 {
        let form = format!("label=token+{number}&days={}&rights=all", if number % 40 == 0 { 1 } else { 90 });
        assert_eq!(bill.post("/tokens", &form).await.status, 200);
        world.clock.advance(Duration::from_secs(1));
    }
    (world, bill)
}

fn labels(page: &str) -> Vec<String> {
    let table = page.split("<table id=\"sign-ins\"").next().expect("the tokens come first");
    let cells = table.split("class=\"label\"><bdi>").skip(1);
    cells.map(|cell| cell.split('<').next().expect("a label").to_owned()).collect()
}

fn way(page: &str, id: &str) -> String {
    let tag = page
        .split("<a ")
        .find(|tag| tag.contains(&format!("id=\"{id}\"")))
        .unwrap_or_else(|| panic!("no {id}: {page}"));
    value(tag, "href=\"/console").replace("&#38;", "&")
}

#[tokio::test]
async fn fault_f7_a_list_is_paged_both_ways_and_an_action_stays_on_its_page() {
    let (_world, bill) = stage().await;
    let first = bill.get("/tokens").await.text;
    assert_eq!((labels(&first)[0].as_str(), labels(&first).len()), ("token 119", 50));
    assert!(!first.contains("id=\"previous\""));
    let (second_at, second) = (way(&first, "next"), bill.get(&way(&first, "next")).await.text);
    assert_eq!(labels(&second)[0], "token 69");
    let third_at = way(&second, "next");
    let third = bill.get(&third_at).await.text;
    assert_eq!((labels(&third)[0].as_str(), labels(&third).len()), ("token 19", 20));
    assert!(!third.contains("id=\"next\""));
    assert_eq!(way(&third, "previous"), second_at);
    assert_eq!(way(&third, "newest"), "/tokens");
    assert_eq!(way(&second, "previous"), "/tokens");
    let ask = third.split("class=\"button quiet danger delete\" href=\"/console").nth(1).expect("a row");
    let ask = ask.split('"').next().expect("a link").replace("&#38;", "&");
    let asks = bill.get(&ask).await.text;
    let back = value(&asks, "name=\"back\" value=\"").replace("&#38;", "&");
    assert_eq!(back, third_at);
    assert!(asks.contains(&format!("id=\"cancel\" href=\"/console{}", third_at.replace('&', "&#38;"))), "{asks}");
    let back: String = form_urlencoded::byte_serialize(back.as_bytes()).collect();
    let done = bill.post(ask.split('?').next().expect("a path"), &format!("back={back}")).await;
    let there = done.header("location").expect("a page").strip_prefix("/console").expect("ours").to_owned();
    let again = bill.get(&there).await.text;
    assert!(labels(&again)[0] == "token 18" && again.contains("id=\"notice\""), "{there} {again}");
}

#[tokio::test]
async fn fault_f7_tokens_are_searched_by_label_and_filtered_by_state_beyond_the_first_page() {
    let (world, bill) = stage().await;
    let found = bill.get("/tokens?q=TOKEN+1").await.text;
    assert_eq!(labels(&found).len(), 31, "1, 10 to 19, 100 to 119");
    assert!(found.contains("value=\"TOKEN 1\"") && found.contains("id=\"all\" href=\"/console/tokens\""));
    assert_eq!(labels(&bill.get("/tokens?q=token+7").await.text).last().map(String::as_str), Some("token 7"));
    let id = value(&bill.get("/tokens?q=token+7").await.text, "data-id=\"");
    assert_eq!(labels(&bill.get(&format!("/tokens?q={id}")).await.text).len(), 1, "by its id");
    let none = bill.get("/tokens?q=nothing").await.text;
    assert!(none.contains("Nothing matches") && !none.contains("No tokens yet"), "{none}");
    world.clock.advance(Duration::from_secs(25 * 3_600));
    bill.sign_in("bill", "bill").await;
    let mut expired = labels(&bill.get("/tokens?state=expired").await.text);
    expired.sort();
    assert_eq!(expired, ["token 0", "token 40", "token 80"]);
    let adam = Browser::signed_in(&world, "adam").await;
    assert_eq!(labels(&adam.get("/users/bill?q=token+8&state=expired").await.text), ["token 80"]);
}

#[tokio::test]
async fn fault_f7_a_list_of_users_that_is_cut_says_so() {
    let world = world().await;
    let adam = Browser::signed_in(&world, "adam").await;
    assert!(!adam.get("/users").await.text.contains("id=\"cut\""));
    for number in 0..60 {
        let name = format!("person {number}");
        let account = counterfoil::Account::new(subject(&name), &name, counterfoil::Role::Member);
        world.people.insert(account, &[&name], "password");
    }
    let page = adam.get("/users?q=person").await.text;
    assert!(page.contains("id=\"cut\"") && page.matches("data-subject=").count() == 50, "{page}");
    assert!(!adam.get("/users?q=person+5").await.text.contains("id=\"cut\""));
}

#[tokio::test]
async fn fault_f7_clients_and_codes_are_searched_too() {
    let world = world().await;
    let sue = Browser::signed_in(&world, "sue").await;
    let clients = sue.get("/clients?q=PP").await.text;
    assert!(clients.contains("data-id=\"app\"") && !clients.contains("data-id=\"rs\""), "{clients}");
    sue.post("/codes", "access=super_administrator&description=nightly+export").await;
    sue.post("/codes", "access=super_administrator&description=other").await;
    let codes = sue.get("/codes?q=NIGHTLY").await.text;
    assert_eq!(codes.matches("data-id=").count(), 1);
    let replaced = sue.post("/clients/app/secret", "overlap_seconds=0&back=%2Fclients%3Fq%3Dapp").await;
    assert!(replaced.text.contains("data-history href=\"/console/clients?q=app\""), "{replaced:?}");
    let disabled = sue.post("/clients/app/disable", "back=%2Fclients%3Fq%3Dapp").await;
    assert_eq!(disabled.header("location"), Some("/console/clients?q=app&notice=disabled"));
}

#[tokio::test]
async fn fault_f11_dates_are_text_and_tokens_have_their_id() {
    let world = world().await;
    let bill = Browser::signed_in(&world, "bill").await;
    bill.post("/tokens", "label=ci&days=30&rights=all").await;
    let page = bill.get("/tokens").await.text;
    let id = value(&page, "data-id=\"");
    assert!(page.contains(&format!("{id}</span>")), "{page}");
    assert!(page.contains(">15 Jan 2027, 08:00</time> <span class=\"ago\">just now</span>"), "{page}");
    assert!(page.contains(">14 Feb 2027, 08:00</time> <span class=\"ago\">in 30 days</span>"), "{page}");
}
