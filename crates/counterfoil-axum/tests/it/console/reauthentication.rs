//! Tests which actions need the password again if it was entered too long ago. These actions create, renew or widen a
//! credential, enable a client, or turn on personal access tokens (fault A7).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use counterfoil::client::{ClientUpdate, NewClient};
use counterfoil::clock::Clock;
use counterfoil::directory::Directory;
use counterfoil::memory::{MemoryDirectory, MemoryStore};
use counterfoil::policy::{Policy, SettingGate, SwitchGate};
use counterfoil::{Account, Counterfoil, KeyRing, Presenter, Role, Timestamp};
use counterfoil_axum::Sources;
use counterfoil_axum::console::{Console, Transport};

use super::browser::{Browser, mounted, value};
use crate::support::{World, subject, world};

const NUMBERS: &str = "pat_max_days=90&notice_lead_days=7&code_lifetime_seconds=86400&access_lifetime_seconds=600\
                       &refresh_inactivity_seconds=86400&refresh_absolute_seconds=2592000&personal_access_tokens_enabled=true";

/// A world with a token, an active code, an expired code and a disabled client. The account sue is signed in.
struct Stage {
    world: World,
    sue: Browser,
    token: String,
    renewed: String,
    live: String,
    expired: String,
}

async fn stage() -> Stage {
    let world = world().await;
    let sue = Browser::signed_in(&world, "sue").await;
    sue.post("/codes", "access=super_administrator&description=old").await;
    let expired = value(&sue.get("/codes").await.text, "data-id=\"");
    world.clock.advance(Duration::from_secs(25 * 3_600));
    sue.sign_in("sue", "sue").await;
    sue.post("/codes", "access=super_administrator&description=new").await;
    let live = value(&sue.get("/codes").await.text, "data-id=\"");
    sue.post("/tokens", "label=own&days=5&rights=all").await;
    let token = value(&sue.get("/tokens").await.text, "data-id=\"");
    sue.post("/tokens", "label=renewed&days=5&rights=all").await;
    let renewed = value(&sue.get("/tokens?q=renewed").await.text, "data-id=\"");
    let host = Presenter::host();
    let off = ClientUpdate::default().with_disabled(true);
    world
        .counterfoil
        .create_client(&host, NewClient::named("off").with_id("off".parse::<counterfoil::client::ClientId>().unwrap()))
        .await
        .unwrap();
    world.counterfoil.update_client(&host, &"off".parse().unwrap(), off).await.unwrap();
    world.counterfoil.set_token_login(&host, &subject("bill"), false).await.unwrap();
    Stage { world, sue, token, renewed, live, expired }
}

/// Returns all forms whose actions need the password again if it was entered too long ago. The three values of each
/// form are its path, its fields, and the path of its page if this page has a password field.
fn grave(stage: &Stage) -> Vec<(String, String, Option<String>)> {
    let (token, renewed, live, expired) = (&stage.token, &stage.renewed, &stage.live, &stage.expired);
    let form = |path: String, form: &str, page: Option<String>| (path, form.to_owned(), page);
    vec![
        form("/tokens".into(), "label=more&days=5&rights=all", Some("/tokens".into())),
        form(format!("/tokens/{token}/rotate"), "overlap_seconds=3600", Some(format!("/tokens/{token}/rotate"))),
        form(format!("/tokens/{renewed}/renew"), "days=90", Some(format!("/tokens/{renewed}/renew"))),
        form("/codes".into(), "access=super_administrator", Some("/codes".into())),
        form(
            format!("/codes/{live}/edit"),
            "expires_at=2030-01-01T00:00&description=new",
            Some(format!("/codes/{live}/edit")),
        ),
        form(format!("/codes/{live}/make-permanent"), "", None),
        form(format!("/codes/{live}/reset"), "", None),
        form(format!("/codes/{expired}/reactivate"), "", None),
        form(
            "/clients".into(),
            "display_name=more&refresh_mode=rotate&allowed=all&default=all",
            Some("/clients".into()),
        ),
        form("/clients/off/enable".into(), "", None),
        form("/clients/app/secret".into(), "overlap_seconds=3600", Some("/clients/app/secret".into())),
        form("/settings".into(), NUMBERS, Some("/settings".into())),
        form("/users/bill/token-login".into(), "allowed=true", None),
    ]
}

