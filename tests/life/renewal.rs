//! Tests how security codes are edited, reset and reactivated, and how labels of tokens are changed (requirements
//! AO-CODE 3 to 6 and A2-TOKEN 2).

use std::time::Duration;

use counterfoil::event::{Action, EventKind};
use counterfoil::operations::{CodeUpdate, NewAccess, Status};
use counterfoil::settings::SettingName;
use counterfoil::{
    Conflict, CredentialView, Forbidden, Invalid, IssuedCredential, ManageError, Presenter, Role, Timestamp,
    Unavailable,
};

use crate::support::*;

type Answer = Result<CredentialView, ManageError>;

fn edit(world: &World, code: &IssuedCredential, expires_at: Option<Timestamp>, description: Option<&str>) -> Answer {
    let by = world.presenter("super");
    let change = CodeUpdate::default().with_expires_at(expires_at).with_description(description);
    block_on(world.handle.update_security_code(&by, &code.view.id, &change))
}

fn act(world: &World, by: &Presenter, code: &IssuedCredential, action: &str) -> Answer {
    let (counterfoil, id) = (&world.handle, &code.view.id);
    match action {
        "describe" => {
            block_on(counterfoil.update_security_code(by, id, &CodeUpdate::default().with_description("new")))
        }
        "make-permanent" => block_on(counterfoil.make_security_code_permanent(by, id)),
        "reset" => block_on(counterfoil.reset_security_code(by, id)),
        "reactivate" => block_on(counterfoil.reactivate_security_code(by, id)),
        _ => {
            let change = CodeUpdate::default().with_expires_at(world.now().plus_capped(days(2)));
            block_on(counterfoil.update_security_code(by, id, &change))
        }
    }
}

const ACTIONS: [&str; 5] = ["edit", "describe", "make-permanent", "reset", "reactivate"];

#[test]
fn ao_code_3_a_new_expiry_lies_strictly_after_now() {
    let world = synergy();
    let code = world.described_code("one");
    let here = world.now();
    for past in [here, here.minus(Duration::from_secs(1)), Timestamp::EPOCH, Timestamp::MAX] {
        let refused = edit(&world, &code, Some(past), None);
        assert!(matches!(refused, Err(ManageError::Invalid(Invalid::ExpiresAt))), "{past:?}");
    }
    let soon = here.plus(micro()).expect("in range");
    assert_eq!(edit(&world, &code, Some(soon), None).expect("edited").expires_at, Some(soon));
    world.take_events();
    assert!(world.works(code.token.expose_secret()));
    world.clock.set(soon);
    assert!(!world.works(code.token.expose_secret()));
}

#[test]
fn ao_code_3_permanent_and_reset() {
    let world = synergy();
    let code = world.described_code("one");
    let by = world.presenter("super");
    let permanent = act(&world, &by, &code, "make-permanent").expect("permanent");
    assert_eq!((permanent.expires_at, permanent.status), (None, Status::Active));
    world.pass(days(1_000));
    assert!(world.works(code.token.expose_secret()));
    let reset = act(&world, &by, &code, "reset").expect("reset");
    assert_eq!(reset.expires_at, world.now().plus(hours(24)), "also for a permanent one");
    world.set_number(SettingName::CodeLifetimeSeconds, 60);
    let reset = act(&world, &by, &code, "reset").expect("reset");
    assert_eq!(reset.expires_at, world.now().plus(Duration::from_secs(60)), "the setting is meant by 24 h");
}

#[test]
fn ao_code_3_on_an_expired_code_only_the_description_can_be_edited() {
    let world = synergy();
    let code = world.described_code("one");
    let by = world.presenter("super");
    world.pass(hours(24));
    for action in ["edit", "make-permanent", "reset"] {
        let refused = act(&world, &by, &code, action);
        assert!(matches!(refused, Err(ManageError::Conflict(Conflict::Expired))), "{action}");
    }
    let edited = act(&world, &by, &code, "describe").expect("edited");
    assert_eq!((edited.description.as_deref(), edited.status), (Some("new"), Status::Expired));
    assert!(!world.works(code.token.expose_secret()));
    let both = edit(&world, &code, Some(world.now().plus_capped(days(1))), Some("newer"));
    assert!(matches!(both, Err(ManageError::Conflict(Conflict::Expired))));
    let there = act(&world, &by, &code, "reactivate").expect("reactivated");
    assert_eq!(there.description.as_deref(), Some("new"), "of an edit that is refused nothing is done");
}

