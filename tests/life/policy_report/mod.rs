//! Tests the report about a new policy (requirement LIFE 4).

mod property;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use counterfoil::event::EventKind;
use counterfoil::operations::{
    CredentialFilter, PolicyReport, PolicyReportPage, Reach, SignIn, TouchedCredential, TouchedOwner,
};
use counterfoil::policy::{Existing, Policy};
use counterfoil::service_account::NewServiceAccount;
use counterfoil::settings::SettingName;
use counterfoil::testing::Failure;
use counterfoil::types::TokenKind;
use counterfoil::*;

use crate::ceilings::{ninety, permanent, restarted, wide};
use crate::inventory::counting::Counted;
use crate::support::*;

fn page(world: &World, new: &Policy, most: u32) -> Result<PolicyReportPage, ManageError> {
    block_on(world.handle.policy_report(&Presenter::host(), new, None, limit(most)))
}

/// Reads all pages of the report about the policy `new`. Returns the affected credentials, the affected owners, and the
/// summary of the report.
fn walk(world: &World, new: &Policy, most: u32) -> (Vec<TouchedCredential>, Vec<TouchedOwner>, PolicyReport) {
    let (mut touched, mut owners, mut report, mut after) = (Vec::new(), Vec::new(), PolicyReport::default(), None);
    loop {
        let page = block_on(world.handle.policy_report(&Presenter::host(), new, after.as_ref(), limit(most)));
        let page = page.expect("a page");
        assert!(page.searched <= most && page.items.len() <= most as usize);
        owners.extend(report.add(&page));
        touched.extend(page.items);
        // A later process continues from the text of the cursor.
        after = page.next.map(|next| next.to_string().parse().expect("a cursor"));
        if after.is_none() {
            owners.extend(report.clone().finish());
            return (touched, owners, report);
        }
    }
}

fn labels(touched: &[TouchedCredential]) -> Vec<(&str, Reach)> {
    let mut labels: Vec<_> = touched.iter().map(|touched| (touched.label.as_str(), touched.new)).collect();
    labels.sort_by_key(|(label, _)| *label);
    labels
}

#[test]
fn life_4_the_report_tells_how_many_and_whose_with_their_last_use_and_changes_nothing() {
    let world = bare_world(wide());
    let used = world.create("ivan", "used", 200).expect("a token");
    permanent(&world, "ivan", "ever");
    world.create("bill", "exact", 90).expect("a token");
    world.create("bill", "longer", 91).expect("a token");
    world.pass(hours(1));
    assert!(world.works(used.token.expose_secret()));
    world.take_events();
    let second = world.now();
    for (existing, reach) in
        [(Existing::RefuseAtUse, Reach::Refused), (Existing::Clamp, Reach::Until(after_start(days(90))))]
    {
        let (touched, mut owners, report) = walk(&world, &ninety(existing), 1);
        assert_eq!(labels(&touched), [("ever", reach), ("longer", reach), ("used", reach)]);
        assert_eq!((report.counts().all(), report.searched(), report.corrupt()), (3, 4, 0));
        let (refused, shortened) = if existing == Existing::Clamp { (0, 3) } else { (3, 0) };
        assert_eq!((report.counts().refused, report.counts().shortened), (refused, shortened));
        owners.sort_by_key(|owner| owner.owner.clone());
        let told: Vec<_> =
            owners.iter().map(|own| (own.owner.clone(), own.counts.all(), own.last_used_at.is_some())).collect();
        assert_eq!(told, [(Some(subject("bill")), 1, false), (Some(subject("ivan")), 2, true)]);
        assert_eq!(owners[1].last_used_at, Some(second), "a use that is not written yet counts");
        let first_end = (existing == Existing::Clamp).then(|| after_start(days(90)));
        assert_eq!(owners[0].first_end, first_end);
    }
    assert_eq!(world.take_events(), []);
    let (none, owners, report) = walk(&world, &ninety(Existing::Grandfather), 10);
    assert!(none.is_empty() && owners.is_empty());
    assert_eq!(report.searched(), 0, "nothing is read where both policies agree");
}

