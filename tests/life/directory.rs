//! Tests the parts of a directory, and what happens if it cannot check passwords or cannot search (requirements HOST 6
//! and HOST 7).

use std::io;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use counterfoil::client::{Grant, NewClient};
use counterfoil::directory::{Accounts, DirectoryError, Login, Logins, ResolvedName, Search};
use counterfoil::event::{EventKind, Fault, Means};
use counterfoil::oauth::{OAuthRequest, Reason};
use counterfoil::operations::{LoginError, NewAccess, NewSecurityCode};
use counterfoil::testing::{ManualClock, RecordingSink};
use counterfoil::*;

use crate::support::*;

/// A directory of people who sign in elsewhere. A call with the name `outage` fails with an error of the host.
#[derive(Default)]
struct Elsewhere;

fn reachable(name: &str) -> Result<(), io::Error> {
    if name == "outage" { Err(io::Error::other("connection refused")) } else { Ok(()) }
}

#[async_trait]
impl Accounts for Elsewhere {
    async fn account(&self, subject: &SubjectId) -> Result<Option<Account>, DirectoryError> {
        reachable(subject.as_str())?;
        let role = if subject.as_str() == "root" { Role::SuperAdministrator } else { Role::Member };
        let is_known = ["ivan", "root"].contains(&subject.as_str());
        Ok(is_known.then(|| Account::new(subject.clone(), subject.as_str(), role)))
    }

    async fn resolve(&self, name: &str) -> Result<ResolvedName, DirectoryError> {
        reachable(name)?;
        let subject = (name == "ivan").then(|| subject(name));
        Ok(ResolvedName::new(name.to_owned()).with_subject(subject))
    }
}

/// A directory for [`Builder::logins`], which checks passwords.
struct Passwords;

#[async_trait]
impl Logins for Passwords {
    async fn authenticate(&self, login: &Login<'_>) -> Result<Option<Account>, DirectoryError> {
        reachable(login.password.expose_secret())?;
        let fits = (login.name, login.password.expose_secret()) == ("ivan", "right");
        Ok(fits.then(|| Account::new(subject("ivan"), "ivan", Role::Member)))
    }
}

/// A directory for [`Builder::search`], which searches for people.
struct Index;

#[async_trait]
impl Search for Index {
    async fn find(&self, text: &str, _limit: NonZeroU32) -> Result<Vec<Account>, DirectoryError> {
        reachable(text)?;
        Ok(vec![Account::new(subject("ivan"), "ivan", Role::Member)])
    }
}

fn host(change: impl FnOnce(Builder) -> Builder) -> (Counterfoil, RecordingSink) {
    let sink = RecordingSink::default();
    let builder = Counterfoil::builder().store(Base::default()).key_ring(ring()).events(sink.clone());
    (change(builder).build().expect("all parts are there"), sink)
}

fn sign_in(counterfoil: &Counterfoil, name: &str, password: &str) -> Result<Principal, LoginError> {
    let password = Secret::from(password.to_owned());
    let login = Login::new(name, &password);
    let opened = block_on(counterfoil.open_session(&login, &source_of(Some("192.0.2.1"))));
    opened.map(|opened| opened.principal)
}

fn root() -> Presenter {
    Presenter::signed_in(&Account::new(subject("root"), "root", Role::SuperAdministrator))
}

#[test]
fn host_6_a_host_without_passwords_implements_two_methods() {
    let (counterfoil, _) = host(|builder| builder.accounts(Elsewhere));
    let ivan = Account::new(subject("ivan"), "ivan", Role::Member);
    let session = block_on(counterfoil.open_session_for(&ivan)).expect("opened");
    assert!(block_on(counterfoil.verify_session(session.token.expose_secret())).is_ok());
    let user = NewAccess::SameAsUser("ivan");
    let code = block_on(counterfoil.create_security_code(&root(), &NewSecurityCode::new(user)));
    assert!(code.is_ok(), "{code:?}");
    let refused = sign_in(&counterfoil, "ivan", "right").expect_err("no passwords");
    assert_eq!((refused.status(), refused.name(), refused.retry_after(start())), (501, "not-offered", None));
    let LoginError::Unavailable(Unavailable::NotGiven { part: "logins" }) = refused else { panic!("{refused:?}") };
    assert!(!counterfoil.has_logins() && !counterfoil.has_search());
    let refused = block_on(counterfoil.list_users(&root(), "iv", limit(1))).expect_err("no search");
    assert_eq!((refused.status(), refused.name(), refused.retry_after(start())), (501, "not-offered", None));
    assert_eq!(refused.to_string(), "the host has no search: give it to the builder");
}

