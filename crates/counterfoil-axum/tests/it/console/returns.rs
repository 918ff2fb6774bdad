//! Tests where signing in leads after a session has ended (fault F8). If the user had requested a page, signing in
//! leads to this page. If the user had sent a form, it leads to the page with this form, and the form contains the
//! values that the user typed. Also tests that links keep the present page and its query (fault F10).

use std::time::Duration;

use axum::Router;
use counterfoil::policy::Policy;
use counterfoil_axum::Sources;
use counterfoil_axum::console::{Console, Transport};

use super::browser::{Browser, SESSION, token, value};
use crate::support::{Answer, World, world, world_under};

/// Returns the target of a redirect, as a path relative to the base path of the console.
fn leads_to(answer: &Answer) -> String {
    assert_eq!(answer.status, 303, "{answer:?}");
    let location = answer.header("location").expect("a path");
    location.strip_prefix("/console").expect("a page of the console").to_owned()
}

/// Signs in with the form on this page.
async fn sign_in_at(browser: &Browser, page: &str, name: &str) -> Answer {
    let page = browser.get(page).await.text;
    let next: String = value(&page, "name=\"next\" value=\"").replace("&#38;", "&");
    let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    let form = format!("csrf_token={}&next={next}&name={name}&password={name}", token(&page));
    browser.send_form("/sign-in", &form).await
}

#[tokio::test]
async fn fault_f8_a_session_that_ended_says_so_and_signing_in_leads_back_to_the_page() {
    let world = world().await;
    let sue = Browser::signed_in(&world, "sue").await;
    world.clock.advance(Duration::from_secs(31 * 60));
    let away = leads_to(&sue.get("/users?q=bill").await);
    let asks = sue.get(&away).await;
    assert!(asks.text.contains("Your session has ended"), "{asks:?}");
    assert_eq!(leads_to(&sign_in_at(&sue, &away, "sue").await), "/users?q=bill");
    let stranger = Browser::new(&world);
    let away = leads_to(&stranger.get("/users").await);
    assert!(!stranger.get(&away).await.text.contains("has ended"), "there was none");
}

#[tokio::test]
async fn fault_f8_a_form_that_the_session_did_not_outlive_does_nothing_and_keeps_what_was_typed() {
    let world = world().await;
    let sue = Browser::signed_in(&world, "sue").await;
    let csrf = token(&sue.get("/tokens").await.text);
    let codes = "access=same_as_user&user=bill&description=two%0D%0Alines";
    for (path, fields, shown) in [
        ("/tokens", "label=nightly+%3Cb%3E&days=30&rights=all", "value=\"nightly &#60;b&#62;\""),
        ("/codes", codes, "two\nlines</textarea>"),
        ("/clients", "display_name=Reports&refresh_mode=reuse&grants=password", "value=\"Reports\""),
        ("/settings", "pat_max_days=91&pat_max_days_was=180", "name=\"pat_max_days\" value=\"91\""),
    ] {
        world.clock.advance(Duration::from_secs(31 * 60));
        drop(world.sink.take());
        let form = format!("csrf_token={csrf}&once=AAAAAAAAAAAAAAAAAAAAAA&password=sue&{fields}");
        let away = leads_to(&sue.send_form(path, &form).await);
        assert!(!away.contains("password%3D") && !away.contains("csrf_token") && !away.contains("once"), "{away}");
        let refused =
            |event: &counterfoil::event::Event| matches!(event.kind, counterfoil::event::EventKind::Refused { .. });
        assert!(world.sink.take().iter().all(refused), "nothing was done but that the session is refused: {path}");
        assert!(sue.get(&away).await.text.contains("what you typed is kept"), "{path}");
        let back = leads_to(&sign_in_at(&sue, &away, "sue").await);
        assert!(back.starts_with(path), "{back}");
        let page = sue.get(&back).await.text.replace("\r\n", "\n");
        assert!(page.contains(shown) && page.contains("id=\"proposed\""), "{path}: {page}");
        assert!(!sue.get(path).await.text.contains("id=\"proposed\""), "it is not kept anywhere but in the link");
    }
}

