//! Tests registered clients (requirements SYN-TOKEN 2 and ALL KINDS 9).

use std::sync::Arc;
use std::time::Duration;

use crate::support::*;
use counterfoil::client::{ClientUpdate, Grant, NewClient, RefreshMode, RegisteredClient};
use counterfoil::event::{ClientAction, EventKind};
use counterfoil::oauth::{Answer, ClientFault, ClientRefusal, OAuthErrorCode, OAuthRequest, Reason};
use counterfoil::policy::Policy;
use counterfoil::types::TokenKind;
use counterfoil::{Conflict, Forbidden, Invalid, KeyRing, ManageError, Presenter, Role, Scope, Secret};

fn create(world: &World, new: NewClient) -> RegisteredClient {
    block_on(world.handle.create_client(&world.presenter("admin"), new)).expect("allowed")
}

fn field(answer: Result<impl Sized, ManageError>) -> &'static str {
    match answer.err() {
        Some(ManageError::Invalid(invalid)) => invalid.field(),
        other => panic!("{other:?}"),
    }
}

/// Sends an unknown token to the revocation endpoint with this `Authorization` header. Returns the response, or the
/// error code and what was wrong with the client's credentials.
fn proved(world: &World, authorization: &[u8]) -> Result<Answer, (OAuthErrorCode, Option<ClientFault>)> {
    let (source, authorization) = (source_of(Some("192.0.2.1")), [authorization]);
    let request = OAuthRequest::new(b"token=cfa_1", &source).with_authorization(&authorization).with_content_type(FORM);
    block_on(world.handle.revocation(request)).map_err(|error| match error.reason() {
        Some(Reason::Client(ClientRefusal::InvalidClient { fault, .. })) => (error.code(), Some(*fault)),
        _ => (error.code(), None),
    })
}

fn proves(world: &World, registered: &RegisteredClient) -> bool {
    let key = registered.secret.as_ref().expect("confidential").expose_api_key();
    proved(world, format!("Basic {key}").as_bytes()).is_ok()
}

#[test]
fn syn_token_2_a_created_client_proves_itself_with_its_api_key_and_its_secret_is_nowhere_else() {
    let world = bare_world(Policy::default());
    let created = create(&world, new_client("rotating"));
    let secret = created.secret.as_ref().expect("confidential");
    assert!(secret.expose_secret().starts_with("cfc_"));
    assert!(proves(&world, &created));
    let listed = block_on(world.handle.list_clients(&world.presenter("admin"), None, limit(10))).expect("allowed");
    assert_eq!(listed.items, std::slice::from_ref(&created.view));
    let expected = world.take_events();
    assert_eq!(expected, [EventKind::Client { client: client_id("rotating"), action: ClientAction::Created }]);
    let shown = format!("{created:?} {listed:?} {expected:?}");
    assert!(!shown.contains(secret.expose_secret()) && !shown.contains(secret.expose_api_key()), "{shown}");
}

#[test]
fn syn_token_2_an_id_is_drawn_where_none_is_given_and_a_taken_one_is_a_conflict() {
    let world = bare_world(Policy::default());
    let first = create(&world, NewClient::named("one")).view.id;
    let second = create(&world, NewClient::named("two")).view.id;
    assert!(first != second && first.as_str().len() == 16, "{first}");
    create(&world, new_client("taken"));
    let again = block_on(world.handle.create_client(&world.presenter("admin"), new_client("taken")));
    assert!(matches!(again, Err(ManageError::Conflict(Conflict::ClientIdTaken))));
}

#[test]
fn syn_token_2_the_seeds_own_client_is_imported_and_a_weak_secret_only_as_such() {
    let world = bare_world(Policy::default());
    let admin = world.presenter("admin");
    let new = new_client("test.token").with_display_name("angularApp");
    let seed = Secret::from(KEY.to_owned());
    let view = block_on(world.handle.import_client(&admin, new, &seed, false)).expect("strong enough");
    assert_eq!((view.id.as_str(), view.display_name.as_str()), ("test.token", "angularApp"));
    assert!(proved(&world, SEED).is_ok());
    let weak = Secret::from("hunter2".to_owned());
    let import = |weakly| block_on(world.handle.import_client(&admin, new_client("weak"), &weak, weakly));
    assert_eq!(field(import(false)), "secret");
    assert!(import(true).is_ok());
    let public = new_client("public").with_public(true);
    assert_eq!(field(block_on(world.handle.import_client(&admin, public, &seed, false))), "secret");
}

