//! Tests which contents each account sees on its pages, and tests the headers of pages.

use std::time::Duration;

use super::browser::{Browser, secret, value};
use crate::support::world;

const SECTIONS: [&str; 6] = ["/tokens", "/users", "/codes", "/clients", "/service-accounts", "/settings"];

#[tokio::test]
async fn console_1_each_section_is_open_only_to_those_who_manage_it() {
    let world = world().await;
    for (name, open) in [
        ("bill", &["/tokens"][..]),
        ("carol", &["/tokens"]),
        ("mia", &["/tokens", "/users"]),
        ("adam", &["/tokens", "/users", "/clients", "/service-accounts", "/settings"]),
        ("sue", &SECTIONS),
    ] {
        let browser = Browser::signed_in(&world, name).await;
        let links = browser.get("/tokens").await.text;
        for section in SECTIONS {
            let wanted = if open.contains(&section) { 200 } else { 403 };
            assert_eq!(browser.get(section).await.status, wanted, "{name} {section}");
            let linked = links.contains(&format!("<a href=\"/console{section}\""));
            assert_eq!(linked, wanted == 200, "{name} {section}");
        }
    }
    let nobody = Browser::new(&world);
    for section in SECTIONS {
        assert_eq!(nobody.get(section).await.status, 303, "{section}");
    }
}

#[tokio::test]
async fn every_page_is_kept_from_caches_frames_and_scripts_from_elsewhere() {
    let world = world().await;
    let browser = Browser::signed_in(&world, "sue").await;
    let made = browser.post("/tokens", "label=ci&days=5&rights=all").await;
    let mut answers = vec![made, browser.get("/nowhere").await, Browser::new(&world).get("/sign-in").await];
    for section in SECTIONS {
        answers.push(browser.get(section).await);
    }
    for answer in answers {
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer:?}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(answer.header("x-frame-options"), Some("DENY"));
        assert_eq!(answer.header("referrer-policy"), Some("same-origin"));
        let policy = answer.header("content-security-policy").expect("a policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self'") && !policy.contains("unsafe"), "{policy}");
        assert!(
            !answer.text.contains("<script>") && !answer.text.contains("style=\"") && !answer.text.contains("onclick")
        );
    }
}

#[tokio::test]
async fn syn_pat_4_a_tokens_text_is_on_one_page_and_nowhere_after_it() {
    let world = world().await;
    let browser = Browser::signed_in(&world, "bill").await;
    let made = browser.post("/tokens", "label=nightly&days=30&rights=all").await;
    let text = secret(&made.text);
    assert!(text.starts_with("cfp_"));
    assert!(world.counterfoil.verify(&text).await.is_ok());
    let list = browser.get("/tokens").await.text;
    assert!(list.contains("nightly") && !list.contains(&text[26..]));
    assert!(!format!("{:?}", world.sink.take()).contains(&text[26..]));
}

#[tokio::test]
async fn what_people_type_is_text_on_every_page() {
    let world = world().await;
    let browser = Browser::signed_in(&world, "sue").await;
    let attack = "<b>\"'&`</b>";
    let encoded: String = form_urlencoded::byte_serialize(attack.as_bytes()).collect();
    for (path, form) in [
        ("/tokens", format!("label={encoded}&days=5&rights=all")),
        ("/tokens", format!("label={encoded}&days={encoded}&rights=all")),
        ("/codes", format!("access=super_administrator&description={encoded}")),
        ("/codes", format!("access=same_as_user&user={encoded}&description={encoded}")),
        ("/clients", format!("refresh_mode=rotate&allowed=all&default=all&display_name={encoded}")),
        ("/clients", format!("refresh_mode=rotate&allowed=all&default=all&display_name={encoded}&id={encoded}")),
        ("/settings", format!("pat_max_days={encoded}")),
    ] {
        let answer = browser.post(path, &form).await;
        assert!(!answer.text.contains("<b>"), "{path} {form}: {}", answer.text);
    }
    for path in
        ["/tokens", "/codes", "/clients", &format!("/users?q={encoded}"), &format!("/language?to=ru&back={encoded}")]
    {
        assert!(!browser.get(path).await.text.contains("<b>"), "{path}");
    }
}

