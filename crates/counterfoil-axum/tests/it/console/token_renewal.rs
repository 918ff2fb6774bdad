//! Tests the pages that renew and extend tokens (requirement LIFE 1).

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use counterfoil::policy::Policy;
use counterfoil::{Account, EmailAddress, Role};
use counterfoil_notify::{BuiltIn, Digest, SendError, Templates as _, Transport, Worker};

use super::browser::{Browser, secret, value};
use crate::support::{World, subject, world, world_under};

const DAY: u64 = 86_400;

/// A transport that keeps the plain text of each mail. Its mails link to the console.
#[derive(Clone, Default)]
struct Mailbox(Arc<Mutex<Vec<String>>>);

#[async_trait]
impl Transport for Mailbox {
    async fn send(&self, digest: &Digest<'_>) -> Result<(), SendError> {
        let texts = BuiltIn::default().console_url("https://console.example/console/");
        let rendered = texts.render(digest).expect("rendered");
        let link = |html: &str| value(html, "<a href=\"https://console.example/console/tokens/");
        assert!(link(rendered.html()).ends_with("/renew"), "{}", rendered.html());
        self.0.lock().expect("not poisoned").push(rendered.text().to_owned());
        Ok(())
    }
}

impl Mailbox {
    /// Lets the worker run. Returns the texts of the mails that it sent.
    async fn after_a_run(&self, world: &World) -> Vec<String> {
        let worker = Worker::new(world.counterfoil.clone(), self.clone());
        worker.run_once(world.counterfoil.now()).await.expect("a run");
        std::mem::take(&mut *self.0.lock().expect("not poisoned"))
    }
}

/// Returns the path below the console to which a mail links.
fn renewal_link(mail: &str, word: &str) -> String {
    let (_, rest) = mail.split_once(&format!("{word}: https://console.example/console")).expect("a link");
    rest.split_whitespace().next().expect("a path").to_owned()
}

/// Makes a world in which bill has an e-mail address and reads this language.
async fn world_with_mail(language: &str) -> World {
    let world = world().await;
    let address = EmailAddress::new("bill@example.com").expect("an address");
    let bill = Account::new(subject("bill"), "bill", Role::Member).with_email(address).with_language(language);
    assert!(world.people.update(bill));
    world
}

#[tokio::test]
async fn life_1_the_seeds_story_from_the_mail_at_day_23_to_the_renewed_token_in_two_clicks() {
    for (language, word) in [("en", "renew it"), ("ru", "продлить")] {
        let (world, mailbox) = (world_with_mail(language).await, Mailbox::default());
        let bill = Browser::signed_in(&world, "bill").await;
        let old = secret(&bill.post("/tokens", "label=nightly+build&days=30&rights=all").await.text);
        for day in 1..=23 {
            world.clock.advance(Duration::from_secs(DAY));
            let mails = mailbox.after_a_run(&world).await;
            assert_eq!(mails.len(), usize::from(day == 23), "day {day}: {mails:?}");
            let Some(mail) = mails.first() else { continue };
            // The first click is on the link in the mail. The link leads to the sign-in page, and then to the form with
            // the lifetime filled in.
            let link = renewal_link(mail, word);
            let signed_out = bill.get(&link).await;
            let place = signed_out.header("location").expect("to the sign-in page").to_owned();
            assert!(place.contains(&format!("next={}", link.replace('/', "%2F"))), "{place}");
            bill.sign_in("bill", "bill").await;
            let page = bill.get(&link).await.text;
            assert!(page.contains("nightly build") && page.contains("name=\"days\" value=\"30\""), "{page}");
            // The second click is on the button of the form.
            let renewed = bill.post(&link, "days=30&overlap_seconds=0").await;
            let new = secret(&renewed.text);
            assert!(renewed.text.contains("<bdi>nightly build</bdi>"), "{renewed:?}");
            assert!(world.counterfoil.verify(&new).await.is_ok() && world.counterfoil.verify(&old).await.is_err());
            let done = value(&renewed.text, "id=\"done\" data-history href=\"/console");
            let list = bill.get(&done).await.text;
            assert!(!list.contains(&new[26..]), "shown once");
            assert_eq!(list.matches("<tr role=\"row\" data-id=").count(), 1, "one row: {list}");
            assert!(list.contains("<bdi>nightly build</bdi>"), "under the same label");
            assert_eq!(bill.get(&link).await.status, 404, "the link is used up");
        }
        for day in 24..=52 {
            world.clock.advance(Duration::from_secs(DAY));
            let mails = mailbox.after_a_run(&world).await;
            assert_eq!(mails.len(), usize::from(day == 46), "day {day}: none for the old expiry {mails:?}");
        }
        // A notice on expiry is sent only after an hour in which no other credential of the person expires.
        world.clock.advance(Duration::from_secs(DAY + 3_600));
        assert_eq!(mailbox.after_a_run(&world).await.len(), 1, "the new one has expired");
    }
}

