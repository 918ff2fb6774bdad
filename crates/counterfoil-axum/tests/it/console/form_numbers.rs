//! Tests that a form creates only one credential, even if it is sent several times (fault A10).

use std::sync::Arc;
use std::time::Duration;

use super::browser::{Browser, number, value};
use crate::support::{Answer, World, world};

const ONCE: &str = "name=\"once\" value=\"";

/// A form to test. Its five items are:
///
/// 1. the path of the form
/// 2. its fields
/// 3. the same fields with different values
/// 4. a text that the page of the form contains if the fields have these different values
/// 5. the path of the list to which the second answer links if the form is sent twice
type Form = (String, &'static str, &'static str, &'static str, &'static str);

async fn stage() -> (World, Browser, Vec<Form>) {
    let world = world().await;
    let sue = Browser::signed_in(&world, "sue").await;
    sue.post("/tokens", "label=turning&days=5&rights=all").await;
    let id = value(&sue.get("/tokens").await.text, "data-id=\"");
    sue.post("/tokens", "label=renewed&days=5&rights=all").await;
    let renewed = value(&sue.get("/tokens?q=renewed").await.text, "data-id=\"");
    let forms = vec![
        (
            "/tokens".to_owned(),
            "label=one&days=5&rights=all",
            "label=two&days=5&rights=all",
            "value=\"two\"",
            "/tokens",
        ),
        (
            format!("/tokens/{id}/rotate"),
            "overlap_seconds=3600",
            "overlap_seconds=86400",
            "value=\"86400\" selected",
            "/tokens",
        ),
        (
            format!("/tokens/{renewed}/renew"),
            "days=90&overlap_seconds=3600",
            "days=91&overlap_seconds=3600",
            "value=\"91\"",
            "/tokens",
        ),
        (
            "/codes".to_owned(),
            "access=super_administrator&description=one",
            "access=super_administrator&description=two",
            "two</textarea>",
            "/codes",
        ),
        (
            "/clients".to_owned(),
            "display_name=one&refresh_mode=rotate&allowed=all&default=all",
            "display_name=two&refresh_mode=rotate&allowed=all&default=all",
            "value=\"two\"",
            "/clients",
        ),
        (
            "/clients/app/secret".to_owned(),
            "overlap_seconds=3600",
            "overlap_seconds=86400",
            "value=\"86400\" selected",
            "/clients",
        ),
    ];
    (world, sue, forms)
}

/// Returns the number of credentials and clients that were created, according to the recorded events.
fn made(world: &World) -> usize {
    let made = |event: &counterfoil::event::Event| {
        use counterfoil::event::{ClientAction, EventKind};
        use counterfoil::types::TokenKind::ConsoleSession;
        match &event.kind {
            EventKind::Issued { kind, .. } => *kind != ConsoleSession,
            EventKind::Rotated { .. } => true,
            EventKind::Client { action, .. } => matches!(action, ClientAction::Created | ClientAction::SecretReplaced),
            _ => false,
        }
    };
    world.sink.take().iter().filter(|event| made(event)).count()
}

fn shows_a_secret(answer: &Answer) -> bool {
    answer.text.contains("id=\"secret\"")
}

fn says_done(answer: &Answer, list: &str) {
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.text.contains("This has already been done") && !shows_a_secret(answer), "{answer:?}");
    assert_eq!(value(&answer.text, "id=\"back\" href=\""), format!("/console{list}"));
}

