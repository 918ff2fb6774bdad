//! The token endpoint as a client sees it (SYN-TOKEN).

use crate::support::*;
use counterfoil::client::{ClientChange, Grant, NewClient, RefreshMode};
use counterfoil::event::What;
use counterfoil::policy::Policy;
use counterfoil::settings::SettingsChange;
use counterfoil::*;

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
    let again =
        NewClient { id: Some(id), grants: vec![Grant::Password, Grant::RefreshToken], ..NewClient::named("again") };
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
fn syn_token_5_an_access_token_lives_10_minutes_and_a_refresh_token_24_hours() {
    let world = world();
    let reply = world.log_in("rotating", "true");
    world.clock.set(just_before(after_start(Span::minutes(10))));
    assert!(world.works(&reply.access()), "one microsecond before the end");
    world.pass(micro());
    assert!(!world.works(&reply.access()), "at the end");
    world.clock.set(just_before(after_start(Span::hours(24))));
    let next = world.refresh("rotating", &reply.refresh());
    assert_eq!(next.status, 200, "one microsecond before the end: {}", next.body);
    world.pass(Span::hours(24));
    assert_eq!(world.refresh("rotating", &next.refresh()).error(), (400, "invalid_grant".into()), "at the end");
}

#[test]
fn syn_token_5_each_refresh_slides_but_never_past_the_absolute_life() {
    for client in ["rotating", "test.token"] {
        let world = world();
        let mut token = world.log_in(client, "true").refresh();
        for _ in 0..29 {
            world.pass(Span::hours(23));
            token = world.refresh(client, &token).refresh();
        }
        world.clock.set(just_before(after_start(Span::days(30))));
        // The last day: slide up to the end, which is not past the absolute life.
        let mut now = after_start(Span::hours(29 * 23));
        while now < after_start(Span::days(30)).minus(Span::hours(23)) {
            now = now.plus(Span::hours(23)).expect("in range");
            world.clock.set(now);
            token = world.refresh(client, &token).refresh();
        }
        world.clock.set(just_before(after_start(Span::days(30))));
        let last = world.refresh(client, &token);
        assert_eq!(last.status, 200, "{client}: {}", last.body);
        world.pass(micro());
        assert_eq!(world.refresh(client, &last.refresh()).error(), (400, "invalid_grant".into()), "{client}");
    }
}

#[test]
fn syn_token_5_without_remember_the_family_ends_one_inactivity_period_after_its_issue() {
    for (client, remember) in
        [("rotating", ""), ("rotating", "false"), ("test.token", "false"), ("public-app", "false")]
    {
        let world = world();
        let mut token = world.log_in(client, remember).refresh();
        for _ in 0..3 {
            world.pass(Span::hours(6));
            token = world.refresh(client, &token).refresh();
        }
        world.clock.set(just_before(after_start(Span::hours(24))));
        let last = world.refresh(client, &token);
        assert_eq!(last.status, 200, "{client}: {}", last.body);
        assert_eq!(last.number("expires_in"), 0, "the access token ends with its family");
        world.pass(micro());
        assert_eq!(world.refresh(client, &last.refresh()).status, 400, "{client}");
    }
}

#[test]
fn syn_token_5_remember_is_true_false_or_nothing() {
    let world = world();
    for (value, status) in [("true", 200), ("false", 200), ("", 200), ("TRUE", 400), ("1", 400), (" true", 400)] {
        let form = [("grant_type", "password"), ("username", "ivan"), ("password", "ivan"), ("remember", value)];
        assert_eq!(world.token("rotating", &form).status, status, "{value:?}");
    }
    let twice = b"grant_type=password&username=ivan&password=ivan&remember=true&remember=true";
    let reply = world.raw(Endpoint::Token, &[world.basic("rotating").as_bytes()], FORM, twice, None);
    assert_eq!(reply.error(), (400, "invalid_request".into()));
}

