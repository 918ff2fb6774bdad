//! Tests how many records and accounts a page of the inventory reads at most.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use counterfoil::event::EventKind;
use counterfoil::operations::{CredentialFilter, Status};
use counterfoil::{Account, Lifetime, NewPersonalAccessToken, Role};

use super::counting::{Counted, Everybody};
use super::*;

struct Measured {
    world: World,
    store: Arc<Counted>,
    people: Arc<Everybody>,
}

/// Makes a world with `tokens` tokens that are spread evenly over `owners` people. The result counts how many records
/// and accounts are read from then on.
fn measured(owners: usize, tokens: usize) -> Measured {
    let (store, people) = (Arc::new(Counted::default()), Arc::new(Everybody::default()));
    let mut policy = open_policy();
    policy.personal_access_tokens.creations_per_hour = None;
    policy.personal_access_tokens.max_live_per_owner = None;
    let world =
        world_on(policy, store.inner.clone(), |builder| builder.token_store(store.clone()).accounts(people.clone()));
    for n in 0..tokens {
        let owner = Account::new(subject(&format!("person {}", n % owners)), "somebody", Role::Member);
        let label = format!("token {n}");
        let new = NewPersonalAccessToken::new(&label, Lifetime::Days(30));
        block_on(world.handle.create_personal_access_token(&Presenter::signed_in(&owner), &new)).expect("made");
    }
    let _made = store.take();
    people.asked.store(0, Ordering::SeqCst);
    Measured { world, store, people }
}

impl Measured {
    /// Walks all pages. Checks what each of them reads, and returns the ids and the number of pages.
    fn walk(&self, filter: &CredentialFilter, most: u32) -> (Vec<RecordId>, usize) {
        let (mut seen, mut after, mut pages) = (Vec::new(), None, 0);
        loop {
            let page = page(&self.world, filter, after.as_ref(), most).expect("a page");
            let ((records, _), accounts) = (self.store.take(), self.people.asked.swap(0, Ordering::SeqCst));
            assert!(records <= 1_000, "page {pages} read {records} records");
            assert!(accounts <= 200, "page {pages} asked for {accounts} accounts");
            assert!(page.searched as usize <= records);
            seen.extend(ids(&page.items));
            pages += 1;
            after = page.next;
            if after.is_none() {
                return (seen, pages);
            }
        }
    }
}

fn unique(seen: &[RecordId]) -> usize {
    seen.iter().collect::<BTreeSet<_>>().len()
}

#[test]
fn sight_2_a_page_reads_at_most_1000_records_and_is_short_or_empty_then() {
    let measured = measured(3, 2_100);
    let all = CredentialFilter::default();
    let (none, pages) = measured.walk(&all.clone().with_label("nothing"), 100);
    assert_eq!((none.len(), pages), (0, 3), "1,000, 1,000 and 100 records");
    let first = page(&measured.world, &all.clone().with_label("nothing"), None, 100).expect("a page");
    assert_eq!((first.items.len(), first.searched, first.next.is_some()), (0, 1_000, true));
    assert_eq!(measured.store.take().0, 1_000);
    let (some, _) = measured.walk(&all.clone().with_label("token 20"), 100);
    assert_eq!((some.len(), unique(&some)), (111, 111), "20, 200 to 209, and 2000 to 2099");
    let owner = all.clone().with_owner(subject("person 1"));
    let (some, _) = measured.walk(&owner.with_label("token 1"), 7);
    assert_eq!(unique(&some), some.len());
    let (whole, pages) = measured.walk(&all, 100);
    assert_eq!((unique(&whole), whole.len(), pages), (2_100, 2_100, 21));
}

#[test]
fn sight_2_a_page_that_finds_enough_reads_little_more() {
    let measured = measured(3, 500);
    page(&measured.world, &CredentialFilter::default(), None, 10).expect("a page");
    assert!(measured.store.take().0 <= 64);
}

#[test]
fn sight_2_a_page_asks_for_at_most_200_accounts_and_each_only_once() {
    let measured = measured(450, 900);
    let all = CredentialFilter::default();
    let (none, pages) = measured.walk(&all.clone().with_status(Status::Suspended), 100);
    assert!(none.is_empty() && pages >= 3, "{pages} pages");
    let (whole, _) = measured.walk(&all.clone().with_status(Status::Active), 100);
    assert_eq!((whole.len(), unique(&whole)), (900, 900));
    page(&measured.world, &all.clone().with_status(Status::Expired), None, 100).expect("a page");
    assert_eq!(measured.people.asked.load(Ordering::SeqCst), 0, "no account decides whether it has expired");
    page(&measured.world, &all.with_owner(subject("person 1")), None, 100).expect("a page");
    assert_eq!(measured.people.asked.load(Ordering::SeqCst), 1);
}

#[test]
fn sight_2_exactly_200_accounts_fit_on_a_page_and_one_more_ends_it() {
    for (owners, searched) in [(200, 200), (201, 200)] {
        let measured = measured(owners, owners);
        let suspended = CredentialFilter::default().with_status(Status::Suspended);
        let first = page(&measured.world, &suspended, None, 100).expect("a page");
        assert_eq!((first.searched, first.next.is_some()), (searched, owners == 201));
        assert_eq!(measured.people.asked.load(Ordering::SeqCst), 200);
    }
}

#[test]
fn sight_3_one_credential_takes_one_read_of_the_store() {
    let measured = measured(1, 1);
    let id = page(&measured.world, &CredentialFilter::default(), None, 1).expect("a page").items[0].id;
    let _before = measured.store.take();
    block_on(measured.world.handle.credential(&Presenter::host(), &id)).expect("found");
    assert_eq!((measured.store.lists.load(Ordering::SeqCst), measured.store.take()), (0, (0, 1)));
}

#[test]
fn sight_2_damaged_rows_are_counted_and_told_and_count_as_read() {
    let measured = measured(1, 3);
    let page_of = || page(&measured.world, &CredentialFilter::default(), None, 100).expect("a page");
    measured.world.take_events();
    assert_eq!(page_of().corrupt, 0);
    assert_eq!(measured.world.take_events(), []);
    measured.store.damaged.store(2, Ordering::SeqCst);
    let found = page_of();
    // The page reads one list of the store for each of five kinds, and each of these lists reports two damaged rows.
    assert_eq!((found.items.len(), found.corrupt, found.searched), (3, 10, 13));
    assert_eq!(measured.world.take_events(), [EventKind::Corrupt { rows: 10 }]);
    measured.store.damaged.store(1_000, Ordering::SeqCst);
    let found = page_of();
    assert!((found.items.len(), found.corrupt, found.next.is_some()) == (3, 1_000, true), "{found:?}");
}