#[test]
fn syn_token_2_a_replaced_secret_goes_on_for_the_overlap_and_two_are_live_at_most() {
    let world = bare_world(Policy::default());
    let admin = world.presenter("admin");
    let first = create(&world, new_client("app"));
    let replace = |overlap| block_on(world.handle.rotate_client_secret(&admin, &client_id("app"), overlap));
    let second = replace(Duration::from_secs(60)).expect("allowed");
    assert!(proves(&world, &first) && proves(&world, &second));
    assert_eq!(second.view.secrets.len(), 2);
    let third = replace(Duration::from_secs(60)).expect("allowed");
    assert_eq!([&first, &second, &third].map(|client| proves(&world, client)), [false, true, true]);
    world.pass(Duration::from_secs(60));
    assert_eq!([&second, &third].map(|client| proves(&world, client)), [false, true]);
    let fourth = replace(Duration::ZERO).expect("allowed");
    assert_eq!([&third, &fourth].map(|client| proves(&world, client)), [false, true]);
    for long in LONG.into_iter().chain([days(367), days(366) + PART]) {
        let refused = replace(long).expect_err("too long");
        let most = Invalid::Overlap { most: 366 * 86_400 };
        assert!(matches!(&refused, ManageError::Invalid(invalid) if *invalid == most), "{long:?}: {refused:?}");
        assert_eq!(most.field(), "overlap_seconds");
    }
    let fifth = replace(PART).expect("allowed");
    assert_eq!(
        [&fourth, &fifth].map(|client| proves(&world, client)),
        [false, true],
        "a part of a microsecond is none"
    );
    create(&world, new_client("public").with_public(true));
    let public = block_on(world.handle.rotate_client_secret(&admin, &client_id("public"), Duration::ZERO));
    assert_eq!(field(public), "secret");
}

#[test]
fn syn_token_6_reuse_is_for_confidential_clients_also_later() {
    let world = bare_world(Policy::default());
    let admin = world.presenter("admin");
    let public = new_client("public").with_public(true);
    let reuse = public.clone().with_refresh_mode(RefreshMode::Reuse);
    assert_eq!(field(block_on(world.handle.create_client(&admin, reuse))), "refresh_mode");
    let server = public.clone().with_resource_server(true);
    assert_eq!(field(block_on(world.handle.create_client(&admin, server))), "resource_server");
    assert!(create(&world, public).secret.is_none());
    let mode = ClientUpdate::default().with_refresh_mode(RefreshMode::Reuse);
    assert_eq!(field(block_on(world.handle.update_client(&admin, &client_id("public"), mode.clone()))), "refresh_mode");
    create(&world, new_client("app"));
    let changed = block_on(world.handle.update_client(&admin, &client_id("app"), mode)).expect("confidential");
    assert_eq!(changed.refresh_mode, RefreshMode::Reuse);
}

#[test]
fn syn_token_2_each_change_is_told_and_a_name_must_be_visible() {
    let world = bare_world(Policy::default());
    let admin = world.presenter("admin");
    create(&world, new_client("app"));
    let change = |change| block_on(world.handle.update_client(&admin, &client_id("app"), change));
    world.take_events();
    let named = |name: &str| ClientUpdate::default().with_display_name(name);
    for bad in ["", " ", "a\nb", &"x".repeat(101)] {
        assert_eq!(field(change(named(bad))), "display_name");
    }
    assert_eq!(world.take_events(), []);
    let both = named("другое имя").with_disabled(true);
    assert_eq!(change(both.clone()).expect("allowed").display_name, "другое имя");
    let expected = |action| EventKind::Client { client: client_id("app"), action };
    assert_eq!(world.take_events(), [expected(ClientAction::Disabled), expected(ClientAction::Changed)]);
    change(both).expect("allowed");
    assert_eq!(world.take_events(), [], "nothing changed");
    let twice = ClientUpdate::default().with_grants(vec![Grant::RefreshToken; 2]);
    assert_eq!(change(twice).expect("allowed").grants, [Grant::RefreshToken]);
}

