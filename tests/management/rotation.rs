use std::sync::Barrier;

use counterfoil::event::What;
use counterfoil::{Conflict, Forbidden, Invalid, Issued, ManageError, Overlap, Presenter, RecordId, Role, Scope, Span};

use crate::world::{World, block_on, limit, policy, subject};

fn rotate(world: &World, by: &Presenter, id: &RecordId, overlap: Overlap) -> Result<Issued, ManageError> {
    block_on(world.foil.rotate_token(by, id, overlap))
}

/// Ivan rotates his own.
fn rotated(world: &World, old: &Issued, overlap: Overlap) -> Issued {
    rotate(world, &world.as_person("ivan"), &old.listed.id, overlap).expect("rotated")
}

fn text(issued: &Issued) -> &str {
    issued.token.expose_secret()
}

#[test]
fn a2_token_2_rotation_keeps_label_scope_and_expiry_and_replaces_the_secret() {
    let world = World::new();
    let old = world.scoped_token("ivan", "one", 30, Some("demo:read"));
    world.pass(Span::days(3));
    world.told();
    let new = rotated(&world, &old, Overlap::Immediate);
    assert_eq!((&new.listed.label, &new.listed.scope), (&old.listed.label, &old.listed.scope));
    assert_eq!(new.listed.expires_at, old.listed.expires_at);
    assert_ne!(new.listed.id, old.listed.id);
    assert_eq!(new.listed.id.family(), old.listed.id.family());
    assert_eq!(world.told(), [What::Rotated { id: old.listed.id, successor: new.listed.id }]);
    assert!(world.verifies(text(&new)) && !world.verifies(text(&old)));
}

#[test]
fn a2_token_2_an_overlap_ends_when_its_time_is_over() {
    let world = World::new();
    let old = world.token("ivan", "one", 30);
    let new = rotated(&world, &old, Overlap::For(Span::hours(1)));
    assert!(world.verifies(text(&new)) && world.verifies(text(&old)));
    world.pass(Span::from_micros(Span::hours(1).micros() - 1).expect("small"));
    assert!(world.verifies(text(&old)));
    world.pass(Span::from_micros(1).expect("small"));
    assert!(world.verifies(text(&new)) && !world.verifies(text(&old)));
}

#[test]
fn a2_token_2_the_first_use_of_the_new_one_ends_the_old_one() {
    let world = World::new();
    let old = world.token("ivan", "one", 30);
    let new = rotated(&world, &old, Overlap::UntilFirstUse);
    world.pass(Span::days(20));
    assert!(world.verifies(text(&old)), "however long it takes");
    world.told();
    assert!(world.verifies(text(&new)));
    assert_eq!(world.told(), [What::OverlapEnded { id: old.listed.id }]);
    assert!(!world.verifies(text(&old)));
    world.told();
    assert!(world.verifies(text(&new)));
    assert!(world.told().is_empty(), "once");
}

#[test]
fn a2_token_2_many_first_uses_at_once_end_the_old_one_once() {
    let world = World::new();
    let old = world.token("ivan", "one", 30);
    let new = rotated(&world, &old, Overlap::UntilFirstUse);
    world.told();
    let start = Barrier::new(4);
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| {
                start.wait();
                assert!(world.verifies(text(&new)));
            });
        }
    });
    assert!(!world.verifies(text(&old)));
    let ended = world.told().into_iter().filter(|what| matches!(what, What::OverlapEnded { .. }));
    assert_eq!(ended.count(), 1);
}

#[test]
fn a2_token_2_an_overlap_is_at_most_as_long_as_the_policy_lets_it() {
    let world = World::new();
    let old = world.token("ivan", "one", 30);
    let longer = Span::from_micros(Span::days(7).micros() + 1).expect("small");
    let refused = rotate(&world, &world.as_person("ivan"), &old.listed.id, Overlap::For(longer));
    assert!(matches!(refused, Err(ManageError::Invalid(Invalid::Overlap { most: 604_800 }))));
    assert!(world.verifies(text(&old)), "nothing was done");
    rotated(&world, &old, Overlap::For(Span::days(7)));
}

