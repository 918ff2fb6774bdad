//! Tests the module `counterfoil::testing`, which hosts use in their own tests.

use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use counterfoil::memory::MemoryStore;
use counterfoil::store::{ClientStore as _, SettingsStore as _, StoreError, TokenStore as _};
use counterfoil::testing::{Failure, Faults, FaultyStore, TestService, principal, service, service_with};
use counterfoil::types::TokenKind;
use counterfoil::*;

use crate::support::{block_on, days};

fn token_of(service: &TestService) -> IssuedCredential {
    block_on(service.personal_access_token("ivan", "projects:read"))
}

fn works(service: &TestService, token: &IssuedCredential) -> bool {
    block_on(service.verify(token.token.expose_secret())).is_ok()
}

#[test]
fn host_10_one_call_makes_a_service_with_people_clock_client_and_events() {
    let service = service();
    let token = token_of(&service);
    assert!(works(&service, &token));
    let expiry = token.view.expires_at.expect("30 days");
    service.clock().set(expiry.minus(Duration::from_micros(1)));
    assert!(works(&service, &token));
    service.clock().set(expiry);
    assert!(!works(&service, &token));

    let granted = block_on(service.sign_in("ada"));
    let principal = block_on(service.verify(granted.access_token.expose_secret())).expect("just issued");
    assert_eq!((principal.role(), principal.kind()), (Role::Administrator, TokenKind::AccessToken));
    assert!(granted.refresh_token.is_some() && service.client_secret().expose_secret().len() > 20);
    let events: Vec<&str> = service.events().iter().map(event::EventKind::name).collect();
    assert!(events.contains(&"issued") && events.contains(&"refused"), "{events:?}");
    assert!(service.events().is_empty(), "taken");
}

#[test]
fn host_10_two_services_issue_the_same_tokens() {
    let text = |service: TestService| token_of(&service).token.expose_secret().to_owned();
    assert_eq!(text(service()), text(service()));
}

#[test]
fn host_10_a_service_of_another_realm_issues_tokens_of_that_realm() {
    let realm = Realm::new("tenant").expect("a realm");
    let service = service_with(policy::Policy::open(), |builder| builder.realm(realm.clone()));
    assert_eq!(service.presenter("ivan").realm(), Some(&realm));
    let token = token_of(&service);
    let principal = block_on(service.verify(token.token.expose_secret())).expect("just issued");
    assert_eq!(principal.realm(), &realm);
}

#[test]
fn host_10_a_notice_is_sent_to_its_owner_once() {
    let service = service();
    let token = token_of(&service);
    service.clock().advance(days(23));
    let mails = block_on(service.mails());
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, "ivan@example.com");
    assert_eq!(Some(mails[0].label.as_str()), Some(token.view.label.as_str()));
    assert!(block_on(service.mails()).is_empty());
}

#[test]
fn host_11_a_call_fails_before_it_is_executed_or_after() {
    let faults = Faults::default();
    let store = FaultyStore::new(MemoryStore::default(), faults.clone());
    let settings = settings::StoredSettings::default();
    let put = || block_on(store.put_settings(&Realm::default(), None, &settings));
    let stored = || block_on(store.inner().settings(&Realm::default())).expect("the inner store answers").is_some();
    for (failure, done) in [(Failure::NotExecuted, false), (Failure::AnswerLost, true)] {
        faults.always(failure);
        let answer = put();
        assert!(matches!(answer, Err(StoreError::Unavailable { maybe_done, retry: true, .. }) if maybe_done == done));
        assert_eq!(stored(), done);
    }
    faults.heal();
    assert!(block_on(store.settings(&Realm::default())).expect("healed").is_some());
}

#[test]
fn host_11_the_call_that_fails_is_chosen_by_number_or_method() {
    let faults = Faults::default();
    let store = FaultyStore::new(MemoryStore::default(), faults.clone());
    let fails = || -> Vec<bool> { (0..6).map(|_| block_on(store.census()).is_err()).collect() };
    faults.nth(2, Failure::NotExecuted);
    assert_eq!(fails(), [false, true, false, false, false, false]);
    faults.every(3, Failure::NotExecuted);
    assert_eq!(fails(), [false, false, true, false, false, true]);
    faults.every(0, Failure::NotExecuted);
    assert!(fails().iter().all(|failed| !failed) && faults.calls() == 6);
    faults.on("client", Failure::NotExecuted);
    assert!(fails().iter().all(|failed| !failed));
    let id = "app".parse().expect("a client id");
    assert!(block_on(store.client(&Realm::default(), &id)).is_err());
}

#[test]
fn host_11_a_call_that_hangs_goes_on_when_the_store_heals() {
    let (faults, store) = (Faults::default(), Arc::new(MemoryStore::default()));
    let store = FaultyStore::new(store, faults.clone());
    faults.always(Failure::Hangs);
    let mut call = store.census();
    assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| block_on(call));
        faults.heal();
        assert!(waiting.join().expect("no panic").is_ok());
    });
}

#[test]
fn host_11_an_outage_is_no_refusal_and_nothing_is_lost() {
    let service = service();
    let token = token_of(&service);
    service.faults().on("get", Failure::NotExecuted);
    assert!(matches!(block_on(service.verify(token.token.expose_secret())), Err(Denied::Unavailable(_))));
    service.faults().heal();
    assert!(works(&service, &token));
}

#[test]
fn host_12_a_principal_is_made_by_hand() {
    let ivan = principal("ivan").scope("projects:read").build();
    assert_eq!((ivan.subject().as_str(), ivan.name(), ivan.role()), ("ivan", "ivan", Role::Member));
    assert!(ivan.may("projects:read") && !ivan.may("projects:write"));
    let ada: Principal = principal("7").name("Ada").role(Role::Administrator).kind(TokenKind::AccessToken).into();
    assert_eq!((ada.subject().as_str(), ada.name(), ada.kind()), ("7", "Ada", TokenKind::AccessToken));
    assert!(ada.may("anything"), "no scope, no limit");
}