#[test]
fn syn_token_5_a_shortened_time_out_applies_to_existing_families_at_their_next_use() {
    let world = world();
    let reply = world.log_in("rotating", "true");
    let change = SettingsChange { refresh_inactivity_seconds: Some(3_600), ..Default::default() };
    block_on(world.handle.change_settings(&world.presenter("admin"), &change)).expect("changed");
    world.pass(Span::hours(1));
    assert_eq!(world.refresh("rotating", &reply.refresh()).status, 400);
    let world = world_with(Policy::aal2(), |builder| builder);
    let reply = world.log_in("rotating", "true");
    world.pass(Span::hours(1));
    assert_eq!(world.refresh("rotating", &reply.refresh()).status, 400, "the preset aal2");
}

#[test]
fn syn_token_6_reuse_gives_the_same_refresh_token_and_a_new_access_token() {
    let world = world();
    let first = world.log_in("test.token", "true");
    let second = world.refresh("test.token", &first.refresh());
    assert_eq!(second.refresh(), first.refresh());
    assert_ne!(second.access(), first.access());
    assert!(world.works(&first.access()) && world.works(&second.access()));
}

#[test]
fn syn_token_6_rotate_uses_the_old_one_up() {
    let world = world();
    let first = world.log_in("rotating", "true");
    let second = world.refresh("rotating", &first.refresh());
    assert_ne!(second.refresh(), first.refresh());
    let third = world.refresh("rotating", &second.refresh());
    assert_eq!(third.status, 200);
    assert!(world.works(&first.access()) && world.works(&third.access()), "old access tokens live on");
}

#[test]
fn syn_token_6_another_clients_refresh_token_is_refused_and_not_consumed() {
    let world = world();
    let reply = world.log_in("rotating", "true");
    world.told();
    assert_eq!(world.refresh("test.token", &reply.refresh()).error(), (400, "invalid_grant".into()));
    assert!(world.told().iter().any(|event| matches!(event, What::ForeignClient { .. })));
    let used = world.refresh("rotating", &reply.refresh());
    assert_eq!(used.status, 200);
    world.pass(Span::minutes(1));
    assert_eq!(world.refresh("test.token", &reply.refresh()).status, 400);
    assert_eq!(world.refresh("rotating", &used.refresh()).status, 200, "a foreign replay kills nothing");
}

#[test]
fn syn_token_6_a_retry_inside_the_window_gets_the_same_answer() {
    let world = world();
    let first = world.log_in("rotating", "true");
    let won = world.refresh("rotating", &first.refresh());
    world.pass(just_under(Span::seconds(10)));
    let retry = world.refresh("rotating", &first.refresh());
    assert_eq!(retry.refresh(), won.refresh());
    assert_eq!(retry.access(), won.access());
    assert_eq!(retry.text(".expires"), won.text(".expires"));
    assert!(world.works(&won.access()));
}

#[test]
fn syn_token_6_the_parent_after_the_window_kills_the_family() {
    let world = world();
    let first = world.log_in("rotating", "true");
    let won = world.refresh("rotating", &first.refresh());
    world.told();
    world.pass(Span::seconds(10));
    assert_eq!(world.refresh("rotating", &first.refresh()).error(), (400, "invalid_grant".into()));
    assert!(world.told().iter().any(|event| matches!(event, What::Replayed { generation: 0, .. })));
    assert!(!world.works(&won.access()) && !world.works(&first.access()), "access tokens included");
    assert_eq!(world.refresh("rotating", &won.refresh()).status, 400);
}

#[test]
fn syn_token_6_the_window_is_over_as_soon_as_the_successor_was_refreshed() {
    let world = world();
    let first = world.log_in("rotating", "true");
    let second = world.refresh("rotating", &first.refresh());
    let third = world.refresh("rotating", &second.refresh());
    assert_eq!(world.refresh("rotating", &first.refresh()).status, 400, "a grandparent inside its window");
    assert_eq!(world.refresh("rotating", &third.refresh()).status, 400, "kills the family");
}

