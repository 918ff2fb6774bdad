//! Tests scopes: which scope a token gets through a client, which requests are refused because of their scope, and what
//! a presenter with a scope may not do.

use counterfoil::client::{ClientId, ClientUpdate, Grant, NewClient, RefreshMode};
use counterfoil::event::EventKind;
use counterfoil::http_auth::{PublicRefusal, Refusal};
use counterfoil::operations::{CodeUpdate, NewAccess, NewSecurityCode, Overlap, SignIn};
use counterfoil::types::KnownScopes;
use counterfoil::*;

use crate::support::*;

pub(super) fn scope(text: &str) -> Scope {
    text.parse().expect("a scope")
}

/// Registers a client with an allowed scope and a default scope. The client may use the password grant and the refresh
/// grant.
fn register(world: &World, id: &str, allowed: Option<&str>, default: Option<&str>) -> ClientId {
    let new = NewClient::named(id)
        .with_id(client_id(id))
        .with_grants(vec![Grant::Password, Grant::RefreshToken])
        .with_allowed_scope(allowed.map(scope))
        .with_default_scope(default.map(scope))
        .with_public(true);
    block_on(world.handle.create_client(&Presenter::host(), new)).expect("registered").view.id
}

fn allow(world: &World, client: &ClientId, allowed: Option<&str>) {
    let change = ClientUpdate::default().with_allowed_scope(allowed.map(scope));
    block_on(world.handle.update_client(&Presenter::host(), client, change)).expect("changed");
}

/// Sends a token request as the public client `client`.
fn ask(world: &World, client: &str, form: &[(&str, &str)]) -> Reply {
    let mut body = form_urlencoded::Serializer::new(String::new());
    body.extend_pairs(form).append_pair("client_id", client);
    world.raw(Endpoint::Token, &[], FORM, body.finish().as_bytes(), Some("10.0.0.1"))
}

fn log_in(world: &World, client: &str, asked: Option<&str>) -> Reply {
    let mut form = vec![("grant_type", "password"), ("username", "admin"), ("password", "admin"), ("remember", "true")];
    form.extend(asked.map(|asked| ("scope", asked)));
    ask(world, client, &form)
}

fn refresh(world: &World, client: &str, token: &str, asked: Option<&str>) -> Reply {
    let mut form = vec![("grant_type", "refresh_token"), ("refresh_token", token)];
    form.extend(asked.map(|asked| ("scope", asked)));
    ask(world, client, &form)
}

fn held(world: &World, reply: &Reply) -> Option<String> {
    world.verify(&reply.access()).expect("live").scope().map(|scope| scope.as_str().to_owned())
}

#[test]
fn fault_a1_a_client_that_asks_for_nothing_gets_its_default_or_all_that_it_is_allowed() {
    let world = bare_world(open_policy());
    register(&world, "narrow", Some("demo:read"), None);
    register(&world, "usual", Some("demo:read demo:write"), Some("demo:read"));
    register(&world, "free", None, None);
    let reply = log_in(&world, "narrow", None);
    assert_eq!((held(&world, &reply), reply.text("scope")), (Some("demo:read".into()), "demo:read".into()));
    let by = Presenter::from(&world.verify(&reply.access()).expect("live"));
    let change = settings::SettingsUpdate::default().with_pat_max_days(1);
    let changed = block_on(world.handle.update_settings(&by, &change));
    assert!(matches!(changed, Err(ManageError::Forbidden(Forbidden::Scope { .. }))), "{changed:?}");
    assert_eq!(held(&world, &log_in(&world, "usual", None)), Some("demo:read".into()));
    assert_eq!(held(&world, &log_in(&world, "free", None)), None, "only without an allowed list");
    assert_eq!(log_in(&world, "narrow", Some("demo:write")).error(), (400, "invalid_scope".into()));
    // The same rule applies to sign-ins that the host opens.
    let (client, admin) = (client_id("narrow"), subject("admin"));
    let sign_in = SignIn::new(&client, &admin);
    let granted = block_on(world.handle.open_sign_in(&sign_in)).expect("opened");
    assert_eq!(granted.scope, Some(scope("demo:read")));
}

