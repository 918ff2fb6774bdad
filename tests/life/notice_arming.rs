//! Tests when a notice is scheduled, cancelled, delayed or suppressed (requirement NOTICE 2).

use counterfoil::event::EventKind;
use counterfoil::notice::{DueNotice, NoticeText, Outcome};
use counterfoil::operations::{CodeUpdate, Overlap};
use counterfoil::settings::SettingName;
use counterfoil::types::{OwnerId, TokenKind};
use counterfoil::{Account, Role};

use crate::support::*;

#[test]
fn notice_2_a_worker_that_was_down_sends_one_late_notice_or_only_the_one_on_expiry() {
    let world = synergy();
    world.pat("ivan", "one");
    world.pass(days(29));
    assert_eq!(run(&world), [NoticeText::ExpiresIn(days(1))]);
    let world = synergy();
    world.pat("ivan", "one");
    world.pass(days(31));
    assert_eq!(run(&world), [NoticeText::Expired]);
    assert!(run(&world).is_empty());
}

#[test]
fn notice_2_a_life_no_longer_than_the_lead_gets_the_expiry_notice_only() {
    let world = synergy();
    world.create("ivan", "one", 7).expect("a token");
    world.pass(days(6));
    assert!(run(&world).is_empty());
    world.pass(days(1));
    assert_eq!(run(&world), [NoticeText::Expired]);
}

#[test]
fn notice_2_rotating_cancels_the_old_notice_and_arms_the_new_one() {
    let world = synergy();
    let old = world.pat("ivan", "one");
    world.pass(days(10));
    let by = world.presenter("ivan");
    let new = block_on(world.handle.rotate_personal_access_token(&by, &old.view.id, Overlap::UntilFirstUse))
        .expect("rotated");
    world.pass(days(13));
    let found = due(&world);
    assert_eq!(found.iter().map(DueNotice::id).collect::<Vec<_>>(), [new.view.id]);
    assert_eq!(run(&world), [NoticeText::ExpiresIn(days(7))]);
}

#[test]
fn notice_2_what_was_rotated_or_deleted_after_it_came_due_is_not_sent() {
    let world = synergy();
    let rotated = world.pat("ivan", "one");
    let deleted = world.pat("ivan", "two");
    world.pass(days(25));
    let found = due(&world);
    let by = world.presenter("ivan");
    block_on(world.handle.rotate_personal_access_token(&by, &rotated.view.id, Overlap::Immediate)).expect("rotated");
    world.delete("ivan", &deleted.view.id).expect("deleted");
    assert!(found.iter().all(|due| claim(&world, due).is_none()));
    world.pass(LEASE);
    assert!(run(&world).is_empty(), "five days left when it was made: no advance notice");
}

#[test]
fn notice_2_a_notice_whose_token_changed_while_it_was_sent_keeps_the_new_mark() {
    let mut policy = synergy_policy();
    policy.notices = codes_too();
    let world = bare_world(policy);
    let code = world.described_code("export");
    let by = world.presenter("super");
    let in_20_days = world.now().plus_capped(days(20));
    block_on(world.handle.update_security_code(&by, &code.view.id, &CodeUpdate::default().with_expires_at(in_20_days)))
        .expect("edited");
    world.pass(days(13));
    let claimed = claim(&world, &due(&world)[0]).expect("a notice");
    let in_40_days = in_20_days.plus_capped(days(20));
    block_on(world.handle.update_security_code(&by, &code.view.id, &CodeUpdate::default().with_expires_at(in_40_days)))
        .expect("edited");
    assert!(!block_on(world.handle.settle_notice(claimed, Outcome::Sent)).expect("settled"));
    world.pass(days(7));
    assert!(run(&world).is_empty(), "extended: nothing expires");
    world.pass(days(13));
    assert_eq!(run(&world), [NoticeText::ExpiresIn(days(7))]);
}

fn codes_too() -> counterfoil::policy::Notices {
    let kinds = vec![TokenKind::PersonalAccessToken, TokenKind::SecurityCode];
    let mut notices = counterfoil::policy::Notices::default();
    notices.kinds = kinds;
    notices
}

