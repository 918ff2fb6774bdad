//! Tests that forms from other sites and from other browsers are refused and change nothing. Also tests the bounds of a
//! form.

use super::browser::{Browser, number, token};
use crate::support::world;

#[tokio::test]
async fn a_form_without_its_token_or_with_anothers_does_nothing() {
    let world = world().await;
    let (bill, other) = (Browser::signed_in(&world, "bill").await, Browser::signed_in(&world, "bill").await);
    let foreign = token(&other.get("/tokens").await.text);
    let own = token(&bill.get("/tokens").await.text);
    for form in [
        "label=forged&days=5&rights=all".to_owned(),
        "csrf_token=&label=forged&days=5&rights=all".to_owned(),
        format!("csrf_token={foreign}&label=forged&days=5&rights=all"),
        format!("csrf_token={own}x&label=forged&days=5&rights=all"),
        format!("csrf_token={own}&csrf_token={own}&label=forged&days=5&rights=all"),
    ] {
        let refused = bill.send_form("/tokens", &form).await;
        assert_eq!(refused.status, 403, "{form}: {refused:?}");
    }
    assert!(bill.get("/tokens").await.text.contains("id=\"empty\""), "nothing was made");
}

#[tokio::test]
async fn a_form_that_another_site_sends_does_nothing_though_its_token_is_right() {
    let world = world().await;
    let mut bill = Browser::signed_in(&world, "bill").await;
    let own = token(&bill.get("/tokens").await.text);
    let form = format!("csrf_token={own}&label=forged&days=5&once={}&rights=all", number());
    for foreign in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ] {
        bill.headers = vec![("host", "console.example"), foreign];
        assert_eq!(bill.send_form("/tokens", &form).await.status, 403, "{foreign:?}");
    }
    bill.headers = vec![("host", "console.example"), ("origin", "https://console.example")];
    assert_eq!(bill.send_form("/tokens", &form).await.status, 200);
}

#[tokio::test]
async fn signing_in_needs_the_form_that_was_given_to_this_browser() {
    let world = world().await;
    let (mine, attackers) = (Browser::new(&world), Browser::new(&world));
    let token = token(&attackers.get("/sign-in").await.text);
    mine.get("/sign-in").await;
    let form = format!("csrf_token={token}&name=bill&password=bill");
    assert_eq!(mine.send_form("/sign-in", &form).await.status, 403);
    assert_eq!(Browser::new(&world).send_form("/sign-in", &form).await.status, 403, "no visit at all");
}

#[tokio::test]
async fn a_form_has_bounds() {
    let world = world().await;
    let bill = Browser::signed_in(&world, "bill").await;
    let long = format!("label={}", "x".repeat(70_000));
    assert_eq!(bill.send_form("/tokens", &long).await.status, 413);
    assert_eq!(bill.send_form("/tokens", &"a=1&".repeat(1_025)).await.status, 413);
    assert_eq!(bill.send_form("/tokens", "\u{0}%ff%zz=&&&==").await.status, 403);
}