#[test]
fn fault_a1_narrowing_a_client_holds_at_once_for_what_it_has_already() {
    let world = bare_world(open_policy());
    let client = register(&world, "app", None, None);
    let (unscoped, scoped) = (log_in(&world, "app", None), log_in(&world, "app", Some("a b")));
    allow(&world, &client, Some("b c"));
    assert_eq!(held(&world, &unscoped), Some("b c".into()), "without scope is bounded too");
    assert_eq!(held(&world, &scoped), Some("b".into()));
    let refreshed = refresh(&world, "app", &scoped.refresh(), None);
    assert_eq!((held(&world, &refreshed), refreshed.text("scope")), (Some("b".into()), "b".into()));
    allow(&world, &client, Some("z"));
    let denied = world.verify(&refreshed.access());
    assert!(matches!(&denied, Err(denied) if denied.public() == Some(PublicRefusal::InsufficientScope)), "{denied:?}");
    assert_eq!(refresh(&world, "app", &refreshed.refresh(), None).error(), (400, "invalid_scope".into()));
    world.take_events();
    block_on(world.handle.create_client(&Presenter::host(), resource_server())).expect("registered");
    allow(&world, &client, None);
    let again = refresh(&world, "app", &refreshed.refresh(), None);
    assert_eq!(held(&world, &again), Some("a b".into()), "the refresh token kept its own");
    assert_eq!(refresh(&world, "app", &again.refresh(), Some("a b c")).error(), (400, "invalid_scope".into()));
}

/// Checks a refresh that names no scope. The sign-in has no scope, because it is older than the policy that requires
/// one. The refresh must be refused, because its access token would be refused at every use. The refresh token must
/// stay usable.
#[test]
fn syn_token_8_a_refresh_without_the_scope_that_the_policy_demands_is_refused_and_consumes_nothing() {
    for mode in [RefreshMode::Rotate, RefreshMode::Reuse] {
        let mut policy = open_policy();
        let before = bare_world(policy.clone());
        let client = register_confidential(&before, mode);
        let ask = |world: &World, form: &[(&str, &str)]| world.token_as(&client, form);
        let refresh = |world: &World, token: &str, scope: &str| {
            ask(world, &[("grant_type", "refresh_token"), ("refresh_token", token), ("scope", scope)])
        };
        let opened = ask(&before, &[("grant_type", "password"), ("username", "ivan"), ("password", "ivan")]);
        policy.access_tokens.scope_demanded = true;
        let world = before.elsewhere(|builder| builder.policy(policy));
        let denied = world.verify(&opened.access());
        assert!(matches!(denied, Err(Denied::Refused(Refusal::ScopeDemanded))), "{denied:?}");
        let public = denied.as_ref().err().and_then(Denied::public);
        assert_eq!(public, Some(PublicRefusal::InvalidToken), "no request is served");

        let refused = refresh(&world, &opened.refresh(), "");
        assert_eq!(refused.error(), (400, "invalid_scope".into()), "{mode:?}: no access token that nobody accepts");
        assert_eq!(refused.text("error_description"), "parameter scope must be given");

        // The refused refresh left the token as it was: a refresh that names a scope works.
        let named = refresh(&world, &opened.refresh(), "a");
        assert_eq!((held(&world, &named), named.has("scope")), (Some("a".into()), false), "{mode:?}: {}", named.body);
        assert_eq!(
            refresh(&world, &named.refresh(), "").error(),
            (400, "invalid_scope".into()),
            "it kept its own: none"
        );

        // The client's allowed scope limits a refresh that names no scope. So the new access token has a scope, and the
        // refresh is not refused.
        allow(&world, &client, Some("a b"));
        let limited = refresh(&world, &named.refresh(), "");
        assert_eq!((held(&world, &limited), limited.text("scope")), (Some("a b".into()), "a b".into()), "{mode:?}");
    }
}