#[tokio::test]
async fn life_1_an_expired_token_is_renewed_from_the_list_without_a_choice_of_overlap() {
    let world = world().await;
    let bill = Browser::signed_in(&world, "bill").await;
    bill.post("/tokens", "label=nightly&days=30&rights=all").await;
    let live = bill.get("/tokens").await.text;
    assert!(live.contains("/rotate?back=") && !live.contains("/renew?back="), "{live}");
    world.clock.advance(Duration::from_secs(25 * DAY));
    bill.sign_in("bill", "bill").await;
    assert!(bill.get("/tokens").await.text.contains("/renew?back="), "five days before its end");
    world.clock.advance(Duration::from_secs(5 * DAY));
    bill.sign_in("bill", "bill").await;
    let list = bill.get("/tokens").await.text;
    assert!(list.contains("/renew?back=") && !list.contains("/rotate?back="), "{list}");
    let id = value(&list, "data-id=\"");
    for path in [format!("/tokens/{id}/renew"), format!("/tokens/{id}/rotate")] {
        let page = bill.get(&path).await.text;
        assert!(page.contains("name=\"days\" value=\"30\"") && !page.contains("id=\"overlap_seconds\""), "{page}");
    }
    let path = format!("/tokens/{id}/renew");
    for (form, says) in [
        ("days=", "Enter the number of days"),
        ("days=0", "1 to 180"),
        ("days=181", "1 to 180"),
        ("days=1.5", "1 to 180"),
        ("days=x", "1 to 180"),
    ] {
        let refused = bill.post(&path, form).await;
        assert_eq!(refused.status, 422, "{form}");
        assert!(refused.text.contains("id=\"days-error\"") && refused.text.contains(says), "{form}: {refused:?}");
    }
    let late = bill.post(&path, "days=30&overlap_seconds=3600").await;
    assert!(late.status == 422 && late.text.contains("id=\"error\""), "{late:?}");
    let new = secret(&bill.post(&path, "days=180").await.text);
    assert!(world.counterfoil.verify(&new).await.is_ok());
    let list = bill.get("/tokens").await.text;
    assert!(list.contains("<bdi>nightly</bdi>") && !list.contains("class=\"expired\""), "{list}");
}

#[tokio::test]
async fn life_1_a_replacement_keeps_the_expiry_if_no_days_are_given() {
    let world = world().await;
    let bill = Browser::signed_in(&world, "bill").await;
    let old = secret(&bill.post("/tokens", "label=a&days=30&rights=all").await.text);
    let before = world.counterfoil.verify(&old).await.expect("live").expires_at();
    world.clock.advance(Duration::from_secs(60));
    let id = value(&bill.get("/tokens").await.text, "data-id=\"");
    assert!(bill.get(&format!("/tokens/{id}/rotate")).await.text.contains("name=\"days\" value=\"\""));
    let kept = secret(&bill.post(&format!("/tokens/{id}/rotate"), "days=&overlap_seconds=0").await.text);
    assert_eq!(world.counterfoil.verify(&kept).await.expect("live").expires_at(), before);
    let id = value(&bill.get("/tokens").await.text, "data-id=\"");
    let short = bill.post(&format!("/tokens/{id}/rotate"), "days=1&overlap_seconds=first-use").await;
    assert!(short.status == 422 && short.text.contains("id=\"overlap_seconds-error\""), "{short:?}");
}