#[test]
fn notice_2_extended_and_moved_back_does_not_send_twice() {
    let mut policy = synergy_policy();
    policy.notices = codes_too();
    let world = bare_world(policy);
    let code = world.described_code("export");
    let by = world.presenter("super");
    let start = world.now();
    let set = |day| {
        let at = Some(start.plus_capped(days(day)));
        block_on(world.handle.update_security_code(&by, &code.view.id, &CodeUpdate::default().with_expires_at(at)))
            .expect("edited");
    };
    world.set_number(SettingName::NoticeLeadDays, 1);
    set(20);
    world.set_number(SettingName::NoticeLeadDays, 7);
    world.pass(days(10));
    // The notice for the expiry on day 20 was scheduled with a lead of one day. Setting the same expiry again schedules
    // the notice with the present lead, which is seven days.
    set(20);
    world.pass(days(3));
    assert_eq!(run(&world).len(), 1);
    world.clock.set(start.plus_capped(days(12)));
    set(40);
    set(20);
    world.pass(days(1));
    assert!(run(&world).is_empty(), "that expiry was announced already");
    world.pass(days(7));
    assert_eq!(run(&world), [NoticeText::Expired]);
}

#[test]
fn notice_2_permanent_codes_have_no_notice_and_reactivation_arms_again() {
    let mut policy = synergy_policy();
    policy.notices = codes_too();
    let world = bare_world(policy);
    let code = world.described_code("export");
    let by = world.presenter("super");
    block_on(world.handle.make_security_code_permanent(&by, &code.view.id)).expect("permanent");
    world.pass(days(50));
    assert!(due(&world).is_empty());
    block_on(world.handle.reset_security_code(&by, &code.view.id)).expect("reset");
    world.pass(days(1));
    let claimed = claim(&world, &due(&world)[0]).expect("a notice");
    assert_eq!((claimed.to().as_str(), claimed.label()), ("super@example.com", "export"), "its creator can act");
    assert!(block_on(world.handle.settle_notice(claimed, Outcome::Sent)).expect("settled"));
    block_on(world.handle.reactivate_security_code(&by, &code.view.id)).expect("reactivated");
    world.pass(days(1));
    assert_eq!(run(&world), [NoticeText::Expired]);
}

#[test]
fn notice_2_suspended_gets_the_expiry_notice_only() {
    let world = synergy();
    world.pat("ivan", "one");
    assert!(world.people.set_role(&subject("ivan"), Role::Collaborator));
    world.pass(days(23));
    assert!(run(&world).is_empty());
    assert!(due(&world).is_empty(), "looked at again tomorrow, not at once");
    world.pass(days(7));
    assert_eq!(run(&world), [NoticeText::Expired]);
}

#[test]
fn notice_2_what_is_no_longer_suspended_gets_a_late_notice() {
    let world = synergy();
    world.pat("ivan", "one");
    world.open_gate(false);
    world.pass(days(23));
    assert!(run(&world).is_empty());
    world.open_gate(true);
    world.pass(days(1));
    assert_eq!(run(&world), [NoticeText::ExpiresIn(days(6))]);
}

#[test]
fn notice_2_an_owner_without_an_address_is_reported_and_tried_again() {
    let world = synergy();
    let token = world.pat("ivan", "one");
    let with_address = world.account("ivan");
    assert!(world.people.update(Account::new(subject("ivan"), "ivan", Role::Member)));
    world.pass(days(23));
    world.take_events();
    assert!(run(&world).is_empty());
    let missing = EventKind::NoAddress { owner: OwnerId::from(subject("ivan")), id: token.view.id };
    assert_eq!(world.take_events(), std::slice::from_ref(&missing));
    world.pass(days(1));
    assert!(run(&world).is_empty());
    assert_eq!(world.take_events(), [missing], "once a day");
    assert!(world.people.update(with_address));
    world.pass(days(1));
    assert_eq!(run(&world), [NoticeText::ExpiresIn(days(5))]);
}

#[test]
fn notice_2_an_owner_who_is_no_more_gets_nothing_and_holds_nothing_up() {
    let world = synergy();
    world.pat("ivan", "one");
    assert!(world.people.remove(&subject("ivan")));
    world.pass(days(30));
    assert!(run(&world).is_empty());
    world.pass(days(1));
    assert!(due(&world).is_empty());
}

#[test]
fn notice_2_purge_waits_for_an_unsent_expiry_notice_at_most_30_days() {
    let world = synergy();
    let token = world.pat("ivan", "one");
    world.pass(days(60));
    let _ = block_on(world.handle.purge(limit(100))).expect("purged");
    assert!(world.is_stored(&token.view.id));
    assert_eq!(run(&world), [NoticeText::Expired], "after its retention, too");
    let _ = block_on(world.handle.purge(limit(100))).expect("purged");
    assert!(!world.is_stored(&token.view.id));
}

#[test]
fn notice_2_after_those_30_days_nothing_is_sent_whether_a_purge_ran_or_not() {
    let world = synergy();
    world.pat("ivan", "one");
    world.pass(days(90));
    assert!(run(&world).is_empty());
    assert!(due(&world).is_empty());
}