#[test]
fn syn_token_6_the_window_is_over_when_the_successor_slid_in_the_other_mode() {
    let world = world();
    let first = world.log_in("rotating", "true");
    let second = world.refresh("rotating", &first.refresh());
    let change = ClientChange { refresh_mode: Some(RefreshMode::Reuse), ..ClientChange::default() };
    block_on(world.handle.change_client(&world.presenter("admin"), &client_id("rotating"), change)).expect("changed");
    world.pass(Span::seconds(1));
    assert_eq!(
        world.refresh("rotating", &second.refresh()).refresh(),
        second.refresh(),
        "the mode is read at each use"
    );
    assert_eq!(world.refresh("rotating", &first.refresh()).status, 400, "a rotated record stays rotated");
    assert_eq!(world.refresh("rotating", &second.refresh()).status, 400);
}

#[test]
fn syn_token_6_with_grace_zero_every_second_presentation_revokes() {
    let mut policy = open_policy();
    policy.refresh_tokens.grace = Span::ZERO;
    let world = world_with(policy, |builder| builder);
    let first = world.log_in("rotating", "true");
    let won = world.refresh("rotating", &first.refresh());
    assert_eq!(world.refresh("rotating", &first.refresh()).status, 400);
    assert_eq!(world.refresh("rotating", &won.refresh()).status, 400);
    assert!(!world.works(&won.access()));
}

#[test]
fn syn_token_6_a_retry_whose_access_token_was_revoked_or_has_another_scope_gets_a_fresh_one() {
    let world = world();
    let first = world.log_in("rotating", "true");
    let won = world.refresh("rotating", &first.refresh());
    assert_eq!(world.revoke("rotating", &won.access()).status, 200);
    let retry = world.refresh("rotating", &first.refresh());
    assert_eq!(retry.refresh(), won.refresh());
    assert_ne!(retry.access(), won.access());
    assert!(world.works(&retry.access()) && !world.works(&won.access()));
    let form = [("grant_type", "refresh_token"), ("refresh_token", &*first.refresh()), ("scope", "demo:read")];
    let narrow = world.token("rotating", &form);
    assert_eq!(narrow.refresh(), won.refresh());
    let principal = world.verify(&narrow.access()).expect("it works");
    assert_eq!(principal.scope().cloned(), scope("demo:read"));
}

#[test]
fn syn_token_6_a_retry_after_the_key_has_left_the_ring_is_refused_and_the_family_lives() {
    let world = world();
    let first = world.log_in("rotating", "true");
    let won = world.refresh("rotating", &first.refresh());
    assert_eq!(won.status, 200);
    let ring = ring();
    let newer = ring.with_new_key(&testing::SeededEntropy::new(5)).expect("a ring");
    let newest = newer.newest();
    let both = world.elsewhere(|builder| builder.key_ring(newer));
    let same = both.refresh("rotating", &first.refresh());
    assert_eq!(same.refresh(), won.refresh(), "an older key of the ring still derives");
    let only_new =
        ring.with_new_key(&testing::SeededEntropy::new(5)).expect("a ring").without(KeyId::new(1)).expect("one left");
    assert_eq!(only_new.newest(), newest);
    // Nothing can be proved at all without the key that a record was digested under.
    let without = world.elsewhere(|builder| builder.key_ring(only_new));
    assert_eq!(without.refresh("public-app", &first.refresh()).status, 400);
    assert_eq!(world.refresh("rotating", &won.refresh()).status, 200, "the family lives");
}

