//! Tests sessions and signing in: cookies, the end of a session, wrong passwords, redirects, and reauthentication.

use std::time::Duration;

use counterfoil_axum::console::Transport;

use super::browser::{Browser, NAME, SESSION, console, secret, token};
use crate::support::world;

#[tokio::test]
async fn console_1_signing_in_gives_a_new_session_each_time_and_the_old_cookie_is_not_taken_over() {
    let world = world().await;
    let browser = Browser::new(&world);
    browser.plant(&format!("{SESSION}-{NAME}"), "cfk_planted");
    let answer = browser.sign_in("bill", "bill").await;
    assert_eq!((answer.status.as_u16(), answer.header("location")), (303, Some("/console/tokens")), "{answer:?}");
    let first = browser.cookie(SESSION).expect("a session");
    assert!(first.starts_with("cfk_") && first != "cfk_planted");
    let set: Vec<_> = answer.headers.get_all("set-cookie").iter().map(|set| set.to_str().unwrap()).collect();
    assert!(
        set.iter().any(|set| *set == format!("{SESSION}-{NAME}={first}; Path=/; HttpOnly; SameSite=Lax; Secure")),
        "{set:?}"
    );
    browser.sign_in("bill", "bill").await;
    assert_ne!(browser.cookie(SESSION).expect("a session"), first);
}

#[tokio::test]
async fn console_1_signing_out_ends_the_session_at_the_server() {
    let world = world().await;
    let browser = Browser::signed_in(&world, "bill").await;
    let kept = browser.cookie(SESSION).expect("a session");
    let answer = browser.post("/sign-out", "").await;
    assert_eq!(answer.header("location"), Some("/console/sign-in?notice=signed-out"));
    assert_eq!(browser.cookie(SESSION), None);
    browser.plant(&format!("{SESSION}-{NAME}"), &kept);
    assert_eq!(browser.get("/tokens").await.header("location"), Some("/console/sign-in?next=%2Ftokens&notice=ended"));
}

#[tokio::test]
async fn a_session_ends_when_it_is_idle_and_at_its_absolute_end_however_much_it_is_used() {
    let world = world().await;
    let browser = Browser::signed_in(&world, "bill").await;
    world.clock.advance(Duration::from_secs(29 * 60));
    assert_eq!(browser.get("/tokens").await.status, 200);
    world.clock.advance(Duration::from_secs(30 * 60));
    assert_eq!(browser.get("/tokens").await.status, 303, "idle");
    browser.sign_in("bill", "bill").await;
    for _ in 0..35 {
        world.clock.advance(Duration::from_secs(20 * 60));
        assert_eq!(browser.get("/tokens").await.status, 200);
    }
    world.clock.advance(Duration::from_secs(20 * 60));
    assert_eq!(browser.get("/tokens").await.status, 303, "12 hours are over");
}

#[tokio::test]
async fn a_session_is_no_bearer_and_a_token_is_no_session() {
    let world = world().await;
    let browser = Browser::signed_in(&world, "bill").await;
    let session = browser.cookie(SESSION).expect("a session");
    let answer = world.call("GET", "/me/tokens", &session, None).await;
    assert_eq!(answer.outcome().1, "invalid-token");
    let (access, _) = world.sign_in("bill", None).await;
    browser.plant(SESSION, &access);
    assert_eq!(browser.get("/tokens").await.status, 303);
}

