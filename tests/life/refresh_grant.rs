//! Tests how long sign-ins live, how they are refreshed, and how they end (requirements SYN-TOKEN 5 to 7).

use std::time::Duration;

use counterfoil::client::{ClientUpdate, RefreshMode};
use counterfoil::event::EventKind;
use counterfoil::policy::Policy;
use counterfoil::settings::SettingsUpdate;
use counterfoil::store::TokenStore;
use counterfoil::token::Prefixes;
use counterfoil::types::KeyId;
use counterfoil::*;

use crate::support::*;

#[test]
fn syn_token_5_nothing_lives_longer_by_a_part_of_a_microsecond_in_the_policy() {
    let mut policy = open_policy();
    policy.access_tokens.lifetime = minutes(10) + PART;
    policy.refresh_tokens.inactivity = hours(24) + PART;
    let world = world_with(policy, |builder| builder);
    let reply = world.log_in("rotating", "true");
    world.clock.set(just_before(after_start(minutes(10))));
    assert!(world.works(&reply.access()));
    world.pass(micro());
    assert!(!world.works(&reply.access()));
    world.clock.set(after_start(hours(24)));
    assert_eq!(world.refresh("rotating", &reply.refresh()).status, 400);
}

#[test]
fn syn_token_5_an_access_token_lives_10_minutes_and_a_refresh_token_24_hours() {
    let world = world();
    let reply = world.log_in("rotating", "true");
    world.clock.set(just_before(after_start(minutes(10))));
    assert!(world.works(&reply.access()), "one microsecond before the end");
    world.pass(micro());
    assert!(!world.works(&reply.access()), "at the end");
    world.clock.set(just_before(after_start(hours(24))));
    let next = world.refresh("rotating", &reply.refresh());
    assert_eq!(next.status, 200, "one microsecond before the end: {}", next.body);
    world.pass(hours(24));
    assert_eq!(world.refresh("rotating", &next.refresh()).error(), (400, "invalid_grant".into()), "at the end");
}

#[test]
fn syn_token_5_each_refresh_slides_but_never_past_the_absolute_life() {
    for client in ["rotating", "test.token"] {
        let world = world();
        let mut token = world.log_in(client, "true").refresh();
        for _ in 0..29 {
            world.pass(hours(23));
            token = world.refresh(client, &token).refresh();
        }
        world.clock.set(just_before(after_start(days(30))));
        // The sign-in is refreshed every 23 hours, up to the last day. On the last day, a refresh extends the expiry
        // only up to the end of the absolute lifetime.
        let mut now = after_start(hours(29 * 23));
        while now < after_start(days(30)).minus(hours(23)) {
            now = now.plus(hours(23)).expect("in range");
            world.clock.set(now);
            token = world.refresh(client, &token).refresh();
        }
        world.clock.set(just_before(after_start(days(30))));
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
            world.pass(hours(6));
            token = world.refresh(client, &token).refresh();
        }
        world.clock.set(just_before(after_start(hours(24))));
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
    for (value, status) in [("true", 200), ("false", 200), ("", 200), ("TRUE", 200), ("1", 400), (" true", 400)] {
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
    let change = SettingsUpdate::default().with_refresh_inactivity_seconds(3_600);
    block_on(world.handle.update_settings(&world.presenter("admin"), &change)).expect("changed");
    world.pass(hours(1));
    assert_eq!(world.refresh("rotating", &reply.refresh()).status, 400);
    let world = world_with(Policy::aal2(), |builder| builder);
    let reply = world.log_in("rotating", "true");
    world.pass(hours(1));
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
    world.take_events();
    assert_eq!(world.refresh("test.token", &reply.refresh()).error(), (400, "invalid_grant".into()));
    assert!(world.take_events().iter().any(|event| matches!(event, EventKind::ForeignClient { .. })));
    let used = world.refresh("rotating", &reply.refresh());
    assert_eq!(used.status, 200);
    world.pass(minutes(1));
    assert_eq!(world.refresh("test.token", &reply.refresh()).status, 400);
    assert_eq!(world.refresh("rotating", &used.refresh()).status, 200, "a foreign replay kills nothing");
}

#[test]
fn syn_token_6_a_retry_inside_the_window_gets_the_same_answer() {
    let world = world();
    let first = world.log_in("rotating", "true");
    let won = world.refresh("rotating", &first.refresh());
    world.pass(just_under(Duration::from_secs(10)));
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
    world.take_events();
    world.pass(Duration::from_secs(30));
    assert_eq!(world.refresh("rotating", &first.refresh()).error(), (400, "invalid_grant".into()));
    assert!(world.take_events().iter().any(|event| matches!(event, EventKind::Replayed { generation: 0, .. })));
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
    let change = ClientUpdate::default().with_refresh_mode(RefreshMode::Reuse);
    block_on(world.handle.update_client(&world.presenter("admin"), &client_id("rotating"), change)).expect("changed");
    world.pass(Duration::from_secs(1));
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
    policy.refresh_tokens.grace = Duration::ZERO;
    let world = world_with(policy, |builder| builder);
    let first = world.log_in("rotating", "true");
    let won = world.refresh("rotating", &first.refresh());
    let parent = Prefixes::default().parse(&first.refresh()).map(|token| *token.id()).expect("a token");
    let kept = block_on(world.store.get(&parent)).expect("available").expect("there");
    assert_eq!(kept.record().superseded.and_then(|past| past.nonce), None, "nothing is kept for a retry");
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
    // This node lacks the key under which the refresh token was digested. So it cannot verify the token and refuses it.
    let without = world.elsewhere(|builder| builder.key_ring(only_new));
    assert_eq!(without.refresh("public-app", &first.refresh()).status, 400);
    assert_eq!(world.refresh("rotating", &won.refresh()).status, 200, "the family lives");
}

#[test]
fn syn_token_6_introspecting_a_rotated_token_is_inactive_and_changes_nothing() {
    let world = world();
    let first = world.log_in("rotating", "true");
    let won = world.refresh("rotating", &first.refresh());
    world.pass(minutes(1));
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