#[test]
fn a2_token_2_there_are_never_more_than_two_halves() {
    for first in [Overlap::For(Span::days(7)), Overlap::UntilFirstUse] {
        let world = World::new();
        let one = world.token("ivan", "one", 30);
        let two = rotated(&world, &one, first);
        world.told();
        let three = rotated(&world, &two, Overlap::UntilFirstUse);
        let told =
            [What::OverlapEnded { id: one.listed.id }, What::Rotated { id: two.listed.id, successor: three.listed.id }];
        assert_eq!(world.told(), told);
        assert!(!world.verifies(text(&one)) && world.verifies(text(&two)));
        assert!(world.verifies(text(&three)) && !world.verifies(text(&two)));
    }
}

#[test]
fn syn_pat_6_deleting_the_newest_ends_both_halves_and_frees_the_label() {
    let world = World::new();
    let old = world.token("ivan", "one", 30);
    let new = rotated(&world, &old, Overlap::UntilFirstUse);
    world.delete("ivan", &new.listed.id);
    assert!(!world.verifies(text(&new)) && !world.verifies(text(&old)));
    world.token("ivan", "one", 30);
}

#[test]
fn syn_pat_6_deleting_the_old_half_ends_that_half_only() {
    let world = World::new();
    let old = world.token("ivan", "one", 30);
    let new = rotated(&world, &old, Overlap::UntilFirstUse);
    world.delete("ivan", &old.listed.id);
    assert!(world.verifies(text(&new)) && !world.verifies(text(&old)));
}

#[test]
fn all_kinds_9_a_token_rotates_itself_and_no_other() {
    let world = World::new();
    let one = world.token("ivan", "one", 30);
    let two = world.token("ivan", "two", 30);
    let itself = world.as_token(text(&one));
    let refused = rotate(&world, &itself, &two.listed.id, Overlap::Immediate);
    assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::CredentialKind))));
    let new = rotate(&world, &itself, &one.listed.id, Overlap::Immediate).expect("rotated");
    assert_eq!(new.listed.expires_at, one.listed.expires_at, "within its remaining life");
    let again = rotate(&world, &itself, &one.listed.id, Overlap::Immediate);
    assert!(matches!(again, Err(ManageError::Conflict(Conflict::Replaced))));
}

#[test]
fn all_kinds_9_a_token_with_a_scope_rotates_itself_only_with_the_right_to_write() {
    let world = World::new();
    let narrow = world.scoped_token("ivan", "one", 30, Some("demo:read"));
    let refused = rotate(&world, &world.as_token(text(&narrow)), &narrow.listed.id, Overlap::Immediate);
    assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::Scope { scope: Scope::CREDENTIALS_WRITE }))));
    let writer = world.scoped_token("ivan", "two", 30, Some("credentials:write demo:read"));
    rotate(&world, &world.as_token(text(&writer)), &writer.listed.id, Overlap::Immediate).expect("rotated");
}

#[test]
fn all_kinds_9_a_code_cannot_rotate() {
    let world = World::new();
    let code = world.code("one");
    let token = world.token("super", "one", 30);
    let by = world.as_token(text(&code));
    let refused = rotate(&world, &by, &token.listed.id, Overlap::Immediate);
    assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::CredentialKind))));
    let itself = rotate(&world, &by, &code.listed.id, Overlap::Immediate);
    assert!(matches!(itself, Err(ManageError::NotFound)));
}

#[test]
fn syn_pat_6_foreign_unknown_and_deleted_are_alike() {
    let world = World::new();
    let token = world.token("ivan", "one", 30);
    let foreign = rotate(&world, &world.as_person("admin"), &token.listed.id, Overlap::Immediate);
    let unknown = rotate(&world, &world.as_person("ivan"), &RecordId::from_bytes([1; 16]), Overlap::Immediate);
    world.delete("ivan", &token.listed.id);
    let deleted = rotate(&world, &world.as_person("ivan"), &token.listed.id, Overlap::Immediate);
    for answer in [foreign, unknown, deleted] {
        assert!(matches!(answer, Err(ManageError::NotFound)));
    }
}

#[test]
fn syn_pat_8_an_expired_token_is_not_rotated() {
    let world = World::new();
    let token = world.token("ivan", "one", 1);
    world.pass(Span::days(1));
    let refused = rotate(&world, &world.as_person("ivan"), &token.listed.id, Overlap::Immediate);
    assert!(matches!(refused, Err(ManageError::Conflict(Conflict::Expired))));
    world.pass(Span::days(30));
    let gone = rotate(&world, &world.as_person("ivan"), &token.listed.id, Overlap::Immediate);
    assert!(matches!(gone, Err(ManageError::NotFound)));
}