#[test]
fn life_4_the_report_leaves_out_what_does_not_work_and_tells_what_would_work_again() {
    let world = bare_world(wide());
    let revoked = world.create("ivan", "revoked", 365).expect("a token");
    world.delete("ivan", &revoked.view.id).expect("deleted");
    world.create("ivan", "expired", 91).expect("a token");
    world.create("ivan", "ends", 365).expect("a token");
    world.pass(days(91));
    world.create("ivan", "new", 365).expect("a token");
    let (touched, _, report) = walk(&world, &ninety(Existing::Clamp), 10);
    let (past, later) = (after_start(days(90)), after_start(days(91 + 90)));
    assert_eq!(labels(&touched), [("ends", Reach::Until(past)), ("new", Reach::Until(later))]);
    assert_eq!((report.counts().ended, report.counts().shortened), (1, 1));
    for existing in [Existing::Clamp, Existing::RefuseAtUse] {
        let strict = restarted(&world, ninety(existing));
        let (touched, _, report) = walk(&strict, &wide(), 10);
        assert_eq!((touched.len(), report.counts().lengthened), (2, 2), "{existing:?}");
        let (touched, ..) = walk(&strict, &ninety(existing), 10);
        assert!(touched.is_empty(), "the same policy changes nothing");
    }
}

#[test]
fn life_4_the_report_counts_with_the_stored_settings_as_far_as_the_new_policy_allows_them() {
    let world = bare_world(wide());
    world.create("ivan", "sixty", 60).expect("a token");
    world.set_number(SettingName::PatMaxDays, 50);
    let (touched, ..) = walk(&world, &ninety(Existing::Clamp), 10);
    assert_eq!(labels(&touched), [("sixty", Reach::Until(after_start(days(50))))]);
    world.set_number(SettingName::PatMaxDays, 100);
    let mut new = ninety(Existing::Clamp);
    assert!(walk(&world, &new, 10).0.is_empty(), "a stored number counts, and not the policy's");
    (new.personal_access_tokens.max_days, new.personal_access_tokens.max_days_ceiling) = (40, 40);
    let (touched, ..) = walk(&world, &new, 10);
    assert_eq!(labels(&touched), [("sixty", Reach::Until(after_start(days(40))))], "its ceiling limits the stored one");
}

#[test]
fn life_4_the_report_names_service_accounts_and_the_sign_ins_that_shorter_limits_end() {
    let mut policy = wide();
    policy.refresh_tokens.inactivity = days(20);
    let world = world_with(policy.clone(), |builder| builder);
    let by = world.presenter("admin");
    let account = block_on(world.handle.create_service_account(&by, &NewServiceAccount::new("ci", Role::Member)));
    let account = account.expect("made").id;
    let new = NewPersonalAccessToken::new("runner", Lifetime::Days(365));
    block_on(world.handle.create_service_token(&by, &account, &new)).expect("a token");
    let (client, ivan) = (client_id("rotating"), subject("ivan"));
    block_on(world.handle.open_sign_in(&SignIn::new(&client, &ivan))).expect("opened");
    policy.personal_access_tokens.existing = Existing::RefuseAtUse;
    policy.personal_access_tokens.max_days = 90;
    (policy.refresh_tokens.inactivity, policy.refresh_tokens.max_inactivity) = (days(2), days(2));
    let (touched, owners, report) = walk(&world, &policy, 1);
    assert_eq!((report.counts().refused, report.counts().shortened), (1, 1));
    assert_eq!((touched[0].owner.clone(), touched[0].client.clone()), (Some(account.subject()), None));
    assert_eq!((touched[1].kind, touched[1].client.clone()), (TokenKind::RefreshToken, Some(client)));
    assert_eq!(touched[1].new, Reach::Until(after_start(days(2))));
    let kinds: Vec<_> = owners.iter().map(|own| (own.owner.clone(), own.kind)).collect();
    let person = (Some(ivan), TokenKind::RefreshToken);
    assert_eq!(kinds, [(Some(account.subject()), TokenKind::PersonalAccessToken), person]);
}