#[test]
fn ao_code_4_reactivate_gives_one_more_day_with_the_same_secret() {
    let world = synergy();
    let code = world.described_code("one");
    let by = world.presenter("super");
    let early = act(&world, &by, &code, "reactivate");
    assert!(matches!(early, Err(ManageError::Conflict(Conflict::NotExpired))));
    world.pass(hours(24));
    assert!(!world.works(code.token.expose_secret()));
    let back = act(&world, &by, &code, "reactivate").expect("reactivated");
    assert_eq!((back.expires_at, back.status), (world.now().plus(hours(24)), Status::Expiring));
    assert!(world.works(code.token.expose_secret()));
    act(&world, &by, &code, "make-permanent").expect("permanent");
    let permanent = act(&world, &by, &code, "reactivate");
    assert!(matches!(permanent, Err(ManageError::Conflict(Conflict::NotExpired))));
}

#[test]
fn ao_code_4_the_last_microsecond_of_the_week_reactivates_and_the_next_finds_nothing() {
    let last = just_under(hours(24) + days(7));
    for (passed, found) in [(last, true), (just_over(last), false)] {
        let world = synergy();
        let code = world.described_code("one");
        let by = world.presenter("super");
        world.pass(passed);
        if found {
            act(&world, &by, &code, "reactivate").expect("still there");
            assert!(world.works(code.token.expose_secret()));
        } else {
            for action in ACTIONS {
                assert!(matches!(act(&world, &by, &code, action), Err(ManageError::NotFound)), "{action}");
            }
        }
    }
}

#[test]
fn ao_code_5_deleted_unknown_and_of_another_kind_are_not_found_for_every_action() {
    let world = synergy();
    let by = world.presenter("super");
    let deleted = world.described_code("one");
    block_on(world.handle.delete_security_code(&by, &deleted.view.id)).expect("deleted");
    let token = world.pat("super", "no code");
    for gone in [&deleted, &token] {
        for action in ACTIONS {
            assert!(matches!(act(&world, &by, gone, action), Err(ManageError::NotFound)), "{action}");
        }
    }
}

#[test]
fn ao_code_1_only_super_administrators_in_a_session_change_codes() {
    let world = synergy();
    let code = world.described_code("one");
    let itself = world.as_token(code.token.expose_secret());
    for action in ACTIONS {
        let refused = act(&world, &world.presenter("admin"), &code, action);
        let needed = Role::SuperAdministrator;
        assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::Role { needed: role })) if role == needed));
        let refused = act(&world, &itself, &code, action);
        assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::CredentialKind))), "{action}");
    }
}

#[test]
fn ao_code_5_a_description_is_edited_and_kept_to_500_characters() {
    let world = synergy();
    let code = world.described_code("one");
    let long = edit(&world, &code, None, Some(&"x".repeat(501)));
    assert!(matches!(&long, Err(ManageError::Invalid(invalid)) if invalid.field() == "description"));
    let edited = edit(&world, &code, None, Some(" two ")).expect("edited");
    assert_eq!((edited.description.as_deref(), edited.expires_at), (Some("two"), code.view.expires_at));
    let same = edit(&world, &code, None, None).expect("nothing to do");
    assert_eq!(same.description.as_deref(), Some("two"));
}