#[test]
fn syn_token_6_introspecting_a_rotated_token_is_inactive_and_changes_nothing() {
    let world = world();
    let first = world.log_in("rotating", "true");
    let won = world.refresh("rotating", &first.refresh());
    world.pass(Span::minutes(1));
    assert_eq!(world.introspect("rotating", &first.refresh()).body, r#"{"active":false}"#);
    assert_eq!(world.refresh("rotating", &won.refresh()).status, 200);
}

#[test]
fn syn_token_7_after_revoke_nothing_of_the_family_authenticates() {
    let world = world();
    let first = world.log_in("rotating", "true");
    let second = world.refresh("rotating", &first.refresh());
    assert_eq!(world.revoke("rotating", &first.refresh()).status, 200, "a refresh token of any generation");
    for access in [first.access(), second.access()] {
        assert!(!world.works(&access));
    }
    for refresh in [first.refresh(), second.refresh()] {
        assert_eq!(world.refresh("rotating", &refresh).error(), (400, "invalid_grant".into()));
    }
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
    let new = NewClient {
        id: Some(client_id("limited")),
        grants: vec![Grant::Password],
        allowed_scope: scope("demo:read demo:write"),
        default_scope: scope("demo:read"),
        public: true,
        ..NewClient::named("limited")
    };
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
fn syn_token_9_revocation_of_own_foreign_unknown_and_clientless_tokens() {
    let world = world();
    let reply = world.log_in("rotating", "true");
    assert_eq!(world.revoke("test.token", &reply.access()).error(), (400, "unauthorized_client".into()));
    assert!(world.works(&reply.access()));
    assert_eq!(world.revoke("rotating", "no such token").status, 200);
    assert_eq!(world.revoke("rotating", &reply.access()).status, 200);
    assert!(!world.works(&reply.access()));
    assert_eq!(world.refresh("rotating", &reply.refresh()).status, 200, "an access token ends itself alone");
    let (token, code) = (world.pat("bill", "ci"), world.code(NewAccess::SuperAdministrator));
    world.told();
    for token in [&token.token, &code.token] {
        assert_eq!(world.revoke("rotating", token.expose_secret()).status, 200);
        assert!(world.works(token.expose_secret()), "nothing is done");
        assert!(world.told().iter().any(|event| matches!(event, What::RevocationIgnored { .. })));
    }
}

#[test]
fn syn_token_9_introspection_tells_own_tokens_and_everything_to_resource_servers() {
    let world = world();
    let reply = world.log_in("rotating", "true");
    let own = world.introspect("rotating", &reply.access());
    assert!(own.body.contains(r#""active":true"#) && own.text("client_id") == "rotating" && own.text("sub") == "bill");
    assert_eq!((own.number("iat"), own.number("exp")), (1_700_000_000, 1_700_000_600));
    assert_eq!(world.introspect("test.token", &reply.access()).body, r#"{"active":false}"#);
    assert_eq!(world.introspect("machine", &reply.access()).text("kind"), "access_token");
    assert_eq!(world.introspect("machine", &reply.refresh()).text("kind"), "refresh_token");
    let token = world.pat("bill", "ci");
    assert_eq!(world.introspect("machine", token.token.expose_secret()).text("username"), "AD\\bill.posters");
    assert_eq!(world.introspect("rotating", token.token.expose_secret()).body, r#"{"active":false}"#);
    let secret = world.client_secret("machine");
    assert_eq!(world.introspect("machine", secret).body, r#"{"active":false}"#, "client secrets are never active");
    assert_eq!(world.introspect("public-app", &reply.access()).error(), (401, "invalid_client".into()));
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
    let change = |change| block_on(world.handle.change_client(&admin, &id, change)).map(drop).expect("changed");
    change(ClientChange { disabled: Some(true), ..Default::default() });
    assert_eq!(world.reason(&reply.access()), Refusal::ClientDisabled);
    assert_eq!(world.refresh("rotating", &reply.refresh()).error(), (401, "invalid_client".into()));
    change(ClientChange { disabled: Some(false), grants: Some(vec![Grant::Password]), ..Default::default() });
    assert!(world.works(&reply.access()));
    assert_eq!(world.refresh("rotating", &reply.refresh()).error(), (400, "unauthorized_client".into()));
    change(ClientChange { grants: Some(vec![Grant::RefreshToken]), ..Default::default() });
    assert_eq!(world.reason(&reply.access()), Refusal::GrantRemoved);
    change(ClientChange { grants: Some(vec![Grant::Password, Grant::RefreshToken]), ..Default::default() });
    assert_eq!(world.refresh("rotating", &reply.refresh()).status, 200, "nothing was consumed meanwhile");
}

#[test]
fn syn_token_12_failures_are_counted_by_account_and_source_and_successes_given_back() {
    let world = world();
    let try_from = |source: Option<&str>, password: &str| {
        let body = format!("grant_type=password&username=ivan&password={password}");
        world.raw(Endpoint::Token, &[world.basic("rotating").as_bytes()], FORM, body.as_bytes(), source)
    };
    for _ in 0..30 {
        assert_eq!(try_from(Some("a"), "ivan").status, 200, "successes are never counted");
    }
    for _ in 0..10 {
        assert_eq!(try_from(Some("a"), "wrong").status, 400);
    }
    let waiting = try_from(Some("a"), "ivan");
    assert_eq!(waiting.error(), (429, "slow_down".into()), "also a right password waits");
    assert_eq!(waiting.header("retry-after"), Some("60"));
    assert_eq!(try_from(Some("b"), "ivan").status, 200, "nobody is locked out from elsewhere");
    world.pass(Span::minutes(1));
    assert_eq!(try_from(Some("a"), "ivan").status, 200);
    for _ in 0..10 {
        assert_eq!(try_from(None, "wrong").status, 400);
    }
    assert_eq!(try_from(None, "ivan").header("retry-after"), Some("5"), "without a source at most five seconds");
}

#[test]
fn syn_token_12_an_outage_does_not_end_in_a_back_off() {
    let world = world();
    world.people.set_unavailable(true);
    let form = [("grant_type", "password"), ("username", "ivan"), ("password", "ivan")];
    for _ in 0..20 {
        assert_eq!(world.token("rotating", &form).status, 503);
    }
    world.people.set_unavailable(false);
    assert_eq!(world.token("rotating", &form).status, 200);
}

#[test]
fn syn_token_12_the_spelling_of_a_name_passes_no_limit_and_bearers_are_never_throttled() {
    let world = world();
    let names = ["AD\\bill.posters", "ad\\BILL.POSTERS", "Ad\\Bill.Posters"];
    let try_as = |name: &str| {
        world.token("rotating", &[("grant_type", "password"), ("username", name), ("password", "wrong")]).status
    };
    let statuses: Vec<u16> = (0..12).map(|i| try_as(names[i % 3])).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 400).count(), 10, "{statuses:?}");
    for _ in 0..50 {
        assert!(!world.works("cfp_wrong"));
    }
    assert!(world.works(world.pat("ivan", "ci").token.expose_secret()));
}

#[test]
fn syn_token_12_a_wrong_client_secret_is_counted_too() {
    let mut policy = open_policy();
    policy.throttle.client = policy.throttle.account;
    let world = world_with(policy, |builder| builder);
    let header = "Basic cm90YXRpbmc6d3Jvbmc=";
    let form = b"grant_type=password&username=ivan&password=ivan";
    let statuses: Vec<u16> =
        (0..11).map(|_| world.raw(Endpoint::Token, &[header.as_bytes()], FORM, form, Some("a")).status).collect();
    assert_eq!(statuses[..10], [401; 10]);
    assert_eq!(statuses[10], 429);
    let right = world.raw(Endpoint::Token, &[world.basic("rotating").as_bytes()], FORM, form, Some("b"));
    assert_eq!(right.status, 200, "from elsewhere the client goes on");
}

#[test]
fn syn_token_13_the_host_opens_a_family_itself() {
    let world = world();
    let (client, bill) = (client_id("rotating"), subject("bill"));
    let sign_in = SignIn { client: &client, subject: &bill, scope: scope("demo:read"), remember: true };
    let granted = block_on(world.handle.open_sign_in(&sign_in)).expect("opened");
    let access = granted.access_token.expose_secret();
    assert_eq!(world.verify(access).expect("works").scope().cloned(), scope("demo:read"));
    let refresh = granted.refresh_token.as_ref().expect("the client may refresh").expose_secret();
    assert_eq!(world.refresh("rotating", refresh).status, 200);
    let nobody = SignIn { subject: &subject("nobody"), ..sign_in.clone() };
    assert!(matches!(block_on(world.handle.open_sign_in(&nobody)), Err(OpenError::AccountMissing)));
    let unknown = client_id("unknown");
    let nowhere = SignIn { client: &unknown, ..sign_in };
    assert!(matches!(block_on(world.handle.open_sign_in(&nowhere)), Err(OpenError::ClientMissing)));
}
