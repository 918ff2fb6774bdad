//! Tests which credentials must be refused: those of another realm, those that began before the `valid_since` of their
//! account, and those whose digest was made without a key although the service has a key ring. Also tests the policy's
//! limits, and which actors introspection and events name.

use std::time::Duration;

use counterfoil::client::NewClient;
use counterfoil::directory::Login;
use counterfoil::http_auth::Refusal;
use counterfoil::operations::{LoginError, NewAccess, NewSecurityCode, Operation, Overlap};
use counterfoil::types::{KeyId, Source, TokenKind};
use counterfoil::*;

use super::presenters::{Presented, access, code, foreign, unhindered};
use crate::support::*;

#[test]
fn fault_a3_a_session_of_another_realm_is_not_renewed_ended_or_fresh_here() {
    let world = unhindered();
    let realm = Realm::new("other").expect("a realm");
    let there = world.elsewhere(|builder| builder.realm(realm.clone()));
    let opened = block_on(there.handle.open_session_for(&world.account("super"))).expect("opened");
    let secret = Secret::from("super".to_owned());
    let login = Login::new("super@example.com", &secret);
    let again = block_on(world.handle.reauthenticate(&opened.principal, &login, &Source::Unknown));
    assert!(matches!(again, Err(LoginError::Refused)), "{again:?}");
    let ended = block_on(world.handle.end_session(&opened.principal));
    assert!(matches!(ended, Err(ManageError::Forbidden(Forbidden::Realm))), "{ended:?}");
    assert!(!world.handle.is_fresh(&opened.principal) && there.handle.is_fresh(&opened.principal));
    assert!(block_on(there.handle.verify_session(opened.token.expose_secret())).is_ok(), "it goes on where it belongs");
    let may = block_on(world.handle.authorize(&foreign(&world, "super").by, Operation::UpdateSettings));
    assert!(matches!(may, Err(ManageError::Forbidden(Forbidden::Realm))), "{may:?}");
    let here = Presenter::signed_in(&world.account("super"));
    let refused = block_on(there.handle.settings(&here));
    assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::Realm))), "the default realm's is not any realm's");
    assert!(block_on(there.handle.settings(&here.in_realm(&realm))).is_ok());
}

