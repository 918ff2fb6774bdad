//! Tests answers of a directory that need a report: reserved subjects, and a `valid_since` in the future.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use counterfoil::client::{Grant, NewClient};
use counterfoil::directory::{Accounts, DirectoryError, Login, Logins, ResolvedName, Search};
use counterfoil::event::EventKind;
use counterfoil::http_auth::Refusal;
use counterfoil::operations::{LoginError, NewAccess, NewSecurityCode, OpenError, SignIn};
use counterfoil::testing::{ManualClock, RecordingSink};
use counterfoil::*;

use crate::support::*;

const RESERVED: &str = "service-account:0000000000000000000001";

/// A directory with one account, which is the answer to every call. `asked` contains the subjects of the calls. If
/// `shows` is true, `try_account` passes the account to its callback.
#[derive(Clone)]
struct One {
    account: Arc<Mutex<Account>>,
    asked: Arc<Mutex<Vec<SubjectId>>>,
    shows: bool,
}

impl One {
    fn new(account: Account, shows: bool) -> Self {
        Self { account: Arc::new(Mutex::new(account)), asked: Arc::default(), shows }
    }

    fn now(&self) -> Account {
        self.account.lock().expect("not poisoned").clone()
    }
}

#[async_trait]
impl Accounts for One {
    async fn account(&self, subject: &SubjectId) -> Result<Option<Account>, DirectoryError> {
        self.asked.lock().expect("not poisoned").push(subject.clone());
        assert!(!self.shows, "an account that can be shown needs no call that waits");
        Ok(Some(self.now()))
    }

    fn try_account(&self, subject: &SubjectId, look: &mut dyn FnMut(Option<&Account>)) -> bool {
        if self.shows {
            self.asked.lock().expect("not poisoned").push(subject.clone());
            look(Some(&self.now()));
        }
        self.shows
    }

    async fn resolve(&self, name: &str) -> Result<ResolvedName, DirectoryError> {
        Ok(ResolvedName::new(name.to_owned()).with_subject(Some(self.now().subject().clone())))
    }
}

#[async_trait]
impl Logins for One {
    async fn authenticate(&self, _login: &Login<'_>) -> Result<Option<Account>, DirectoryError> {
        Ok(Some(self.now()))
    }
}

#[async_trait]
impl Search for One {
    async fn find(&self, _text: &str, _limit: NonZeroU32) -> Result<Vec<Account>, DirectoryError> {
        Ok(vec![self.now(), Account::new(subject("7"), "ivan", Role::Member)])
    }
}

struct Host {
    counterfoil: Counterfoil,
    people: One,
    sink: RecordingSink,
    clock: Arc<ManualClock>,
}

impl Host {
    fn new(account: Account, shows: bool) -> Self {
        let (people, sink, clock) =
            (One::new(account, shows), RecordingSink::default(), Arc::new(ManualClock::at(start())));
        let builder = Counterfoil::builder().store(Base::default()).key_ring(ring()).policy(open_policy());
        let builder = builder.directory(Arc::new(people.clone())).events(sink.clone()).clock(clock.clone());
        Self { counterfoil: builder.build().expect("all parts are there"), people, sink, clock }
    }

    fn log_in(&self) -> Result<Principal, LoginError> {
        let password = Secret::from("x".to_owned());
        let login = Login::new("x", &password);
        block_on(self.counterfoil.open_session(&login, &source_of(Some("192.0.2.1")))).map(|opened| opened.principal)
    }

    fn reports(&self) -> Vec<EventKind> {
        let is_report =
            |kind: &EventKind| matches!(kind, EventKind::ValidSinceAhead { .. } | EventKind::ReservedSubject { .. });
        self.sink.take().into_iter().map(|event| event.kind).filter(is_report).collect()
    }
}

#[test]
fn life_2_a_future_valid_since_holds_and_is_reported_once_in_ten_minutes() {
    [false, true].into_iter().for_each(a_future_valid_since);
}

