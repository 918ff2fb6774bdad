//! Tests the rotation of personal access tokens (requirements A2-TOKEN 2 and ALL KINDS 9).

use std::sync::Barrier;

use counterfoil::event::EventKind;
use counterfoil::operations::Overlap;
use counterfoil::types::RecordId;
use counterfoil::{Conflict, Forbidden, Invalid, IssuedCredential, ManageError, Presenter, Role, Scope};

use crate::support::*;

fn rotate(world: &World, by: &Presenter, id: &RecordId, overlap: Overlap) -> Result<IssuedCredential, ManageError> {
    block_on(world.handle.rotate_personal_access_token(by, id, overlap))
}

/// Rotates Ivan's token as Ivan, and returns the new token.
fn rotated(world: &World, old: &IssuedCredential, overlap: Overlap) -> IssuedCredential {
    rotate(world, &world.presenter("ivan"), &old.view.id, overlap).expect("rotated")
}

fn text(issued: &IssuedCredential) -> &str {
    issued.token.expose_secret()
}

#[test]
fn a2_token_2_rotation_keeps_label_scope_and_expiry_and_replaces_the_secret() {
    let world = synergy();
    let old = world.scoped_pat("ivan", "one", "demo:read");
    world.pass(days(3));
    world.take_events();
    let new = rotated(&world, &old, Overlap::Immediate);
    assert_eq!((&new.view.label, &new.view.scope), (&old.view.label, &old.view.scope));
    assert_eq!(new.view.expires_at, old.view.expires_at);
    assert_ne!(new.view.id, old.view.id);
    assert_eq!(new.view.id.family(), old.view.id.family());
    assert_eq!(world.take_events(), [EventKind::Rotated { id: old.view.id, successor: new.view.id }]);
    assert!(world.works(text(&new)) && !world.works(text(&old)));
}

#[test]
fn a2_token_2_an_overlap_ends_when_its_time_is_over() {
    let world = synergy();
    let old = world.pat("ivan", "one");
    let new = rotated(&world, &old, Overlap::For(hours(1)));
    assert!(world.works(text(&new)) && world.works(text(&old)));
    world.pass(just_under(hours(1)));
    assert!(world.works(text(&old)));
    world.pass(micro());
    assert!(world.works(text(&new)) && !world.works(text(&old)));
}

#[test]
fn a2_token_2_the_first_use_of_the_new_one_ends_the_old_one() {
    let world = synergy();
    let old = world.pat("ivan", "one");
    let new = rotated(&world, &old, Overlap::UntilFirstUse);
    world.pass(days(20));
    assert!(world.works(text(&old)), "however long it takes");
    world.take_events();
    assert!(world.works(text(&new)));
    assert_eq!(world.take_events(), [EventKind::OverlapEnded { id: old.view.id }]);
    assert!(!world.works(text(&old)));
    world.take_events();
    assert!(world.works(text(&new)));
    assert!(world.take_events().is_empty(), "once");
}

#[test]
fn a2_token_2_many_first_uses_at_once_end_the_old_one_once() {
    let world = synergy();
    let old = world.pat("ivan", "one");
    let new = rotated(&world, &old, Overlap::UntilFirstUse);
    world.take_events();
    let start = Barrier::new(4);
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| {
                start.wait();
                assert!(world.works(text(&new)));
            });
        }
    });
    assert!(!world.works(text(&old)));
    let ended = world.take_events().into_iter().filter(|what| matches!(what, EventKind::OverlapEnded { .. }));
    assert_eq!(ended.count(), 1);
}

#[test]
fn a2_token_2_an_overlap_is_at_most_as_long_as_the_policy_lets_it() {
    let world = synergy();
    let old = world.pat("ivan", "one");
    let longer = just_over(days(7));
    let refused = rotate(&world, &world.presenter("ivan"), &old.view.id, Overlap::For(longer));
    assert!(matches!(refused, Err(ManageError::Invalid(Invalid::Overlap { most: 604_800 }))));
    assert!(world.works(text(&old)), "nothing was done");
    rotated(&world, &old, Overlap::For(days(7)));
}

#[test]
fn a2_token_2_an_overlap_of_any_length_is_refused_by_name_or_ends_no_later_than_it_says() {
    let world = synergy();
    let old = world.pat("ivan", "one");
    for long in LONG.into_iter().chain([days(7) + PART]) {
        let refused = rotate(&world, &world.presenter("ivan"), &old.view.id, Overlap::For(long));
        let Err(ManageError::Invalid(invalid)) = refused else { panic!("{long:?}") };
        assert_eq!((invalid.field(), &invalid), ("overlap_seconds", &Invalid::Overlap { most: 604_800 }), "{long:?}");
    }
    let new = rotated(&world, &old, Overlap::For(hours(1) + PART));
    world.pass(just_under(hours(1)));
    assert!(world.works(text(&old)));
    world.pass(micro());
    assert!(!world.works(text(&old)), "a part of a microsecond is dropped");
    rotated(&world, &new, Overlap::For(PART));
    assert!(!world.works(text(&new)), "as without an overlap");
}

