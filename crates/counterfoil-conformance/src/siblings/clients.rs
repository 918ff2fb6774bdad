//! Checks writes and removals of clients (clauses 29 and 30 of `ClientStore`).

use std::sync::Arc;

use counterfoil::Realm;
use counterfoil::client::{ClientId, ClientKey, Registration};
use counterfoil::store::{ClientPut, ClientStore};
use counterfoil::types::Version;

use super::database::Siblings;
use super::races;
use crate::pool::Pool;
use crate::sample::{at, most};
use crate::scale::scale;
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};

pub(crate) fn registration(id: &str, key: u8, name: &str) -> Registration {
    Registration::new(id.parse::<ClientId>().expect("a client id"), ClientKey::from_bytes([key; 16]), name, at(0))
        .with_public(true)
}

pub(crate) const NO_CLIENTS: Checked = Checked::NotApplicable("the fixture has no `clients`");

pub(crate) async fn put(
    store: &dyn ClientStore,
    realm: &Realm,
    expect: Option<Version>,
    one: &Registration,
) -> Result<Version, Violation> {
    match store.put_client(realm, expect, one).await? {
        ClientPut::Done(version) => Ok(version),
        other => Err(Violation::new(format!("the version fits, so the put must be Done, but was {other:?}"))),
    }
}

/// Checks the versions of registrations (clause 29 of `ClientStore`). A put with `expect: None` must create a
/// registration and never overwrite one. A put with `Some` must replace a registration only if the registration has the
/// expected version. The versions of a client id must only increase, even if the client is removed in between. So an
/// old version never matches again. If many writers expect the same version, exactly one must succeed. After a put or a
/// removal, every handle must read the result.
pub async fn put_client_needs_the_version(siblings: &Siblings) -> Verdict {
    let database = siblings.fresh().await;
    let Some(store) = database.clients().await else { return Ok(NO_CLIENTS) };
    let other = database.clients().await.unwrap_or_else(|| Arc::clone(&store));
    let (here, there) = (Realm::default(), Realm::new("other").expect("a realm"));
    let first = registration("app", 1, "first");
    every_handle_reads([&*store, &*other], &here, &first, None).await?;
    ensure!(store.client(&here, &first.client_id).await?.is_none(), "an empty store has no client");
    ensure_is!(
        store.put_client(&here, Some(Version::new(1)), &first).await?,
        ClientPut::Stale(None),
        "nothing can be replaced where nothing is"
    );
    let v1 = put(&*store, &here, None, &first).await?;
    every_handle_reads([&*store, &*other], &here, &first, Some((v1, "first"))).await?;
    put(&*store, &there, None, &registration("app", 2, "elsewhere")).await?;
    put(&*store, &here, None, &registration("App", 3, "of another case")).await?;
    let second = registration("app", 1, "second");
    for wrong in [None, Some(v1.next()), Some(Version::new(v1.number().wrapping_add(7)))] {
        let answer = store.put_client(&here, wrong, &second).await?;
        let ClientPut::Stale(Some(stands)) = answer else {
            return Err(Violation::new(format!(
                "a put with {wrong:?} at {v1:?} must be Stale with what stands, but was {answer:?}"
            )));
        };
        ensure!(stands.version == v1 && stands.registration.display_name == "first", "a stale put must write nothing");
    }
    let v2 = put(&*store, &here, Some(v1), &second).await?;
    ensure!(v2 > v1, "versions must grow, but {v2:?} came after {v1:?}");
    every_handle_reads([&*store, &*other], &here, &first, Some((v2, "second"))).await?;
    ensure!(!store.remove_client(&here, &first.client_id, v1).await?, "an old version must not remove");
    ensure!(store.remove_client(&here, &first.client_id, v2).await?, "the version that stands must remove");
    every_handle_reads([&*store, &*other], &here, &first, None).await?;
    ensure!(!store.remove_client(&here, &first.client_id, v2).await?, "what is gone cannot be removed again");
    let v3 = put(&*store, &here, None, &registration("app", 9, "third")).await?;
    every_handle_reads([&*store, &*other], &here, &first, Some((v3, "third"))).await?;
    ensure!(v3 > v2, "versions must grow across removal, but {v3:?} came after {v2:?}");
    clients_are_listed(&*store, &here, &there).await?;
    let handles = [store, other];
    put_race(siblings, &handles, &here).await?;
    let pool = Pool::new(&siblings.driver(), scale().threads);
    races::one_of_two_succeeds(&handles).await?;
    races::a_removal_beside_replacements(&pool, &handles, scale().rounds / 4).await?;
    Ok(Checked::Held)
}

/// Checks that every handle reads the registration of the client `one.client_id` with the version and the display name
/// in `wanted`. If `wanted` is `None`, every handle must read that there is no such client.
async fn every_handle_reads(
    handles: [&dyn ClientStore; 2],
    realm: &Realm,
    one: &Registration,
    wanted: Option<(Version, &str)>,
) -> Result<(), Violation> {
    for (number, handle) in handles.into_iter().enumerate() {
        let found = handle.client(realm, &one.client_id).await?;
        let found = found.as_ref().map(|found| (found.version, found.registration.display_name.as_str()));
        ensure!(found == wanted, "every handle must read {wanted:?}, but handle {number} read {found:?}");
    }
    Ok(())
}

