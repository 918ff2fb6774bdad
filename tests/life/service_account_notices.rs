//! Tests who gets the notices about tokens of service accounts: the account's own address, the maker, or nobody.

use counterfoil::event::EventKind;
use counterfoil::http_auth::Refusal;
use counterfoil::notice::{DueNotice, Gathered, NoticeText, Outcome};
use counterfoil::service_account::*;
use counterfoil::*;

use crate::support::*;

fn account(world: &World, by: &Presenter, label: &str, notify: Option<&str>) -> ServiceAccountView {
    let notify = notify.map(|address| EmailAddress::new(address).expect("an address"));
    let new = NewServiceAccount::new(label, Role::Member).with_notify(notify);
    let account = block_on(world.handle.create_service_account(by, &new)).expect("made");
    let new = NewPersonalAccessToken::new("runner", Lifetime::Days(30));
    block_on(world.handle.create_service_token(&Presenter::host(), &account.id, &new)).expect("made");
    account
}

fn only(world: &World) -> DueNotice {
    let due = due(world);
    let [only] = due.as_slice() else { panic!("{due:?}") };
    only.clone()
}

#[test]
fn machine_1_notices_go_to_the_maker_in_the_makers_language_and_zone() {
    let world = world();
    let account = account(&world, &world.presenter("admin"), "build", None);
    world.pass(days(23));
    let due = only(&world);
    assert_eq!(due.addressee(), Some(&subject("admin")));
    let claimed = claim(&world, &due).expect("won");
    assert_eq!((claimed.to().as_str(), claimed.account().zone()), ("admin@example.com", "Europe/Moscow"));
    assert_eq!((claimed.label(), claimed.service_account()), ("runner", Some("build")));
    assert_eq!(claimed.text(), NoticeText::ExpiresIn(days(7)));
    assert!(block_on(world.handle.settle_notice(claimed, Outcome::Sent)).expect("settled"));
    let adopt = ServiceAccountUpdate::default().with_adopt(true);
    block_on(world.handle.update_service_account(&world.presenter("super"), &account.id, &adopt)).expect("taken over");
    world.pass(days(7));
    assert_eq!(only(&world).addressee(), Some(&subject("super")), "the new maker");
}

#[test]
fn machine_1_notices_go_to_the_accounts_own_address_where_it_has_one() {
    let world = world();
    let account = account(&world, &world.presenter("admin"), "build", Some("ops@example.com"));
    world.pass(days(23));
    let due = only(&world);
    assert_eq!(due.addressee(), Some(&account.subject), "gathered apart from the maker's");
    let claimed = claim(&world, &due).expect("won");
    assert_eq!((claimed.to().as_str(), claimed.account().name()), ("ops@example.com", "build"));
    assert_eq!(claimed.account().zone(), "Europe/Moscow", "the maker's");
    assert!(claimed.account().is_service_account());
}

#[test]
fn machine_1_notices_of_a_hosts_account_go_to_its_address_or_to_nobody() {
    for notify in [None, Some("ops@example.com")] {
        let world = world();
        account(&world, &Presenter::host(), "build", notify);
        world.pass(days(23));
        world.take_events();
        let claimed = claim(&world, &only(&world));
        assert_eq!(claimed.as_ref().map(|claimed| claimed.to().as_str()), notify);
        let withheld =
            |told: &EventKind| matches!(told, EventKind::NoticeWithheld { reason: Refusal::AccountMissing, .. });
        assert_eq!(world.take_events().iter().any(withheld), notify.is_none());
    }
}

#[test]
fn machine_1_nobody_gets_the_notices_of_an_account_that_may_not_act() {
    for stop in ["account", "maker", "deleted"] {
        let world = world();
        let account = account(&world, &world.presenter("admin"), "build", Some("ops@example.com"));
        world.pass(days(23));
        let due = only(&world);
        match stop {
            "account" => {
                let disable = ServiceAccountUpdate::default().with_disabled(true);
                let host = Presenter::host();
                block_on(world.handle.update_service_account(&host, &account.id, &disable)).expect("disabled");
            }
            "maker" => assert!(world.people.set_disabled(&subject("admin"), true)),
            _ => block_on(world.handle.delete_service_account(&Presenter::host(), &account.id)).expect("deleted"),
        }
        assert!(claim(&world, &due).is_none(), "{stop}");
    }
}

#[test]
fn machine_1_a_notice_moves_with_the_address_between_finding_and_claiming_it() {
    let world = world();
    let account = account(&world, &world.presenter("admin"), "build", None);
    world.pass(days(23));
    let found = only(&world);
    let notify = EmailAddress::new("ops@example.com").expect("an address");
    let change = ServiceAccountUpdate::default().with_notify(notify);
    block_on(world.handle.update_service_account(&Presenter::host(), &account.id, &change)).expect("changed");
    assert!(claim(&world, &found).is_none(), "it would be in the digest of the maker");
    let again = only(&world);
    assert_eq!(again.addressee(), Some(&account.subject));
    assert_eq!(claim(&world, &again).expect("won").to().as_str(), "ops@example.com");
}

#[test]
fn machine_1_the_makers_own_notices_and_those_of_the_accounts_are_one_digest() {
    let world = world();
    account(&world, &world.presenter("admin"), "one", None);
    account(&world, &world.presenter("admin"), "two", None);
    account(&world, &world.presenter("admin"), "apart", Some("ops@example.com"));
    world.pat("admin", "own");
    world.pass(days(23));
    let due = due(&world);
    assert_eq!(due.len(), 4);
    let theirs: Vec<_> = due.into_iter().filter(|due| due.addressee() == Some(&subject("admin"))).take(1).collect();
    let gathered = block_on(world.handle.gather_notices(&subject("admin"), theirs, LEASE)).expect("gathered");
    let Gathered::Send { first, along } = gathered else { panic!("{gathered:?}") };
    assert_eq!((first.len(), along.len()), (3, 0), "found by walking the accounts");
}