#[test]
fn a2_token_2_there_are_never_more_than_two_halves() {
    for first in [Overlap::For(days(7)), Overlap::UntilFirstUse] {
        let world = synergy();
        let one = world.pat("ivan", "one");
        let two = rotated(&world, &one, first);
        world.take_events();
        let three = rotated(&world, &two, Overlap::UntilFirstUse);
        let expected = [
            EventKind::OverlapEnded { id: one.view.id },
            EventKind::Rotated { id: two.view.id, successor: three.view.id },
        ];
        assert_eq!(world.take_events(), expected);
        assert!(!world.works(text(&one)) && world.works(text(&two)));
        assert!(world.works(text(&three)) && !world.works(text(&two)));
    }
}

#[test]
fn syn_pat_6_deleting_the_newest_ends_both_halves_and_frees_the_label() {
    let world = synergy();
    let old = world.pat("ivan", "one");
    let new = rotated(&world, &old, Overlap::UntilFirstUse);
    world.delete("ivan", &new.view.id).expect("deleted");
    assert!(!world.works(text(&new)) && !world.works(text(&old)));
    world.pat("ivan", "one");
}

#[test]
fn syn_pat_6_deleting_the_old_half_ends_that_half_only() {
    let world = synergy();
    let old = world.pat("ivan", "one");
    let new = rotated(&world, &old, Overlap::UntilFirstUse);
    world.delete("ivan", &old.view.id).expect("deleted");
    assert!(world.works(text(&new)) && !world.works(text(&old)));
}

#[test]
fn all_kinds_9_a_token_rotates_itself_and_no_other() {
    let world = synergy();
    let one = world.pat("ivan", "one");
    let two = world.pat("ivan", "two");
    let itself = world.as_token(text(&one));
    let refused = rotate(&world, &itself, &two.view.id, Overlap::Immediate);
    assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::CredentialKind))));
    let new = rotate(&world, &itself, &one.view.id, Overlap::Immediate).expect("rotated");
    assert_eq!(new.view.expires_at, one.view.expires_at, "within its remaining life");
    let again = rotate(&world, &itself, &one.view.id, Overlap::Immediate);
    assert!(matches!(again, Err(ManageError::Conflict(Conflict::Replaced))));
}

#[test]
fn all_kinds_9_a_token_with_a_scope_rotates_itself_only_with_the_right_to_write() {
    let world = synergy();
    let narrow = world.scoped_pat("ivan", "one", "demo:read");
    let refused = rotate(&world, &world.as_token(text(&narrow)), &narrow.view.id, Overlap::Immediate);
    assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::Scope { scope: Scope::CREDENTIALS_WRITE }))));
    let writer = world.scoped_pat("ivan", "two", "credentials:write demo:read");
    rotate(&world, &world.as_token(text(&writer)), &writer.view.id, Overlap::Immediate).expect("rotated");
}

#[test]
fn all_kinds_9_a_code_cannot_rotate() {
    let world = synergy();
    let code = world.described_code("one");
    let token = world.pat("super", "one");
    let by = world.as_token(text(&code));
    let refused = rotate(&world, &by, &token.view.id, Overlap::Immediate);
    assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::CredentialKind))));
    let itself = rotate(&world, &by, &code.view.id, Overlap::Immediate);
    assert!(matches!(itself, Err(ManageError::NotFound)));
}

#[test]
fn syn_pat_6_foreign_unknown_and_deleted_are_alike() {
    let world = synergy();
    let token = world.pat("ivan", "one");
    let foreign = rotate(&world, &world.presenter("admin"), &token.view.id, Overlap::Immediate);
    let unknown = rotate(&world, &world.presenter("ivan"), &RecordId::from_bytes([1; 16]), Overlap::Immediate);
    world.delete("ivan", &token.view.id).expect("deleted");
    let deleted = rotate(&world, &world.presenter("ivan"), &token.view.id, Overlap::Immediate);
    for answer in [foreign, unknown, deleted] {
        assert!(matches!(answer, Err(ManageError::NotFound)));
    }
}

