//! Tests settings that change at run time (requirements SYN-PAT 1 and SYN-TOKEN 5).

use std::sync::Arc;
use std::time::Duration;

use crate::support::*;
use counterfoil::event::EventKind;
use counterfoil::policy::Policy;
use counterfoil::settings::{SettingName, SettingsUpdate, StoredSettings};
use counterfoil::store::SettingsStore;
use counterfoil::{Forbidden, KeyRing, ManageError, Presenter, Realm, Role};

#[test]
fn syn_pat_1_a_change_holds_from_the_next_call_and_leaves_an_event_for_each_field() {
    let world = bare_world(Policy::default());
    let admin = world.presenter("admin");
    let before = block_on(world.handle.settings(&admin)).expect("allowed");
    assert!(!before.personal_access_tokens, "missing counts as off");
    let change = SettingsUpdate::default().with_personal_access_tokens_enabled(true).with_access_lifetime_seconds(60);
    let after = block_on(world.handle.update_settings(&admin, &change)).expect("allowed");
    assert!(after.personal_access_tokens);
    assert_eq!(after.access_lifetime, Duration::from_secs(60));
    assert_eq!(after.notice_lead, before.notice_lead, "what is not named stays");
    assert_eq!(block_on(world.handle.settings(&admin)).expect("allowed"), after);
    let setting = |name, value: &str| EventKind::Setting { name, value: value.into() };
    let wanted =
        [setting(SettingName::PersonalAccessTokensEnabled, "true"), setting(SettingName::AccessLifetimeSeconds, "60")];
    assert_eq!(world.take_events(), wanted);
    block_on(world.handle.update_settings(&admin, &change)).expect("allowed");
    assert_eq!(world.take_events(), [], "nothing changed the second time");
}

#[test]
fn a_number_out_of_its_range_names_field_and_limits_and_nothing_is_half_done() {
    let world = bare_world(Policy::default());
    let admin = world.presenter("admin");
    let change = SettingsUpdate::default().with_personal_access_tokens_enabled(true).with_pat_max_days(3_661);
    match block_on(world.handle.update_settings(&admin, &change)) {
        Err(ManageError::Invalid(invalid)) => {
            assert_eq!(invalid.field(), "pat_max_days");
            assert_eq!(invalid.to_string(), "pat_max_days must be a whole number from 1 to 3660");
        }
        other => panic!("{other:?}"),
    }
    assert!(!block_on(world.handle.settings(&admin)).expect("allowed").personal_access_tokens);
    assert_eq!(world.take_events(), []);
}

#[test]
fn only_administrators_see_and_change_settings() {
    let world = bare_world(Policy::default());
    for name in ["carol", "ivan", "helen"] {
        let by = world.presenter(name);
        let role = Forbidden::Role { needed: Role::Administrator };
        let read = block_on(world.handle.settings(&by));
        assert!(matches!(read, Err(ManageError::Forbidden(forbidden)) if forbidden == role));
        let change = block_on(world.handle.update_settings(&by, &SettingsUpdate::default()));
        assert!(matches!(change, Err(ManageError::Forbidden(forbidden)) if forbidden == role));
    }
    assert!(block_on(world.handle.settings(&Presenter::host())).is_ok());
}

#[test]
fn syn_pat_1_garbage_in_the_store_is_shown_as_the_policys_own_and_can_be_repaired() {
    let world = bare_world(Policy::default());
    let mut stored = StoredSettings::default();
    stored.values.insert("pat_max_days".into(), "many".into());
    stored.values.insert("of_a_later_version".into(), "kept".into());
    let put = block_on(world.store.put_settings(&Realm::default(), None, &stored));
    assert!(put.is_ok());
    let admin = world.presenter("admin");
    assert_eq!(block_on(world.handle.settings(&admin)).expect("readable").pat_max_days, 180);
    let change = SettingsUpdate::default().with_pat_max_days(90);
    assert_eq!(block_on(world.handle.update_settings(&admin, &change)).expect("repaired").pat_max_days, 90);
    let kept = block_on(SettingsStore::settings(&world.store, &Realm::default())).expect("there").expect("there");
    assert_eq!(kept.settings.values.get("of_a_later_version").map(String::as_str), Some("kept"));
}

#[test]
fn syn_pat_1_a_change_elsewhere_holds_within_the_staleness_and_two_writers_lose_nothing() {
    let ring: Arc<KeyRing> = KeyRing::generate_from_system().expect("the system has random bytes").into();
    let here = bare_world_on(Policy::default(), Arc::default(), ring.clone());
    let there = bare_world_on(Policy::default(), here.store.clone(), ring);
    let admin = here.presenter("admin");
    assert_eq!(block_on(here.handle.settings(&admin)).expect("allowed").pat_max_days, 180);
    let change = SettingsUpdate::default().with_pat_max_days(90);
    block_on(there.handle.update_settings(&admin, &change)).expect("allowed");
    here.pass(Duration::from_secs(1));
    assert_eq!(block_on(here.handle.settings(&admin)).expect("allowed").pat_max_days, 90);
    let lead = SettingsUpdate::default().with_notice_lead_days(3);
    let after = block_on(here.handle.update_settings(&admin, &lead)).expect("allowed");
    assert_eq!((after.pat_max_days, after.notice_lead), (90, days(3)));
}

#[test]
fn syn_pat_3_the_limits_of_a_token_are_those_of_the_settings_as_they_hold() {
    let world = bare_world(Policy::default());
    let before = block_on(world.handle.personal_access_token_limits()).expect("told");
    assert_eq!((before.max_days, before.label_max, before.permanent), (180, 20, false));
    let change = SettingsUpdate::default().with_pat_max_days(90).with_notice_lead_days(3);
    block_on(world.handle.update_settings(&world.presenter("admin"), &change)).expect("allowed");
    let after = block_on(world.handle.personal_access_token_limits()).expect("told");
    assert_eq!((after.max_days, after.notice_lead), (90, days(3)));
}
