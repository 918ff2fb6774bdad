//! Tests the lists of sign-ins and sessions, and the device that they show (requirement SIGHT 1).

use std::collections::BTreeSet;

use counterfoil::client::ClientUpdate;
use counterfoil::directory::Login;
use counterfoil::oauth::{Answer, OAuthRequest};
use counterfoil::operations::{Granted, OpenedSession, SignIn, SignInView, Status};
use counterfoil::settings::SettingName;
use counterfoil::store::Page;
use counterfoil::types::{Device, FamilyId, Source, TokenKind};
use counterfoil::*;

use crate::support::*;

type SignIns = Page<SignInView, FamilyId>;

fn page(world: &World, by: &Presenter, after: Option<&FamilyId>, most: u32) -> SignIns {
    block_on(world.handle.list_sign_ins(by, after, limit(most))).expect("listed")
}

fn all(world: &World, by: &Presenter) -> Vec<SignInView> {
    let page = page(world, by, None, 100);
    assert_eq!((page.next, page.corrupt), (None, 0));
    page.items
}

fn session(world: &World, id: &str) -> OpenedSession {
    block_on(world.handle.open_session_for(&world.account(id))).expect("opened")
}

fn granted(world: &World, id: &str) -> Granted {
    let (client, subject) = (client_id("rotating"), subject(id));
    block_on(world.handle.open_sign_in(&SignIn::new(&client, &subject).with_remember(true))).expect("opened")
}

#[test]
fn sight_1_a_person_sees_sign_ins_and_sessions_with_client_times_and_the_current_one_marked() {
    let world = world();
    let reply = world.log_in("test.token", "true");
    world.pass(minutes(5));
    let session = session(&world, "bill");
    world.pass(minutes(4));
    world.refresh("test.token", &reply.refresh());
    world.pat("bill", "no sign-in");
    granted(&world, "ivan");

    let by = Presenter::from(&session.principal);
    let [own, app] = &all(&world, &by)[..] else { panic!("two") };
    assert_eq!((own.kind, own.client.as_ref(), own.is_current), (TokenKind::ConsoleSession, None, true));
    assert_eq!(own.id, session.principal.credential_id().family());
    assert_eq!((app.kind, app.is_current), (TokenKind::RefreshToken, false));
    assert_eq!(app.client.as_ref().map(|id| id.as_str()), Some("test.token"));
    assert_eq!(app.client_name.as_deref(), Some("angularApp"));
    let minute = |minute| start().plus(minutes(minute)).expect("in range");
    assert_eq!((app.created_at, app.last_used_at), (minute(0), minute(9)), "the refresh is a use");
    assert_eq!((own.created_at, own.last_used_at), (minute(5), minute(5)));
    assert_eq!(app.expires_at, minute(9).plus(hours(24)).expect("in range"));
    let of_token = all(&world, &world.as_token(&reply.access()));
    assert!(of_token.iter().all(|view| view.is_current == (view.id == app.id)), "an access token has a sign-in too");
}

#[test]
fn sight_1_a_sign_in_refreshed_between_two_pages_appears_exactly_once() {
    let world = world();
    let tokens: Vec<_> = (0..7).map(|_| granted(&world, "ivan")).collect();
    let by = world.presenter("ivan");
    let (mut seen, mut after, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = page(&world, &by, after.as_ref(), 2);
        seen.extend(page.items.iter().map(|view| view.id));
        pages += 1;
        world.pass(minutes(1));
        for granted in tokens.iter().filter(|_| pages == 1) {
            let refresh = granted.refresh_token.as_ref().expect("given").expose_secret();
            assert_eq!(world.refresh("rotating", refresh).status, 200);
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let expected: BTreeSet<_> = tokens.iter().map(|granted| granted.family).collect();
    assert_eq!((seen.len(), pages), (7, 4));
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), expected);
}

#[test]
fn sight_1_within_a_page_the_newest_is_first_and_the_last_page_has_no_next() {
    let world = world();
    for _ in 0..4 {
        session(&world, "ivan");
        world.pass(minutes(1));
    }
    let by = world.presenter("ivan");
    let full = page(&world, &by, None, 4);
    assert!(full.next.is_none(), "the page ends with the last sign-in");
    assert!(full.items.windows(2).all(|pair| pair[0].created_at > pair[1].created_at));
    assert!(page(&world, &by, None, 3).next.is_some());
    assert!(all(&world, &world.presenter("carol")).is_empty());
}