#[test]
fn host_6_without_logins_the_token_endpoint_does_not_support_the_password_grant() {
    let (counterfoil, sink) = host(|builder| builder.accounts(Elsewhere));
    let grants = vec![Grant::Password, Grant::RefreshToken];
    let new = NewClient::named("App").with_id(client_id("app")).with_grants(grants).with_public(true);
    block_on(counterfoil.create_client(&Presenter::host(), new)).expect("a client");
    let _clients = sink.take();
    let source = source_of(Some("192.0.2.1"));
    let ask = |form: &str| {
        let body = format!("client_id=app&{form}");
        let request = OAuthRequest::new(body.as_bytes(), &source).with_content_type(FORM);
        block_on(counterfoil.token(request)).expect_err("refused")
    };
    let refused = ask("grant_type=password&username=ivan&password=right");
    assert_eq!((refused.status(), refused.code().as_str()), (400, "unsupported_grant_type"));
    assert_eq!(refused.description(), "parameter grant_type names a grant that is not supported here");
    assert_eq!(refused.retry_after(), None, "waiting does not help");
    assert!(matches!(refused.reason(), Some(Reason::NoLogins)), "{refused:?}");
    let events = sink.take();
    let told = |kind: &EventKind| matches!(kind, EventKind::GrantRefused { error: "unsupported_grant_type", .. });
    assert!(events.iter().any(|event| told(&event.kind)), "{events:?}");
    // The host can still open sign-ins itself, and clients can refresh them. So the refresh grant is supported, and the
    // error is that of an invalid refresh token.
    assert_eq!(ask("grant_type=refresh_token&refresh_token=cfr_x").code().as_str(), "invalid_grant");
}

#[test]
fn host_6_passwords_and_search_come_from_where_the_host_has_them() {
    let (counterfoil, _) = host(|builder| builder.accounts(Elsewhere).logins(Passwords).search(Index));
    assert!(sign_in(&counterfoil, "ivan", "right").is_ok());
    assert!(matches!(sign_in(&counterfoil, "ivan", "wrong"), Err(LoginError::Refused)));
    assert_eq!(block_on(counterfoil.list_users(&root(), "iv", limit(1))).expect("found").len(), 1);
    let without = Counterfoil::builder().store(Base::default()).key_ring(ring()).logins(Passwords).build();
    assert_eq!(without.expect_err("no accounts"), BuildError::Missing { part: "directory" });
}

#[test]
fn host_6_an_outage_of_the_directory_is_one_outage_whichever_part_fails() {
    let clock = Arc::new(ManualClock::at(start()));
    let whole = |builder: Builder| builder.accounts(Elsewhere).logins(Passwords).search(Index).clock(clock.clone());
    let (counterfoil, sink) = host(whole);
    let reported = || {
        let of_directory = |what: &EventKind| match what {
            EventKind::Failed { means: Means::Directory, op, fault: Fault::Unavailable, cause, .. } => {
                Some(format!("{op}: {cause}"))
            }
            EventKind::Recovered { means: Means::Directory, failures, .. } => Some(format!("after {failures}")),
            _ => None,
        };
        sink.take().iter().filter_map(|event| of_directory(&event.kind)).collect::<Vec<_>>()
    };
    let cause = "directory is unavailable: connection refused";
    for (name, password, method) in [("outage", "right", "resolve"), ("ivan", "outage", "authenticate")] {
        let refused = sign_in(&counterfoil, name, password).expect_err("an outage");
        assert!(matches!(refused, LoginError::Unavailable(Unavailable::Directory(_))), "{refused:?}");
        assert_eq!(reported(), [format!("{method}: {cause}")]);
    }
    assert_eq!(block_on(counterfoil.list_users(&root(), "outage", limit(1))).expect_err("an outage").status(), 503);
    assert_eq!(reported(), [format!("find: {cause}")]);
    clock.advance(Duration::from_secs(6));
    assert!(sign_in(&counterfoil, "ivan", "right").is_ok());
    assert!(block_on(counterfoil.list_users(&root(), "iv", limit(1))).is_ok());
    assert_eq!(reported(), ["after 3"], "its end is told once, by the first success of any part");
}

#[test]
fn host_7_every_error_of_the_host_is_an_outage_and_never_not_found() {
    let (counterfoil, _) = host(|builder| builder.accounts(Elsewhere));
    let tokens = |id: &str| {
        block_on(counterfoil.list_personal_access_tokens_of(&root(), &subject(id), None, limit(1))).map(drop)
    };
    let error = tokens("outage").expect_err("an outage");
    assert_eq!((error.status(), error.name()), (503, "unavailable"));
    assert_eq!(tokens("nobody").expect_err("nobody").status(), 404);
    let causes = |error: &DirectoryError| error.source().map(ToString::to_string);
    for (error, cause) in [
        (DirectoryError::from("pool is closed"), "pool is closed"),
        (DirectoryError::from("pool is closed".to_owned()), "pool is closed"),
        (DirectoryError::from(io::Error::other("refused")), "refused"),
        (DirectoryError::from(Box::<dyn std::error::Error + Send + Sync>::from("boxed")), "boxed"),
    ] {
        assert_eq!((error.to_string().as_str(), causes(&error).as_deref()), ("directory is unavailable", Some(cause)));
        let unavailable = Unavailable::from(error);
        let reported = std::error::Error::source(&unavailable).map(ToString::to_string);
        assert_eq!((unavailable.to_string().as_str(), reported.as_deref()), ("directory is unavailable", Some(cause)));
    }
}

#[test]
fn host_6_a_directory_behind_a_pointer_is_a_directory() {
    fn is_directory(_: impl counterfoil::directory::Directory) {}
    let people = Arc::new(people());
    is_directory(Arc::clone(&people));
    is_directory(people as Arc<dyn counterfoil::directory::Directory>);
}