#[tokio::test]
async fn fault_a10_a_form_that_is_sent_again_says_that_it_was_done() {
    let (world, sue, forms) = stage().await;
    for (path, fields, others, kept, list) in forms {
        let _before = made(&world);
        let page = sue.get(&path).await;
        let once = value(&page.text, ONCE);
        let form = sue.form(&path, &format!("{fields}&once={once}")).await;
        let first = sue.send_form(&path, &form).await;
        assert!(first.status == 200 && shows_a_secret(&first), "{path}: {first:?}");
        says_done(&sue.send_form(&path, &form).await, list);
        says_done(&sue.send_form(&path, &form).await, list);
        let other = sue.send_form(&path, &form.replace(fields, others)).await;
        assert_eq!(other.status, 409, "{path}: {other:?}");
        assert!(!shows_a_secret(&other) && other.text.contains("id=\"error\""), "{path}: {other:?}");
        assert!(other.text.contains(kept), "the input is kept: {path} {other:?}");
        assert_ne!(value(&other.text, ONCE), once, "the number is another: {path}");
        assert_eq!(made(&world), 1, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fault_a10_of_two_sendings_at_once_one_makes_it() {
    for stale in [false, true] {
        let (world, sue, forms) = stage().await;
        let sue = Arc::new(sue);
        for (path, fields, ..) in forms {
            if stale {
                world.clock.advance(Duration::from_secs(10 * 60));
            }
            let _before = made(&world);
            let password = if stale { "&password=sue" } else { "" };
            let form = sue.form(&path, &format!("{fields}{password}")).await;
            let send = || {
                let (sue, path, form) = (Arc::clone(&sue), path.clone(), form.clone());
                tokio::spawn(async move { sue.send_form(&path, &form).await })
            };
            let (one, other) = (send(), send());
            let answers = [one.await.expect("no panic"), other.await.expect("no panic")];
            assert_eq!(made(&world), 1, "{path} {answers:?}");
            assert_eq!(answers.iter().filter(|answer| shows_a_secret(answer)).count(), 1, "{path} {answers:?}");
            // If two reauthentications run at the same time, one of them may end the session that the other has opened.
            assert!(answers.iter().all(|answer| matches!(answer.status.as_u16(), 200 | 303)), "{path} {answers:?}");
        }
    }
}

#[tokio::test]
async fn fault_a10_a_form_that_brought_the_password_is_known_again_though_the_session_is_another() {
    let (world, sue, forms) = stage().await;
    for (path, fields, _, _, list) in forms {
        world.clock.advance(Duration::from_secs(10 * 60));
        let _before = made(&world);
        let form = sue.form(&path, &format!("{fields}&password=sue")).await;
        let first = sue.send_form(&path, &form).await;
        assert!(shows_a_secret(&first), "{path}: {first:?}");
        says_done(&sue.send_form(&path, &form).await, list);
        assert_eq!(made(&world), 1, "{path}");
    }
}

#[tokio::test]
async fn fault_a10_a_refused_form_does_not_use_its_number_up() {
    let (world, sue, forms) = stage().await;
    for (path, fields, ..) in forms {
        world.clock.advance(Duration::from_secs(10 * 60));
        let once = number();
        let send = async |fields: &str| sue.post(&path, &format!("{fields}&once={once}")).await;
        let wrong = send(&format!("{fields}&password=bill")).await;
        assert_eq!(wrong.status, 403, "{path}");
        let twice = send(&format!("{fields}&{fields}&password=sue")).await;
        assert_eq!(twice.status, 422, "{path}: {twice:?}");
        let right = send(&format!("{fields}&password=sue")).await;
        assert!(shows_a_secret(&right), "{path}: {right:?}");
    }
}

#[tokio::test]
async fn fault_a10_a_form_without_a_number_is_shown_with_one_and_makes_nothing() {
    let (world, sue, forms) = stage().await;
    let _before = made(&world);
    for (path, fields, ..) in forms {
        for once in ["", "x", "AAAA", "AAAAAAAAAAAAAAAAAAAAAA&once=AAAAAAAAAAAAAAAAAAAAAA"] {
            let refused = sue.post(&path, &format!("{fields}&once={once}")).await;
            assert_eq!(refused.status, 409, "{path}: {refused:?}");
            assert_eq!(value(&refused.text, ONCE).len(), 22);
        }
    }
    assert_eq!(made(&world), 0);
}

#[tokio::test]
async fn fault_a10_a_replaced_secrets_form_is_known_again_when_its_secret_is_gone() {
    let (world, sue, _) = stage().await;
    let path = "/clients/app/secret";
    let form = sue.form(path, "overlap_seconds=0").await;
    assert!(shows_a_secret(&sue.send_form(path, &form).await));
    for _ in 0..3 {
        assert!(shows_a_secret(&sue.post(path, "overlap_seconds=0").await));
    }
    let _before = made(&world);
    let late = sue.send_form(path, &form).await;
    assert_eq!(late.status, 409, "{late:?}");
    assert!(!shows_a_secret(&late) && late.text.contains("id=\"error\""), "{late:?}");
    assert_eq!(made(&world), 0);
}

#[tokio::test]
async fn a_form_of_the_previous_session_is_accepted_from_the_same_browser_only() {
    let world = world().await;
    let (sue, other) = (Browser::signed_in(&world, "sue").await, Browser::signed_in(&world, "sue").await);
    world.clock.advance(Duration::from_secs(10 * 60));
    let before = sue.form("/tokens", "label=one&days=5&password=sue&rights=all").await;
    let others = other.form("/tokens", "label=two&days=5&rights=all").await;
    assert!(shows_a_secret(&sue.post("/tokens", "label=three&days=5&password=sue&rights=all").await));
    assert!(shows_a_secret(&sue.send_form("/tokens", &before).await), "another tab's form");
    assert_eq!(sue.send_form("/tokens", &others).await.status, 403);
    assert_eq!(other.send_form("/tokens", &before).await.status, 403);
    sue.sign_in("sue", "sue").await;
    assert_eq!(sue.send_form("/tokens", &before).await.status, 403, "signing in begins anew");
}
