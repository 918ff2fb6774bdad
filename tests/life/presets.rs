//! Tests the preset policy of each product, through the operations (requirement ALL KINDS 8).

use std::collections::BTreeMap;

use counterfoil::http_auth::Gate;
use counterfoil::policy::Policy;
use counterfoil::types::InvalidLabel;
use counterfoil::*;
use serde_json::{Value, json};

use crate::support::*;

fn label_limit(world: &World, most: usize) {
    world.create("ivan", &"x".repeat(most), 1).expect("it fits");
    let long = world.create("ivan", &"y".repeat(most + 1), 1);
    assert!(matches!(long, Err(ManageError::Invalid(Invalid::Label(InvalidLabel::TooLong { .. })))), "{long:?}");
}

fn permanent(world: &World) -> Result<IssuedCredential, ManageError> {
    let new = NewPersonalAccessToken::new("for ever", Lifetime::Permanent);
    block_on(world.handle.create_personal_access_token(&world.presenter("ivan"), &new))
}

#[test]
fn all_kinds_8_synergy_asks_the_setting_and_no_switch_and_labels_have_100_characters() {
    let world = bare_world(Policy::synergy());
    let refused = world.create("ivan", "ci", 1);
    assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::Gate { gate: Gate::Setting }))));
    world.allow_tokens(true);
    let switched = world.allow_token_login("admin", "ivan", false);
    assert!(matches!(switched, Err(ManageError::Conflict(Conflict::NotApplicable { gate: Gate::Switch }))));
    label_limit(&world, 100);
    world.create("ivan", "180 days", 180).expect("the ceiling");
    assert!(matches!(world.create("ivan", "181 days", 181), Err(ManageError::Invalid(Invalid::Days { most: 180 }))));
    assert!(matches!(permanent(&world), Err(ManageError::Invalid(Invalid::Permanent))));
    let taken = world.create("ivan", "180 DAYS", 1);
    assert!(matches!(taken, Err(ManageError::Conflict(Conflict::LabelTaken))));
}

#[test]
fn all_kinds_8_a2nta_asks_the_switch_and_no_setting_labels_have_20_characters_and_permanent_ones_are_allowed() {
    let world = bare_world(Policy::a2nta());
    let off = settings::SettingsUpdate::default().with_personal_access_tokens_enabled(false);
    let set = block_on(world.handle.update_settings(&world.presenter("admin"), &off));
    assert!(matches!(set, Err(ManageError::Conflict(Conflict::NotApplicable { gate: Gate::Setting }))));
    let refused = world.create("ivan", "ci", 1);
    assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::Gate { gate: Gate::Switch }))));
    world.allow_token_login("admin", "ivan", true).expect("allowed");
    label_limit(&world, 20);
    assert_eq!(permanent(&world).expect("allowed").view.expires_at, None);
    assert!(matches!(permanent(&world), Err(ManageError::Conflict(Conflict::LabelTaken))));
}

#[test]
fn all_kinds_8_aodocs_gives_codes_of_24_hours_that_can_be_reactivated_for_a_week() {
    let world = bare_world(Policy::aodocs());
    let code = world.described_code("export");
    let end = after_start(hours(24));
    assert_eq!(code.view.expires_at, Some(end));
    world.clock.set(just_before(end));
    assert!(world.works(code.token.expose_secret()));
    world.clock.set(end);
    assert!(!world.works(code.token.expose_secret()));
    let boss = world.presenter("super");
    let reactivate = |code: &IssuedCredential| block_on(world.handle.reactivate_security_code(&boss, &code.view.id));
    let other = world.described_code("import");
    world.clock.set(just_before(end.plus(days(7)).expect("in range")));
    assert_eq!(reactivate(&code).expect("the last moment").expires_at, world.now().plus(hours(24)));
    world.clock.set(other.view.expires_at.and_then(|end| end.plus(days(7))).expect("in range"));
    assert!(matches!(reactivate(&other), Err(ManageError::NotFound)));
}

#[test]
fn all_kinds_8_aal2_ends_a_sign_in_after_an_hour_of_inactivity_and_after_24_hours_whatever_happens() {
    let world = world_with(Policy::aal2(), |builder| builder);
    let (idle, used) = (world.log_in("rotating", "true"), world.log_in("rotating", "true"));
    world.clock.set(just_before(after_start(hours(1))));
    let mut token = world.refresh("rotating", &used.refresh()).refresh();
    world.pass(micro());
    assert_eq!(world.refresh("rotating", &idle.refresh()).error(), (400, "invalid_grant".into()), "an idle hour");
    while world.now() < after_start(hours(23)) {
        world.pass(minutes(30));
        token = world.refresh("rotating", &token).refresh();
    }
    world.pass(minutes(30));
    token = world.refresh("rotating", &token).refresh();
    world.clock.set(just_before(after_start(hours(24))));
    let last = world.refresh("rotating", &token);
    assert_eq!(last.status, 200, "{}", last.body);
    world.pass(micro());
    assert_eq!(world.refresh("rotating", &last.refresh()).error(), (400, "invalid_grant".into()), "a whole day");
}