#[tokio::test]
async fn codes_clients_and_secrets_need_the_password_again_once_it_is_ten_minutes_old() {
    let world = world().await;
    let browser = Browser::signed_in(&world, "sue").await;
    let made = browser.post("/codes", "access=super_administrator&description=one").await;
    assert!(secret(&made.text).starts_with("cfs_"), "{made:?}");
    world.clock.advance(Duration::from_secs(10 * 60));
    assert!(browser.get("/codes").await.text.contains("name=\"password\""), "the form asks");
    for (path, form, kept) in [
        ("/codes", "access=super_administrator&description=two+%3C3", "two &#60;3"),
        ("/clients", "display_name=three&refresh_mode=rotate&allowed=all&default=all", "three"),
        ("/clients/app/secret", "overlap_seconds=3600", "value=\"3600\" selected"),
    ] {
        for password in ["", "&password=", "&password=bill", "&password=sue&password=sue"] {
            let refused = browser.post(path, &format!("{form}{password}")).await;
            assert_eq!(refused.status, 403, "{path} {password}: {refused:?}");
            assert!(refused.text.contains("id=\"password-error\""), "{refused:?}");
            assert!(refused.text.contains(kept), "what was typed is kept: {refused:?}");
        }
    }
    let before = browser.cookie(SESSION);
    let made = browser.post("/codes", "access=super_administrator&description=two&password=sue").await;
    assert!(secret(&made.text).starts_with("cfs_"), "{made:?}");
    assert_ne!(browser.cookie(SESSION), before, "a new session took the old one's place");
    let made = browser.post("/clients/app/secret", "overlap_seconds=0").await;
    assert!(secret(&made.text).starts_with("cfc_"), "the proof holds for ten minutes: {made:?}");
}

#[tokio::test]
async fn a_wrong_login_does_not_reveal_whether_the_account_exists_and_keeps_only_the_name() {
    let world = world().await;
    let browser = Browser::new(&world);
    let [unknown, wrong] =
        [browser.sign_in("nobody", "secret-word").await, browser.sign_in("bill", "secret-word").await];
    assert_eq!((unknown.status.as_u16(), wrong.status.as_u16()), (403, 403));
    assert_eq!(unknown.text.replace("nobody", "bill"), wrong.text);
    assert!(wrong.text.contains("value=\"bill\"") && !wrong.text.contains("secret-word"));
    assert_eq!(browser.cookie(SESSION), None);
}

#[tokio::test]
async fn repeated_wrong_passwords_get_429_with_retry_after() {
    let world = world().await;
    let browser = Browser::new(&world);
    let mut last = browser.sign_in("bill", "wrong").await;
    for _ in 0..20 {
        last = browser.sign_in("bill", "wrong").await;
    }
    assert_eq!(last.status, 429);
    assert!(last.header("retry-after").is_some_and(|after| after.parse::<u32>().is_ok_and(|after| after > 0)));
}

#[tokio::test]
async fn over_plain_http_this_machine_alone_is_served() {
    let world = world().await;
    let mut browser = Browser::at(console(&world, Transport::PlainLoopback));
    let refused = browser.get("/sign-in").await;
    assert_eq!(refused.status, 403);
    assert!(refused.headers.get("set-cookie").is_none());
    browser.headers = vec![("host", "127.0.0.1:8080")];
    browser.sign_in("bill", "bill").await;
    assert!(browser.cookie("counterfoil-session").is_some());
    assert_eq!(browser.get("/tokens").await.status, 200);
    browser.headers = vec![("host", "rebound.example")];
    assert_eq!(browser.get("/tokens").await.status, 403);
}

#[tokio::test]
async fn signing_in_leads_to_own_pages_only() {
    let world = world().await;
    for (next, wanted) in [
        ("/codes?cursor=x", "/console/codes?cursor=x"),
        ("//evil.example", "/console/"),
        ("/%5Cevil.example", "/console/"),
        ("https://evil.example", "/console/"),
        ("/a%0D%0ASet-Cookie:x=y", "/console/"),
        ("", "/console/"),
    ] {
        let browser = Browser::new(&world);
        let token = token(&browser.get("/sign-in").await.text);
        let form = format!("csrf_token={token}&next={next}&name=bill&password=bill");
        let answer = browser.send_form("/sign-in", &form).await;
        assert_eq!(answer.header("location"), Some(wanted), "{next}");
    }
}

#[tokio::test]
async fn reauthentication_keeps_the_viewer_signed_in_even_if_the_action_fails() {
    let world = world().await;
    let browser = Browser::signed_in(&world, "sue").await;
    world.clock.advance(Duration::from_secs(10 * 60));
    let before = browser.cookie(SESSION);
    let missing = browser.post("/clients/nobody/secret", "overlap_seconds=0&password=sue").await;
    assert_eq!(missing.status, 404, "{missing:?}");
    assert_ne!(browser.cookie(SESSION), before, "the session that took the old one's place came along");
    assert_eq!(browser.get("/tokens").await.status, 200);
}