#[test]
fn ao_code_6_every_action_leaves_an_event_with_who_and_what() {
    let world = synergy();
    let code = world.described_code("one");
    let by = world.presenter("super");
    world.take_events();
    let done = [
        ("edit", Action::ExpirySet),
        ("describe", Action::Edited),
        ("make-permanent", Action::MadePermanent),
        ("reset", Action::Reset),
        ("reactivate", Action::Reactivated),
    ];
    for (name, action) in done {
        if name == "reactivate" {
            world.pass(hours(24));
        }
        act(&world, &by, &code, name).expect("done");
        let events = world.sink.take();
        assert_eq!(events.len(), 1);
        assert_eq!(events[0].by.subject(), Some(&subject("super")));
        assert_eq!((events[0].at, &events[0].kind), (world.now(), &EventKind::Changed { id: code.view.id, action }));
    }
    act(&world, &by, &code, "reactivate").expect_err("not expired");
    assert!(world.take_events().is_empty(), "of what was refused nothing is told");
}

#[test]
fn ao_code_3_concurrent_edits_are_all_decided_and_none_is_reported_as_a_conflict() {
    let world = synergy();
    let code = world.described_code("one");
    std::thread::scope(|threads| {
        for n in 0..4_u32 {
            let (world, code) = (&world, &code);
            threads.spawn(move || {
                for _ in 0..50 {
                    // If other writers come first eight times, the operation returns an error, and the caller must try
                    // again.
                    loop {
                        match edit(world, code, None, Some(&format!("writer {n}"))) {
                            Err(ManageError::Unavailable(Unavailable::Contended { .. })) => {}
                            edited => break drop(edited.expect("edited")),
                        }
                    }
                }
            });
        }
    });
}

#[test]
fn ao_code_2_a_same_as_user_code_is_renewed_like_any_other() {
    let world = synergy();
    let by = world.presenter("super");
    let code = world.code(NewAccess::SameAsUser("ivan"));
    assert_eq!(act(&world, &by, &code, "make-permanent").expect("permanent").expires_at, None);
}

#[test]
fn a2_token_2_relabel_keeps_labels_different_and_frees_the_old_one() {
    let world = synergy();
    let ivan = world.presenter("ivan");
    let one = world.pat("ivan", "one");
    let two = world.pat("ivan", "two");
    let relabel = |id, label| block_on(world.handle.update_personal_access_token(&ivan, id, &relabelled(label)));
    assert!(matches!(relabel(&two.view.id, "ONE"), Err(ManageError::Conflict(Conflict::LabelTaken))));
    assert_eq!(relabel(&two.view.id, "Two").expect("its own").label, "Two");
    world.take_events();
    assert_eq!(relabel(&one.view.id, "three").expect("free").label, "three");
    assert_eq!(world.take_events(), [EventKind::Changed { id: one.view.id, action: Action::Edited }]);
    assert_eq!(relabel(&two.view.id, "one").expect("given back").label, "one");
    assert!(matches!(relabel(&two.view.id, " "), Err(ManageError::Invalid(Invalid::Label(_)))));
    world.pat("ivan", "two");
}

#[test]
fn a2_token_2_relabel_is_for_the_owner_and_for_what_is_there() {
    let world = synergy();
    let token = world.pat("ivan", "one");
    let relabel =
        |by: &Presenter| block_on(world.handle.update_personal_access_token(by, &token.view.id, &relabelled("x")));
    assert!(matches!(relabel(&world.presenter("admin")), Err(ManageError::NotFound)));
    let itself = world.as_token(token.token.expose_secret());
    assert!(matches!(relabel(&itself), Err(ManageError::Forbidden(Forbidden::CredentialKind))));
    world.open_gate(false);
    assert!(matches!(relabel(&world.presenter("ivan")), Err(ManageError::Forbidden(Forbidden::Gate { .. }))));
    world.open_gate(true);
    world.delete("ivan", &token.view.id).expect("deleted");
    assert!(matches!(relabel(&world.presenter("ivan")), Err(ManageError::NotFound)));
}

#[test]
fn a2_token_2_where_labels_need_not_differ_a_relabel_takes_any() {
    let mut policy = synergy_policy();
    policy.personal_access_tokens.unique_labels = false;
    let world = bare_world(policy);
    world.pat("ivan", "one");
    let two = world.pat("ivan", "two");
    let same =
        block_on(world.handle.update_personal_access_token(&world.presenter("ivan"), &two.view.id, &relabelled("one")));
    assert_eq!(same.expect("taken twice").label, "one");
}