/// Returns all values of a policy. The key of each is its path in a policy file.
fn values(policy: &Policy) -> BTreeMap<String, Value> {
    fn walk(path: &str, value: Value, found: &mut BTreeMap<String, Value>) {
        match value {
            Value::Object(members) => members.into_iter().for_each(|(name, value)| {
                let path = if path.is_empty() { name } else { format!("{path}.{name}") };
                walk(&path, value, found);
            }),
            value => drop(found.insert(path.to_owned(), value)),
        }
    }
    let mut found = BTreeMap::new();
    walk("", serde_json::to_value(policy).expect("JSON"), &mut found);
    found
}

#[test]
fn all_kinds_8_the_neutral_preset_differs_from_the_hardened_default_in_seven_settings() {
    let (hardened, open) = (values(&Policy::default()), values(&Policy::open()));
    assert!(hardened.len() > 40 && hardened.keys().eq(open.keys()), "{hardened:?}");
    let differing = hardened.iter().filter(|(path, value)| open[*path] != **value);
    let found: Vec<_> = differing.map(|(path, value)| (path.as_str(), value.clone(), open[path].clone())).collect();
    let expected = [
        ("access_tokens.max_lifetime", json!(86_400), json!(3_600)),
        ("access_tokens.vendor_fields", json!(true), json!(false)),
        ("personal_access_tokens.label_max", json!(20), json!(100)),
        ("personal_access_tokens.max_days", json!(180), json!(366)),
        ("personal_access_tokens.setting", json!("required"), json!("default_on")),
        ("personal_access_tokens.switch", json!("default_off"), json!("not_asked")),
        ("refresh_tokens.grace", json!(30), json!(0)),
    ];
    assert_eq!(found, expected);
}

#[test]
fn all_kinds_8_the_neutral_preset_has_tokens_on_needs_no_key_ring_and_lets_an_administrator_turn_them_off() {
    let without = Counterfoil::builder().policy(Policy::open()).store(Base::default());
    assert!(without.directory(memory::MemoryDirectory::default()).build().is_ok());
    let world = bare_world(Policy::open());
    label_limit(&world, 100);
    world.create("ivan", "a year", 366).expect("the most");
    assert!(matches!(world.create("ivan", "longer", 367), Err(ManageError::Invalid(Invalid::Days { most: 366 }))));
    assert!(matches!(permanent(&world), Err(ManageError::Invalid(Invalid::Permanent))));
    let longer = settings::SettingsUpdate::default().with_access_lifetime_seconds(3_601);
    let refused = block_on(world.handle.update_settings(&world.presenter("admin"), &longer));
    assert!(matches!(refused, Err(ManageError::Invalid(_))), "{refused:?}");
    world.allow_tokens(false);
    let off = world.create("ivan", "off", 1);
    assert!(matches!(off, Err(ManageError::Forbidden(Forbidden::Gate { gate: Gate::Setting }))));
}

#[test]
fn all_kinds_8_the_neutral_preset_adds_no_products_fields_to_the_answer_of_the_token_endpoint() {
    let vendor = ["user_name", "user_id", "as:client_id", "is_read_only_web_user", ".issued", ".expires"];
    let members = |policy: Policy| {
        let world = world_with(policy, |builder| builder);
        let signed_in = world.log_in("rotating", "true");
        let refreshed = world.refresh("rotating", &signed_in.refresh());
        [signed_in, refreshed].map(|reply| {
            assert!(reply.has("access_token") && reply.has("token_type") && reply.has("expires_in"), "{}", reply.body);
            vendor.map(|name| reply.has(name))
        })
    };
    assert_eq!(members(Policy::open()), [[false; 6]; 2]);
    for policy in [Policy::default(), Policy::synergy()] {
        assert_eq!(members(policy), [[true; 6]; 2]);
    }
    let mut standard = Policy::synergy();
    standard.access_tokens.vendor_fields = false;
    assert_eq!(members(standard), [[false; 6]; 2]);
}

#[test]
fn all_kinds_8_the_neutral_preset_takes_a_second_refresh_for_a_replay() {
    let world = world_with(Policy::open(), |builder| builder);
    let first = world.log_in("rotating", "true").refresh();
    let second = world.refresh("rotating", &first).refresh();
    assert_eq!(world.refresh("rotating", &first).error(), (400, "invalid_grant".into()));
    assert_eq!(world.refresh("rotating", &second).error(), (400, "invalid_grant".into()), "its family ended");
}

#[test]
fn all_kinds_8_the_hardened_default_has_labels_of_20_characters_180_days_and_demands_a_key_ring() {
    let without = Counterfoil::builder().build();
    assert!(matches!(without, Err(BuildError::KeyRingDemanded)));
    let world = bare_world(Policy::default());
    world.allow_tokens(true);
    world.allow_token_login("admin", "ivan", true).expect("allowed");
    label_limit(&world, 20);
    world.create("ivan", "180 days", 180).expect("the ceiling");
    assert!(matches!(world.create("ivan", "181 days", 181), Err(ManageError::Invalid(Invalid::Days { most: 180 }))));
    assert!(matches!(permanent(&world), Err(ManageError::Invalid(Invalid::Permanent))));
}
