//! Positive controls of clause 47: stores of clients whose pages are wrong, and one whose pages are short and right.

use std::num::NonZeroU32;
use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::Realm;
use counterfoil::client::{ClientId, Registration, VersionedRegistration};
use counterfoil::store::{ClientPut, ClientStore, Page, StoreError};
use counterfoil::types::Version;
use counterfoil_conformance::{Checked, ReferenceSiblings, SIBLING_CHECKS, SiblingFixture, Siblings};

type ClientPage = Page<VersionedRegistration, ClientId>;

/// What is done to a page: it is given the right one, the limit, and where the walk was.
type Flaw = fn(ClientPage, usize, Option<&ClientId>) -> ClientPage;

struct Broken(Arc<ReferenceSiblings>, Flaw);

#[async_trait]
impl ClientStore for Broken {
    async fn client(&self, realm: &Realm, id: &ClientId) -> Result<Option<VersionedRegistration>, StoreError> {
        self.0.client(realm, id).await
    }

    async fn clients(
        &self,
        realm: &Realm,
        after: Option<&ClientId>,
        limit: NonZeroU32,
    ) -> Result<ClientPage, StoreError> {
        Ok((self.1)(self.0.clients(realm, after, limit).await?, limit.get() as usize, after))
    }

    async fn put_client(
        &self,
        realm: &Realm,
        expect: Option<Version>,
        registration: &Registration,
    ) -> Result<ClientPut, StoreError> {
        self.0.put_client(realm, expect, registration).await
    }

    async fn remove_client(&self, realm: &Realm, id: &ClientId, expect: Version) -> Result<bool, StoreError> {
        self.0.remove_client(realm, id, expect).await
    }
}

struct Bench(Flaw);

#[async_trait]
impl SiblingFixture for Bench {
    type Database = Arc<ReferenceSiblings>;

    async fn create(&self) -> Arc<ReferenceSiblings> {
        Arc::new(ReferenceSiblings::new())
    }

    async fn clients(&self, database: &Arc<ReferenceSiblings>) -> Option<Arc<dyn ClientStore>> {
        Some(Arc::new(Broken(Arc::clone(database), self.0)))
    }
}

/// At most two a page, whatever is asked for; the walk goes on from the last of them.
fn short(mut page: ClientPage) -> ClientPage {
    if page.items.len() > 2 {
        page.items.truncate(2);
        page.next = page.items.last().map(|last| last.registration.client_id.clone());
    }
    page
}

fn is_rejected(flaw: Flaw) -> bool {
    let check = SIBLING_CHECKS.iter().find(|check| check.name == "client_pages_have_an_end").expect("the clause");
    check.run(&Siblings::new(Bench(flaw))).is_err()
}

#[test]
fn short_pages_that_go_on_pass() {
    for check in SIBLING_CHECKS {
        let verdict = check.run(&Siblings::new(Bench(|page, _, _| short(page))));
        let passed = matches!(verdict, Ok(Checked::Held | Checked::NotApplicable(_)));
        assert!(passed, "{}: {verdict:?}", check.name);
    }
}

#[test]
fn a_short_page_without_a_next_one_is_rejected() {
    assert!(is_rejected(|page, limit, _| {
        let mut page = short(page);
        if page.items.len() < limit {
            page.next = None;
        }
        page
    }));
}

#[test]
fn a_walk_without_an_end_is_rejected() {
    assert!(is_rejected(|mut page, _, after| {
        let last = page.items.last().map(|last| last.registration.client_id.clone());
        page.next = page.next.or(last).or_else(|| after.cloned());
        page
    }));
}

#[test]
fn a_page_that_begins_behind_the_next_one_is_rejected() {
    assert!(is_rejected(|mut page, limit, _| {
        // The key of the last one is that of the first one of the next page.
        if page.next.is_some() && limit > 1 {
            page.items.pop();
        }
        page
    }));
}

#[test]
fn a_page_in_another_order_is_rejected() {
    assert!(is_rejected(|mut page, _, _| {
        page.items.reverse();
        page
    }));
}
