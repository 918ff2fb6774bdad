//! Tests reports of old texts of a personal access token: the token stays valid, and its owner gets a notice.

use std::sync::Barrier;
use std::time::Duration;

use counterfoil::event::LeakState;
use counterfoil::notice::Outcome;
use counterfoil::operations::Overlap;
use counterfoil::*;

use super::*;

fn rotate(world: &World, by: &Presenter, id: &RecordId) -> IssuedCredential {
    block_on(world.handle.rotate_personal_access_token(by, id, Overlap::Immediate)).expect("rotated")
}

fn text(issued: &IssuedCredential) -> &str {
    issued.token.expose_secret()
}

/// Makes a token of Ivan and rotates it with its own text, as a thief would. Returns the old and the new token.
fn rotated_by_itself(world: &World, label: &str) -> [IssuedCredential; 2] {
    let stolen = world.pat("ivan", label);
    let new = rotate(world, &world.as_token(text(&stolen)), &stolen.view.id);
    world.take_events();
    [stolen, new]
}

#[test]
fn life_5_the_owner_is_told_of_an_old_text_after_a_thief_has_rotated_the_token() {
    let world = world();
    let [stolen, new] = rotated_by_itself(&world, "ci");
    assert_eq!(state(report_one(&world, text(&stolen))), Some(LeakState::Replaced));
    assert_eq!(told(&world), [(stolen.view.id, LeakState::Replaced)]);
    assert!(world.works(text(&new)), "an old text is no way to end a token");
    let found = due(&world);
    assert!(!found[0].may_wait(world.now()));
    let claimed = claim(&world, &found[0]).expect("claimed");
    assert_eq!((claimed.id(), claimed.label(), claimed.text()), (new.view.id, "ci", OLD_FOUND));
    assert_eq!((claimed.to().as_str(), claimed.stage()), ("ivan@example.com", 254));
    assert!(block_on(world.handle.settle_notice(claimed, Outcome::Sent)).expect("settled"));
    assert!(run(&world).is_empty() && world.works(text(&new)));
}

#[test]
fn life_5_the_owner_is_told_of_old_texts_once_for_each_new_text() {
    let world = world();
    let [first, second] = rotated_by_itself(&world, "ci");
    for _ in 0..3 {
        report_one(&world, text(&first));
    }
    assert_eq!(run(&world), [OLD_FOUND]);
    report_one(&world, text(&first));
    assert!(run(&world).is_empty());
    let third = rotate(&world, &world.presenter("ivan"), &second.view.id);
    report(&world, &[text(&first), text(&second)]);
    assert_eq!(run(&world), [OLD_FOUND], "again after a further rotation");
    assert!(world.works(text(&third)));
}

#[test]
fn life_5_a_rotation_passes_the_notice_about_an_old_text_on() {
    let world = world();
    let [stolen, new] = rotated_by_itself(&world, "ci");
    report_one(&world, text(&stolen));
    let newest = rotate(&world, &world.as_token(text(&new)), &new.view.id);
    assert_eq!(run(&world), [OLD_FOUND], "a thief cannot rotate it away");
    assert!(run(&world).is_empty() && world.works(text(&newest)));
}

#[test]
fn life_5_the_notice_about_a_working_text_replaces_that_about_an_old_one_and_not_the_reverse() {
    let world = world();
    let [stolen, new] = rotated_by_itself(&world, "one");
    report(&world, &[text(&stolen), text(&new)]);
    assert!(!world.works(text(&new)));
    assert_eq!(run(&world), [ENDED]);
    let [stolen, new] = rotated_by_itself(&world, "two");
    report(&world, &[text(&new), text(&stolen)]);
    assert_eq!(told(&world)[1], (stolen.view.id, LeakState::AlreadyEnded));
    assert_eq!(run(&world), [ENDED]);
    let [stolen, new] = rotated_by_itself(&world, "three");
    report_one(&world, text(&stolen));
    assert_eq!(run(&world), [OLD_FOUND]);
    report_one(&world, text(&new));
    assert_eq!(run(&world), [ENDED], "also after the other was sent");
}

#[test]
fn life_5_an_old_text_of_a_token_that_is_gone_tells_nobody() {
    let world = world();
    let [stolen, new] = rotated_by_itself(&world, "deleted before");
    world.delete("ivan", &new.view.id).expect("deleted");
    assert_eq!(state(report_one(&world, text(&stolen))), Some(LeakState::AlreadyEnded));
    let [stolen, new] = rotated_by_itself(&world, "deleted after");
    report_one(&world, text(&stolen));
    world.delete("ivan", &new.view.id).expect("deleted");
    let old = world.create("ivan", "expired", 5).expect("a token");
    rotate(&world, &world.presenter("ivan"), &old.view.id);
    assert!(run(&world).is_empty());
    world.pass(days(5));
    assert_eq!(state(report_one(&world, text(&old))), Some(LeakState::AlreadyEnded));
}

#[test]
fn life_5_a_token_keeps_its_expiry_notices_after_the_notice_about_an_old_text() {
    let world = world();
    let [stolen, new] = rotated_by_itself(&world, "ci");
    report_one(&world, text(&stolen));
    assert_eq!(run(&world), [OLD_FOUND]);
    let until = new.view.expires_at.expect("an expiry").since(world.now());
    world.pass(until);
    assert_eq!(run(&world), [NoticeText::Expired]);
}

#[test]
fn life_5_a_notice_about_an_old_text_that_the_transport_refused_is_tried_again() {
    let world = world();
    let [stolen, _] = rotated_by_itself(&world, "ci");
    report_one(&world, text(&stolen));
    let claimed = claim(&world, &due(&world)[0]).expect("claimed");
    let retry_at = world.now().plus_capped(minutes(10));
    assert!(block_on(world.handle.settle_notice(claimed, Outcome::Failed { retry_at })).expect("settled"));
    world.pass(minutes(10) - Duration::from_micros(1));
    assert!(due(&world).is_empty());
    world.pass(Duration::from_micros(1));
    assert_eq!(run(&world), [OLD_FOUND]);
}

#[test]
fn life_5_many_nodes_that_report_an_old_text_at_once_give_one_notice() {
    for round in 0..20 {
        let world = world();
        let [stolen, new] = rotated_by_itself(&world, "ci");
        let (nodes, barrier) = ([1, 2, 3, 4].map(|_| world.elsewhere(|builder| builder)), Barrier::new(4));
        std::thread::scope(|scope| {
            for node in &nodes {
                scope.spawn(|| {
                    barrier.wait();
                    assert_eq!(state(report_one(node, text(&stolen))), Some(LeakState::Replaced));
                });
            }
        });
        assert_eq!(run(&world), [OLD_FOUND], "round {round}");
        assert!(run(&world).is_empty() && world.works(text(&new)));
    }
}
