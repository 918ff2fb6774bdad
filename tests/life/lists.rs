//! Tests lists: their order, their pages, and which items each caller sees (requirements SYN-PAT 5, A2-TOKEN 3 and
//! AO-CODE 4).

use std::time::Duration;

use counterfoil::http_auth::Gate;
use counterfoil::operations::{Overlap, Status};
use counterfoil::settings::SettingName;
use counterfoil::types::RecordId;
use counterfoil::{CredentialView, Forbidden, ManageError, Presenter, Role};

use crate::support::*;

fn own(world: &World, owner: &str) -> Vec<CredentialView> {
    let page =
        block_on(world.handle.list_personal_access_tokens(&world.presenter(owner), None, limit(100))).expect("a list");
    assert_eq!(page.next, None);
    page.items
}

fn ids(items: &[CredentialView]) -> Vec<RecordId> {
    items.iter().map(|listed| listed.id).collect()
}

#[test]
fn syn_pat_5_a_list_is_newest_first_and_shows_no_secret() {
    let world = synergy();
    let first = world.pat("ivan", "first");
    world.pass(Duration::from_secs(1));
    let second = world.create("ivan", "second", 5).expect("a token");
    assert!(world.works(first.token.expose_secret()));
    let items = own(&world, "ivan");
    assert_eq!(ids(&items), [second.view.id, first.view.id]);
    assert_eq!(items[0].status, Status::Expiring, "within the notice lead");
    assert_eq!((items[0].last_used_at, items[1].status), (None, Status::Active));
    assert!(items[1].last_used_at.is_some(), "an unwritten use of this process shows");
    assert_eq!((items[1].label.as_str(), items[1].expires_at), ("first", first.view.expires_at));
    let secret = &first.token.expose_secret()[26..69];
    assert!(!format!("{items:?}").contains(secret));
}

#[test]
fn syn_pat_5_pages_go_by_key_and_the_last_one_has_no_next() {
    let world = synergy();
    // Two tokens are created at each instant, so their ids decide the order.
    let mut expected = Vec::new();
    for n in 0..10 {
        if n % 2 == 0 {
            world.pass(Duration::from_secs(1));
        }
        expected.push(world.pat("ivan", &format!("token {n}")).view);
    }
    expected.sort_by_key(|listed| std::cmp::Reverse((listed.created_at, listed.id)));
    for size in [1, 2, 3, 5, 9, 10, 11] {
        let (mut after, mut seen, mut pages) = (None, Vec::new(), 0);
        loop {
            let by = world.presenter("ivan");
            let page =
                block_on(world.handle.list_personal_access_tokens(&by, after.as_ref(), limit(size))).expect("a list");
            assert!(!page.items.is_empty() && page.items.len() <= size as usize);
            seen.extend(ids(&page.items));
            pages += 1;
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, ids(&expected));
        assert_eq!(pages, 10_usize.div_ceil(size as usize), "no page is empty");
    }
}

#[test]
fn syn_pat_5_a_page_is_filled_by_reading_over_what_is_not_shown() {
    let world = synergy();
    let oldest = world.pat("ivan", "oldest");
    for n in 0..15 {
        world.pass(Duration::from_secs(1));
        let gone = world.pat("ivan", &format!("gone {n}"));
        world.delete("ivan", &gone.view.id).expect("deleted");
    }
    world.pass(Duration::from_secs(1));
    let newest = world.pat("ivan", "newest");
    let page =
        block_on(world.handle.list_personal_access_tokens(&world.presenter("ivan"), None, limit(2))).expect("a list");
    assert_eq!(ids(&page.items), [newest.view.id, oldest.view.id]);
    assert_eq!(page.next, None);
}

#[test]
fn syn_pat_5_a_graveyard_costs_a_bounded_number_of_reads_and_hides_nothing() {
    let mut policy = synergy_policy();
    policy.personal_access_tokens.creations_per_hour = None;
    let world = world_with(policy, |builder| builder);
    let oldest = world.pat("ivan", "oldest");
    for n in 0..100 {
        world.pass(Duration::from_secs(1));
        let gone = world.pat("ivan", &format!("gone {n}"));
        world.delete("ivan", &gone.view.id).expect("deleted");
    }
    let by = world.presenter("ivan");
    let (mut after, mut seen) = (None, Vec::new());
    for _ in 0..10 {
        let page = block_on(world.handle.list_personal_access_tokens(&by, after.as_ref(), limit(1))).expect("a list");
        seen.extend(ids(&page.items));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!((seen, after), (vec![oldest.view.id], None));
}

#[test]
fn a2_token_2_expired_tokens_stay_listed_for_their_retention() {
    let world = synergy();
    world.create("ivan", "short", 1).expect("a token");
    world.pass(days(1));
    assert_eq!(own(&world, "ivan")[0].status, Status::Expired);
    world.pass(days(30));
    assert!(own(&world, "ivan").is_empty());
}

#[test]
fn syn_pat_1_a_closed_gate_keeps_the_owner_out_and_administrators_in() {
    let world = synergy();
    let token = world.pat("ivan", "one");
    world.open_gate(false);
    let refused = block_on(world.handle.list_personal_access_tokens(&world.presenter("ivan"), None, limit(10)));
    assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::Gate { gate: Gate::Setting }))));
    let admin = world.presenter("admin");
    let page = block_on(world.handle.list_personal_access_tokens_of(&admin, &subject("ivan"), None, limit(10)))
        .expect("a list");
    assert_eq!(ids(&page.items), [token.view.id]);
    assert_eq!(page.items[0].status, Status::Suspended);
    world.open_gate(true);
    assert_eq!(own(&world, "ivan")[0].status, Status::Active, "on again: unexpired tokens work");
}