#[test]
fn fault_a5_introspection_tells_the_effective_role_and_who_acts() {
    let world = world();
    let of = |text: &str| world.introspect("machine", text);
    let new = |access| NewSecurityCode::new(access);
    let make =
        |access| block_on(world.handle.create_security_code(&world.presenter("super"), &new(access))).expect("made");
    let same = make(NewAccess::SameAsUser("super@example.com"));
    let answer = of(same.token.expose_secret());
    assert_eq!((answer.text("sub"), answer.text("role")), ("super".into(), "member".into()), "{}", answer.body);
    assert!(answer.body.contains(r#""act":{"sub":"super"}"#), "{}", answer.body);
    let full = of(make(NewAccess::SuperAdministrator).token.expose_secret());
    assert_eq!(full.text("role"), "super_administrator");
    let sign_in = world.log_in("rotating", "true");
    assert_eq!((of(&sign_in.access()).text("role"), of(&sign_in.access()).has("act")), ("member".into(), false));
    assert_eq!(of(&sign_in.refresh()).body, r#"{"active":false}"#, "not for a resource server");
    let own = world.introspect("rotating", &sign_in.refresh());
    assert!(own.body.contains(r#""active":true"#) && !own.has("token_type"), "{}", own.body);
}

#[test]
fn fault_a6_a_digest_without_a_key_proves_nothing_beside_a_key_ring() {
    let before = bare_world(synergy_policy());
    let token = before.pat("super", "from before");
    let api = NewClient::named("server").with_resource_server(true);
    let client = block_on(before.handle.create_client(&Presenter::host(), api)).expect("registered");
    let secret = client.secret.expect("confidential").expose_api_key().to_owned();
    let introspect = |world: &World| {
        let basic = format!("Basic {secret}");
        let body = format!("token={}", token.token.expose_secret());
        world.raw(Endpoint::Introspect, &[basic.as_bytes()], FORM, body.as_bytes(), None)
    };
    assert_eq!(introspect(&before).status, 200);
    let ringed = before.elsewhere(|builder| builder.key_ring(ring()));
    let denied = ringed.verify(token.token.expose_secret());
    assert!(matches!(denied, Err(Denied::Refused(Refusal::Unkeyed))), "{denied:?}");
    assert_eq!(introspect(&ringed).error(), (401, "invalid_client".into()), "a client's secret too");
    let moving = before.elsewhere(|builder| builder.key_ring(ring()).accept_unkeyed());
    assert!(moving.works(token.token.expose_secret()), "while the host moves");
    let uses = block_on(moving.handle.key_census()).expect("counted");
    assert!(
        uses.iter().any(|used| used.key == KeyId::NONE && used.records == 1 && used.client_secrets == 1),
        "{uses:?}"
    );
    assert_eq!(introspect(&moving).status, 200);
    let _ = block_on(moving.handle.flush());
    assert!(ringed.works(token.token.expose_secret()), "digested anew at its use");
    assert_eq!(introspect(&ringed).status, 200);
}

#[test]
fn fault_a6_a_nonce_without_a_key_gives_no_retry_beside_a_key_ring() {
    let mut policy = open_policy();
    policy.retry_needs_key_ring = false;
    let before = world_with(policy, |builder| builder);
    let first = before.log_in("rotating", "true");
    before.refresh("rotating", &first.refresh());
    let ringed = before.elsewhere(|builder| builder.key_ring(ring()));
    let moving = before.elsewhere(|builder| builder.key_ring(ring()).accept_unkeyed());
    assert_eq!(moving.refresh("rotating", &first.refresh()).status, 200);
    assert_ne!(ringed.refresh("rotating", &first.refresh()).status, 200);
}

#[test]
fn fault_a11_what_began_before_the_account_is_valid_is_refused_and_equal_is_valid() {
    let world = unhindered();
    let token = world.pat("ivan", "old");
    let sign_in = access(&world, "ivan", None);
    let opened = block_on(world.handle.open_session_for(&world.account("ivan"))).expect("opened");
    let since = |at| assert!(world.people.update(world.account("ivan").with_valid_since(at)));
    since(world.now());
    assert!(world.works(token.token.expose_secret()), "equal is valid");
    since(world.now().plus_capped(micro()));
    let denied = world.verify(token.token.expose_secret());
    assert!(matches!(denied, Err(Denied::Refused(Refusal::BeforeValidSince { .. }))), "{denied:?}");
    assert!(block_on(world.handle.verify_session(opened.token.expose_secret())).is_err());
    world.pass(Duration::from_secs(1));
    assert!(world.works(world.pat("ivan", "new").token.expose_secret()));
    drop(sign_in);
}

#[test]
fn fault_a11_a_person_who_comes_back_under_the_same_id_gets_no_old_token() {
    let world = unhindered();
    let (token, ivan) = (world.pat("ivan", "old"), world.account("ivan"));
    world.people.remove(&subject("ivan"));
    assert!(!world.works(token.token.expose_secret()));
    let admin = world.presenter("admin");
    let page = block_on(world.handle.list_personal_access_tokens_of(&admin, &subject("ivan"), None, limit(9)))
        .expect("the store knows");
    assert_eq!(page.items.len(), 1);
    let unknown = block_on(world.handle.list_personal_access_tokens_of(&admin, &subject("nobody"), None, limit(9)));
    assert!(matches!(unknown, Err(ManageError::NotFound)), "{unknown:?}");
    world.pass(Duration::from_secs(1));
    world.people.insert(ivan.with_role(Role::Administrator).with_valid_since(world.now()), &["ivan"], "ivan");
    assert!(!world.works(token.token.expose_secret()), "nor with the new role");
    block_on(world.handle.delete_personal_access_token_of(&admin, &subject("ivan"), &token.view.id))
        .expect("deleted by id");
}

#[test]
fn fault_a11_a_sign_in_goes_by_when_it_was_opened_and_not_by_when_it_was_refreshed() {
    let world = world();
    let first = world.log_in("rotating", "true");
    world.pass(minutes(5));
    let since = world.now();
    world.pass(minutes(5));
    let second = world.refresh("rotating", &first.refresh());
    world.people.update(world.account("bill").with_valid_since(since));
    assert!(!world.works(&second.access()), "its access token is younger, its sign-in is not");
    assert_eq!(world.refresh("rotating", &second.refresh()).error(), (400, "invalid_grant".into()));
}

#[test]
fn fault_a13_sign_ins_sessions_and_access_tokens_are_bounded_and_the_least_recently_used_ends() {
    let mut policy = open_policy();
    let limit = std::num::NonZeroU32::new(3).expect("not zero");
    let cap = Some(policy::LiveCap { limit, evict: true });
    (policy.refresh_tokens.live_per_owner_and_client, policy.console_sessions.live_per_owner) = (cap, cap);
    policy.access_tokens.max_live_per_family = Some(limit);
    let world = world_with(policy, |builder| builder);
    let sign_ins: Vec<_> =
        (0..3).map(|_| (world.log_in("rotating", "true"), world.pass(Duration::from_secs(1))).0).collect();
    let used = world.refresh("rotating", &sign_ins[0].refresh());
    let other = world.log_in("test.token", "true");
    world.take_events();
    world.log_in("rotating", "true");
    let made_room =
        |what: &event::EventKind| matches!(what, event::EventKind::MadeRoom { kind: TokenKind::RefreshToken, .. });
    assert_eq!(world.take_events().iter().filter(|what| made_room(what)).count(), 1);
    assert!(!world.works(&sign_ins[1].access()), "the least recently used");
    assert!(world.works(&sign_ins[2].access()) && world.works(&used.access()) && world.works(&other.access()));
    let ivan = world.account("ivan");
    let open = || block_on(world.handle.open_session_for(&ivan)).expect("opened");
    let sessions: Vec<_> = (0..4).map(|_| (open(), world.pass(Duration::from_secs(1))).0).collect();
    assert_eq!(sessions.iter().map(|session| session.ended).collect::<Vec<_>>(), [0, 0, 0, 1]);
    let lives = |at: usize| block_on(world.handle.verify_session(sessions[at].token.expose_secret())).is_ok();
    assert!(!lives(0) && lives(1) && lives(3));
    let reuse = other.refresh();
    let replies: Vec<_> = (0..3).map(|_| world.refresh("test.token", &reuse).status).collect();
    assert_eq!(replies, [200, 200, 429], "three live access tokens, the first sign-in's among them");
    world.pass(minutes(10));
    assert_eq!(world.refresh("test.token", &reuse).status, 200);
}

#[test]
fn fault_a14_an_administrator_cannot_lengthen_what_the_policy_bounds() {
    let world = bare_world(policy::Policy::aal2());
    let change = |seconds| settings::SettingsUpdate::default().with_refresh_absolute_seconds(seconds);
    let set = |seconds| block_on(world.handle.update_settings(&world.presenter("admin"), &change(seconds)));
    let refused = set(366 * 86_400);
    assert!(
        matches!(&refused, Err(ManageError::Invalid(invalid)) if invalid.to_string().contains("to 86400")),
        "{refused:?}"
    );
    assert_eq!(set(3_600).expect("shorter").refresh_absolute, hours(1));
    world.set_number(settings::SettingName::RefreshAbsoluteSeconds, 366 * 86_400);
    world.pass(Duration::from_secs(2));
    let shown = block_on(world.handle.settings(&world.presenter("admin"))).expect("read");
    assert_eq!(shown.refresh_absolute, hours(24), "a stored one above counts as the greatest");
}

#[test]
fn fault_a12_creations_of_an_hour_are_bounded_deleted_ones_counted() {
    let world = bare_world(open_policy());
    for n in 0..100 {
        let token = world.pat("ivan", &format!("n {n}"));
        world.delete("ivan", &token.view.id).expect("deleted");
    }
    let slowed = world.create("ivan", "one more", 1);
    let until = world.now().plus_capped(hours(1));
    assert!(matches!(slowed, Err(ManageError::SlowDown { until: at }) if at == until), "{slowed:?}");
    assert!(world.create("bill", "another's", 1).is_ok());
    world.clock.set(until);
    assert!(world.create("ivan", "an hour later", 1).is_ok());
}

#[test]
fn fault_a12_rotations_of_a_token_are_bounded_like_creations() {
    let mut policy = open_policy();
    policy.personal_access_tokens.creations_per_hour = std::num::NonZeroU32::new(2);
    let world = bare_world(policy);
    let mut id = world.pat("ivan", "ci").view.id;
    let by = world.presenter("ivan");
    for _ in 0..2 {
        world.pass(Duration::from_secs(1));
        id =
            block_on(world.handle.rotate_personal_access_token(&by, &id, Overlap::Immediate)).expect("rotated").view.id;
    }
    let slowed = block_on(world.handle.rotate_personal_access_token(&by, &id, Overlap::Immediate));
    assert!(matches!(slowed, Err(ManageError::SlowDown { .. })), "{slowed:?}");
}

#[test]
fn every_event_of_a_same_as_user_code_names_its_maker() {
    let world = unhindered();
    let token = world.pat("ivan", "his own");
    let Presented { by, .. } = code(&world, NewAccess::SameAsUser("ivan"));
    let _ = world.sink.take();
    block_on(world.handle.delete_personal_access_token(&by, &token.view.id)).expect("deleted");
    let events = world.sink.take();
    assert!(
        events.iter().all(|event| matches!(&event.by, event::Actor::SecurityCode { subject: who, creator, .. } if *who == subject("ivan") && *creator == subject("super"))),
        "{events:?}"
    );
    assert!(!events.is_empty());
}