#[tokio::test]
async fn ao_code_4_an_expired_code_is_greyed_and_comes_back_with_a_button() {
    let world = world().await;
    let browser = Browser::signed_in(&world, "sue").await;
    let made = browser.post("/codes", "access=same_as_user&user=bill&description=import").await;
    let text = secret(&made.text);
    let id = value(&browser.get("/codes").await.text, "data-id=\"");
    world.clock.advance(Duration::from_secs(25 * 3_600));
    assert!(world.counterfoil.verify(&text).await.is_err());
    browser.sign_in("sue", "sue").await;
    let list = browser.get("/codes").await.text;
    assert!(list.contains(&format!("data-id=\"{id}\" class=\"expired\"")), "{list}");
    let answer = browser.post(&format!("/codes/{id}/reactivate"), "").await;
    assert_eq!(answer.header("location"), Some("/console/codes?notice=reactivated"), "{answer:?}");
    assert!(world.counterfoil.verify(&text).await.is_ok(), "the same text works again");
    assert_eq!(browser.post(&format!("/codes/{id}/reactivate"), "").await.status, 409);
}

#[tokio::test]
async fn anothers_token_and_an_unknown_one_are_not_found_alike() {
    let world = world().await;
    let (bill, carol) = (Browser::signed_in(&world, "bill").await, Browser::signed_in(&world, "adam").await);
    bill.post("/tokens", "label=mine&days=5&rights=all").await;
    let id = value(&bill.get("/tokens").await.text, "data-id=\"");
    let others = carol.post(&format!("/tokens/{id}/delete"), "").await;
    let unknown = carol.post("/tokens/0000000000000000000000/delete", "").await;
    let garbage = carol.post("/tokens/%3Cscript%3E/delete", "").await;
    assert_eq!([others.status, unknown.status, garbage.status].map(|status| status.as_u16()), [404; 3]);
    assert_eq!(others.text.replace(&id, "0000000000000000000000"), unknown.text, "but for the id that was asked for");
    assert!(bill.get("/tokens").await.text.contains("mine"));
}

#[tokio::test]
async fn syn_pat_1_the_tab_goes_with_the_setting_and_the_page_says_why() {
    let world = world().await;
    let (adam, bill) = (Browser::signed_in(&world, "adam").await, Browser::signed_in(&world, "bill").await);
    let numbers = "pat_max_days=90&notice_lead_days=7&code_lifetime_seconds=86400&access_lifetime_seconds=600\
                   &refresh_inactivity_seconds=86400&refresh_absolute_seconds=2592000";
    let saved = adam.post("/settings", numbers).await;
    assert_eq!(saved.header("location"), Some("/console/settings?notice=saved"), "{saved:?}");
    let page = bill.get("/tokens").await.text;
    assert!(page.contains("id=\"off\"") && !page.contains("<a href=\"/console/tokens\""), "{page}");
    let wrong = adam.post("/settings", &numbers.replace("pat_max_days=90", "pat_max_days=4000")).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("id=\"pat_max_days-error\"") && wrong.text.contains("1 to 3660"), "{}", wrong.text);
}

#[tokio::test]
async fn console_1_pages_are_in_the_language_that_was_chosen() {
    let world = world().await;
    let mut browser = Browser::signed_in(&world, "bill").await;
    browser.headers.push(("accept-language", "ru-RU,ru;q=0.9"));
    let page = browser.get("/tokens").await.text;
    assert!(page.contains("<html lang=\"ru\">") && page.contains("Персональные токены"));
    let answer = browser.get("/language?to=en&back=/tokens").await;
    assert_eq!(answer.header("location"), Some("/console/tokens"));
    assert!(browser.get("/tokens").await.text.contains("<html lang=\"en\">"));
    let wrong = browser.post("/tokens", "label=&days=181&rights=all").await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("id=\"label-error\""), "{}", wrong.text);
}
