//! Tests the page with the credentials of all owners (requirement SIGHT 2).

use std::num::NonZeroU32;

use counterfoil::policy::{Policy, SettingGate, SwitchGate};
use counterfoil::{Lifetime, NewPersonalAccessToken, Presenter};

use super::browser::{Browser, value};
use crate::support::{World, world_under};

async fn world() -> World {
    let mut policy = Policy::default();
    policy.personal_access_tokens.setting = SettingGate::DefaultOn;
    policy.personal_access_tokens.switch = SwitchGate::DefaultOn;
    policy.personal_access_tokens.creations_per_hour = None;
    policy.personal_access_tokens.max_live_per_owner = NonZeroU32::new(2_000);
    world_under(policy).await
}

async fn tokens(world: &World, owner: &str, label: &str, count: u32) {
    for number in 0..count {
        let label = format!("{label} {number}");
        let new = NewPersonalAccessToken::new(&label, Lifetime::Days(90));
        let by = Presenter::signed_in(&world.people_account(owner));
        world.counterfoil.create_personal_access_token(&by, &new).await.expect("a token");
    }
}

fn rows(page: &str) -> usize {
    page.matches("<tr role=\"row\" data-id=").count()
}

fn way(page: &str, id: &str) -> Option<String> {
    let tag = page.split("<a ").find(|tag| tag.contains(&format!("id=\"{id}\"")))?;
    Some(value(tag, "href=\"/console").replace("&#38;", "&"))
}

#[tokio::test]
async fn sight_2_the_page_lists_all_owners_and_its_filter_is_a_plain_form() {
    let world = world().await;
    tokens(&world, "bill", "nightly", 2).await;
    tokens(&world, "mia", "<b>deploy</b>", 1).await;
    let adam = Browser::signed_in(&world, "adam").await;
    let page = adam.get("/credentials").await;
    assert_eq!((page.status.as_u16(), rows(&page.text)), (200, 4), "three tokens and adam's session");
    assert!(page.text.contains("aria-current=\"page\">All credentials</a>"));
    assert!(page.text.contains("<form id=\"filter\" class=\"form\" method=\"get\" action=\"/console/credentials\""));
    assert!(page.text.contains("&#60;b&#62;deploy") && !page.text.contains("<b>deploy"));
    assert!(page.text.contains("href=\"/console/users/bill\"><bdi>bill</bdi></a>"));
    for (query, expected) in [
        ("kind=&state=&owner=&client=&label=&expiring_before=&unused_since=", 4),
        ("kind=personal_access_token", 3),
        ("kind=console_session", 1),
        ("kind=lost&state=lost", 4),
        ("state=suspended", 0),
        ("owner=bill", 2),
        ("label=NIGHT", 2),
        ("client=app", 0),
        ("expiring_before=2100-01-01T00:00", 4),
        ("unused_since=2027-01-15T08:00", 0),
        ("unused_since=2027-01-15T08:01", 4),
    ] {
        let page = adam.get(&format!("/credentials?{query}")).await;
        assert_eq!((page.status.as_u16(), rows(&page.text)), (200, expected), "{query}");
        assert_eq!(page.text.contains("id=\"empty\""), expected == 0, "{query}");
    }
    let filtered = adam.get("/credentials?owner=bill&kind=personal_access_token").await.text;
    assert!(filtered.contains("value=\"bill\"") && filtered.contains("value=\"personal_access_token\" selected"));
    assert!(filtered.contains("id=\"all\" href=\"/console/credentials\""));
    for (query, field) in [
        ("client=a%20b", "client"),
        ("label=%01", "label"),
        ("expiring_before=soon", "expiring_before"),
        ("unused_since=2027-01-15", "unused_since"),
    ] {
        let page = adam.get(&format!("/credentials?{query}")).await;
        assert_eq!((page.status.as_u16(), rows(&page.text)), (422, 0), "{query}");
        assert!(page.text.contains(&format!("id=\"{field}-error\"")), "{query}: {}", page.text);
    }
}

#[tokio::test]
async fn sight_2_the_page_says_how_far_it_has_searched_and_goes_on() {
    let world = world().await;
    tokens(&world, "bill", "token", 1_100).await;
    let adam = Browser::signed_in(&world, "adam").await;
    let first = adam.get("/credentials?label=none").await.text;
    assert!(rows(&first) == 0 && first.contains("Searched 1000 credentials so far."), "{first}");
    assert!(first.contains("id=\"empty\"") && way(&first, "first").is_none());
    let last = adam.get(&way(&first, "next").expect("a next page")).await.text;
    assert!(rows(&last) == 0 && !last.contains("id=\"searched\"") && way(&last, "next").is_none(), "{last}");
    assert_eq!(way(&last, "first").as_deref(), Some("/credentials?label=none"));

    let (mut at, mut seen, mut pages) = ("/credentials?kind=personal_access_token".to_owned(), 0, 0);
    loop {
        let page = adam.get(&at).await.text;
        seen += rows(&page);
        pages += 1;
        let Some(next) = way(&page, "next") else { break };
        assert!(page.contains(&format!("Searched {} credentials so far.", pages * 50)), "{page}");
        at = next;
    }
    assert_eq!((seen, pages), (1_100, 22));
    // A cursor is valid only for its own filter. With another filter, the page shows the beginning of the list.
    let foreign = at.replace("kind=personal_access_token", "kind=console_session");
    assert_eq!(rows(&adam.get(&foreign).await.text), 1);
}

#[tokio::test]
async fn sight_2_the_page_is_for_administrators_and_shows_codes_to_super_administrators() {
    let world = world().await;
    let sue = Browser::signed_in(&world, "sue").await;
    let made = sue.post("/codes", "access=super_administrator&description=for+a+test").await;
    assert_eq!(made.status, 200, "{made:?}");
    let page = sue.get("/credentials?kind=security_code").await;
    assert!(page.status == 200 && page.text.contains("for a test") && page.text.contains("Made by <bdi>sue</bdi>"));
    let adam = Browser::signed_in(&world, "adam").await;
    assert_eq!(adam.get("/credentials?kind=security_code").await.status, 403);
    assert!(!adam.get("/credentials").await.text.contains("for a test"));
    for name in ["bill", "mia"] {
        let browser = Browser::signed_in(&world, name).await;
        let page = browser.get("/credentials").await;
        assert!(page.status == 403 && !page.text.contains("href=\"/console/credentials\""), "{name}");
        assert_eq!(browser.get("/credentials?client=a%20b").await.status, 403, "the right first");
    }
}