#[test]
fn syn_pat_8_an_expired_token_is_not_rotated_without_a_new_lifetime() {
    let world = synergy();
    let token = world.create("ivan", "one", 1).expect("a token");
    world.pass(days(1));
    let refused = rotate(&world, &world.presenter("ivan"), &token.view.id, Overlap::Immediate);
    assert!(matches!(refused, Err(ManageError::Invalid(Invalid::LifetimeMissing { most: 180 }))));
    world.pass(days(30));
    let gone = rotate(&world, &world.presenter("ivan"), &token.view.id, Overlap::Immediate);
    assert!(matches!(gone, Err(ManageError::NotFound)));
}

#[test]
fn syn_pat_1_and_2_a_closed_gate_and_a_collaborator_do_not_rotate() {
    let world = synergy();
    let token = world.pat("ivan", "one");
    world.open_gate(false);
    let refused = rotate(&world, &world.presenter("ivan"), &token.view.id, Overlap::Immediate);
    assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::Gate { .. }))));
    world.open_gate(true);
    let signed_in_before = world.presenter("ivan");
    assert!(world.people.set_role(&subject("ivan"), Role::Collaborator));
    let refused = rotate(&world, &signed_in_before, &token.view.id, Overlap::Immediate);
    assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::Collaborator))));
}

#[test]
fn all_kinds_9_nobody_gets_a_successor_that_may_do_more_than_what_was_presented() {
    let world = synergy();
    let unscoped = world.pat("ivan", "everything");
    let wider = world.scoped_pat("ivan", "wider", "demo:read demo:write");
    let within = world.scoped_pat("ivan", "within", "demo:read");
    let by = world.as_signed_in_with("ivan", "credentials:write demo:read");
    for wide in [&unscoped, &wider] {
        let refused = rotate(&world, &by, &wide.view.id, Overlap::Immediate);
        assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::Outranked))));
        assert!(world.works(text(wide)));
    }
    rotate(&world, &by, &within.view.id, Overlap::Immediate).expect("rotated");
}

#[test]
fn a2_token_2_of_concurrent_rotations_exactly_one_wins() {
    let world = synergy();
    for round in 0..50 {
        let old = world.pat("ivan", &format!("{round}"));
        let start = Barrier::new(4);
        let won = std::thread::scope(|threads| {
            let racer = || {
                start.wait();
                match rotate(&world, &world.presenter("ivan"), &old.view.id, Overlap::Immediate) {
                    Ok(new) => Some(new),
                    Err(ManageError::Conflict(Conflict::Replaced)) => None,
                    Err(other) => panic!("{other:?}"),
                }
            };
            let racers: Vec<_> = (0..4).map(|_| threads.spawn(racer)).collect();
            let won: Vec<_> = racers.into_iter().filter_map(|racer| racer.join().expect("no panic")).collect();
            won
        });
        assert_eq!(won.len(), 1);
        assert!(world.works(text(&won[0])) && !world.works(text(&old)));
        world.delete("ivan", &won[0].view.id).expect("deleted");
    }
}

#[test]
fn syn_pat_9_a_rotation_never_meets_the_quota_since_an_overlap_counts_once() {
    let mut policy = synergy_policy();
    policy.personal_access_tokens.max_live_per_owner = Some(limit(1));
    let world = bare_world(policy);
    let old = world.pat("ivan", "one");
    rotated(&world, &old, Overlap::For(hours(1)));
}

#[test]
fn all_kinds_6_a_used_up_half_survives_the_purge_as_a_proof_and_its_successor_goes_on() {
    let world = synergy();
    let old = world.pat("ivan", "one");
    let new = rotated(&world, &old, Overlap::Immediate);
    let _ = block_on(world.handle.purge(limit(100))).expect("purged");
    assert!(world.is_stored(&old.view.id), "shrunk");
    assert!(world.works(text(&new)) && !world.works(text(&old)));
    let third = rotated(&world, &new, Overlap::UntilFirstUse);
    assert!(world.works(text(&third)));
}

#[test]
fn a2_token_5_a_permanent_token_is_rotated_and_its_old_half_goes_with_the_first_use() {
    let mut policy = synergy_policy();
    policy.personal_access_tokens.permanent = true;
    let world = bare_world(policy);
    let new = counterfoil::NewPersonalAccessToken::new("for ever", counterfoil::Lifetime::Permanent);
    let old = block_on(world.handle.create_personal_access_token(&world.presenter("ivan"), &new)).expect("a token");
    let new = rotated(&world, &old, Overlap::UntilFirstUse);
    assert_eq!(new.view.expires_at, None);
    world.pass(days(1_000));
    assert!(world.works(text(&old)) && world.works(text(&new)) && !world.works(text(&old)));
    world.pass(days(30));
    let _ = block_on(world.handle.purge(limit(100))).expect("purged");
    assert!(!world.is_stored(&old.view.id), "its retention began with its end");
    assert!(world.works(text(&new)));
}
