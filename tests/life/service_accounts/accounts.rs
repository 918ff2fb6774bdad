//! Tests the creation, the changes and the lists of service accounts: unique labels, invalid fields, the limit on their
//! number, pages, and two nodes that create the same label.

use counterfoil::event::{EventKind, ServiceAccountAction};
use counterfoil::service_account::*;
use counterfoil::types::InvalidLabel;
use counterfoil::*;

use super::update;
use crate::support::*;

#[test]
fn machine_1_an_account_is_made_shown_listed_and_owns_a_token() {
    let world = world();
    world.take_events();
    let notify = EmailAddress::new("ops@example.com").expect("an address");
    let new = NewServiceAccount::new("  Nightly  import ", Role::Member)
        .with_description("reads the warehouse")
        .with_scope(scope("demo:read"))
        .with_notify(notify.clone());
    let account = block_on(world.handle.create_service_account(&world.presenter("admin"), &new)).expect("made");
    assert_eq!(
        world.take_events(),
        [EventKind::ServiceAccount { id: account.id, action: ServiceAccountAction::Created }]
    );
    assert_eq!((account.label.as_str(), account.description.as_str()), ("Nightly  import", "reads the warehouse"));
    assert_eq!((account.role, account.disabled, account.created_at), (Role::Member, false, world.now()));
    assert_eq!((&account.scope, &account.notify), (&scope("demo:read"), &Some(notify)));
    assert_eq!((account.made_by.as_ref(), &account.subject), (Some(&subject("admin")), &account.id.subject()));
    let admin = world.presenter("admin");
    assert_eq!(block_on(world.handle.service_account(&admin, &account.id)).expect("there"), account);
    let listed = block_on(world.handle.list_service_accounts(&admin, None, limit(9))).expect("listed").items;
    assert_eq!(listed.first(), Some(&account));
    assert_eq!(listed.len(), 1);

    let issued = world.machine_token(&admin, &account).expect("made");
    let principal = world.verify(issued.token.expose_secret()).expect("works");
    assert!(principal.is_service_account() && principal.subject() == &account.subject);
    assert_eq!((principal.name(), principal.role()), ("Nightly  import", Role::Member));
    assert_eq!(principal.scope(), scope("demo:read").as_ref(), "the account's");
    assert!(!principal.manages_profiles());
    let listed = block_on(world.handle.list_service_tokens(&admin, &account.id, None, limit(9))).expect("listed");
    assert_eq!(listed.items.iter().map(|own| own.id).collect::<Vec<_>>(), [issued.view.id]);
    let seen = block_on(world.handle.service_token(&admin, &account.id, &issued.view.id)).expect("there");
    assert_eq!(seen.label, "runner");
}

#[test]
fn machine_1_labels_are_unique_in_the_realm_and_the_number_is_bounded() {
    let mut policy = open_policy();
    policy.service_accounts.max = 2;
    let world = world_with(policy, |builder| builder);
    let first = world.machine("admin", "Straße", Role::Member).expect("made");
    for by in ["admin", "super"] {
        let taken = world.machine(by, "STRASSE", Role::Member);
        assert!(matches!(taken, Err(ManageError::Conflict(Conflict::LabelTaken))), "{taken:?}");
    }
    let second = world.machine("admin", "other", Role::Member).expect("made");
    let full = world.machine("admin", "third", Role::Member);
    assert!(matches!(full, Err(ManageError::Conflict(Conflict::QuotaReached))), "{full:?}");
    let taken = world.change("admin", &second, update().with_label("strasse"));
    assert!(matches!(taken, Err(ManageError::Conflict(Conflict::LabelTaken))), "{taken:?}");
    let renamed = world.change("admin", &first, update().with_label("STRASSE")).expect("its own label");
    assert_eq!(renamed.label, "STRASSE");
    block_on(world.handle.delete_service_account(&world.presenter("admin"), &second.id)).expect("deleted");
    world.machine("admin", "other", Role::Member).expect("room, and the label is free");
}

