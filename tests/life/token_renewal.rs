//! Tests the renewal of personal access tokens under their label (requirement LIFE 1).

use std::sync::Barrier;
use std::time::Duration;

use counterfoil::event::EventKind;
use counterfoil::http_auth::Gate;
use counterfoil::notice::NoticeText;
use counterfoil::operations::{Overlap, Rotation, Status};
use counterfoil::token::OnceKey;
use counterfoil::types::RecordId;
use counterfoil::*;

use crate::support::*;

/// A renewal for this number of days, without overlap.
fn renewal(count: i64) -> Rotation {
    Rotation::new(Overlap::Immediate).with_lifetime(Lifetime::Days(count))
}

fn renew(world: &World, by: &Presenter, id: &RecordId, how: Rotation) -> Result<IssuedCredential, ManageError> {
    block_on(world.handle.rotate_personal_access_token(by, id, how))
}

/// Renews Ivan's token, with Ivan as the presenter.
fn renewed(world: &World, old: &IssuedCredential, how: Rotation) -> Result<IssuedCredential, ManageError> {
    renew(world, &world.presenter("ivan"), &old.view.id, how)
}

fn text(issued: &IssuedCredential) -> &str {
    issued.token.expose_secret()
}

fn labels(world: &World) -> Vec<(String, Status)> {
    let page = block_on(world.handle.list_personal_access_tokens(&world.presenter("ivan"), None, limit(100)));
    page.expect("listed").items.into_iter().map(|token| (token.label, token.status)).collect()
}

#[test]
fn life_1_a_token_is_renewed_for_the_days_that_are_asked_counted_from_now() {
    let world = synergy();
    let old = world.scoped_pat("ivan", "nightly", "demo:read");
    world.pass(days(10));
    world.take_events();
    let new = renewed(&world, &old, renewal(90)).expect("renewed");
    assert_eq!((&new.view.label, &new.view.scope), (&old.view.label, &old.view.scope));
    assert_eq!(new.view.expires_at, Some(after_start(days(100))));
    assert_eq!(world.take_events(), [EventKind::Rotated { id: old.view.id, successor: new.view.id }]);
    assert!(world.works(text(&new)) && !world.works(text(&old)));
    world.pass(just_under(days(90)));
    assert!(world.works(text(&new)));
    world.pass(micro());
    assert!(!world.works(text(&new)));
}

#[test]
fn life_1_a_lifetime_is_1_to_180_days() {
    let world = synergy();
    let old = world.pat("ivan", "one");
    for days in [i64::MIN, -1, 0, 181, i64::MAX] {
        let Err(ManageError::Invalid(invalid)) = renewed(&world, &old, renewal(days)) else { panic!("{days}") };
        assert_eq!((invalid.field(), &invalid), ("expires_in_days", &Invalid::Days { most: 180 }), "{days}");
    }
    let permanent = Rotation::new(Overlap::Immediate).with_lifetime(Lifetime::Permanent);
    assert!(matches!(renewed(&world, &old, permanent), Err(ManageError::Invalid(Invalid::Permanent))));
    assert!(world.works(text(&old)), "nothing was done");
    let one = renewed(&world, &old, renewal(1)).expect("renewed");
    assert_eq!(one.view.expires_at, Some(after_start(days(1))));
    let most = renewed(&world, &one, renewal(180)).expect("renewed");
    assert_eq!(most.view.expires_at, Some(after_start(days(180))));
}

#[test]
fn life_1_a_token_becomes_permanent_where_the_policy_allows_it_and_no_longer_so() {
    let mut policy = synergy_policy();
    policy.personal_access_tokens.permanent = true;
    let world = bare_world(policy);
    let old = world.pat("ivan", "one");
    let permanent = Rotation::new(Overlap::UntilFirstUse).with_lifetime(Lifetime::Permanent);
    let for_ever = renewed(&world, &old, permanent).expect("renewed");
    assert_eq!(for_ever.view.expires_at, None);
    world.pass(days(1_000));
    assert!(world.works(text(&for_ever)));
    let limited = renewed(&world, &for_ever, renewal(30)).expect("renewed");
    world.pass(days(30));
    assert!(!world.works(text(&limited)) && !world.works(text(&for_ever)));
}

