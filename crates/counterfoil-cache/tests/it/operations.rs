//! Each operation that narrows or ends a credential holds the bound on a node that knows the credential from memory.

use std::time::Duration;

use counterfoil::oauth::OAuthRequest;
use counterfoil::operations::{CodeUpdate, NewAccess, NewSecurityCode, Overlap, TokenUpdate};
use counterfoil::types::{Networks, Source, TokenKind};
use counterfoil::{Presenter, Timestamp};

use crate::world::{BOUND, World, at_once, ms};

/// A credential of the world, and its text.
struct Held {
    id: counterfoil::types::RecordId,
    text: String,
    refresh: Option<String>,
}

type Make = fn(&World) -> Held;
type Narrow = fn(&World, &Held);

fn token(world: &World) -> Held {
    let issued = world.token();
    Held { id: issued.view.id, text: issued.token.expose_secret().to_owned(), refresh: None }
}

fn sign_in(world: &World) -> Held {
    let granted = world.sign_in();
    let refresh = granted.refresh_token.map(|token| token.expose_secret().to_owned());
    Held { id: granted.access_id, text: granted.access_token.expose_secret().to_owned(), refresh }
}

fn code(world: &World) -> Held {
    let new = NewSecurityCode::new(NewAccess::SuperAdministrator);
    let issued = at_once(world.service.create_security_code(&world.service.presenter("sue"), &new)).expect("created");
    Held { id: issued.view.id, text: issued.token.expose_secret().to_owned(), refresh: None }
}

fn office() -> Networks {
    Networks::new(["192.0.2.0/24"]).expect("a block")
}

fn subject(world: &World) -> counterfoil::SubjectId {
    world.service.account("ivan").subject().clone()
}

fn soon(world: &World) -> Timestamp {
    world.service.now().plus_capped(ms(1))
}

/// Each operation, with the credential that it narrows or ends.
const OPERATIONS: [(&str, Make, Narrow); 16] = [
    ("delete_personal_access_token", token, |world, held| {
        at_once(world.service.delete_personal_access_token(&world.service.presenter("ivan"), &held.id)).expect("ok");
    }),
    ("delete_personal_access_token_of", token, |world, held| {
        let ada = world.service.presenter("ada");
        let ivan = subject(world);
        at_once(world.service.delete_personal_access_token_of(&ada, &ivan, &held.id)).expect("ok");
    }),
    ("rotate_personal_access_token", token, |world, held| {
        let ivan = world.service.presenter("ivan");
        at_once(world.service.rotate_personal_access_token(&ivan, &held.id, Overlap::Immediate)).expect("ok");
    }),
    ("update_personal_access_token: sources", token, |world, held| {
        let change = TokenUpdate::default().with_allowed_sources(office());
        let ivan = world.service.presenter("ivan");
        at_once(world.service.update_personal_access_token(&ivan, &held.id, &change)).expect("ok");
    }),
    ("revoke_family_of", token, |world, held| {
        at_once(world.service.revoke_family_of(&held.id)).expect("ok");
    }),
    ("revoke_all_of", token, |world, _| {
        at_once(world.service.revoke_all_of(&Presenter::host(), &subject(world))).expect("ok");
    }),
    ("revoke_kinds_of", token, |world, _| {
        let kinds = [TokenKind::PersonalAccessToken];
        at_once(world.service.revoke_kinds_of(&Presenter::host(), &subject(world), &kinds)).expect("ok");
    }),
    ("revoke_all_own", token, |world, _| {
        at_once(world.service.revoke_all_own(&world.service.presenter("ivan"))).expect("ok");
    }),
    ("report_leaked", token, |world, held| {
        let outcome = at_once(world.service.report_leaked(&[&held.text])).expect("ok");
        assert_eq!(outcome.len(), 1);
    }),
    ("end_sign_in", sign_in, |world, held| {
        let ivan = world.service.presenter("ivan");
        at_once(world.service.end_sign_in(&ivan, &held.id.family())).expect("ok");
    }),
    ("end_sign_in_of", sign_in, |world, held| {
        let ada = world.service.presenter("ada");
        at_once(world.service.end_sign_in_of(&ada, &subject(world), &held.id.family())).expect("ok");
    }),
    ("revocation endpoint, access token", sign_in, |world, held| revoke_at_the_endpoint(world, &held.text)),
    ("revocation endpoint, refresh token", sign_in, |world, held| {
        revoke_at_the_endpoint(world, held.refresh.as_deref().expect("the client may refresh"));
    }),
    ("delete_security_code", code, |world, held| {
        at_once(world.service.delete_security_code(&world.service.presenter("sue"), &held.id)).expect("ok");
    }),
    ("update_security_code: sources", code, |world, held| {
        let change = CodeUpdate::default().with_allowed_sources(office());
        let sue = world.service.presenter("sue");
        at_once(world.service.update_security_code(&sue, &held.id, &change)).expect("ok");
    }),
    ("update_security_code: an earlier expiry", code, |world, held| {
        let change = CodeUpdate::default().with_expires_at(soon(world));
        let sue = world.service.presenter("sue");
        at_once(world.service.update_security_code(&sue, &held.id, &change)).expect("ok");
    }),
];

fn revoke_at_the_endpoint(world: &World, text: &str) {
    let header = format!("Basic {}", world.service.client_secret().expose_api_key());
    let (body, authorization) = (format!("token={text}"), [header.as_bytes()]);
    let request = OAuthRequest::new(body.as_bytes(), &Source::Unknown)
        .with_authorization(&authorization)
        .with_content_type(Some(b"application/x-www-form-urlencoded"));
    assert_eq!(at_once(world.service.revocation(request)).expect("revoked").status(), 200);
}

#[test]
fn fleet_1_every_operation_that_narrows_holds_the_bound() {
    for (name, make, narrow) in OPERATIONS {
        for reads_in_time in [true, false] {
            let world = World::new();
            let held = make(&world);
            world.warm(&held.text);
            narrow(&world, &held);
            let effective_by = world.service.effective_by();
            assert_eq!(effective_by, world.service.now().plus_capped(BOUND));
            if reads_in_time {
                world.pass(BOUND - ms(1));
                world.refresh();
                assert!(world.verify(&held.text).is_err(), "{name}: the node has read the log");
            }
            world.pass(effective_by.since(world.service.now()));
            assert!(world.verify(&held.text).is_err(), "{name}: the bound is reached");
        }
    }
}

#[test]
fn fleet_1_the_end_of_an_overlap_and_a_shorter_life_hold_the_bound() {
    let world = World::new();
    let held = token(&world);
    let ivan = world.service.presenter("ivan");
    world.warm(&held.text);
    let overlap = Overlap::For(Duration::from_secs(60));
    let new = at_once(world.service.rotate_personal_access_token(&ivan, &held.id, overlap)).expect("rotated");
    assert!(world.verify(&held.text).is_ok());
    at_once(world.service.rotate_personal_access_token(&ivan, &new.view.id, Overlap::Immediate)).expect("rotated");
    world.pass(BOUND);
    assert!(world.verify(&held.text).is_err(), "a further rotation ends the overlap");
}