#[test]
fn life_4_an_owner_is_told_once_for_a_kind_however_short_the_pages_are() {
    let world = bare_world(wide());
    for n in 0..7 {
        for who in ["ivan", "bill", "helen", "admin", "super"] {
            world.create(who, &format!("token {n}"), 100 + n).expect("a token");
        }
    }
    for most in [1, 2, 3, 1_000] {
        let (touched, owners, _) = walk(&world, &ninety(Existing::Clamp), most);
        let told: BTreeMap<_, _> = owners.iter().map(|own| (own.owner.clone(), own.counts.shortened)).collect();
        assert_eq!((touched.len(), owners.len(), told.len()), (35, 5, 5));
        assert!(told.values().all(|tokens| *tokens == 7));
    }
}

#[test]
fn life_4_a_report_of_a_wrong_policy_or_with_a_foreign_cursor_is_refused() {
    let world = bare_world(wide());
    let mut wrong = wide();
    wrong.personal_access_tokens.max_days = 0;
    let refused = page(&world, &wrong, 1).expect_err("no such policy");
    assert_eq!(
        refused.to_string(),
        "policy: personal_access_tokens.max_days must be 1 to personal_access_tokens.max_days_ceiling"
    );
    let filter = CredentialFilter::default().with_owner(subject("ivan"));
    world.pat("ivan", "one");
    world.pat("ivan", "two");
    let host = Presenter::host();
    let listed = block_on(world.handle.list_credentials(&host, &filter, None, limit(1))).expect("a page");
    let report = block_on(world.handle.policy_report(&host, &wide(), listed.next.as_ref(), limit(1)));
    assert!(matches!(report, Err(ManageError::Invalid(Invalid::Cursor(_)))), "{report:?}");
}

#[test]
fn life_4_a_report_of_an_outage_is_not_an_empty_one_and_damaged_rows_are_told() {
    let service = counterfoil::testing::service();
    service.faults().on("list", Failure::NotExecuted);
    let mut new = Policy::default();
    new.personal_access_tokens.existing = Existing::Clamp;
    let report = block_on(service.counterfoil().policy_report(&Presenter::host(), &new, None, limit(1)));
    assert!(matches!(report, Err(ManageError::Unavailable(_))), "{report:?}");
    let store = Arc::new(Counted::default());
    store.damaged.store(2, Ordering::SeqCst);
    let world = world_on(wide(), store.inner.clone(), |builder| builder.token_store(store.clone()));
    world.take_events();
    let found = page(&world, &ninety(Existing::Clamp), 10).expect("a page");
    assert_eq!((found.items.len(), found.corrupt, found.searched), (0, 2, 2));
    assert_eq!(world.take_events(), [EventKind::Corrupt { rows: 2 }]);
}

/// Checks that the summary finishes an owner as soon as the pages reach ids with another first byte. The ids of the
/// five owners begin with five different bytes.
#[test]
fn life_4_the_summary_keeps_only_owners_of_one_first_byte() {
    let world = bare_world(wide());
    for who in ["ivan", "bill", "helen", "admin", "super"] {
        world.create(who, "one", 100).expect("a token");
    }
    let (mut report, mut told, mut after) = (PolicyReport::default(), 0, None);
    let new = ninety(Existing::Clamp);
    for n in 0_u64..5 {
        let page = block_on(world.handle.policy_report(&Presenter::host(), &new, after.as_ref(), limit(1)));
        let page = page.expect("a page");
        told += report.add(&page).len() as u64;
        assert_eq!(told, n, "the owner of the page before is complete, because its ids begin with another byte");
        after = page.next;
    }
    assert_eq!(report.finish().len(), 1);
}
