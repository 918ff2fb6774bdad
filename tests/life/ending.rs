//! Tests the ending of one sign-in, of all others, of some kinds, and of everything (requirement LIFE 3).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use async_trait::async_trait;
use counterfoil::event::{Actor, Event, EventKind};
use counterfoil::http_auth::Refusal;
use counterfoil::operations::{Granted, NewAccess, OpenedSession, SignIn};
use counterfoil::service_account::NewServiceAccount;
use counterfoil::store::StoreError;
use counterfoil::testing::{Failure, Faults, FaultyStore};
use counterfoil::types::{FamilyId, RevocationReason, TokenKind};
use counterfoil::*;

use crate::support::*;

fn session(world: &World, id: &str) -> OpenedSession {
    block_on(world.handle.open_session_for(&world.account(id))).expect("opened")
}

fn granted(world: &World, id: &str) -> Granted {
    let (client, subject) = (client_id("rotating"), subject(id));
    block_on(world.handle.open_sign_in(&SignIn::new(&client, &subject).with_remember(true))).expect("opened")
}

fn lives(world: &World, session: &OpenedSession) -> bool {
    block_on(world.handle.verify_session(session.token.expose_secret())).is_ok()
}

/// Whether an access token and the refresh token of this sign-in work. Fails if only one of them does.
fn signed_in(world: &World, granted: &Granted) -> bool {
    let access = world.works(granted.access_token.expose_secret());
    let refresh = granted.refresh_token.as_ref().expect("given").expose_secret();
    let active = world.introspect("rotating", refresh).body.contains(r#""active":true"#);
    assert_eq!(access, active, "all tokens of a sign-in end together");
    access
}

fn family(session: &OpenedSession) -> FamilyId {
    session.principal.credential_id().family()
}

#[test]
fn life_3_a_person_ends_one_sign_in_with_all_its_tokens_and_no_other() {
    let world = world();
    let (here, there, app) = (session(&world, "ivan"), session(&world, "ivan"), granted(&world, "ivan"));
    let by = Presenter::from(&here.principal);
    let end = |id| block_on(world.handle.end_sign_in(&by, &id));
    world.take_events();
    end(app.family).expect("ended");
    assert!(!signed_in(&world, &app) && lives(&world, &there) && lives(&world, &here));
    let ended = world.sink.take().into_iter().find(|event| matches!(event.kind, EventKind::SignInEnded { .. }));
    let Some(Event { kind, by: actor, .. }) = ended else { panic!("no event") };
    let (family_of_app, reason) = (app.family, RevocationReason::ByOwner);
    let owner = subject("ivan").into();
    assert_eq!(kind, EventKind::SignInEnded { kind: TokenKind::RefreshToken, family: family_of_app, owner, reason });
    assert_eq!(actor.subject(), Some(&subject("ivan")));
    assert!(matches!(end(app.family), Err(ManageError::NotFound)), "it was ended before");
    end(family(&here)).expect("also the one in use");
    assert!(!lives(&world, &here));
}

#[test]
fn life_3_a_foreign_or_unknown_sign_in_and_a_token_are_not_found() {
    let world = world();
    let (app, token) = (granted(&world, "bill"), world.pat("ivan", "ci"));
    let by = world.presenter("ivan");
    for id in [
        app.family,
        token.view.id.family(),
        FamilyId::from_bytes([0; 10]),
        FamilyId::from_bytes([255; 10]),
        FamilyId::from_bytes([7; 10]),
    ] {
        assert!(matches!(block_on(world.handle.end_sign_in(&by, &id)), Err(ManageError::NotFound)), "{id}");
        let of = block_on(world.handle.end_sign_in_of(&world.presenter("admin"), &subject("ivan"), &id));
        assert!(matches!(of, Err(ManageError::NotFound)), "{id}");
    }
    assert!(signed_in(&world, &app) && world.works(token.token.expose_secret()));
}

#[test]
fn life_3_an_administrator_ends_a_persons_sign_in_and_the_event_names_the_administrator() {
    let world = world();
    let app = granted(&world, "ivan");
    world.people.remove(&subject("ivan"));
    world.take_events();
    let admin = world.presenter("admin");
    block_on(world.handle.end_sign_in_of(&admin, &subject("ivan"), &app.family)).expect("ended");
    let event = world.sink.take().pop().expect("an event");
    assert_eq!(event.by, Actor::Person { subject: subject("admin"), credential: None });
    let by_administrator = RevocationReason::ByAdministrator;
    assert!(matches!(event.kind, EventKind::SignInEnded { reason, .. } if reason == by_administrator));
    assert!(!signed_in(&world, &app));
    let again = block_on(world.handle.end_sign_in_of(&world.presenter("bill"), &subject("ivan"), &app.family));
    assert!(matches!(again, Err(ManageError::Forbidden(_))));
}

#[test]
fn life_3_all_other_sign_ins_end_and_tokens_and_other_people_stay() {
    let world = world();
    let here = session(&world, "ivan");
    let old = session(&world, "ivan");
    world.pass(minutes(29));
    assert!(lives(&world, &here));
    let apps: Vec<_> = (0..3).map(|_| granted(&world, "ivan")).collect();
    let (token, other) = (world.pat("ivan", "ci"), granted(&world, "bill"));
    world.pass(minutes(1));
    assert!(!lives(&world, &old), "it has expired");
    let by = Presenter::from(&here.principal);
    assert_eq!(block_on(world.handle.end_other_sign_ins(&by)).expect("ended"), 3, "the expired one is not counted");
    assert!(apps.iter().all(|app| !signed_in(&world, app)));
    assert!(lives(&world, &here) && world.works(token.token.expose_secret()) && signed_in(&world, &other));
    assert_eq!(block_on(world.handle.end_other_sign_ins(&by)).expect("again"), 0);

    let app = granted(&world, "ivan");
    let by_token = world.as_token(app.access_token.expose_secret());
    assert_eq!(block_on(world.handle.end_other_sign_ins(&by_token)).expect("ended"), 1);
    assert!(signed_in(&world, &app) && !lives(&world, &here), "the token's own sign-in stays");
    let by_host = block_on(world.handle.end_other_sign_ins(&world.presenter("ivan"))).expect("ended");
    assert_eq!((by_host, signed_in(&world, &app)), (1, false), "a person without a sign-in keeps none");
}

/// Opens a session of the person before each of the first 50 revocations of the store, as the person could do in the
/// meantime.
#[derive(Clone)]
struct Opening {
    person: Account,
    there: Arc<Counterfoil>,
    opened: Arc<AtomicU32>,
}

#[async_trait]
impl Around for Opening {
    async fn before(&self, _: &Base, call: Call<'_>) -> Result<(), StoreError> {
        if matches!(call, Call::Revoke) && self.opened.fetch_add(1, Ordering::SeqCst) < 50 {
            self.there.open_session_for(&self.person).await.expect("opened");
        }
        Ok(())
    }
}

#[test]
fn life_3_sign_ins_opened_while_the_others_end_neither_stop_the_call_nor_end_the_own_one() {
    let world = world();
    let (here, before) = (session(&world, "ivan"), granted(&world, "ivan"));
    let there = Arc::new(world.elsewhere(|builder| builder).handle);
    let around = Opening { person: world.account("ivan"), there, opened: Arc::default() };
    let store = Beset { inner: world.store.clone(), around: around.clone() };
    let busy = world.elsewhere(|builder| builder.token_store(Arc::new(store)));
    let ended = block_on(busy.handle.end_other_sign_ins(&Presenter::from(&here.principal))).expect("ended");
    assert!(around.opened.load(Ordering::SeqCst) > 0 && ended >= 1, "{ended}");
    assert!(lives(&world, &here), "the own session stays");
    assert!(!signed_in(&world, &before), "what existed when the call began has ended");
}

#[test]
fn life_3_kinds_end_alone_and_access_tokens_end_with_their_sign_in() {
    let admin = |world: &World| world.presenter("admin");
    for (kind, ended, left) in [
        (TokenKind::PersonalAccessToken, 1, [false, true, true, true]),
        (TokenKind::RefreshToken, 1, [true, false, true, true]),
        (TokenKind::AccessToken, 1, [true, false, true, true]),
        (TokenKind::ConsoleSession, 1, [true, true, false, true]),
        (TokenKind::SecurityCode, 1, [true, true, true, false]),
    ] {
        let world = world();
        let (token, app, own) = (world.pat("bill", "ci"), granted(&world, "bill"), session(&world, "bill"));
        let code = world.code(NewAccess::SameAsUser("AD\\bill.posters"));
        world.take_events();
        let revoked = block_on(world.handle.revoke_kinds_of(&admin(&world), &subject("bill"), &[kind]));
        assert_eq!(revoked.expect("revoked"), ended, "{kind:?}");
        let kinds = Some(vec![kind]);
        let owner = subject("bill").into();
        assert_eq!(world.take_events().pop(), Some(EventKind::OwnerRevoked { owner, kinds, families: 1 }));
        let (token, code) = (world.works(token.token.expose_secret()), world.works(code.token.expose_secret()));
        assert_eq!([token, signed_in(&world, &app), lives(&world, &own), code], left, "{kind:?}");
    }
}

#[test]
fn life_3_no_kind_and_a_kind_without_an_owner_are_refused_and_name_the_field() {
    let world = world();
    let token = world.pat("ivan", "ci");
    let both = [TokenKind::PersonalAccessToken, TokenKind::ClientSecret];
    for kinds in [&[][..], &[TokenKind::ClientSecret], &both] {
        let of = block_on(world.handle.revoke_kinds_of(&Presenter::host(), &subject("ivan"), kinds));
        let own = block_on(world.handle.revoke_own_kinds(&world.presenter("ivan"), kinds));
        for refused in [of, own] {
            assert_eq!(refused.expect_err("refused").field(), Some("kinds"));
        }
    }
    assert!(world.works(token.token.expose_secret()), "nothing was ended");
}

#[test]
fn life_3_everything_of_an_owner_ends_with_the_codes_made_by_or_acting_as_that_person() {
    let world = world();
    let promoted = world.people.set_role(&subject("ivan"), Role::SuperAdministrator);
    assert!(promoted);
    let made = |by: &str, access| {
        let new = counterfoil::operations::NewSecurityCode::new(access);
        block_on(world.handle.create_security_code(&world.presenter(by), &new)).expect("made")
    };
    let codes = [
        made("ivan", NewAccess::SuperAdministrator),
        made("ivan", NewAccess::SameAsUser("AD\\bill.posters")),
        made("super", NewAccess::SameAsUser("ivan")),
    ];
    let others = [made("super", NewAccess::SuperAdministrator), made("super", NewAccess::SameAsUser("helen"))];
    let (token, app, own) = (world.pat("ivan", "ci"), granted(&world, "ivan"), session(&world, "ivan"));
    world.take_events();
    world.people.remove(&subject("ivan"));
    let admin = world.presenter("admin");
    let revoke = || block_on(world.handle.revoke_all_of(&admin, &subject("ivan")));
    assert_eq!(revoke().expect("revoked"), 6, "three codes, a token, a sign-in and a session");
    let events = world.sink.take();
    assert!(events.iter().all(|event| event.by.subject() == Some(&subject("admin"))));
    let of_codes = events.iter().filter(|event| {
        matches!(event.kind, EventKind::Revoked { kind: TokenKind::SecurityCode, id, reason }
            if codes.iter().any(|code| code.view.id == id) && reason == RevocationReason::ByAdministrator)
    });
    assert_eq!(of_codes.count(), 3);
    let owner = subject("ivan").into();
    let last = events.last().map(|event| event.kind.clone());
    assert_eq!(last, Some(EventKind::OwnerRevoked { owner, kinds: None, families: 6 }));
    assert!(codes.iter().all(|code| matches!(world.reason(code.token.expose_secret()), Refusal::Revoked { .. })));
    assert!(others.iter().all(|code| world.works(code.token.expose_secret())));
    assert!(!world.works(token.token.expose_secret()) && !signed_in(&world, &app) && !lives(&world, &own));
    assert_eq!(revoke().expect("again"), 0);
}

#[test]
fn life_3_a_person_ends_everything_of_his_own_and_nothing_of_others() {
    let world = world();
    let (token, own, other) = (world.pat("ivan", "ci"), session(&world, "ivan"), world.pat("bill", "ci"));
    let acting = world.code(NewAccess::SameAsUser("ivan"));
    let by = Presenter::from(&own.principal);
    world.take_events();
    assert_eq!(block_on(world.handle.revoke_own_kinds(&by, &[TokenKind::PersonalAccessToken])).expect("ended"), 1);
    assert!(lives(&world, &own) && !world.works(token.token.expose_secret()));
    assert_eq!(block_on(world.handle.revoke_all_own(&by)).expect("ended"), 2, "the session and the code");
    assert!(!lives(&world, &own) && !world.works(acting.token.expose_secret()));
    assert!(world.works(other.token.expose_secret()));
    let reasons: Vec<_> = world
        .take_events()
        .into_iter()
        .filter_map(|event| if let EventKind::Revoked { reason, .. } = event { Some(reason) } else { None })
        .collect();
    assert_eq!(reasons, [RevocationReason::ByOwner]);
}

#[test]
fn life_3_another_realm_keeps_its_credentials() {
    let world = world();
    let other = Realm::new("other").expect("a realm");
    let there = world.elsewhere(|builder| builder.realm(other));
    let own = session(&there, "ivan");
    let new = counterfoil::operations::NewSecurityCode::new(NewAccess::SameAsUser("ivan"));
    let code = block_on(there.handle.create_security_code(&Presenter::host(), &new));
    assert!(code.is_err(), "a person must make it");
    let host = Presenter::host();
    assert_eq!(block_on(world.handle.revoke_all_of(&host, &subject("ivan"))).expect("revoked"), 0);
    assert_eq!(
        block_on(world.handle.revoke_kinds_of(&host, &subject("ivan"), &[TokenKind::ConsoleSession])).expect("none"),
        0
    );
    assert_eq!(block_on(world.handle.end_other_sign_ins(&world.presenter("ivan"))).expect("none"), 0);
    let foreign = block_on(world.handle.end_sign_in(&world.presenter("ivan"), &family(&own)));
    assert!(matches!(foreign, Err(ManageError::NotFound)));
    assert!(lives(&there, &own));
}

#[test]
fn life_3_everything_of_a_client_ends_at_once_and_no_other_clients_sign_in() {
    let world = world();
    let (app, other) = (granted(&world, "ivan"), world.log_in("test.token", "true"));
    let admin = world.presenter("admin");
    block_on(world.handle.revoke_client_tokens(&admin, &client_id("rotating"))).expect("revoked");
    assert!(!signed_in(&world, &app) && world.works(&other.access()));
    let seen = block_on(world.handle.list_sign_ins_of(&admin, &subject("ivan"), None, limit(10))).expect("listed");
    assert_eq!(seen.items[0].status, counterfoil::operations::Status::Suspended);
}

#[test]
fn life_3_an_outage_says_that_the_call_may_be_partly_done_and_a_repetition_finishes_it() {
    let world = world();
    let faults = Faults::default();
    let faulty = Arc::new(FaultyStore::new(world.store.clone(), faults.clone()));
    let node = world.elsewhere(|builder| builder.token_store(faulty));
    let here = session(&world, "ivan");
    let apps: Vec<_> = (0..3).map(|_| granted(&world, "ivan")).collect();
    let kinds = [TokenKind::RefreshToken];
    let second_fails = |faults: &Faults, failure| {
        let failed = AtomicBool::new(false);
        let calls = AtomicU32::new(0);
        faults.plan(move |call| {
            let is_second = call.method == "revoke" && calls.fetch_add(1, Ordering::SeqCst) == 1;
            (is_second && !failed.swap(true, Ordering::SeqCst)).then_some(failure)
        });
    };
    for failure in [Failure::NotExecuted, Failure::AnswerLost] {
        second_fails(&faults, failure);
        world.take_events();
        let refused = block_on(node.handle.revoke_kinds_of(&Presenter::host(), &subject("ivan"), &kinds));
        let error = refused.expect_err("an outage");
        assert!(matches!(error, ManageError::Unavailable(Unavailable::PartlyDone(_))), "{error:?}");
        assert_eq!((error.status(), error.retry_after(world.now())), (503, Some(2)));
        assert!(error.to_string().contains("partly done"), "{error}");
        let told = world.take_events();
        assert!(told.iter().any(|event| matches!(event, EventKind::OwnerRevoked { families: 1, .. })), "{told:?}");
        for app in apps.iter().filter(|_| failure == Failure::NotExecuted) {
            granted(&world, "ivan");
            let _existing = app;
        }
    }
    faults.heal();
    block_on(node.handle.revoke_kinds_of(&Presenter::host(), &subject("ivan"), &kinds)).expect("finished");
    assert!(apps.iter().all(|app| !signed_in(&world, app)) && lives(&world, &here));
    for method in ["list_families", "revoke"] {
        granted(&world, "ivan");
        faults.on(method, Failure::NotExecuted);
        let by = Presenter::from(&here.principal);
        for refused in [
            block_on(node.handle.end_other_sign_ins(&by)).map(drop),
            block_on(node.handle.end_sign_in(&by, &family(&here))),
        ] {
            assert!(matches!(refused, Err(ManageError::Unavailable(_))), "{method} {refused:?}");
        }
        faults.heal();
    }
    faults.on("list", Failure::NotExecuted);
    let codes = block_on(node.handle.revoke_all_of(&Presenter::host(), &subject("ivan")));
    assert!(matches!(codes, Err(ManageError::Unavailable(Unavailable::PartlyDone(_)))), "the codes are not walked");
}

#[test]
fn life_3_service_accounts_of_a_person_stay_until_they_are_disabled_explicitly() {
    let world = world();
    let admin = world.presenter("admin");
    let mine = block_on(world.handle.create_service_account(&admin, &NewServiceAccount::new("build", Role::Member)));
    let mine = mine.expect("made");
    let by = world.presenter("super");
    let other = block_on(world.handle.create_service_account(&by, &NewServiceAccount::new("deploy", Role::Member)));
    let new = NewPersonalAccessToken::new("runner", Lifetime::Days(30));
    let token = block_on(world.handle.create_service_token(&admin, &mine.id, &new)).expect("made");
    block_on(world.handle.revoke_all_of(&by, &subject("admin"))).expect("revoked");
    assert!(world.works(token.token.expose_secret()), "it is no credential of the person");
    let made = block_on(world.handle.service_accounts_made_by(&by, &subject("admin"))).expect("listed");
    assert_eq!(made.iter().map(|account| account.id).collect::<Vec<_>>(), [mine.id]);
    world.take_events();
    let disable = || block_on(world.handle.disable_service_accounts_made_by(&by, &subject("admin"))).expect("done");
    assert_eq!((disable(), disable()), (1, 0));
    assert_eq!(world.take_events().len(), 1);
    assert!(!world.works(token.token.expose_secret()));
    let other = block_on(world.handle.service_account(&by, &other.expect("made").id)).expect("there");
    assert!(!other.disabled);
}