async fn clients_are_listed(store: &dyn ClientStore, here: &Realm, there: &Realm) -> Result<(), Violation> {
    for (number, id) in (20..).zip(["zeta", "beta", "alpha", "a.b", "a-b"]) {
        put(store, here, None, &registration(id, number, id)).await?;
    }
    let mut wanted = ["App", "a-b", "a.b", "alpha", "app", "beta", "zeta"];
    wanted.sort_unstable();
    for limit in [1, 2, 3, 7, 8] {
        let listed = client_ids(store, here, limit).await?;
        ensure!(listed == wanted, "pages of {limit} must show {wanted:?}, but showed {listed:?}");
    }
    ensure!(client_ids(store, there, 9).await? == ["app"], "a realm must not list another's clients");
    Ok(())
}

/// Reads all pages of a realm's clients, each with at most `limit` clients. Returns the client ids.
async fn client_ids(store: &dyn ClientStore, realm: &Realm, limit: u32) -> Result<Vec<String>, Violation> {
    let (mut listed, mut after) = (Vec::new(), None::<ClientId>);
    for _ in 0..1_000 {
        let page = store.clients(realm, after.as_ref(), most(limit)).await?;
        let count = page.items.len();
        ensure!(count <= limit as usize, "a page of at most {limit} must not hold {count}");
        listed.extend(page.items.into_iter().map(|one| one.registration.client_id.as_str().to_owned()));
        after = page.next;
        if after.is_none() {
            return Ok(listed);
        }
    }
    Err(Violation::new(format!("a walk over the clients must end, but 1,000 pages of {limit} did not end it")))
}

async fn put_race(siblings: &Siblings, handles: &[Arc<dyn ClientStore>], realm: &Realm) -> Result<(), Violation> {
    let scale = scale();
    let pool = Pool::new(&siblings.driver(), scale.threads);
    let mut stands = None;
    for _ in 0..scale.rounds {
        let answers = pool
            .race(|racer| {
                let (store, realm) = (Arc::clone(&handles[racer % handles.len()]), realm.clone());
                let one = registration("raced", 99, &format!("by {racer}"));
                async move { store.put_client(&realm, stands, &one).await }
            })
            .await;
        let mut done = Vec::new();
        for answer in answers {
            match answer? {
                ClientPut::Done(version) => done.push(version),
                ClientPut::Stale(_) => {}
                ClientPut::Retired => {
                    return Err(Violation::new("a writer that came second must be Stale, not Retired"));
                }
            }
        }
        ensure!(done.len() == 1, "of {} writers with one version one must win, but {} did", pool.len(), done.len());
        stands = Some(done[0]);
    }
    Ok(())
}

/// Checks the internal ids of removed clients (clause 30 of `ClientStore`). After a removal, every `put` with the
/// removed internal id into the same realm must return `Retired`. Two registrations of a realm must never have the same
/// internal id.
pub async fn removed_internal_ids_never_return(siblings: &Siblings) -> Verdict {
    let database = siblings.fresh().await;
    let Some(store) = database.clients().await else { return Ok(NO_CLIENTS) };
    let realm = Realm::default();
    let first = registration("app", 1, "first");
    let version = put(&*store, &realm, None, &first).await?;
    let twin = registration("twin", 1, "with the internal id of another");
    ensure_is!(
        store.put_client(&realm, None, &twin).await?,
        ClientPut::Retired,
        "an internal id in use must be refused"
    );
    ensure!(store.client(&realm, &twin.client_id).await?.is_none(), "a refused put must write nothing");
    ensure!(store.remove_client(&realm, &first.client_id, version).await?, "the version that stands must remove");
    for back in [first.clone(), twin] {
        for _ in 0..2 {
            ensure_is!(
                store.put_client(&realm, None, &back).await?,
                ClientPut::Retired,
                "a removed internal id must never return"
            );
        }
        ensure!(store.client(&realm, &back.client_id).await?.is_none(), "a refused put must write nothing");
    }
    let version = put(&*store, &realm, None, &registration("app", 2, "another")).await?;
    ensure_is!(store.put_client(&realm, Some(version), &first).await?, ClientPut::Retired, "nor by replacing");
    let elsewhere = Realm::new("elsewhere").expect("a realm");
    put(&*store, &elsewhere, None, &registration("app", 1, "an internal id belongs to one realm")).await?;
    let second = database.clients().await.unwrap_or_else(|| Arc::clone(&store));
    let pool = Pool::new(&siblings.driver(), scale().threads);
    races::one_registration_an_internal_id(&pool, &[store, second], scale().rounds / 4).await?;
    Ok(Checked::Held)
}
