//! Tests how the fields of a row are imported.

use std::sync::Arc;

use counterfoil::http_auth::Refusal;
use counterfoil::import::{ForeignCredential, ImportOutcome};
use counterfoil::*;

use super::{all_schemes, ids, import, importing, is_already, tokens};
use crate::support::*;

#[test]
fn life_6_fields_of_a_row_are_kept_and_caps_are_not_asked() {
    let mut policy = open_policy();
    policy.personal_access_tokens.max_live_per_owner = Some(limit(1));
    policy.personal_access_tokens.creations_per_hour = Some(limit(1));
    let store = Arc::new(Base::default());
    let world = world_on(policy, store.clone(), all_schemes(store));
    world.pass(days(400));
    let bill = subject("bill");
    let [first, second, ..] = tokens()[..] else { panic!("two tokens") };
    let (created, used) = (world.now().minus(days(300)), world.now().minus(days(2)));
    let ends = world.now().plus_capped(days(4_000));
    let full = ForeignCredential::new(first[0], first[2], &bill, "Telegram")
        .with_scope(scope("projects:read"))
        .with_created_at(created)
        .with_last_used_at(used)
        .with_expires_at(ends);
    let ids = ids(&import(&world.handle, &[full, ForeignCredential::new(second[0], second[2], &bill, "Telegram")]));
    let record = world.stored(&ids[0]).expect("stored");
    let record = record.record();
    assert_eq!((record.created_at, record.last_used_at, record.expires_at), (created, Some(used), Some(ends)));
    assert_eq!(record.scope, scope("projects:read"));
    assert!(record.notice.is_some(), "a notice before the expiry");
    let labels: Vec<_> = ids.iter().map(|id| world.stored(id).expect("stored").record().label.clone()).collect();
    assert_eq!(labels.iter().flatten().map(|label| label.as_str()).collect::<Vec<_>>(), ["Telegram", "Telegram (2)"]);
    assert!(world.verify(first[1]).expect("imported").may("projects:read"));
    assert!(!world.verify(first[1]).expect("imported").may("projects:write"));
    world.pass(days(4_000));
    assert!(matches!(world.reason(first[1]), Refusal::Expired { .. }));
    assert!(world.works(second[1]), "permanent");
}

#[test]
fn life_6_a_label_that_is_taken_gets_a_number_and_a_long_one_is_cut() {
    let (world, bill) = (importing(), subject("bill"));
    world.pat("bill", "Telegram");
    let long = "x".repeat(300);
    let tokens = tokens();
    let rows: Vec<_> = (tokens.iter().zip(["Telegram", "TELEGRAM", &long[..250], &long[..250], " x "]))
        .map(|([scheme, _, row], label)| ForeignCredential::new(scheme, row, &bill, label))
        .collect();
    let label = |outcome: &ImportOutcome| match outcome {
        ImportOutcome::Imported { label, .. } => label.clone(),
        other => panic!("{other:?}"),
    };
    let labels: Vec<_> = import(&world.handle, &rows).iter().map(label).collect();
    let most = usize::from(open_policy().personal_access_tokens.label_max);
    assert_eq!(labels[..2], ["Telegram (2)", "TELEGRAM (3)"]);
    assert_eq!(labels[2], "x".repeat(most));
    assert_eq!(labels[3], format!("{} (2)", "x".repeat(most - 4)));
    assert_eq!(labels[4], "x");
}

#[test]
fn life_6_a_row_with_an_invalid_field_is_refused_alone() {
    let (world, bill, nobody) = (importing(), subject("bill"), subject("nobody"));
    let [scheme, text, row] = tokens()[0];
    let good = ForeignCredential::new(scheme, row, &bill, "Telegram");
    let with = |change: fn(&mut ForeignCredential<'_>)| {
        let mut bad = good.clone();
        change(&mut bad);
        bad
    };
    let rows = [
        with(|bad| bad.scheme = "md5"),
        with(|bad| bad.row = "abc"),
        with(|bad| bad.label = ""),
        with(|bad| bad.expires_at = Some(Timestamp::EPOCH)),
        ForeignCredential::new(scheme, row, &nobody, "Telegram"),
        good.clone(),
    ];
    let outcomes = import(&world.handle, &rows);
    let field = |outcome: &ImportOutcome| match outcome {
        ImportOutcome::Refused(invalid) => invalid.field(),
        _ => "",
    };
    assert_eq!(outcomes.iter().map(field).collect::<Vec<_>>(), ["scheme", "row", "label", "expires_at", "owner", ""]);
    assert!(world.works(text));
    let many = vec![good; 1_001];
    let refused = block_on(world.handle.import_credentials(&Presenter::host(), &many));
    assert!(matches!(refused, Err(ManageError::Invalid(Invalid::TooMany { most: 1_000, .. }))));
}

#[test]
fn life_6_a_row_is_imported_once() {
    let (world, bill) = (importing(), subject("bill"));
    let [scheme, text, row] = tokens()[0];
    let one = ForeignCredential::new(scheme, row, &bill, "Telegram");
    let outcomes = import(&world.handle, &[one.clone(), one.clone()]);
    let id = ids(&outcomes[..1])[0];
    assert!(is_already(&outcomes[1], id));
    // The row is also recognised after the first use, which replaces the digest, and after a deletion of the token.
    assert!(world.works(text));
    let _ = block_on(world.handle.flush());
    assert!(is_already(&import(&world.handle, std::slice::from_ref(&one))[0], id));
    world.delete("bill", &id).expect("deleted");
    assert!(is_already(&import(&world.handle, &[one])[0], id), "it is not brought back");
    assert!(!world.works(text));
}

#[test]
fn life_6_an_imported_token_is_as_old_as_its_row() {
    let (world, bill) = (importing(), subject("bill"));
    let [old, new, ..] = tokens()[..] else { panic!("two tokens") };
    let row = |[scheme, _, row]: [&'static str; 3]| ForeignCredential::new(scheme, row, &bill, "Telegram");
    let (since, future) = (world.now().minus(days(10)), world.now().plus_capped(days(10)));
    let before = Some(since.minus(std::time::Duration::from_micros(1)));
    let rows = [row(old).with_created_at(before), row(new).with_created_at(Some(future))];
    let ids = ids(&import(&world.handle, &rows));
    assert_eq!(world.stored(&ids[1]).expect("stored").record().created_at, world.now(), "a future instant is now");
    world.people.update(world.account("bill").with_valid_since(since));
    assert!(matches!(world.reason(old[1]), Refusal::BeforeValidSince { .. }));
    assert!(world.works(new[1]));
}
