//! Tests the token endpoint as a client uses it (requirements SYN-TOKEN 1 to 4, 8, 10, 11 and 13).

use counterfoil::client::{ClientUpdate, Grant, NewClient};
use counterfoil::http_auth::Refusal;
use counterfoil::operations::{OpenError, SignIn};

use crate::support::*;

#[test]
fn syn_token_1_the_seeds_own_command_works() {
    let world = world();
    let body = b"grant_type=password&username=AD%5Cbill.posters&password=blabla&remember=true&mfa_key=&machine_key=";
    let reply = world.raw(Endpoint::Token, &[SEED], FORM, body, None);
    assert_eq!(reply.status, 200, "{}", reply.body);
    assert_eq!(reply.text("token_type"), "bearer");
    assert_eq!(reply.text("as:client_id"), "angularApp");
    assert_eq!(reply.text("user_name"), "AD\\bill.posters");
    let body = format!("grant_type=refresh_token&refresh_token={}", reply.refresh());
    let again = world.raw(Endpoint::Token, &[SEED], FORM, body.as_bytes(), None);
    assert_eq!(again.status, 200, "{}", again.body);
    assert_ne!(again.access(), reply.access());
}

#[test]
fn syn_token_1_two_authentications_in_one_request_are_refused() {
    let world = world();
    let body = format!("grant_type=password&username=ivan&password=ivan&client_id=test.token&client_secret={KEY}");
    let by_form = world.raw(Endpoint::Token, &[], FORM, body.as_bytes(), None);
    assert_eq!(by_form.status, 200, "{}", by_form.body);
    let both = world.raw(Endpoint::Token, &[SEED], FORM, body.as_bytes(), None);
    assert_eq!(both.error(), (400, "invalid_request".into()));
    let same_id = b"grant_type=password&username=ivan&password=ivan&client_id=test.token";
    assert_eq!(world.raw(Endpoint::Token, &[SEED], FORM, same_id, None).status, 200);
    let other_id = b"grant_type=password&username=ivan&password=ivan&client_id=rotating";
    assert_eq!(world.raw(Endpoint::Token, &[SEED], FORM, other_id, None).status, 400);
}

#[test]
fn syn_token_2_a_client_made_again_revives_nothing_and_a_raised_epoch_ends_everything() {
    let world = world();
    let (admin, id) = (world.presenter("admin"), client_id("rotating"));
    let reply = world.log_in("rotating", "true");
    block_on(world.handle.revoke_client_tokens(&admin, &id)).expect("revoked");
    assert_eq!(world.reason(&reply.access()), Refusal::ClientEpoch);
    assert_eq!(world.refresh("rotating", &reply.refresh()).error(), (400, "invalid_grant".into()));
    let reply = world.log_in("rotating", "true");
    assert!(world.works(&reply.access()), "new sign-ins work");
    block_on(world.handle.delete_client(&admin, &id)).expect("deleted");
    assert_eq!(world.reason(&reply.access()), Refusal::ClientMissing);
    let again = NewClient::named("again").with_id(id).with_grants(vec![Grant::Password, Grant::RefreshToken]);
    block_on(world.handle.create_client(&admin, again)).expect("made again");
    assert_eq!(world.reason(&reply.access()), Refusal::ClientMissing);
}

#[test]
fn syn_token_3_an_unknown_user_and_a_wrong_password_are_alike_in_text_and_in_work() {
    let world = world();
    let try_with = |name: &str, password: &str| {
        let before = world.people.hashes();
        let reply = world.token("rotating", &[("grant_type", "password"), ("username", name), ("password", password)]);
        (reply.status, reply.body, reply.headers, world.people.hashes() - before)
    };
    let wrong = try_with("AD\\bill.posters", "wrong");
    assert_eq!(wrong, try_with("nobody", "wrong"));
    assert_eq!(wrong, try_with("AD\\bill.posters", &"x".repeat(4_000)));
    world.people.set_disabled(&subject("ivan"), true);
    assert_eq!(wrong, try_with("ivan", "ivan"), "a disabled account too");
    assert_eq!(wrong.0, 400);
}

#[test]
fn syn_token_3_the_password_grant_is_off_unless_a_registration_names_it() {
    let world = world();
    let form = [("grant_type", "password"), ("username", "ivan"), ("password", "ivan")];
    assert_eq!(world.token("machine", &form).error(), (400, "unauthorized_client".into()));
    assert_eq!(world.token("rotating", &[("grant_type", "implicit")]).error(), (400, "unsupported_grant_type".into()));
    assert_eq!(world.token("rotating", &[]).error(), (400, "invalid_request".into()));
}

#[test]
fn syn_token_4_expires_in_is_what_is_left_rounded_down() {
    let world = world();
    let reply = world.log_in("rotating", "true");
    assert_eq!(reply.number("expires_in"), 600);
    assert_eq!(reply.text(".issued"), "Tue, 14 Nov 2023 22:13:20 GMT");
    assert_eq!(reply.text(".expires"), "Tue, 14 Nov 2023 22:23:20 GMT");
    world.refresh("rotating", &reply.refresh());
    world.pass(micro());
    let retry = world.refresh("rotating", &reply.refresh());
    assert_eq!(retry.number("expires_in"), 599, "of the same access token");
    assert_eq!(retry.text(".issued"), "Tue, 14 Nov 2023 22:13:20 GMT");
}