#[tokio::test]
async fn fault_a7_what_makes_or_widens_asks_for_a_password_that_is_ten_minutes_old() {
    let stage = stage().await;
    for (path, form, page) in grave(&stage) {
        stage.world.clock.advance(Duration::from_secs(10 * 60));
        drop(stage.world.sink.take());
        let unproved = stage.sue.post(&path, &form).await;
        assert_eq!(unproved.status, 403, "{path}: {unproved:?}");
        assert!(unproved.text.contains("id=\"password\""), "the answer asks for it: {path} {unproved:?}");
        assert_eq!(unproved.text.contains("id=\"password-error\""), page.is_some(), "{path}");
        for wrong in ["", "bill"] {
            let refused = stage.sue.post(&path, &format!("{form}&password={wrong}")).await;
            assert_eq!(refused.status, 403, "{path}");
            assert!(refused.text.contains("id=\"password-error\""), "{path}: {refused:?}");
        }
        if let Some(page) = page {
            let page = stage.sue.get(&page).await;
            assert!(page.text.contains("id=\"password\""), "the page asks beforehand: {path}");
        }
        let events = stage.world.sink.take();
        assert!(
            events.iter().all(|event| matches!(event.kind, counterfoil::event::EventKind::LoginRefused { .. })),
            "nothing was done: {path} {events:?}"
        );
        let proved = stage.sue.post(&path, &format!("{form}&password=sue")).await;
        assert!(matches!(proved.status.as_u16(), 200 | 303), "{path}: {proved:?}");
        assert!(stage.world.sink.take().len() > 1, "it was done: {path}");
        let page = stage.sue.get("/tokens").await;
        assert!(!page.text.contains("id=\"password\""), "the proof holds for ten minutes");
    }
}

#[tokio::test]
async fn fault_a7_what_takes_rights_away_or_only_describes_asks_for_none() {
    let stage = stage().await;
    let (token, live) = (&stage.token, &stage.live);
    let edit = stage.sue.get(&format!("/codes/{live}/edit")).await.text;
    let expires_at = edit.split("name=\"expires_at\" value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let described = format!("expires_at={}&description=words", expires_at.replace(':', "%3A"));
    stage.world.clock.advance(Duration::from_secs(10 * 60));
    for (path, form) in [
        (format!("/codes/{live}/edit"), described.as_str()),
        (format!("/codes/{live}/delete"), ""),
        (format!("/tokens/{token}/delete"), ""),
        ("/users/adam/token-login".to_owned(), "allowed=false"),
        ("/clients/app/disable".to_owned(), ""),
        ("/clients/app/delete".to_owned(), ""),
    ] {
        let done = stage.sue.post(&path, form).await;
        assert_eq!(done.status, 303, "{path}: {done:?}");
    }
}

/// A clock that stands still for the next `left` readings, and then is ten minutes ahead.
struct Jumping {
    left: AtomicU64,
    start: Timestamp,
}

impl Clock for Jumping {
    fn now(&self) -> Timestamp {
        let left = self.left.load(Ordering::SeqCst);
        if left == 0 {
            return self.start.plus_capped(Duration::from_secs(10 * 60));
        }
        self.left.store(left - 1, Ordering::SeqCst);
        self.start
    }
}

#[tokio::test]
async fn fault_a7_a_session_that_turns_stale_while_its_form_is_handled_was_fresh_when_the_form_arrived() {
    let clock = Arc::new(Jumping { left: AtomicU64::new(u64::MAX), start: Timestamp::from_micros(1 << 50).unwrap() });
    let people = Arc::new(MemoryDirectory::default());
    people.insert(Account::new(subject("sue"), "sue", Role::SuperAdministrator), &["sue"], "sue");
    let mut policy = Policy::default();
    policy.personal_access_tokens.setting = SettingGate::DefaultOn;
    policy.personal_access_tokens.switch = SwitchGate::DefaultOn;
    let counterfoil = Counterfoil::builder()
        .policy(policy)
        .store(MemoryStore::default())
        .directory(people as Arc<dyn Directory>)
        .key_ring(KeyRing::generate_from_system().unwrap())
        .clock(clock.clone())
        .build()
        .unwrap();
    let sue = Browser::at(mounted(Console::new(counterfoil, Transport::Https, "/console", Sources::Extension)));
    for asked in 0..40 {
        clock.left.store(u64::MAX, Ordering::SeqCst);
        sue.sign_in("sue", "sue").await;
        let form = sue.form("/codes", "access=super_administrator").await;
        clock.left.store(asked, Ordering::SeqCst);
        let answer = sue.send_form("/codes", &form).await;
        // The session is verified twice: when the headers have arrived, and when the form has arrived. Each
        // verification reads the clock once. Only the second reading decides whether the session is fresh. So the
        // response must ask for the password exactly if the clock jumps before this reading.
        match asked {
            0 | 1 => assert!(answer.status == 403 && answer.text.contains("id=\"password\""), "{answer:?}"),
            _ => assert!(answer.status == 200 && answer.text.contains("id=\"secret\""), "{asked}: {answer:?}"),
        }
    }
}
