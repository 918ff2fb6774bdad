//! Tests the check of the pages of clients (clause 47 of `ClientStore`). The check must reject client stores with wrong
//! pages. All checks must accept a client store with short but correct pages.

use std::sync::Arc;

use async_trait::async_trait;
use counterfoil::client::{ClientId, VersionedRegistration};
use counterfoil::store::{ClientStore, Page};
use counterfoil_conformance::{Checked, SIBLING_CHECKS, SiblingFixture, Siblings};

use crate::siblings::{BrokenSiblings, Kept, sibling_overrides};

type ClientPage = Page<VersionedRegistration, ClientId>;

/// A function that changes a page of clients. The arguments are the correct page, the limit, and the id after which the
/// page begins.
type Flaw = fn(ClientPage, usize, Option<&ClientId>) -> ClientPage;

/// A broken client store that changes each page with this function.
struct Paged(Flaw);

sibling_overrides!(Paged, self, clients, |inner, realm, after, limit| {
    Ok((self.0)(inner.clients(realm, after, limit).await?, limit.get() as usize, after))
});

struct Bench(Flaw);

#[async_trait]
impl SiblingFixture for Bench {
    type Database = Arc<Kept>;

    async fn create(&self) -> Arc<Kept> {
        Arc::default()
    }

    async fn clients(&self, kept: &Arc<Kept>) -> Option<Arc<dyn ClientStore>> {
        Some(Arc::new(BrokenSiblings { inner: Arc::clone(kept), flaw: Arc::new(Paged(self.0)) }))
    }
}

/// Shortens a page to at most two clients. The next page then begins after the second client, so no client is lost and
/// the pages are correct.
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
        // This removes the last client of the page, so that the client at the cursor is lost.
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

/// A broken client store. If `clients` is called with a cursor, this function determines where the page begins. The
/// argument of the function is true if the client at the cursor is still registered.
struct Walked(fn(bool) -> Continue);

/// Where a page begins: after the cursor (`Right`, which is correct), at the first client again (`Anew`), or nowhere
/// (`Nowhere`, the page is empty).
enum Continue {
    Right,
    Nowhere,
    Anew,
}

sibling_overrides!(Walked, self, clients, |inner, realm, after, limit| {
    let Some(cursor) = after else { return inner.clients(realm, after, limit).await };
    let stands = inner.client(realm, cursor).await?.is_some();
    match (self.0)(stands) {
        Continue::Right => inner.clients(realm, after, limit).await,
        Continue::Nowhere => Ok(Page { items: Vec::new(), next: None, corrupt: 0 }),
        Continue::Anew => inner.clients(realm, None, limit).await,
    }
});

struct CursorBench(fn(bool) -> Continue);

#[async_trait]
impl SiblingFixture for CursorBench {
    type Database = Arc<Kept>;

    async fn create(&self) -> Arc<Kept> {
        Arc::default()
    }

    async fn clients(&self, kept: &Arc<Kept>) -> Option<Arc<dyn ClientStore>> {
        Some(Arc::new(BrokenSiblings { inner: Arc::clone(kept), flaw: Arc::new(Walked(self.0)) }))
    }
}

#[test]
fn a_walk_that_does_not_go_on_behind_a_removed_client_is_rejected() {
    let check = SIBLING_CHECKS.iter().find(|check| check.name == "client_pages_have_an_end").expect("the clause");
    let ends = |stands| if stands { Continue::Right } else { Continue::Nowhere };
    let begins_anew = |stands| if stands { Continue::Right } else { Continue::Anew };
    for flaw in [ends, begins_anew] as [fn(bool) -> Continue; 2] {
        assert!(check.run(&Siblings::new(CursorBench(flaw))).is_err());
    }
}
