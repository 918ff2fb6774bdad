//! Tests reports of leaked client secrets.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use counterfoil::Secret;
use counterfoil::event::{EventKind, LeakState};
use counterfoil::operations::LeakOutcome;

use super::*;

fn api_key(world: &World, client: &str) -> String {
    STANDARD.encode(format!("{client}:{}", world.client_secret(client)))
}

/// Whether the client still authenticates with its secret. To find out, revokes an unknown token: an authenticated
/// client gets the status 200 (RFC 7009 §2.2).
fn authenticates(world: &World, client: &str) -> bool {
    world.revoke(client, "unknown").status == 200
}

#[test]
fn life_5_a_leaked_client_secret_is_an_event_for_the_host_and_stays_valid() {
    let world = world();
    let texts = [world.client_secret("machine").to_owned(), api_key(&world, "machine"), api_key(&world, "test.token")];
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let states: Vec<_> = report(&world, &texts).into_iter().map(state).collect();
    assert_eq!(states, [Some(LeakState::LeftValid); 3]);
    let clients: Vec<_> = world
        .take_events()
        .into_iter()
        .filter_map(|event| match event {
            EventKind::ClientSecretLeaked { client, state: LeakState::LeftValid, .. } => Some(client.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(clients, ["machine", "test.token", "machine"], "generated secrets are looked up last, in one walk");
    assert!(authenticates(&world, "machine") && authenticates(&world, "test.token"));
    assert!(run(&world).is_empty(), "no person owns it");
}

#[test]
fn life_5_a_leaked_client_secret_is_removed_if_the_policy_says_so() {
    let mut policy = open_policy();
    policy.leaks.end_client_secrets = true;
    let world = world_with(policy, |builder| builder);
    for (client, text) in [
        ("rotating", world.client_secret("rotating").to_owned()),
        ("test.token", api_key(&world, "test.token")),
        ("machine", api_key(&world, "machine")),
    ] {
        assert!(authenticates(&world, client));
        assert_eq!(state(report_one(&world, &text)), Some(LeakState::Ended), "{client}");
        assert!(!authenticates(&world, client));
        assert_eq!(report_one(&world, &text), LeakOutcome::NotOurs, "{client}: the secret is gone");
    }
}

/// A stranger's report must not end an imported secret. Such a secret may be weak, and reports are not counted as
/// failed attempts of the client, so a stranger could guess the secret by reports without a limit.
#[test]
fn life_5_a_stranger_cannot_guess_an_imported_client_secret_by_reports() {
    let mut policy = open_policy();
    policy.leaks.end_client_secrets = true;
    let world = world_with(policy, |builder| builder);
    let report = |text: String| {
        let taken = block_on(world.handle.accept_leak_report(&source_of(Some("10.0.0.9")))).expect("counted");
        assert_eq!(taken.receive(vec![Secret::from(text)]).expect("taken"), 1);
        assert!(!block_on(world.handle.work_leaks(limit(10))).expect("worked").more);
    };
    world.take_events();
    report(api_key(&world, "test.token"));
    assert!(authenticates(&world, "test.token") && told(&world).is_empty(), "an imported secret");
    report(api_key(&world, "machine"));
    assert!(!authenticates(&world, "machine"), "a generated secret");
    assert_eq!(state(report_one(&world, &api_key(&world, "test.token"))), Some(LeakState::Ended), "the host");
}

#[test]
fn life_5_a_wrong_or_unknown_client_secret_changes_nothing() {
    let mut policy = open_policy();
    policy.leaks.end_client_secrets = true;
    let world = world_with(policy, |builder| builder);
    let (machine, rotating) = (world.client_secret("machine").to_owned(), world.client_secret("rotating").to_owned());
    let crossed = STANDARD.encode(format!("rotating:{machine}"));
    let unknown = STANDARD.encode(format!("nobody:{machine}"));
    let public = STANDARD.encode(format!("public-app:{machine}"));
    let texts = [crossed.as_str(), &unknown, &public, "cm90YXRpbmc6eA==", "cfc_x"];
    assert_eq!(report(&world, &texts), [LeakOutcome::NotOurs; 5]);
    assert!(authenticates(&world, "machine") && authenticates(&world, "rotating"));
    assert_eq!(
        report(&world, &[rotating.as_str(), &rotating]).into_iter().map(state).collect::<Vec<_>>()[0],
        Some(LeakState::Ended)
    );
}
