//! Tests extensions of personal access tokens: a new expiry for a token that keeps its secret (requirement LIFE 1).

use counterfoil::event::{Action, EventKind};
use counterfoil::http_auth::Gate;
use counterfoil::notice::NoticeText;
use counterfoil::operations::Overlap;
use counterfoil::types::RecordId;
use counterfoil::*;

use crate::support::*;

/// A world whose policy allows extensions.
fn extendable() -> World {
    let mut policy = synergy_policy();
    policy.personal_access_tokens.extendable = true;
    bare_world(policy)
}

fn extend(world: &World, by: &Presenter, id: &RecordId, lifetime: Lifetime) -> Result<CredentialView, ManageError> {
    block_on(world.handle.extend_personal_access_token(by, id, lifetime))
}

/// Extends Ivan's token to `days` days from now, with Ivan as the presenter.
fn extended(world: &World, token: &IssuedCredential, days: i64) -> Result<CredentialView, ManageError> {
    extend(world, &world.presenter("ivan"), &token.view.id, Lifetime::Days(days))
}

fn text(issued: &IssuedCredential) -> &str {
    issued.token.expose_secret()
}

#[test]
fn life_1_a_token_is_extended_from_now_with_the_same_secret() {
    let world = extendable();
    let token = world.pat("ivan", "one");
    world.pass(days(10));
    world.take_events();
    let view = extended(&world, &token, 180).expect("extended");
    assert_eq!((view.id, view.expires_at), (token.view.id, Some(after_start(days(190)))));
    assert_eq!(world.take_events(), [EventKind::Changed { id: token.view.id, action: Action::Extended }]);
    world.pass(just_under(days(180)));
    assert!(world.works(text(&token)));
    world.pass(micro());
    assert!(!world.works(text(&token)));
}

#[test]
fn life_1_an_extension_never_passes_the_ceiling_counted_from_now() {
    let world = extendable();
    let token = world.pat("ivan", "one");
    for days in [i64::MIN, -1, 0, 181, i64::MAX] {
        let Err(ManageError::Invalid(invalid)) = extended(&world, &token, days) else { panic!("{days}") };
        assert_eq!((invalid.field(), &invalid), ("expires_in_days", &Invalid::Days { most: 180 }), "{days}");
    }
    let permanent = extend(&world, &world.presenter("ivan"), &token.view.id, Lifetime::Permanent);
    assert!(matches!(permanent, Err(ManageError::Invalid(Invalid::Permanent))), "{permanent:?}");
    for again in [180, 180, 1] {
        let view = extended(&world, &token, again).expect("extended");
        assert_eq!(view.expires_at, Some(after_start(days(again.unsigned_abs() as u16))), "not added up");
    }
}

#[test]
fn life_1_without_the_policys_leave_nothing_is_extended() {
    let world = synergy();
    let token = world.pat("ivan", "one");
    let refused = extended(&world, &token, 30);
    assert!(matches!(refused, Err(ManageError::Conflict(Conflict::NotAllowed))), "{refused:?}");
    let limits = block_on(world.handle.personal_access_token_limits()).expect("told");
    assert!(!limits.extendable);
}

#[test]
fn life_1_an_expired_token_is_not_extended() {
    let world = extendable();
    let token = world.create("ivan", "one", 1).expect("a token");
    world.pass(just_under(days(1)));
    extended(&world, &token, 1).expect("one microsecond before");
    world.pass(days(1));
    let refused = extended(&world, &token, 30);
    assert!(matches!(refused, Err(ManageError::Conflict(Conflict::Expired))), "{refused:?}");
    world.pass(days(30));
    assert!(matches!(extended(&world, &token, 30), Err(ManageError::NotFound)), "past its retention");
}

#[test]
fn life_1_a_replaced_a_foreign_and_a_deleted_token_are_not_extended() {
    let world = extendable();
    let old = world.pat("ivan", "one");
    let by = world.presenter("ivan");
    let new = block_on(world.handle.rotate_personal_access_token(&by, &old.view.id, Overlap::UntilFirstUse));
    let new = new.expect("rotated");
    assert!(matches!(extended(&world, &old, 30), Err(ManageError::Conflict(Conflict::Replaced))));
    let foreign = extend(&world, &world.presenter("admin"), &new.view.id, Lifetime::Days(30));
    assert!(matches!(foreign, Err(ManageError::NotFound)), "{foreign:?}");
    world.delete("ivan", &new.view.id).expect("deleted");
    assert!(matches!(extended(&world, &new, 30), Err(ManageError::NotFound)));
}

#[test]
fn life_1_a_token_never_extends_itself_and_nobody_extends_what_may_do_more() {
    let world = extendable();
    let token = world.pat("ivan", "one");
    let itself = extend(&world, &world.as_token(text(&token)), &token.view.id, Lifetime::Days(1));
    assert!(matches!(itself, Err(ManageError::Forbidden(Forbidden::CredentialKind))), "{itself:?}");
    let by = world.as_signed_in_with("ivan", "credentials:write demo:read");
    let refused = extend(&world, &by, &token.view.id, Lifetime::Days(1));
    assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::Outranked))), "{refused:?}");
}