#[test]
fn sight_1_many_tokens_of_the_owner_hide_no_sign_in() {
    let mut policy = open_policy();
    (policy.personal_access_tokens.max_live_per_owner, policy.personal_access_tokens.creations_per_hour) = (None, None);
    let world = world_with(policy, |builder| builder);
    for number in 0..230 {
        world.pat("ivan", &format!("token {number}"));
    }
    let opened: BTreeSet<_> = (0..3).map(|_| granted(&world, "ivan").family).collect();
    let found: BTreeSet<_> = all(&world, &world.presenter("ivan")).iter().map(|view| view.id).collect();
    assert_eq!(found, opened);
}

#[test]
fn sight_1_an_ended_sign_in_is_not_listed_and_a_refused_one_is_shown_as_suspended() {
    let world = world();
    let (app, session) = (granted(&world, "ivan"), session(&world, "ivan"));
    let by = world.presenter("ivan");
    let idle = session.principal.expires_at().expect("a session expires");
    world.clock.set(just_before(idle));
    assert_eq!(all(&world, &by).len(), 2);
    world.clock.set(idle);
    assert_eq!(all(&world, &by).iter().map(|view| view.id).collect::<Vec<_>>(), [app.family]);

    let admin = Presenter::host();
    let disabled = ClientUpdate::default().with_disabled(true);
    block_on(world.handle.update_client(&admin, &client_id("rotating"), disabled)).expect("changed");
    assert_eq!(all(&world, &by)[0].status, Status::Suspended);
    block_on(world.handle.delete_client(&admin, &client_id("rotating"))).expect("deleted");
    block_on(world.handle.create_client(&admin, new_client("rotating").with_display_name("Another"))).ok();
    let left = all(&world, &by);
    assert_eq!(
        (left[0].status, left[0].client_name.as_deref()),
        (Status::Suspended, None),
        "not the new client's name"
    );
}

#[test]
fn sight_1_a_shortened_time_out_hides_a_sign_in_when_its_tokens_are_refused() {
    let world = world();
    let app = granted(&world, "ivan");
    let by = world.presenter("ivan");
    world.set_number(SettingName::RefreshInactivitySeconds, 60);
    world.set_number(SettingName::AccessLifetimeSeconds, 600);
    world.pass(just_under(minutes(10)));
    assert_eq!(all(&world, &by).len(), 1, "its access token still works");
    assert!(world.works(app.access_token.expose_secret()));
    world.pass(micro());
    assert!(!world.works(app.access_token.expose_secret()));
    assert!(all(&world, &by).is_empty());
}

#[test]
fn sight_1_administrators_see_a_persons_sign_ins_also_after_the_person_has_left() {
    let world = world();
    granted(&world, "ivan");
    let admin = world.presenter("admin");
    let list = |by: &Presenter, id| block_on(world.handle.list_sign_ins_of(by, &subject(id), None, limit(10)));
    let seen = list(&admin, "ivan").expect("allowed").items;
    assert_eq!((seen.len(), seen[0].is_current, &seen[0].owner), (1, false, &subject("ivan")));
    assert_ne!(seen[0].status, Status::Suspended);
    world.people.remove(&subject("ivan"));
    world.people.remove(&subject("carol"));
    assert_eq!(list(&admin, "ivan").expect("the store knows the person").items[0].status, Status::Suspended);
    assert!(matches!(list(&admin, "carol"), Err(ManageError::NotFound)), "nothing is left of this person");
    assert!(list(&Presenter::host(), "carol").expect("the host may").items.is_empty());
    assert!(matches!(list(&world.presenter("bill"), "ivan"), Err(ManageError::Forbidden(_))));
}

#[test]
fn sight_1_sign_ins_of_another_realm_are_not_seen() {
    let world = world();
    granted(&world, "ivan");
    let other = Realm::new("other").expect("a realm");
    let there = world.elsewhere(|builder| builder.realm(other.clone()));
    let by = world.presenter("ivan").in_realm(&other);
    assert!(block_on(there.handle.list_sign_ins(&by, None, limit(10))).expect("listed").items.is_empty());
    let foreign = block_on(there.handle.list_sign_ins(&world.presenter("ivan"), None, limit(10)));
    assert!(matches!(foreign, Err(ManageError::Forbidden(Forbidden::Realm))));
}