#[test]
fn syn_token_8_a_retry_without_the_scope_that_the_policy_demands_is_refused_and_ends_nothing() {
    let mut policy = open_policy();
    let before = bare_world(policy.clone());
    register(&before, "app", None, None);
    let opened = log_in(&before, "app", None);
    let first = refresh(&before, "app", &opened.refresh(), None);
    policy.access_tokens.scope_demanded = true;
    let world = before.elsewhere(|builder| builder.policy(policy));
    assert_eq!(refresh(&world, "app", &opened.refresh(), None).error(), (400, "invalid_scope".into()));
    let retried = refresh(&world, "app", &opened.refresh(), Some("a"));
    assert_eq!((held(&world, &retried), retried.refresh()), (Some("a".into()), first.refresh()));
}

#[test]
fn syn_token_8_a_token_without_the_scope_that_the_policy_demands_is_not_rotated_and_stays_as_it_was() {
    let mut policy = open_policy();
    let before = bare_world(policy.clone());
    let ivan = before.presenter("ivan");
    let new = NewPersonalAccessToken::new("deploy", Lifetime::Days(30));
    let old = block_on(before.handle.create_personal_access_token(&ivan, &new)).expect("created");
    policy.personal_access_tokens.scope_demanded = true;
    let world = before.elsewhere(|builder| builder.policy(policy));
    let rotated = block_on(world.handle.rotate_personal_access_token(&ivan, &old.view.id, Overlap::Immediate));
    assert!(matches!(rotated, Err(ManageError::Conflict(Conflict::Suspended))), "{rotated:?}");
    before.verify(old.token.expose_secret()).expect("not replaced");
}

/// Registers a confidential client without scopes.
fn register_confidential(world: &World, mode: RefreshMode) -> ClientId {
    let new = NewClient::named("app").with_grants(vec![Grant::Password, Grant::RefreshToken]).with_refresh_mode(mode);
    block_on(world.handle.create_client(&Presenter::host(), new)).expect("registered").view.id
}

fn resource_server() -> NewClient {
    NewClient::named("server").with_resource_server(true)
}

#[test]
fn fault_a1_a_default_outside_the_allowed_is_refused_when_made_and_when_changed() {
    let world = bare_world(open_policy());
    let client = register(&world, "app", Some("a b"), Some("b"));
    let narrowed = ClientUpdate::default().with_allowed_scope(Some(scope("a")));
    let refused = block_on(world.handle.update_client(&Presenter::host(), &client, narrowed));
    assert!(matches!(refused, Err(ManageError::Invalid(Invalid::DefaultScope))), "{refused:?}");
    let both = ClientUpdate::default().with_allowed_scope(Some(scope("a"))).with_default_scope(None);
    block_on(world.handle.update_client(&Presenter::host(), &client, both)).expect("changed together");
}

#[test]
fn fault_a2_an_unknown_scope_is_refused_everywhere_and_drops_out_of_what_is_stored() {
    let mut policy = open_policy();
    let before = bare_world(policy.clone());
    register(&before, "app", None, None);
    let stored = log_in(&before, "app", Some("demo:read demo:raed"));
    let misspelt = log_in(&before, "app", Some("demo:raed"));
    policy.scopes = Some(KnownScopes::new(["demo:read", "demo:write"]).expect("tokens"));
    let world = before.elsewhere(|builder| builder.policy(policy));
    assert_eq!(held(&world, &stored), Some("demo:read".into()));
    let denied = world.verify(&misspelt.access());
    assert!(matches!(denied, Err(Denied::Refused(Refusal::ScopeEmpty))), "{denied:?}");
    for unknown in ["undefined", "demo:raed", "a,b", "demo:read demo:raed"] {
        assert_eq!(log_in(&world, "app", Some(unknown)).error(), (400, "invalid_scope".into()), "{unknown}");
        assert_eq!(refresh(&world, "app", &stored.refresh(), Some(unknown)).error(), (400, "invalid_scope".into()));
        let new = NewPersonalAccessToken::new("x", Lifetime::Days(1)).with_scope(scope(unknown));
        let made = block_on(world.handle.create_personal_access_token(&world.presenter("ivan"), &new));
        assert!(matches!(made, Err(ManageError::Invalid(Invalid::ScopeUnknown { field: "scope" }))), "{made:?}");
        for (field, allowed, default) in [("scopes", Some(unknown), None), ("default_scopes", None, Some(unknown))] {
            let new =
                NewClient::named("n").with_allowed_scope(allowed.map(scope)).with_default_scope(default.map(scope));
            let made = block_on(world.handle.create_client(&Presenter::host(), new));
            assert!(matches!(&made, Err(ManageError::Invalid(invalid)) if invalid.field() == field), "{made:?}");
            let mut change = ClientUpdate::default();
            change.allowed_scope = allowed.map(|text| Some(scope(text)));
            change.default_scope = default.map(|text| Some(scope(text)));
            let made = block_on(world.handle.update_client(&Presenter::host(), &client_id("app"), change));
            assert!(matches!(&made, Err(ManageError::Invalid(invalid)) if invalid.field() == field), "{made:?}");
        }
    }
    assert_eq!(held(&world, &log_in(&world, "app", Some("settings:manage"))), Some("settings:manage".into()));
}