/// Sends a form after the session has ended, and then signs in. Returns the text of the page to which signing in leads.
async fn come_back(world: &World, sue: &Browser, path: &str, fields: &str) -> String {
    let csrf = token(&sue.get("/profile").await.text);
    world.clock.advance(Duration::from_secs(31 * 60));
    let away = leads_to(&sue.send_form(path, &format!("csrf_token={csrf}&{fields}")).await);
    assert!(sue.get(&away).await.text.contains("what you typed"), "{away}");
    let back = leads_to(&sign_in_at(sue, &away, "sue").await);
    sue.get(&back).await.text
}

/// Returns the HTML tag of the field with this name and value.
fn tag<'a>(page: &'a str, name: &str, value: &str) -> &'a str {
    let mut tags = page.split('<').filter(|tag| tag.contains(&format!(" name=\"{name}\"")));
    tags.find(|tag| tag.contains(&format!("value=\"{value}\""))).unwrap_or_else(|| panic!("no {name}={value}: {page}"))
}

#[tokio::test]
async fn fault_f8_ticks_that_were_taken_away_stay_away_when_signing_in_comes_between() {
    let world = world().await;
    let sue = Browser::signed_in(&world, "sue").await;
    let switch = "personal_access_tokens_enabled";
    assert!(tag(&sue.get("/settings").await.text, switch, "true").contains(" checked"));
    let page =
        come_back(&world, &sue, "/settings", &format!("{switch}_was=true&pat_max_days=180&pat_max_days_was=180")).await;
    assert!(!tag(&page, switch, "true").contains(" checked") && page.contains("id=\"proposed\""), "{page}");
    let was = "grants_was=password+refresh_token&display_name=app&display_name_was=app";
    let page = come_back(&world, &sue, "/clients/app/edit", was).await;
    for grant in ["password", "refresh_token"] {
        assert!(!tag(&page, "grants", grant).contains(" checked"), "{page}");
    }
    let one = "grants_was=password&grants=password&grants=refresh_token";
    let page = come_back(&world, &sue, "/clients/app/edit", one).await;
    for grant in ["password", "refresh_token"] {
        assert!(tag(&page, "grants", grant).contains(" checked"), "{page}");
    }
}

#[tokio::test]
async fn fault_f8_a_unit_that_was_changed_and_a_field_that_was_emptied_come_back() {
    let world = world().await;
    let sue = Browser::signed_in(&world, "sue").await;
    let name = "access_lifetime_seconds";
    let fields = format!("{name}=10&{name}_was=10&{name}_unit=3600&{name}_unit_was=60");
    let page = come_back(&world, &sue, "/settings", &fields).await;
    assert!(page.contains("<option value=\"3600\" selected>") && page.contains("id=\"proposed\""), "{page}");
    let page = come_back(&world, &sue, "/clients/app/edit", "display_name=&display_name_was=app").await;
    assert!(page.contains("name=\"display_name\" value=\"\""), "{page}");
}

#[tokio::test]
async fn fault_f8_an_address_that_leads_back_is_bounded_as_it_is_sent() {
    let world = world().await;
    let sue = Browser::signed_in(&world, "sue").await;
    let letters = "%D0%B9".repeat(500);
    let page = come_back(&world, &sue, "/codes", &format!("access=super_administrator&description={letters}")).await;
    assert!(page.contains(&"й".repeat(500)), "the longest description");
    let stranger = Browser::new(&world);
    let far = |answer: &Answer| answer.header("location").expect("a path").len();
    for long in [format!("/users?q={}", "(".repeat(20_000)), format!("/users?q={}", "a".repeat(7_000))] {
        let away = stranger.get(&long).await;
        assert!(far(&away) < 7_000, "{} bytes", far(&away));
        assert!(away.header("location").expect("a path").contains("next=%2Fusers"), "{away:?}");
    }
    let sent = stranger.send_form("/codes", &format!("description={}", "%D0%B9".repeat(5_000))).await;
    assert!(far(&sent) < 7_000, "{} bytes", far(&sent));
    let page = stranger.get("/sign-in").await.text;
    let form = format!("csrf_token={}&next=/users%3Fq={}&name=sue&password=sue", token(&page), "a".repeat(50_000));
    assert_eq!(leads_to(&stranger.send_form("/sign-in", &form).await), "/");
}