#[test]
fn t6_an_unknown_a_disabled_and_a_wrong_client_are_told_the_same_and_the_host_the_reason() {
    let world = bare_world(Policy::default());
    let created = create(&world, new_client("app"));
    let key = created.secret.as_ref().expect("confidential").expose_api_key();
    let mut seen = Vec::new();
    let mut refused = |header: String| match proved(&world, header.as_bytes()) {
        Err((OAuthErrorCode::InvalidClient, fault)) => seen.push(fault.expect("a reason")),
        other => panic!("{other:?}"),
    };
    refused("Basic bm9ib2R5Ong=".into());
    refused("Basic YXBwOng=".into());
    refused("Bearer x".into());
    let off = ClientUpdate::default().with_disabled(true);
    block_on(world.handle.update_client(&world.presenter("admin"), &client_id("app"), off)).expect("allowed");
    refused(format!("Basic {key}"));
    assert_eq!(seen, [ClientFault::Unknown, ClientFault::Secret, ClientFault::Missing, ClientFault::Disabled]);
    let expected: Vec<_> =
        world.take_events().into_iter().filter(|what| matches!(what, EventKind::ClientRefused { .. })).collect();
    let of = |client: Option<&str>, reason| EventKind::ClientRefused { client: client.map(client_id), reason };
    assert_eq!(
        expected,
        [
            of(None, ClientFault::Unknown),
            of(Some("app"), ClientFault::Secret),
            of(None, ClientFault::Missing),
            of(Some("app"), ClientFault::Disabled)
        ]
    );
}

#[test]
fn syn_token_12_after_a_hundred_failures_the_right_secret_waits_at_this_source_only() {
    let world = bare_world(Policy::default());
    let created = create(&world, new_client("app"));
    for _ in 0..100 {
        assert!(matches!(proved(&world, b"Basic YXBwOng="), Err((OAuthErrorCode::InvalidClient, _))));
    }
    let key = created.secret.as_ref().expect("confidential").expose_api_key();
    let header = format!("Basic {key}");
    assert!(matches!(proved(&world, header.as_bytes()), Err((OAuthErrorCode::SlowDown, _))));
    let (source, authorization) = (source_of(Some("198.51.100.7")), [header.as_bytes()]);
    let elsewhere =
        OAuthRequest::new(b"token=cfa_1", &source).with_authorization(&authorization).with_content_type(FORM);
    assert!(block_on(world.handle.revocation(elsewhere)).is_ok());
    world.pass(minutes(1));
    for _ in 0..30 {
        assert!(proves(&world, &created), "success is given back");
    }
}

#[test]
fn syn_token_2_a_client_deleted_and_made_again_revives_nothing() {
    let world = bare_world(Policy::default());
    let admin = world.presenter("admin");
    let first = create(&world, new_client("app"));
    assert!(matches!(block_on(world.handle.delete_client(&admin, &client_id("app"))), Ok(())));
    assert!(!proves(&world, &first));
    assert!(matches!(block_on(world.handle.delete_client(&admin, &client_id("app"))), Err(ManageError::NotFound)));
    let second = create(&world, new_client("app"));
    assert!(!proves(&world, &first) && proves(&world, &second));
    let sign_in = |remember| {
        let client = client_id("app");
        let subject = subject("ivan");
        let sign_in = counterfoil::operations::SignIn::new(&client, &subject).with_remember(remember);
        block_on(world.handle.open_sign_in(&sign_in)).expect("allowed").access_token
    };
    let old = sign_in(true);
    assert!(block_on(world.handle.verify(old.expose_secret())).is_ok());
    assert!(matches!(block_on(world.handle.revoke_client_tokens(&admin, &client_id("app"))), Ok(())));
    assert!(block_on(world.handle.verify(old.expose_secret())).is_err(), "an older epoch");
    let new = sign_in(true);
    assert!(block_on(world.handle.verify(new.expose_secret())).is_ok());
    block_on(world.handle.delete_client(&admin, &client_id("app"))).expect("there");
    create(&world, new_client("app"));
    assert!(block_on(world.handle.verify(new.expose_secret())).is_err(), "another client of that name");
}

#[test]
fn clients_are_listed_by_id_page_by_page() {
    let world = bare_world(Policy::default());
    for name in ["c", "a", "e", "b", "d"] {
        create(&world, new_client(name));
    }
    let (mut after, mut seen) = (None, Vec::new());
    loop {
        let page = block_on(world.handle.list_clients(&world.presenter("admin"), after.as_ref(), limit(2)));
        let page = page.expect("allowed");
        seen.push(page.items.iter().map(|item| item.id.to_string()).collect::<String>());
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, ["ab", "cd", "e"]);
}