#[test]
fn life_1_a_closed_gate_a_collaborator_and_a_suspended_token_are_not_extended() {
    let world = extendable();
    let token = world.pat("ivan", "one");
    let signed_in_before = world.presenter("ivan");
    world.open_gate(false);
    let refused = extended(&world, &token, 30);
    assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::Gate { gate: Gate::Setting }))), "{refused:?}");
    world.open_gate(true);
    assert!(world.people.set_role(&subject("ivan"), Role::Collaborator));
    let refused = extend(&world, &signed_in_before, &token.view.id, Lifetime::Days(30));
    assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::Collaborator))), "{refused:?}");
    assert!(world.people.set_role(&subject("ivan"), Role::Member));
    let mut policy = synergy_policy();
    policy.personal_access_tokens.extendable = true;
    policy.personal_access_tokens.scope_demanded = true;
    let strict = world.elsewhere(|builder| builder.policy(policy));
    let refused = extended(&strict, &token, 30);
    assert!(matches!(refused, Err(ManageError::Conflict(Conflict::Suspended))), "{refused:?}");
}

#[test]
fn life_1_extending_cancels_the_old_notices_and_arms_new_ones() {
    let world = extendable();
    let token = world.pat("ivan", "one");
    world.pass(days(23));
    assert_eq!(run(&world), [NoticeText::ExpiresIn(days(7))]);
    extended(&world, &token, 30).expect("extended");
    world.pass(days(7));
    assert!(run(&world).is_empty(), "the old expiry");
    world.pass(days(16));
    assert_eq!(run(&world), [NoticeText::ExpiresIn(days(7))], "the new one");
    extended(&world, &token, 7).expect("extended");
    world.pass(days(6));
    assert!(run(&world).is_empty(), "a life no longer than the lead gets no advance notice");
    world.pass(days(1));
    assert_eq!(run(&world), [NoticeText::Expired]);
}

#[test]
fn life_1_an_extended_token_keeps_its_label_and_its_place_under_the_cap() {
    let mut policy = synergy_policy();
    policy.personal_access_tokens.extendable = true;
    policy.personal_access_tokens.max_live_per_owner = Some(limit(1));
    let world = bare_world(policy);
    let token = world.pat("ivan", "one");
    extended(&world, &token, 180).expect("extended");
    world.pass(days(100));
    for label in ["one", "two"] {
        let refused = world.create("ivan", label, 1);
        let fits = |conflict| matches!(conflict, Conflict::LabelTaken | Conflict::QuotaReached);
        assert!(matches!(refused, Err(ManageError::Conflict(conflict)) if fits(conflict)), "{label}");
    }
}

#[test]
fn life_1_administrators_extend_the_tokens_of_service_accounts() {
    let mut policy = open_policy();
    policy.personal_access_tokens.extendable = true;
    let world = world_with(policy, |builder| builder);
    let admin = world.presenter("admin");
    let new = service_account::NewServiceAccount::new("build", Role::Member);
    let account = block_on(world.handle.create_service_account(&admin, &new)).expect("made");
    let new = NewPersonalAccessToken::new("runner", Lifetime::Days(1));
    let token = block_on(world.handle.create_service_token(&admin, &account.id, &new)).expect("made");
    let extend = |by: &Presenter, days| {
        block_on(world.handle.extend_service_token(by, &account.id, &token.view.id, Lifetime::Days(days)))
    };
    let view = extend(&admin, 90).expect("extended");
    assert_eq!(view.expires_at, Some(after_start(days(90))));
    let itself = extend(&world.as_token(text(&token)), 90);
    assert!(matches!(itself, Err(ManageError::Forbidden(Forbidden::CredentialKind))), "{itself:?}");
    let member = extend(&world.presenter("ivan"), 90);
    assert!(matches!(member, Err(ManageError::Forbidden(Forbidden::Role { .. }))), "{member:?}");
}

#[test]
fn life_1_a_replaced_token_never_outlives_the_extended_one() {
    let world = extendable();
    let (old, by) = (world.pat("ivan", "one"), world.presenter("ivan"));
    let rotate = |id: &RecordId, overlap| block_on(world.handle.rotate_personal_access_token(&by, id, overlap));
    let new = rotate(&old.view.id, Overlap::For(days(7))).expect("rotated");
    extended(&world, &new, 8).expect("extended");
    world.take_events();
    extended(&world, &new, 1).expect("extended");
    assert_eq!(world.take_events(), [EventKind::Changed { id: new.view.id, action: Action::Extended }]);
    extended(&world, &new, 30).expect("extended");
    world.pass(just_under(days(1)));
    assert!(world.works(text(&old)) && world.works(text(&new)));
    world.pass(micro());
    assert!(!world.works(text(&old)) && world.works(text(&new)), "the shorter overlap stays");
}

#[test]
fn life_1_an_overlap_until_the_first_use_ends_if_the_extended_token_expires_first() {
    let world = extendable();
    let (old, by) = (world.pat("ivan", "one"), world.presenter("ivan"));
    let new = world.handle.rotate_personal_access_token(&by, &old.view.id, Overlap::UntilFirstUse);
    let new = block_on(new).expect("rotated");
    extended(&world, &new, 30).expect("extended");
    assert!(world.works(text(&old)), "it lives no longer than the new one");
    world.take_events();
    extended(&world, &new, 29).expect("extended");
    let changed = EventKind::Changed { id: new.view.id, action: Action::Extended };
    assert_eq!(world.take_events(), [EventKind::OverlapEnded { id: old.view.id }, changed]);
    assert!(!world.works(text(&old)) && world.works(text(&new)));
}

#[test]
fn life_1_the_present_lifetime_is_counted_from_when_the_expiry_was_set() {
    let world = extendable();
    let token = world.pat("ivan", "one");
    assert_eq!(token.view.expiry_set_at, token.view.created_at);
    for _ in 0..3 {
        world.pass(days(20));
        let view = extended(&world, &token, 30).expect("extended");
        assert_eq!(view.expiry_set_at, world.now());
        assert_eq!(view.expires_at.map(|at| at.since(view.expiry_set_at)), Some(days(30)));
    }
}