#[test]
fn life_1_an_expired_token_is_renewed_under_its_label_until_it_is_no_longer_kept() {
    for (age, kept) in [(days(30), true), (just_under(days(60)), true), (days(60), false)] {
        let world = synergy();
        let old = world.pat("ivan", "nightly");
        world.pass(age);
        assert!(!world.works(text(&old)));
        match renewed(&world, &old, renewal(30)) {
            Ok(new) if kept => {
                assert!(world.works(text(&new)) && !world.works(text(&old)));
                assert_eq!(labels(&world), [("nightly".to_owned(), Status::Active)], "one row, under its label");
                let taken = world.create("ivan", "Nightly", 1);
                assert!(matches!(taken, Err(ManageError::Conflict(Conflict::LabelTaken))));
            }
            Err(ManageError::NotFound) if !kept => assert!(world.create("ivan", "nightly", 1).is_ok()),
            other => panic!("{age:?}: {other:?}"),
        }
    }
}

#[test]
fn life_1_an_expired_token_needs_a_lifetime_and_has_no_overlap() {
    let world = synergy();
    let old = world.pat("ivan", "one");
    world.pass(just_under(days(30)));
    renew(&world, &world.presenter("admin"), &old.view.id, renewal(1)).expect_err("not the owner's");
    world.pass(micro());
    let missing = renewed(&world, &old, Overlap::Immediate.into());
    let Err(ManageError::Invalid(missing)) = missing else { panic!("{missing:?}") };
    assert_eq!(missing.field(), "expires_in_days");
    let written = "expires_in_days must be given for an expired token: a whole number from 1 to 180";
    assert_eq!(missing.to_string(), written);
    for overlap in [Overlap::For(micro()), Overlap::For(days(7)), Overlap::UntilFirstUse] {
        let refused = renewed(&world, &old, renewal(30).with_overlap(overlap));
        let Err(ManageError::Invalid(refused)) = refused else { panic!("{refused:?}") };
        assert_eq!((refused.field(), &refused), ("overlap_seconds", &Invalid::OverlapAfterExpiry), "{overlap:?}");
    }
    assert_eq!(labels(&world), [("one".to_owned(), Status::Expired)], "nothing was done");
    renewed(&world, &old, renewal(30).with_overlap(Overlap::For(Duration::ZERO))).expect("no overlap");
}

#[test]
fn life_1_with_an_overlap_the_old_token_never_outlives_the_new_one() {
    let world = synergy();
    let old = world.create("ivan", "one", 180).expect("a token");
    let short = renewal(1).with_overlap(Overlap::UntilFirstUse);
    let refused = renewed(&world, &old, short);
    let Err(ManageError::Invalid(refused)) = refused else { panic!("{refused:?}") };
    assert_eq!((refused.field(), &refused), ("overlap_seconds", &Invalid::OverlapBeyondExpiry));
    let new = renewed(&world, &old, renewal(1).with_overlap(Overlap::For(days(7)))).expect("renewed");
    world.pass(just_under(days(1)));
    assert!(world.works(text(&old)) && world.works(text(&new)));
    world.pass(micro());
    assert!(!world.works(text(&old)) && !world.works(text(&new)));
}

#[test]
fn life_1_an_overlap_lasts_until_the_first_use_of_a_token_that_lives_as_long() {
    let world = synergy();
    let old = world.pat("ivan", "one");
    world.pass(days(3));
    let new = renewed(&world, &old, renewal(30).with_overlap(Overlap::UntilFirstUse)).expect("renewed");
    assert!(world.works(text(&old)) && world.works(text(&new)) && !world.works(text(&old)));
}