#[test]
fn all_kinds_9_only_administrators_in_person_manage_clients() {
    let world = bare_world(Policy::a2nta());
    for name in ["carol", "ivan", "helen"] {
        let by = world.presenter(name);
        let answer = block_on(world.handle.create_client(&by, new_client("app")));
        let needed = Forbidden::Role { needed: Role::Administrator };
        assert!(matches!(answer, Err(ManageError::Forbidden(forbidden)) if forbidden == needed));
        assert!(block_on(world.handle.list_clients(&by, None, limit(1))).is_err());
    }
    let admin = world.presenter("admin");
    block_on(world.handle.set_token_login(&admin, &subject("admin"), true)).expect("allowed");
    let new = counterfoil::NewPersonalAccessToken::new("script", counterfoil::Lifetime::Days(1));
    let token = block_on(world.handle.create_personal_access_token(&admin, &new)).expect("allowed").token;
    assert_eq!(token.kind(), TokenKind::PersonalAccessToken);
    let principal = block_on(world.handle.verify(token.expose_secret())).expect("live");
    let by = Presenter::from(&principal);
    let kind = |answer: Result<(), ManageError>| {
        assert!(matches!(answer, Err(ManageError::Forbidden(Forbidden::CredentialKind))), "{answer:?}");
    };
    create(&world, new_client("app"));
    let off = ClientUpdate::default().with_disabled(true);
    kind(block_on(world.handle.create_client(&by, new_client("other"))).map(|_| ()));
    kind(block_on(world.handle.update_client(&by, &client_id("app"), off)).map(|_| ()));
    kind(block_on(world.handle.rotate_client_secret(&by, &client_id("app"), Duration::ZERO)).map(|_| ()));
    kind(block_on(world.handle.revoke_client_tokens(&by, &client_id("app"))));
    kind(block_on(world.handle.update_settings(&by, &Default::default())).map(|_| ()));
    kind(block_on(world.handle.set_token_login(&by, &subject("ivan"), true)).map(|_| ()));
    assert!(block_on(world.handle.list_clients(&by, None, limit(1))).is_ok(), "it may list");
    assert!(block_on(world.handle.delete_client(&by, &client_id("app"))).is_ok(), "and delete");
}

#[test]
fn all_kinds_9_a_presenter_with_a_scope_makes_no_client_that_may_ask_for_more() {
    let world = bare_world(Policy::default());
    let scope = |text: &str| text.parse::<Scope>().expect("a scope");
    create(&world, new_client("narrow").with_allowed_scope(scope("a clients:manage")));
    create(&world, new_client("wide"));
    let (client, admin) = (client_id("narrow"), subject("admin"));
    let asked = Some(scope("a clients:manage"));
    let sign_in = counterfoil::operations::SignIn::new(&client, &admin).with_scope(asked.clone());
    let granted = block_on(world.handle.open_sign_in(&sign_in)).expect("allowed");
    let principal = block_on(world.handle.verify(granted.access_token.expose_secret())).expect("live");
    let by = Presenter::from(&principal);
    let made = |new| block_on(world.handle.create_client(&by, new));
    let beyond = new_client("x").with_allowed_scope(scope("a b"));
    assert_eq!(field(made(beyond)), "scopes");
    let own = made(new_client("own")).expect("its own").view;
    assert_eq!((own.allowed_scope, own.default_scope), (asked, None), "left out, it is the presenter's");
    let within = new_client("within").with_allowed_scope(scope("a"));
    assert_eq!(made(within).expect("within").view.allowed_scope, Some(scope("a")));
    let replaced = |name| block_on(world.handle.rotate_client_secret(&by, &client_id(name), Duration::ZERO));
    assert_eq!(field(replaced("wide")), "scopes", "its secret would be worth more than the presenter");
    assert!(replaced("own").is_ok());
    let default = new_client("y").with_default_scope(scope("b")).with_allowed_scope(scope("a"));
    assert_eq!(field(block_on(world.handle.create_client(&world.presenter("admin"), default))), "default_scopes");
}

#[test]
fn all_kinds_2_a_secret_proved_under_an_older_key_moves_to_the_newest() {
    let entropy = counterfoil::testing::SeededEntropy::new(3);
    let old = KeyRing::generate(&entropy).expect("seeded");
    let both = old.with_new_key(&entropy).expect("seeded");
    let new = both.without(old.newest()).expect("the other stays");
    let before = bare_world_on(Policy::default(), Arc::default(), old.into());
    let created = create(&before, new_client("app"));
    let during = bare_world_on(Policy::default(), before.store.clone(), both.into());
    assert!(proves(&during, &created));
    assert!(matches!(during.take_events()[..], [EventKind::Rekeyed { .. }]));
    assert!(proves(&during, &created));
    assert_eq!(during.take_events(), [], "once");
    let after = bare_world_on(Policy::default(), before.store.clone(), new.into());
    assert!(proves(&after, &created), "the old key can leave the ring");
}