#[tokio::test]
async fn fault_f8_what_another_site_sends_is_not_kept_nor_too_much_of_it() {
    let world = world().await;
    let mut stranger = Browser::new(&world);
    let long = format!("label={}", "x".repeat(7_000));
    assert_eq!(leads_to(&stranger.send_form("/tokens", &long).await), "/sign-in?next=%2Ftokens&notice=ended");
    stranger.headers.push(("sec-fetch-site", "cross-site"));
    assert_eq!(stranger.send_form("/tokens", "label=planted").await.status, 403);
}

#[tokio::test]
async fn fault_f8_a_live_session_goes_on_where_the_sign_in_page_is_opened() {
    let world = world().await;
    let sue = Browser::signed_in(&world, "sue").await;
    let before = sue.cookie(SESSION);
    assert_eq!(leads_to(&sue.get("/sign-in?next=%2Fcodes").await), "/codes");
    assert_eq!(leads_to(&sue.get("/sign-in?next=%2F%2Fevil").await), "/");
    assert_eq!(sue.cookie(SESSION), before);
}

#[tokio::test]
async fn fault_f8_of_two_sign_in_tabs_the_second_is_signed_in_too() {
    let world = world().await;
    let bill = Browser::new(&world);
    let (one, other) = (token(&bill.get("/sign-in").await.text), token(&bill.get("/sign-in").await.text));
    let form = |token: &str, next: &str| format!("csrf_token={token}&next={next}&name=bill&password=bill");
    assert_eq!(leads_to(&bill.send_form("/sign-in", &form(&one, "/tokens")).await), "/tokens");
    assert_eq!(leads_to(&bill.send_form("/sign-in", &form(&other, "/tokens?q=x")).await), "/tokens?q=x");
    assert_eq!(bill.get("/tokens").await.status, 200);
    // This form was shown before the browser was closed. If the browser has a session, signing in continues with it.
    // Otherwise the form is shown again.
    assert_eq!(leads_to(&bill.send_form("/sign-in", &form("old", "/tokens")).await), "/tokens");
    bill.forget(SESSION);
    let anew = bill.send_form("/sign-in", &form("old", "/codes")).await;
    assert_eq!(anew.status, 403);
    assert!(anew.text.contains("once more") && anew.text.contains("value=\"bill\""), "{anew:?}");
    assert!(anew.text.contains("name=\"next\" value=\"/codes\""), "{anew:?}");
}

#[tokio::test]
async fn fault_f8_a_form_of_another_session_leads_back_to_its_page_with_what_was_typed() {
    let world = world().await;
    let sue = Browser::signed_in(&world, "sue").await;
    let refused = sue.send_form("/tokens", "csrf_token=old&label=kept+words&days=3&rights=all").await;
    assert_eq!(refused.status, 403);
    let back = value(&refused.text, "id=\"back\" href=\"/console").replace("&#38;", "&");
    assert!(sue.get(&back).await.text.contains("value=\"kept words\""), "{back}");
}

#[tokio::test]
async fn fault_f10_a_deep_link_with_a_dot_outlives_the_sign_in() {
    let world = world().await;
    let stranger = Browser::new(&world);
    for page in ["/users/a%2Eb", "/clients/test.token/edit", "/codes?q=1.5..2", "/tokens?cursor=a.b"] {
        let away = leads_to(&stranger.get(page).await);
        let back = leads_to(&sign_in_at(&stranger, &away, "sue").await);
        assert_eq!(back, page);
        stranger.forget(SESSION);
    }
}

#[tokio::test]
async fn fault_f10_a_base_that_is_called_like_a_section_works() {
    let world = world().await;
    let console = Console::new(world.counterfoil.clone(), Transport::Https, "/users", Sources::Unknown);
    let router = Router::new().nest_service("/users", console.router());
    let ask = async |path: &str| {
        let request = http::Request::get(path).header("host", "console.example").body(axum::body::Body::empty());
        crate::support::send(&router, request.expect("a request")).await
    };
    let away = ask("/users/users/bill?q=x").await;
    assert_eq!(away.header("location"), Some("/users/sign-in?next=%2Fusers%2Fbill%3Fq%3Dx"));
    let asks = ask("/users/sign-in?next=%2Fusers%2Fbill").await;
    assert!(asks.text.contains("name=\"next\" value=\"/users/bill\""), "{asks:?}");
}