#[test]
fn life_1_a_renewal_after_expiry_is_counted_by_the_cap_and_one_before_is_not() {
    let mut policy = synergy_policy();
    policy.personal_access_tokens.max_live_per_owner = Some(limit(2));
    let world = bare_world(policy);
    let old = world.create("ivan", "old", 1).expect("a token");
    let live = world.pat("ivan", "live");
    world.pass(days(1));
    let third = world.pat("ivan", "third");
    let refused = renewed(&world, &old, renewal(30));
    assert!(matches!(refused, Err(ManageError::Conflict(Conflict::QuotaReached))), "{refused:?}");
    assert_eq!(labels(&world).len(), 3, "nothing was done");
    renewed(&world, &live, renewal(30)).expect("it is counted already");
    world.delete("ivan", &third.view.id).expect("deleted");
    renewed(&world, &old, renewal(30)).expect("there is room");
    let full = world.create("ivan", "fourth", 1);
    assert!(matches!(full, Err(ManageError::Conflict(Conflict::QuotaReached))));
}

#[test]
fn life_1_concurrent_renewals_and_creations_never_pass_the_cap() {
    let mut policy = synergy_policy();
    policy.personal_access_tokens.max_live_per_owner = Some(limit(2));
    policy.personal_access_tokens.creations_per_hour = None;
    for _ in 0..20 {
        let world = bare_world(policy.clone());
        let old = [world.create("ivan", "a", 1).expect("a token"), world.create("ivan", "b", 1).expect("a token")];
        world.pass(days(1));
        let start = Barrier::new(4);
        let made = std::thread::scope(|threads| {
            let renewals = old.each_ref().map(|old| {
                threads.spawn(|| {
                    start.wait();
                    renewed(&world, old, renewal(30)).is_ok()
                })
            });
            let creations = ["c", "d"].map(|label| {
                let (world, start) = (&world, &start);
                threads.spawn(move || {
                    start.wait();
                    world.create("ivan", label, 30).is_ok()
                })
            });
            let all = renewals.into_iter().chain(creations);
            all.filter(|_| true).map(|thread| thread.join().expect("no panic")).filter(|made| *made).count()
        });
        assert_eq!(made, 2);
    }
}

#[test]
fn life_1_a_label_that_another_family_took_is_not_renewed() {
    let world = synergy();
    let old = world.pat("ivan", "nightly");
    // A node whose clock is right no longer keeps the old token, so the label can be taken. Then the clock is set back,
    // as on a node whose clock is behind.
    world.pass(days(60));
    let new = world.pat("ivan", "nightly");
    world.clock.set(after_start(just_under(days(60))));
    let refused = renewed(&world, &old, renewal(30));
    assert!(matches!(refused, Err(ManageError::Conflict(Conflict::LabelTaken))), "{refused:?}");
    assert!(world.works(text(&new)));
    let by = world.presenter("ivan");
    block_on(world.handle.update_personal_access_token(&by, &old.view.id, &relabelled("weekly"))).expect("renamed");
    assert_eq!(renewed(&world, &old, renewal(30)).expect("its own again").view.label, "weekly");
}

#[test]
fn life_1_where_labels_need_not_differ_an_expired_token_is_renewed_too() {
    let mut policy = synergy_policy();
    policy.personal_access_tokens.unique_labels = false;
    let world = bare_world(policy);
    let (old, _) = (world.create("ivan", "one", 1).expect("a token"), world.pat("ivan", "one"));
    world.pass(days(1));
    assert_eq!(renewed(&world, &old, renewal(30)).expect("renewed").view.label, "one");
}

#[test]
fn life_1_a_token_that_presents_itself_keeps_its_expiry() {
    let world = synergy();
    let old = world.pat("ivan", "one");
    let itself = world.as_token(text(&old));
    for how in [renewal(1), renewal(30), renewal(180).with_overlap(Overlap::UntilFirstUse)] {
        let refused = renew(&world, &itself, &old.view.id, how);
        assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::CredentialKind))), "{refused:?}");
    }
    world.pass(days(5));
    let kept = renew(&world, &itself, &old.view.id, Overlap::Immediate.into()).expect("rotated");
    assert_eq!(kept.view.expires_at, old.view.expires_at);
}

