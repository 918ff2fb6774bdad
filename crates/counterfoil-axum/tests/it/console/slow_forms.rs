//! Tests forms whose fields arrive later than the headers. Meanwhile the account changes its password.

use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use axum::body::{Body, Bytes};
use counterfoil::clock::Clock as _;
use counterfoil::directory::{Accounts, DirectoryError, Login, Logins, ResolvedName, Search};
use counterfoil::http_auth::Refusal;
use counterfoil::memory::MemoryDirectory;
use counterfoil::{Account, Denied, Presenter, Role, SubjectId};

use super::browser::{Browser, secret};
use crate::support::{World, subject, world, world_with};

/// A form that arrives in one piece, after the function `event` was called.
struct After {
    event: Option<Box<dyn FnOnce() + Send>>,
    form: Option<String>,
}

impl futures_core::Stream for After {
    type Item = Result<Bytes, std::io::Error>;

    fn poll_next(mut self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(event) = self.event.take() {
            event();
        }
        Poll::Ready(self.form.take().map(|form| Ok(Bytes::from(form))))
    }
}

/// Returns a function that lets five seconds pass and changes the password of sue to `new`.
fn change(world: &World) -> impl FnOnce() + Send + 'static {
    let (clock, people) = (Arc::clone(&world.clock), Arc::clone(&world.people));
    move || {
        clock.advance(Duration::from_secs(5));
        assert!(people.set_password(&subject("sue"), "new"));
        let account = Account::new(subject("sue"), "sue", Role::SuperAdministrator);
        assert!(people.update(account.with_valid_since(clock.now())));
    }
}

/// Makes the body of a form that arrives after sue has changed her password.
fn after_a_change(world: &World, form: String) -> Body {
    Body::from_stream(After { event: Some(Box::new(change(world))), form: Some(form) })
}

async fn signed_in() -> (World, Browser) {
    let world = world().await;
    let sue = Browser::signed_in(&world, "sue").await;
    (world, sue)
}

/// Whether a credential is refused only because it began before the password was changed.
async fn predates(world: &World, token: &str) -> bool {
    matches!(world.counterfoil.verify(token).await.err(), Some(Denied::Refused(Refusal::BeforeValidSince { .. })))
}

#[tokio::test]
async fn fault_a11_a_form_that_arrives_after_a_change_of_the_password_makes_nothing() {
    for (path, fields) in [
        ("/tokens", "label=late&days=5&rights=all"),
        ("/codes", "access=same_as_user&user=sue"),
        ("/clients/app/secret", "overlap_seconds=3600"),
    ] {
        let (world, sue) = signed_in().await;
        let app = "app".parse().expect("an id");
        let client = async || world.counterfoil.client(&Presenter::host(), &app).await.expect("the client");
        let before = client().await.secrets.len();
        let fields = sue.form(path, fields).await;
        let answer = sue.send_body(path, after_a_change(&world, fields)).await;
        assert_eq!(answer.status, 303, "{path}: the session is over: {answer:?}");
        assert!(answer.header("location").is_some_and(|to| to.contains("/sign-in")), "{answer:?}");
        let limit = NonZeroU32::new(9).expect("not zero");
        let host = Presenter::host();
        let tokens = world.counterfoil.list_personal_access_tokens_of(&host, &subject("sue"), None, limit).await;
        assert!(tokens.is_ok_and(|page| page.items.is_empty()), "{path}");
        let codes = world.counterfoil.list_security_codes(&host, true, None, limit).await;
        assert!(codes.is_ok_and(|page| page.items.is_empty()), "{path}");
        assert_eq!(client().await.secrets.len(), before, "{path}");
    }
}

#[tokio::test]
async fn fault_a11_a_session_that_ends_while_a_form_arrives_makes_no_token() {
    let (world, sue) = signed_in().await;
    let fields = sue.form("/tokens", "label=late&days=5&rights=all").await;
    let counterfoil = world.counterfoil.clone();
    let event = move || {
        let (host, sue) = (Presenter::host(), subject("sue"));
        let ended = counterfoil.revoke_all_of(&host, &sue);
        // The stores are in memory, so the future never waits.
        assert!(std::pin::pin!(ended).poll(&mut Context::from_waker(std::task::Waker::noop())).is_ready());
    };
    let body = Body::from_stream(After { event: Some(Box::new(event)), form: Some(fields) });
    let answer = sue.send_body("/tokens", body).await;
    assert_eq!(answer.status, 303, "{answer:?}");
    let limit = NonZeroU32::new(9).expect("not zero");
    let (host, sue) = (Presenter::host(), subject("sue"));
    let tokens = world.counterfoil.list_personal_access_tokens_of(&host, &sue, None, limit).await;
    assert!(tokens.is_ok_and(|page| page.items.is_empty()));
}

#[tokio::test]
async fn fault_a11_a_late_form_with_the_new_password_does_not_revive_the_session() {
    for password in ["sue", "new"] {
        let (world, sue) = signed_in().await;
        world.clock.advance(Duration::from_secs(10 * 60));
        let fields = sue.form("/tokens", &format!("label=late&days=5&rights=all&password={password}")).await;
        let answer = sue.send_body("/tokens", after_a_change(&world, fields)).await;
        assert_eq!(answer.status, 303, "{password}: {answer:?}");
    }
}

/// A function that is called at most once.
type Once = Arc<Mutex<Option<Box<dyn FnOnce() + Send>>>>;

/// A directory that calls a function after it has tested a password and before it returns the result.
struct Interrupted(Arc<MemoryDirectory>, Once);

#[async_trait]
impl Accounts for Interrupted {
    async fn account(&self, subject: &SubjectId) -> Result<Option<Account>, DirectoryError> {
        self.0.account(subject).await
    }

    async fn resolve(&self, name: &str) -> Result<ResolvedName, DirectoryError> {
        self.0.resolve(name).await
    }
}

#[async_trait]
impl Logins for Interrupted {
    async fn authenticate(&self, login: &Login<'_>) -> Result<Option<Account>, DirectoryError> {
        let found = self.0.authenticate(login).await;
        if let Some(event) = self.1.lock().unwrap_or_else(PoisonError::into_inner).take() {
            event();
        }
        found
    }
}

#[async_trait]
impl Search for Interrupted {
    async fn find(&self, text: &str, limit: NonZeroU32) -> Result<Vec<Account>, DirectoryError> {
        self.0.find(text, limit).await
    }
}

#[tokio::test]
async fn fault_a11_a_change_while_a_form_tests_the_old_password_refuses_what_the_form_creates() {
    let once = Once::default();
    let world = world_with(|people| Arc::new(Interrupted(people, Arc::clone(&once)))).await;
    let sue = Browser::signed_in(&world, "sue").await;
    world.clock.advance(Duration::from_secs(10 * 60));
    let fields = sue.form("/tokens", "label=late&days=5&rights=all&password=sue").await;
    *once.lock().unwrap_or_else(PoisonError::into_inner) = Some(Box::new(change(&world)));
    let answer = sue.send_form("/tokens", &fields).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(predates(&world, &secret(&answer.text)).await);
    assert_eq!(sue.get("/tokens").await.status, 303, "the new session is refused too");
}