#[tokio::test]
async fn fault_f10_the_language_switch_keeps_page_and_query() {
    let world = world().await;
    let sue = Browser::signed_in(&world, "sue").await;
    let russian = |page: &Answer| {
        let all =
            page.text.split("href=\"/console/language?").skip(1).map(|rest| rest.split('"').next().expect("a link"));
        all.map(|link| format!("/language?{}", link.replace("&#38;", "&")))
            .find(|link| link.contains("to=ru"))
            .expect("Russian")
    };
    let edit = "/clients/app/edit?back=%2Fclients%3Fq%3Dapp".to_owned();
    for page in ["/users?q=bill", "/codes?notice=saved&q=x&state=expired", "/tokens", &edit] {
        let link = russian(&sue.get(page).await);
        let kept = page.replace("notice=saved&", "");
        assert_eq!(leads_to(&sue.get(&link).await), kept);
    }
    let wrong = sue.post("/tokens", "label=&days=0").await;
    assert_eq!(leads_to(&sue.get(&russian(&wrong)).await), "/tokens");
    let stranger = Browser::new(&world);
    let link = russian(&stranger.get("/sign-in?next=%2Fcodes%3Fq%3D1").await);
    assert_eq!(leads_to(&stranger.get(&link).await), "/sign-in?next=%2Fcodes%3Fq%3D1");
}

#[tokio::test]
async fn fault_f10_pages_that_say_what_is_wrong_show_the_navigation() {
    let world = world().await;
    let adam = Browser::signed_in(&world, "adam").await;
    for (path, status) in [("/nowhere", 404), ("/codes", 403), ("/tokens/xyz/delete", 404), ("/clients/none/edit", 404)]
    {
        let page = adam.get(path).await;
        assert_eq!(page.status, status, "{path}");
        assert!(page.text.contains("href=\"/console/settings\"") && page.text.contains("id=\"sign-out\""), "{path}");
    }
    let large = adam.send_form("/tokens", &"a=1&".repeat(1_025)).await;
    assert!(large.status == 413 && large.text.contains("href=\"/console/settings\""), "{large:?}");
    let forged = adam.send_form("/tokens", "csrf_token=x").await;
    assert!(forged.status == 403 && forged.text.contains("href=\"/console/settings\""), "{forged:?}");
    assert!(!Browser::new(&world).get("/nowhere").await.text.contains("id=\"sign-out\""));
}

#[tokio::test]
async fn fault_f8_a_page_whose_form_a_link_fills_in_says_so() {
    let mut policy = Policy::default();
    policy.personal_access_tokens.extendable = true;
    let world = world_under(policy).await;
    let sue = Browser::signed_in(&world, "sue").await;
    sue.post("/tokens", "label=a&days=30&rights=all").await;
    sue.post("/clients", "display_name=app&id=app&refresh_mode=rotate&grants=password").await;
    let id = value(&sue.get("/tokens").await.text, "data-id=\"");
    for (path, fields) in [
        (format!("/tokens/{id}/renew"), "days=180"),
        (format!("/tokens/{id}/renew"), "overlap_seconds=3600"),
        (format!("/tokens/{id}/rotate"), "days=180"),
        (format!("/tokens/{id}/extend"), "days=180"),
        ("/clients/app/secret".to_owned(), "overlap_seconds=3600"),
    ] {
        let filled = sue.get(&format!("{path}?{fields}")).await;
        assert!(filled.status == 200 && filled.text.contains("id=\"proposed\""), "{path}: {filled:?}");
        let plain = sue.get(&format!("{path}?back=%2F")).await;
        assert!(plain.status == 200 && !plain.text.contains("id=\"proposed\""), "{path}: the link of a mail or a list");
    }
}