#[tokio::test]
async fn life_1_a_token_is_extended_where_the_policy_allows_it_and_offered_nowhere_else() {
    for allowed in [false, true] {
        let mut policy = Policy::default();
        policy.personal_access_tokens.extendable = allowed;
        let world = world_under(policy).await;
        let bill = Browser::signed_in(&world, "bill").await;
        let token = secret(&bill.post("/tokens", "label=a&days=10&rights=all").await.text);
        let list = bill.get("/tokens").await.text;
        assert_eq!(list.contains("/extend?back="), allowed, "{list}");
        let path = format!("/tokens/{}/extend", value(&list, "data-id=\""));
        assert!(bill.get(&path).await.text.contains("name=\"days\" value=\"10\""));
        let empty = bill.post(&path, "days=").await;
        assert!(empty.status == 422 && empty.text.contains("id=\"days-error\""), "{empty:?}");
        let answer = bill.post(&path, "days=90").await;
        if !allowed {
            assert!(answer.status == 409 && answer.text.contains("policy of this service"), "{answer:?}");
            continue;
        }
        assert_eq!(answer.header("location"), Some("/console/tokens?notice=extended"), "{answer:?}");
        assert!(bill.get("/tokens?notice=extended").await.text.contains("The token has a new expiry."));
        world.clock.advance(Duration::from_secs(40 * DAY));
        bill.sign_in("bill", "bill").await;
        bill.post(&path, "days=90").await;
        let again = bill.get(&path).await.text;
        assert!(again.contains("name=\"days\" value=\"90\""), "not 130, the days since the creation: {again}");
        world.clock.advance(Duration::from_secs(89 * DAY));
        assert!(world.counterfoil.verify(&token).await.is_ok(), "the same text");
        world.clock.advance(Duration::from_secs(DAY));
        bill.sign_in("bill", "bill").await;
        let expired = bill.post(&path, "days=1").await;
        assert!(expired.status == 409 && expired.text.contains("It has expired. Renew it"), "{expired:?}");
    }
}

#[tokio::test]
async fn life_1_a_permanent_token_is_offered_where_the_policy_allows_it() {
    let mut policy = Policy::default();
    policy.personal_access_tokens.permanent = true;
    let world = world_under(policy).await;
    let bill = Browser::signed_in(&world, "bill").await;
    bill.post("/tokens", "label=a&days=10&rights=all").await;
    let path = format!("/tokens/{}/renew", value(&bill.get("/tokens").await.text, "data-id=\""));
    assert!(bill.get(&path).await.text.contains("name=\"permanent\""));
    let both = bill.post(&path, "days=10&permanent=true").await;
    assert!(both.status == 422 && both.text.contains("id=\"days-error\""), "{both:?}");
    let new = secret(&bill.post(&path, "days=&permanent=true").await.text);
    assert_eq!(world.counterfoil.verify(&new).await.expect("live").expires_at(), None);
}

#[tokio::test]
async fn life_1_an_administrator_renews_the_token_of_a_service_account() {
    let world = world().await;
    let adam = Browser::signed_in(&world, "adam").await;
    let made = adam.post("/service-accounts", "label=build&role=member&description=&notify=&rights=all").await;
    let page = made.header("location").expect("its page").replace("/console", "").replace("?notice=saved", "");
    adam.post(&page, "label=runner&days=1&rights=all").await;
    world.clock.advance(Duration::from_secs(DAY));
    adam.sign_in("adam", "adam").await;
    let id = value(&adam.get(&page).await.text, "data-id=\"");
    let path = format!("{page}/tokens/{id}/renew");
    let asks = adam.get(&path).await.text;
    assert!(asks.contains("build · runner") && asks.contains("name=\"days\" value=\"1\""), "{asks}");
    let new = secret(&adam.post(&path, "days=90").await.text);
    assert!(world.counterfoil.verify(&new).await.is_ok());
    let bill = Browser::signed_in(&world, "bill").await;
    assert_eq!(bill.get(&path).await.status, 403);
}
