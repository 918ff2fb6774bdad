//! Checks the pages of registered clients (clause 47 of `ClientStore`).

use std::collections::BTreeSet;

use counterfoil::Realm;
use counterfoil::client::{ClientId, ClientKey};
use counterfoil::store::ClientStore;
use counterfoil::types::Version;

use super::clients::{NO_CLIENTS, put, registration};
use super::database::Siblings;
use crate::sample::most;
use crate::violation::{Checked, Verdict, Violation, ensure};

/// Registers clients in a store. Each client gets an internal id that was not used before.
struct Registrar<'a> {
    store: &'a dyn ClientStore,
    keys: u64,
}

impl Registrar<'_> {
    async fn register(&mut self, realm: &Realm, id: &str) -> Result<Version, Violation> {
        self.keys += 1;
        let mut key = [47; 16];
        key[8..].copy_from_slice(&self.keys.to_be_bytes());
        let one = registration(id, 0, "paged").with_key(ClientKey::from_bytes(key));
        put(self.store, realm, None, &one).await
    }
}

/// Checks that a walk gets all registered clients (clause 47 of `ClientStore`). A walk reads page after page, each with
/// the `next` of the page before. Every client that is registered during the whole walk must appear exactly once, and
/// in order. The last page must have `next == None`. A page may be short.
pub async fn client_pages_have_an_end(siblings: &Siblings) -> Verdict {
    let database = siblings.fresh().await;
    let Some(store) = database.clients().await else { return Ok(NO_CLIENTS) };
    let (here, there) = (Realm::default(), Realm::new("other").expect("a realm"));
    for limit in [1, 5] {
        ensure!(walk(&*store, &here, limit).await?.is_empty(), "an empty store has no clients");
    }
    let (mut registrar, mut wanted) = (Registrar { store: &*store, keys: 0 }, Vec::new());
    for number in 0..30 {
        // The clients are not registered in the order of their ids. The ids have different lengths.
        let id = format!("app-{}", number * 7 % 30);
        registrar.register(&here, &id).await?;
        registrar.register(&there, &id).await?;
        wanted.push(id);
    }
    wanted.sort_unstable();
    for limit in [1, 2, 3, 7, 29, 30, 31, 1_000] {
        for realm in [&here, &there] {
            let found = walk(&*store, realm, limit).await?;
            ensure!(found == wanted, "pages of {limit} must show {wanted:?}, but showed {found:?}");
        }
    }
    for limit in [1, 3, 8] {
        while_the_ground_moves(&mut registrar, limit).await?;
    }
    Ok(Checked::Held)
}

/// Reads all pages of a realm's clients, and returns the client ids. A page with more than `limit` clients is a
/// violation.
async fn walk(store: &dyn ClientStore, realm: &Realm, limit: u32) -> Result<Vec<String>, Violation> {
    let (mut found, mut after) = (Vec::new(), None::<ClientId>);
    for _ in 0..1_000 {
        let page = store.clients(realm, after.as_ref(), most(limit)).await?;
        ensure!(page.items.len() <= limit as usize, "a page of at most {limit} must not hold {}", page.items.len());
        ensure!(page.corrupt == 0, "nothing is damaged");
        found.extend(page.items.into_iter().map(|one| one.registration.client_id.as_str().to_owned()));
        after = page.next;
        if after.is_none() {
            return Ok(found);
        }
    }
    Err(Violation::new(format!("a walk over 30 clients must end, but 1,000 pages of {limit} did not end it")))
}

/// Reads pages, and registers and removes clients after each page. If possible, the client that is removed is the last
/// one of the page just read.
async fn while_the_ground_moves(registrar: &mut Registrar<'_>, limit: u32) -> Result<(), Violation> {
    let store = registrar.store;
    let realm = Realm::new(&format!("moving-{limit}")).expect("a realm");
    let (mut stays, mut versions) = (BTreeSet::new(), Vec::new());
    for number in 0..20 {
        let id = format!("m-{number:02}");
        let version = registrar.register(&realm, &id).await?;
        if number % 4 == 3 {
            versions.push((id, version));
        } else {
            stays.insert(id);
        }
    }
    let (mut seen, mut after) = (Vec::new(), None::<ClientId>);
    for page in 0.. {
        let found = store.clients(&realm, after.as_ref(), most(limit)).await?;
        seen.extend(found.items.into_iter().map(|one| one.registration.client_id.as_str().to_owned()));
        after = found.next;
        if after.is_none() {
            break;
        }
        ensure!(page < 900, "a walk must end although clients come and go");
        // Only the clients in `versions` may be removed. If the last client of the page is one of them, this client is
        // removed. Otherwise another client in `versions` is removed.
        let at_cursor = versions.iter().position(|(id, _)| seen.last() == Some(id));
        if let Some((id, version)) = at_cursor.map(|at| versions.remove(at)).or_else(|| versions.pop()) {
            let id = id.parse::<ClientId>().expect("a client id");
            ensure!(store.remove_client(&realm, &id, version).await?, "the version that stands must remove");
        }
        if let Some(last) = seen.last().filter(|_| page < 20) {
            // One client sorts before the position of the walk, and one sorts right after it.
            for id in [format!("a-{page}"), format!("{last}-{page}")] {
                registrar.register(&realm, &id).await?;
            }
        }
    }
    let once: BTreeSet<String> = seen.iter().cloned().collect();
    ensure!(once.len() == seen.len(), "pages of {limit}: {} clients were shown again", seen.len() - once.len());
    ensure!(seen.is_sorted(), "pages of {limit} must come in order, but came as {seen:?}");
    let hidden: Vec<&String> = stays.difference(&once).collect();
    ensure!(hidden.is_empty(), "pages of {limit}: {hidden:?} were there all along and were hidden");
    Ok(())
}