#[test]
fn syn_token_8_scope_is_narrowed_and_never_widened() {
    let world = world();
    let log_in = |scope: &str| {
        world.token(
            "rotating",
            &[("grant_type", "password"), ("username", "ivan"), ("password", "ivan"), ("scope", scope)],
        )
    };
    let reply = log_in("demo:write demo:read");
    assert!(!reply.has("scope"), "it is what was asked");
    let refresh = |token: &str, scope: &str| {
        world.token("rotating", &[("grant_type", "refresh_token"), ("refresh_token", token), ("scope", scope)])
    };
    let narrow = refresh(&reply.refresh(), "demo:read");
    assert_eq!(world.verify(&narrow.access()).expect("works").scope().cloned(), scope("demo:read"));
    let wide = refresh(&narrow.refresh(), "demo:read demo:write other");
    assert_eq!(wide.error(), (400, "invalid_scope".into()));
    let own = world.refresh("rotating", &narrow.refresh());
    assert!(!own.has("scope"), "nothing was asked, nothing differs");
    assert!(!narrow.has("scope"), "it is what was asked");
    assert_eq!(
        world.verify(&own.access()).expect("works").scope().cloned(),
        scope("demo:read demo:write"),
        "it keeps its own"
    );
    assert_eq!(log_in("a\"b").error(), (400, "invalid_scope".into()));
    let all = log_in("");
    assert_eq!(world.verify(&all.access()).expect("works").scope(), None);
}

#[test]
fn syn_token_8_a_client_has_defaults_and_limits() {
    let world = world();
    let new = NewClient::named("limited")
        .with_id(client_id("limited"))
        .with_grants(vec![Grant::Password])
        .with_allowed_scope(scope("demo:read demo:write"))
        .with_default_scope(scope("demo:read"))
        .with_public(true);
    block_on(world.handle.create_client(&world.presenter("admin"), new)).expect("created");
    let log_in = |scope: &str| {
        let body = format!("client_id=limited&grant_type=password&username=ivan&password=ivan&scope={scope}");
        world.raw(Endpoint::Token, &[], FORM, body.as_bytes(), None)
    };
    let reply = log_in("");
    assert_eq!(reply.text("scope"), "demo:read", "omitted: the default, and told");
    assert!(!reply.has("refresh_token"), "no refresh grant, no refresh token");
    assert_eq!(log_in("demo:write").status, 200);
    assert_eq!(log_in("other").error(), (400, "invalid_scope".into()));
}

#[test]
fn syn_token_10_every_answer_forbids_caching() {
    let world = world();
    let replies = [
        world.log_in("rotating", "true"),
        world.refresh("rotating", "x"),
        world.revoke("rotating", "x"),
        world.introspect("rotating", "x"),
        world.raw(Endpoint::Token, &[], FORM, b"", None),
        world.raw(Endpoint::Token, &[], None, b"", None),
    ];
    for reply in replies {
        assert_eq!(reply.header("cache-control"), Some("no-store"), "{}", reply.body);
        assert_eq!(reply.header("pragma"), Some("no-cache"));
    }
}

#[test]
fn syn_token_11_owner_and_client_are_looked_at_at_each_use() {
    let world = world();
    let (admin, id) = (world.presenter("admin"), client_id("rotating"));
    let reply = world.log_in("rotating", "true");
    world.people.set_disabled(&subject("bill"), true);
    assert_eq!(world.reason(&reply.access()), Refusal::AccountDisabled);
    assert_eq!(world.refresh("rotating", &reply.refresh()).error(), (400, "invalid_grant".into()));
    world.people.set_disabled(&subject("bill"), false);
    let change = |change| block_on(world.handle.update_client(&admin, &id, change)).map(drop).expect("changed");
    change(ClientUpdate::default().with_disabled(true));
    assert_eq!(world.reason(&reply.access()), Refusal::ClientDisabled);
    assert_eq!(world.refresh("rotating", &reply.refresh()).error(), (401, "invalid_client".into()));
    change(ClientUpdate::default().with_disabled(false).with_grants(vec![Grant::Password]));
    assert!(world.works(&reply.access()));
    assert_eq!(world.refresh("rotating", &reply.refresh()).error(), (400, "unauthorized_client".into()));
    change(ClientUpdate::default().with_grants(vec![Grant::RefreshToken]));
    assert_eq!(world.reason(&reply.access()), Refusal::GrantRemoved);
    change(ClientUpdate::default().with_grants(vec![Grant::Password, Grant::RefreshToken]));
    assert_eq!(world.refresh("rotating", &reply.refresh()).status, 200, "nothing was consumed meanwhile");
}

#[test]
fn syn_token_13_the_host_opens_a_family_itself() {
    let world = world();
    let (client, bill) = (client_id("rotating"), subject("bill"));
    let sign_in = SignIn::new(&client, &bill).with_scope(scope("demo:read")).with_remember(true);
    let granted = block_on(world.handle.open_sign_in(&sign_in)).expect("opened");
    let access = granted.access_token.expose_secret();
    assert_eq!(world.verify(access).expect("works").scope().cloned(), scope("demo:read"));
    let refresh = granted.refresh_token.as_ref().expect("the client may refresh").expose_secret();
    assert_eq!(world.refresh("rotating", refresh).status, 200);
    let missing = subject("nobody");
    let nobody = sign_in.clone().with_subject(&missing);
    assert!(matches!(block_on(world.handle.open_sign_in(&nobody)), Err(OpenError::AccountMissing)));
    let unknown = client_id("unknown");
    let nowhere = sign_in.with_client(&unknown);
    assert!(matches!(block_on(world.handle.open_sign_in(&nowhere)), Err(OpenError::ClientMissing)));
}