#[test]
fn fault_c11_a_scope_beyond_is_refused_before_the_password_and_a_proved_one_leaves_an_event() {
    let world = bare_world(open_policy());
    register(&world, "app", Some("a"), None);
    world.take_events();
    let hashes = world.people.hashes();
    assert_eq!(log_in(&world, "app", Some("b")).error(), (400, "invalid_scope".into()));
    assert_eq!(world.people.hashes(), hashes, "no password was looked at");
    log_in(&world, "app", Some("a"));
    let proved = |what: &EventKind| matches!(what, EventKind::LoginProved { subject: who } if *who == subject("admin"));
    assert!(world.take_events().iter().any(proved));
    block_on(world.handle.open_session(&login("admin", "admin"), &counterfoil::types::Source::Unknown))
        .expect("opened");
    assert!(world.take_events().iter().any(proved), "the console's too");
}

#[test]
fn fault_a7_a_presenter_with_a_scope_gives_no_longer_life_to_a_code_that_may_do_more() {
    let world = super::presenters::unhindered();
    let by = super::presenters::access(&world, "super", Some(Scope::CODES_MANAGE)).by;
    let new = NewSecurityCode::new(NewAccess::SuperAdministrator);
    let wide = block_on(world.handle.create_security_code(&world.presenter("super"), &new)).expect("made").view.id;
    let later = world.now().plus_capped(days(9));
    for outcome in [
        block_on(world.handle.update_security_code(&by, &wide, &CodeUpdate::default().with_expires_at(later))),
        block_on(world.handle.make_security_code_permanent(&by, &wide)),
        block_on(world.handle.reset_security_code(&by, &wide)),
        block_on(world.handle.reactivate_security_code(&by, &wide)),
    ] {
        assert!(matches!(outcome, Err(ManageError::Forbidden(Forbidden::Outranked))), "{outcome:?}");
    }
    assert!(
        block_on(world.handle.update_security_code(&by, &wide, &CodeUpdate::default().with_description("text")))
            .is_ok(),
        "describing gives nothing"
    );
    assert!(block_on(world.handle.delete_security_code(&by, &wide)).is_ok(), "nor does deleting");
}

#[test]
fn fault_a1_a_presenter_with_a_scope_turns_no_wider_client_to_reuse() {
    let world = bare_world(open_policy());
    let wide = NewClient::named("wide").with_id(client_id("wide"));
    block_on(world.handle.create_client(&Presenter::host(), wide)).expect("registered");
    register(&world, "desk", Some("clients:manage"), None);
    let reply = log_in(&world, "desk", None);
    let by = Presenter::from(&world.verify(&reply.access()).expect("live"));
    let reuse = ClientUpdate::default().with_refresh_mode(client::RefreshMode::Reuse);
    let changed = block_on(world.handle.update_client(&by, &client_id("wide"), reuse));
    assert!(matches!(changed, Err(ManageError::Invalid(Invalid::ScopeBeyond { field: "scopes" }))), "{changed:?}");
}

fn login<'a>(name: &'a str, password: &'a str) -> directory::Login<'a> {
    directory::Login::new(name, leaked(password))
}

/// Returns a secret that is never freed. A `Login` borrows its password, so this lets a function return a `Login`.
fn leaked(text: &str) -> &'static Secret {
    Box::leak(Box::new(Secret::from(text.to_owned())))
}