#[test]
fn machine_1_a_field_that_breaks_a_rule_is_named() {
    let world = world_with(
        {
            let mut policy = open_policy();
            policy.scopes = Some(counterfoil::types::KnownScopes::new(["demo:read"]).expect("tokens"));
            policy
        },
        |builder| builder,
    );
    let account = world.machine("admin", "build", Role::Member).expect("made");
    let fields = [
        (NewServiceAccount::new("", Role::Member), Invalid::Label(InvalidLabel::Empty)),
        (NewServiceAccount::new("x", Role::Collaborator), Invalid::Role),
        (
            NewServiceAccount::new("x", Role::Member).with_scope(scope("other")),
            Invalid::ScopeUnknown { field: "scope" },
        ),
    ];
    for (new, fault) in fields {
        let refused = block_on(world.handle.create_service_account(&world.presenter("admin"), &new));
        assert!(matches!(&refused, Err(ManageError::Invalid(own)) if *own == fault), "{refused:?}");
    }
    let long = "x".repeat(usize::from(ServiceAccount::LABEL_MAX) + 1);
    world.machine("admin", &long[1..], Role::Member).expect("the longest label");
    for (change, field) in [
        (update().with_label(long.clone()), "label"),
        (update().with_description("x".repeat(501)), "description"),
        (update().with_role(Role::Collaborator), "role"),
        (update().with_scope(scope("other")), "scope"),
    ] {
        let refused = world.change("admin", &account, change);
        assert!(matches!(&refused, Err(ManageError::Invalid(own)) if own.field() == field), "{refused:?}");
    }
    let nobodys = ServiceAccountId::from_bytes([9; 16]);
    let admin = world.presenter("admin");
    let missing = block_on(world.handle.update_service_account(&admin, &nobodys, &update().with_label("")));
    assert!(matches!(missing, Err(ManageError::NotFound)), "before the fields");
}

#[test]
fn machine_1_pages_hold_every_account_once_newest_first() {
    let world = world();
    let mut expected = Vec::new();
    for number in 0..7 {
        expected.insert(0, world.machine("admin", &format!("account {number}"), Role::Member).expect("made").id);
        if number % 3 == 0 {
            world.pass(std::time::Duration::from_secs(1));
        }
    }
    let admin = world.presenter("admin");
    let whole = block_on(world.handle.list_service_accounts(&admin, None, limit(100))).expect("listed");
    assert!(whole.next.is_none() && whole.items.is_sorted_by(|one, next| one.created_at >= next.created_at));
    for size in [1, 2, 3, 7] {
        let (mut read, mut after) = (Vec::new(), None);
        loop {
            let page =
                block_on(world.handle.list_service_accounts(&admin, after.as_ref(), limit(size))).expect("listed");
            assert!(page.items.len() <= size as usize);
            read.extend(page.items);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(read, whole.items);
    }
    let mut ids: Vec<_> = whole.items.iter().map(|account| account.id).collect();
    ids.sort_unstable();
    expected.sort_unstable();
    assert_eq!(ids, expected);
}

#[test]
fn machine_1_two_nodes_that_make_one_label_make_one_account() {
    let world = world();
    let other = world.elsewhere(|builder| builder);
    let rounds = 20;
    for round in 0..rounds {
        let label = format!("round {round}");
        let made: usize = std::thread::scope(|threads| {
            let tries =
                [&world, &other].map(|node| threads.spawn(|| node.machine("admin", &label, Role::Member).is_ok()));
            tries.into_iter().map(|tried| usize::from(tried.join().expect("no panic"))).sum()
        });
        assert_eq!(made, 1, "{label}");
    }
    let admin = world.presenter("admin");
    let page = block_on(world.handle.list_service_accounts(&admin, None, limit(100))).expect("listed");
    assert_eq!(page.items.len(), rounds);
}