#[test]
fn life_1_a_closed_gate_and_a_collaborator_do_not_renew() {
    let world = synergy();
    let old = world.create("ivan", "one", 1).expect("a token");
    let signed_in_before = world.presenter("ivan");
    world.pass(days(1));
    world.open_gate(false);
    let refused = renewed(&world, &old, renewal(30));
    assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::Gate { gate: Gate::Setting }))), "{refused:?}");
    world.open_gate(true);
    assert!(world.people.set_role(&subject("ivan"), Role::Collaborator));
    let refused = renew(&world, &signed_in_before, &old.view.id, renewal(30));
    assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::Collaborator))), "{refused:?}");
}

#[test]
fn life_1_nobody_renews_what_may_do_more_than_what_was_presented() {
    let world = synergy();
    let old = world.create("ivan", "everything", 1).expect("a token");
    world.pass(days(1));
    let by = world.as_signed_in_with("ivan", "credentials:write demo:read");
    let refused = renew(&world, &by, &old.view.id, renewal(1));
    assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::Outranked))), "{refused:?}");
}

#[test]
fn life_1_a_renewal_from_a_session_needs_a_recent_password() {
    let world = world();
    let old = world.pat("ivan", "one");
    let opened = block_on(world.handle.open_session_for(&world.account("ivan"))).expect("opened");
    world.pass(minutes(10));
    let session = block_on(world.handle.verify_session(opened.token.expose_secret())).expect("live");
    let refused = renew(&world, &Presenter::from(&session), &old.view.id, renewal(30));
    assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::StaleSession))), "{refused:?}");
}

#[test]
fn life_1_of_many_renewals_of_an_expired_token_at_once_one_wins() {
    let world = synergy();
    let old = world.create("ivan", "one", 1).expect("a token");
    world.pass(days(1));
    let start = Barrier::new(4);
    let won = std::thread::scope(|threads| {
        let racers = [(); 4].map(|()| {
            threads.spawn(|| {
                start.wait();
                match renewed(&world, &old, renewal(30)) {
                    Ok(new) => Some(new),
                    Err(ManageError::Conflict(Conflict::Replaced)) => None,
                    Err(other) => panic!("{other:?}"),
                }
            })
        });
        racers.into_iter().filter_map(|racer| racer.join().expect("no panic")).collect::<Vec<_>>()
    });
    assert_eq!(won.len(), 1);
    assert!(world.works(text(&won[0])));
}

#[test]
fn life_1_one_form_renews_one_token_once() {
    let world = world();
    let ivan = world.presenter("ivan");
    let old = world.create("ivan", "one", 1).expect("a token");
    world.pass(days(1));
    let form = OnceKey::new(&RecordId::from_bytes([7; 16]), &[1; 16]);
    let send = |how| block_on(world.handle.once(form).rotate_personal_access_token(&ivan, &old.view.id, how));
    assert!(matches!(send(renewal(0)), Err(ManageError::Invalid(_))), "a refused form is not used up");
    let new = send(renewal(30)).expect("renewed");
    assert!(matches!(send(renewal(30)), Err(ManageError::Conflict(Conflict::DoneAlready))));
    assert!(matches!(send(renewal(31)), Err(ManageError::Conflict(Conflict::Replaced))), "other days");
    assert_eq!(labels(&world).len(), 1);
    assert!(world.works(text(&new)));
}