/// Opens a sign-in through the token endpoint, and a session, each with a user agent and a source.
fn with_devices(world: &World, remembers: bool) -> Vec<Option<Device>> {
    let source: Source = "[2001:db8::7]:41234".parse().expect("an address");
    let (header, agent) = (world.basic("rotating"), "Browser/1.0\t(Linux) ".repeat(20));
    let form = b"grant_type=password&username=ivan&password=ivan";
    let authorization = [header.as_bytes()];
    let request = OAuthRequest::new(form, &source).with_authorization(&authorization).with_content_type(FORM);
    let reply = block_on(world.handle.token(request.with_user_agent(Some(agent.as_bytes()))));
    assert_eq!(reply.unwrap_or_else(Answer::from).status(), 200);
    let (device, password) = (Device::new(Some("Phone"), None).expect("a text"), Secret::from("ivan".to_owned()));
    let from = world.handle.from_source(&source).on_device(&device);
    let opened = block_on(from.open_session(&Login::new("ivan", &password))).expect("opened");
    let by = Presenter::from(&opened.principal);
    let seen = all(world, &by).into_iter().map(|view| view.device).collect();
    let login = Login::new("ivan", &password);
    let again = block_on(world.handle.reauthenticate(&opened.principal, &login, &source)).expect("proved");
    let own = all(world, &Presenter::from(&again.principal)).into_iter().find(|view| view.is_current);
    let device = own.expect("the current one").device;
    let kept = remembers.then_some("Phone");
    assert_eq!(device.as_ref().and_then(Device::text), kept, "a proof of the password keeps the device");
    seen
}

#[test]
fn sight_1_the_device_and_the_source_are_stored_only_if_the_policy_says_so() {
    let mut policy = open_policy();
    assert!(!policy.remember_source, "off by default");
    let devices = with_devices(&world_with(policy.clone(), |builder| builder), false);
    assert!(devices.len() == 2 && devices.iter().all(Option::is_none));
    policy.remember_source = true;
    let devices = with_devices(&world_with(policy, |builder| builder), true);
    let devices: Vec<_> = devices.into_iter().map(|device| device.expect("a device")).collect();
    let texts: BTreeSet<_> = devices.iter().map(|device| device.text().expect("a text").to_owned()).collect();
    assert!(texts.contains("Phone") && texts.iter().any(|text| text.starts_with("Browser/1.0 (Linux) Browser")));
    assert!(texts.iter().all(|text| text.chars().count() <= 200));
    assert!(devices.iter().all(|device| device.source() == Some("2001:db8::")));
}

#[test]
fn sight_1_a_host_gives_the_device_of_a_sign_in_that_it_opens() {
    let mut policy = open_policy();
    policy.remember_source = true;
    let world = world_with(policy, |builder| builder);
    let (client, ivan) = (client_id("rotating"), subject("ivan"));
    let (source, own): (Source, Source) = ("192.0.2.1".parse().expect("one"), "192.0.2.2".parse().expect("one"));
    let device = Device::new(Some("Kiosk"), own.name()).expect("a text");
    let sign_in = SignIn::new(&client, &ivan).with_device(device.clone());
    block_on(world.handle.from_source(&source).open_sign_in(&sign_in)).expect("opened");
    assert_eq!(all(&world, &world.presenter("ivan"))[0].device, Some(device), "the device's own source comes first");
    block_on(world.handle.from_source(&source).open_sign_in(&SignIn::new(&client, &ivan))).expect("opened");
    let sources: BTreeSet<_> = all(&world, &world.presenter("ivan"))
        .iter()
        .filter_map(|view| view.device.as_ref()?.source().map(str::to_owned))
        .collect();
    assert_eq!(sources, BTreeSet::from(["192.0.2.1".to_owned(), "192.0.2.2".to_owned()]));
}

#[test]
fn sight_3_one_sign_in_is_shown_by_its_id_to_its_owner_and_to_administrators() {
    let world = world();
    let session = session(&world, "ivan");
    granted(&world, "ivan");
    granted(&world, "bill");
    let (ivan, bill, admin) = (Presenter::from(&session.principal), world.presenter("bill"), world.presenter("admin"));
    let one = |by: &Presenter, id: &FamilyId| block_on(world.handle.sign_in(by, id));
    let one_of = |by: &Presenter, id: &FamilyId| block_on(world.handle.sign_in_of(by, &subject("ivan"), id));
    for listed in all(&world, &ivan) {
        assert_eq!(format!("{:?}", one(&ivan, &listed.id).expect("own")), format!("{listed:?}"));
        let seen = one_of(&admin, &listed.id).expect("an administrator");
        assert_eq!((seen.id, seen.kind, seen.is_current), (listed.id, listed.kind, false));
        assert!(matches!(one(&bill, &listed.id), Err(ManageError::NotFound)), "somebody else's");
        assert!(matches!(one_of(&bill, &listed.id), Err(ManageError::Forbidden(_))));
        block_on(world.handle.end_sign_in_of(&admin, &subject("ivan"), &listed.id)).expect("ended");
        assert!(matches!(one_of(&admin, &listed.id), Err(ManageError::NotFound)), "it has ended");
    }
    let bills = &all(&world, &bill)[0].id;
    assert!(matches!(one_of(&admin, bills), Err(ManageError::NotFound)), "not ivan's");
    let token = world.pat("ivan", "no sign-in");
    assert!(matches!(one(&world.presenter("ivan"), &token.view.id.family()), Err(ManageError::NotFound)));
}