#[test]
fn syn_pat_1_and_2_a_closed_gate_and_a_collaborator_do_not_rotate() {
    let world = World::new();
    let token = world.token("ivan", "one", 30);
    world.open_gate(false);
    let refused = rotate(&world, &world.as_person("ivan"), &token.listed.id, Overlap::Immediate);
    assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::Gate { .. }))));
    world.open_gate(true);
    let signed_in_before = world.as_person("ivan");
    assert!(world.people.set_role(&subject("ivan"), Role::Collaborator));
    let refused = rotate(&world, &signed_in_before, &token.listed.id, Overlap::Immediate);
    assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::Collaborator))));
}

#[test]
fn all_kinds_9_nobody_gets_a_successor_that_may_do_more_than_what_was_presented() {
    let world = World::new();
    let unscoped = world.token("ivan", "everything", 30);
    let wider = world.scoped_token("ivan", "wider", 30, Some("demo:read demo:write"));
    let within = world.scoped_token("ivan", "within", 30, Some("demo:read"));
    let by = world.as_signed_in_with("ivan", "credentials:write demo:read");
    for wide in [&unscoped, &wider] {
        let refused = rotate(&world, &by, &wide.listed.id, Overlap::Immediate);
        assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::Outranked))));
        assert!(world.verifies(text(wide)));
    }
    rotate(&world, &by, &within.listed.id, Overlap::Immediate).expect("rotated");
}

#[test]
fn a2_token_2_of_concurrent_rotations_exactly_one_wins() {
    let world = World::new();
    for round in 0..50 {
        let old = world.token("ivan", &format!("{round}"), 30);
        let start = Barrier::new(4);
        let won = std::thread::scope(|threads| {
            let racer = || {
                start.wait();
                match rotate(&world, &world.as_person("ivan"), &old.listed.id, Overlap::Immediate) {
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
        assert!(world.verifies(text(&won[0])) && !world.verifies(text(&old)));
        world.delete("ivan", &won[0].listed.id);
    }
}

#[test]
fn syn_pat_9_a_rotation_never_meets_the_quota_since_an_overlap_counts_once() {
    let mut policy = policy();
    policy.personal_access_tokens.max_live_per_owner = Some(limit(1));
    let world = World::with(policy);
    let old = world.token("ivan", "one", 30);
    rotated(&world, &old, Overlap::For(Span::hours(1)));
}

#[test]
fn all_kinds_6_a_used_up_half_survives_the_purge_as_a_proof_and_its_successor_goes_on() {
    let world = World::new();
    let old = world.token("ivan", "one", 30);
    let new = rotated(&world, &old, Overlap::Immediate);
    let _ = block_on(world.foil.purge(limit(100))).expect("purged");
    assert!(world.is_stored(&old.listed.id), "shrunk");
    assert!(world.verifies(text(&new)) && !world.verifies(text(&old)));
    let third = rotated(&world, &new, Overlap::UntilFirstUse);
    assert!(world.verifies(text(&third)));
}

#[test]
fn a2_token_5_a_permanent_token_is_rotated_and_its_old_half_goes_with_the_first_use() {
    let mut policy = policy();
    policy.personal_access_tokens.permanent = true;
    let world = World::with(policy);
    let new = counterfoil::NewPersonalAccessToken {
        label: "for ever",
        lifetime: counterfoil::Lifetime::Permanent,
        scope: None,
    };
    let old = block_on(world.foil.create_personal_access_token(&world.as_person("ivan"), &new)).expect("a token");
    let new = rotated(&world, &old, Overlap::UntilFirstUse);
    assert_eq!(new.listed.expires_at, None);
    world.pass(Span::days(1_000));
    assert!(world.verifies(text(&old)) && world.verifies(text(&new)) && !world.verifies(text(&old)));
    world.pass(Span::days(30));
    let _ = block_on(world.foil.purge(limit(100))).expect("purged");
    assert!(!world.is_stored(&old.listed.id), "its retention began with its end");
    assert!(world.verifies(text(&new)));
}