#[test]
fn life_1_the_owner_is_noticed_at_day_23_renews_and_gets_no_second_notice_for_the_old_expiry() {
    let world = synergy();
    let old = world.pat("ivan", "nightly");
    world.pass(days(23));
    assert_eq!(run(&world), [NoticeText::ExpiresIn(days(7))]);
    let new = renewed(&world, &old, renewal(30)).expect("renewed");
    assert_eq!(labels(&world), [("nightly".to_owned(), Status::Active)]);
    world.pass(days(7));
    assert!(run(&world).is_empty(), "the old expiry");
    world.pass(just_under(days(16)));
    assert!(run(&world).is_empty());
    world.pass(micro());
    assert_eq!(run(&world), [NoticeText::ExpiresIn(days(7))], "the new one, at day 23 of its life");
    world.pass(days(7));
    assert_eq!(run(&world), [NoticeText::Expired]);
    assert!(!world.works(text(&new)));
}

#[test]
fn life_1_a_renewal_after_expiry_cancels_an_unsent_expiry_notice() {
    let world = synergy();
    let old = world.pat("ivan", "one");
    world.pass(days(30));
    let found = due(&world);
    assert_eq!(found.len(), 1);
    renewed(&world, &old, renewal(30)).expect("renewed");
    assert!(claim(&world, &found[0]).is_none() && run(&world).is_empty());
}

#[test]
fn life_1_a_renewed_token_outlives_the_purge_of_its_expired_predecessor() {
    let world = synergy();
    let old = world.pat("ivan", "one");
    world.pass(days(40));
    assert_eq!(run(&world), [NoticeText::Expired]);
    let new = renewed(&world, &old, renewal(180)).expect("renewed");
    world.pass(days(60));
    while block_on(world.handle.purge(limit(100))).expect("purged").more {}
    assert!(!world.is_stored(&old.view.id));
    assert!(world.works(text(&new)));
    assert!(matches!(world.create("ivan", "one", 1), Err(ManageError::Conflict(Conflict::LabelTaken))));
}

#[test]
fn life_1_administrators_renew_the_tokens_of_service_accounts() {
    let world = world();
    let (admin, host) = (world.presenter("admin"), Presenter::host());
    let new = service_account::NewServiceAccount::new("build", Role::Member);
    let account = block_on(world.handle.create_service_account(&host, &new)).expect("made");
    let new = NewPersonalAccessToken::new("runner", Lifetime::Days(1));
    let old = block_on(world.handle.create_service_token(&admin, &account.id, &new)).expect("made");
    world.pass(days(1));
    let renew = |how: Rotation| block_on(world.handle.rotate_service_token(&admin, &account.id, &old.view.id, how));
    let missing = renew(Overlap::Immediate.into());
    assert!(matches!(missing, Err(ManageError::Invalid(Invalid::LifetimeMissing { .. }))), "{missing:?}");
    let new = renew(renewal(90)).expect("renewed");
    assert_eq!((new.view.label.as_str(), new.view.expires_at), ("runner", Some(after_start(days(91)))));
    let itself = world.as_token(text(&new));
    let refused = block_on(world.handle.rotate_service_token(&itself, &account.id, &new.view.id, renewal(1)));
    assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::CredentialKind))), "{refused:?}");
}

/// `valid_since` makes older tokens void, for example because the subject id of a person who has left was given to
/// another person.
#[test]
fn fault_a11_a_token_from_before_valid_since_is_not_renewed() {
    for expires in [false, true] {
        let world = synergy();
        let old = world.create("ivan", "one", 1).expect("a token");
        world.pass(micro());
        assert!(world.people.update(world.account("ivan").with_valid_since(world.now())));
        if expires {
            world.pass(days(1));
        }
        for how in [renewal(30), Rotation::new(Overlap::Immediate)] {
            let refused = renewed(&world, &old, how);
            let is_missing = expires && how.lifetime.is_none();
            let is_suspended = matches!(refused, Err(ManageError::Conflict(Conflict::Suspended)));
            assert!(is_suspended || is_missing, "{expires} {how:?}: {refused:?}");
            refused.expect_err("the old token is void");
        }
    }
}