#[test]
fn syn_pat_2_a_collaborator_may_list() {
    let world = synergy();
    world.pat("ivan", "one");
    assert!(world.people.set_role(&subject("ivan"), Role::Collaborator));
    assert_eq!(own(&world, "ivan")[0].status, Status::Suspended);
}

#[test]
fn syn_pat_6_only_administrators_list_somebody_elses() {
    let world = synergy();
    let refused = block_on(world.handle.list_personal_access_tokens_of(
        &world.presenter("ivan"),
        &subject("admin"),
        None,
        limit(10),
    ));
    assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::Role { needed: Role::Administrator }))));
    let unknown = block_on(world.handle.list_personal_access_tokens_of(
        &world.presenter("admin"),
        &subject("nobody"),
        None,
        limit(10),
    ));
    assert!(matches!(unknown, Err(ManageError::NotFound)));
}

#[test]
fn syn_pat_6_the_host_sees_what_somebody_who_left_has_left_behind() {
    let world = synergy();
    let token = world.pat("ivan", "one");
    assert!(world.people.remove(&subject("ivan")));
    let page =
        block_on(world.handle.list_personal_access_tokens_of(&Presenter::host(), &subject("ivan"), None, limit(10)))
            .expect("a list");
    assert_eq!(ids(&page.items), [token.view.id]);
    assert_eq!(page.items[0].status, Status::Suspended);
}

#[test]
fn all_kinds_9_a_token_may_list_within_its_scope() {
    let world = synergy();
    let reader = world.scoped_pat("ivan", "reader", "credentials:read");
    let other = world.scoped_pat("ivan", "other", "demo:read");
    let by = world.as_token(reader.token.expose_secret());
    assert_eq!(
        block_on(world.handle.list_personal_access_tokens(&by, None, limit(10))).expect("a list").items.len(),
        2
    );
    let by = world.as_token(other.token.expose_secret());
    let refused = block_on(world.handle.list_personal_access_tokens(&by, None, limit(10)));
    assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::Scope { scope: "credentials:read" }))));
}

#[test]
fn a2_token_2_an_overlap_shows_both_halves_and_an_immediate_rotation_one() {
    let world = synergy();
    let old = world.pat("ivan", "one");
    world.pass(Duration::from_secs(1));
    let by = world.presenter("ivan");
    let new = block_on(world.handle.rotate_personal_access_token(&by, &old.view.id, Overlap::For(hours(1))))
        .expect("rotated");
    let items = own(&world, "ivan");
    assert_eq!(ids(&items), [new.view.id, old.view.id]);
    assert_eq!((items[0].status, items[1].status), (Status::Active, Status::Expiring));
    world.pass(hours(1));
    assert_eq!(ids(&own(&world, "ivan")), [new.view.id]);
}

#[test]
fn ao_code_4_the_default_list_shows_live_codes_and_expired_ones_are_shown_for_a_week_when_asked_for() {
    let world = synergy();
    let code = world.described_code("nightly export");
    let by = world.presenter("super");
    let list =
        |expired| block_on(world.handle.list_security_codes(&by, expired, None, limit(10))).expect("a list").items;
    assert_eq!(list(false)[0].description.as_deref(), Some("nightly export"));
    assert_eq!(list(false)[0].created_by, Some(subject("super")));
    world.pass(hours(24));
    assert!(list(false).is_empty());
    assert_eq!((list(true)[0].id, list(true)[0].status), (code.view.id, Status::Expired));
    world.pass(days(7));
    assert!(list(true).is_empty(), "whether a purge ran or not");
}

#[test]
fn ao_code_1_only_super_administrators_list_codes() {
    let world = synergy();
    let refused = block_on(world.handle.list_security_codes(&world.presenter("admin"), false, None, limit(10)));
    assert!(matches!(refused, Err(ManageError::Forbidden(Forbidden::Role { needed: Role::SuperAdministrator }))));
}

#[test]
fn ao_code_2_a_code_whose_creator_lost_the_role_is_shown_as_suspended() {
    let world = synergy();
    world.described_code("one");
    assert!(world.people.set_role(&subject("super"), Role::Member));
    assert!(world.people.set_role(&subject("admin"), Role::SuperAdministrator));
    let page =
        block_on(world.handle.list_security_codes(&world.presenter("admin"), false, None, limit(10))).expect("a list");
    assert_eq!(page.items[0].status, Status::Suspended);
}

#[test]
fn all_kinds_5_an_outage_of_the_directory_is_no_empty_list() {
    let world = synergy();
    world.pat("ivan", "one");
    let by = world.presenter("ivan");
    world.people.set_unavailable(true);
    assert!(matches!(
        block_on(world.handle.list_personal_access_tokens(&by, None, limit(10))),
        Err(ManageError::Unavailable(_))
    ));
}

#[test]
fn notice_1_a_changed_lead_changes_what_counts_as_expiring_at_once() {
    let world = synergy();
    world.pat("ivan", "one");
    assert_eq!(own(&world, "ivan")[0].status, Status::Active);
    world.set_number(SettingName::NoticeLeadDays, 30);
    assert_eq!(own(&world, "ivan")[0].status, Status::Expiring);
}