fn a_future_valid_since(shows: bool) {
    let ivan = Account::new(subject("7"), "ivan", Role::Member);
    let host = Host::new(ivan.clone(), shows);
    let session = block_on(host.counterfoil.open_session_for(&ivan)).expect("opened");
    let verify = || block_on(host.counterfoil.verify_session(session.token.expose_secret())).map(drop);
    let since = |after: u64| {
        let valid_since = start().plus(Duration::from_secs(after)).expect("in range");
        *host.people.account.lock().expect("not poisoned") = ivan.clone().with_valid_since(valid_since);
        valid_since
    };
    assert!(verify().is_ok() && host.reports().is_empty());

    let present = since(0);
    assert!(verify().is_ok() && host.reports().is_empty(), "an equal instant is valid: {present:?}");

    let valid_since = since(1_200);
    let report = EventKind::ValidSinceAhead { subject: subject("7"), valid_since };
    let refused = |answer: Result<(), Denied>| {
        let Err(Denied::Refused(refusal)) = answer else { panic!("{answer:?}") };
        assert_eq!(refusal, Refusal::BeforeValidSince { valid_since });
    };
    refused(verify());
    assert_eq!(host.reports(), std::slice::from_ref(&report));
    host.clock.advance(Duration::from_micros(599_999_999));
    refused(verify());
    assert!(host.reports().is_empty(), "within ten minutes");
    host.clock.advance(Duration::from_micros(1));
    assert!(host.log_in().is_ok(), "a new session is opened, and refused like the others");
    assert_eq!(host.reports(), [report], "ten minutes later");
    host.clock.advance(Duration::from_secs(599));
    refused(verify());
    assert!(host.reports().is_empty());
    host.clock.advance(Duration::from_secs(1));
    refused(verify());
    assert!(host.reports().is_empty(), "the instant is reached: no longer in the future");
    assert!(host.log_in().is_ok());
}

#[test]
fn the_directory_is_never_asked_for_a_reserved_subject() {
    [false, true].into_iter().for_each(no_question_for_a_reserved_subject);
}

fn no_question_for_a_reserved_subject(shows: bool) {
    let host = Host::new(Account::new(subject("7"), "ivan", Role::SuperAdministrator), shows);
    let reserved = subject(RESERVED);
    let app =
        NewClient::named("App").with_id(client_id("app")).with_public(true).with_grants(vec![Grant::RefreshToken]);
    block_on(host.counterfoil.create_client(&Presenter::host(), app)).expect("a client");
    let opened = block_on(host.counterfoil.open_sign_in(&SignIn::new(&client_id("app"), &reserved)));
    assert!(matches!(opened, Err(OpenError::AccountMissing)), "{opened:?}");
    let root = Presenter::signed_in(&host.people.now());
    let tokens = host.counterfoil.list_personal_access_tokens_of(&root, &reserved, None, limit(1));
    assert_eq!(block_on(tokens).expect_err("nobody").status(), 404);
    let asked = host.people.asked.lock().expect("not poisoned");
    assert!(!asked.contains(&reserved), "{asked:?}");
    drop(asked);
    assert!(host.reports().is_empty(), "nothing is wrong with the directory");
}

#[test]
fn an_account_of_the_directory_with_a_reserved_subject_is_treated_as_missing() {
    [false, true].into_iter().for_each(a_reserved_account);
}

fn a_reserved_account(shows: bool) {
    let machine = Account::new(subject(RESERVED), "machine", Role::SuperAdministrator);
    let host = Host::new(machine.clone(), shows);
    let report = [EventKind::ReservedSubject { subject: subject(RESERVED) }];
    let again = || {
        host.clock.advance(Duration::from_secs(600));
        drop(host.sink.take());
    };

    assert!(matches!(host.log_in(), Err(LoginError::Refused)), "by a password");
    assert_eq!(host.reports(), report, "once, although two parts returned it");
    again();
    let session = block_on(host.counterfoil.open_session_for(&machine));
    assert!(matches!(session, Err(LoginError::Refused)), "by the host's own code");
    let root = Presenter::signed_in(&Account::new(subject("1"), "root", Role::SuperAdministrator));
    let ivan = subject("7");
    let tokens = host.counterfoil.list_personal_access_tokens_of(&root, &ivan, None, limit(1));
    assert_eq!(block_on(tokens).expect_err("nobody").status(), 404, "as the answer for another subject");
    assert_eq!(host.reports(), report);
    again();
    let new = NewSecurityCode::new(NewAccess::SameAsUser("machine"));
    let code = block_on(host.counterfoil.create_security_code(&Presenter::host(), &new));
    assert!(code.is_err(), "by its name: {code:?}");
    let found = block_on(host.counterfoil.list_users(&Presenter::host(), "x", limit(9))).expect("found");
    let found: Vec<_> = found.iter().map(|user| user.subject.clone()).collect();
    assert_eq!((found, host.reports()), (vec![subject("7")], report.to_vec()), "by a search");
}
