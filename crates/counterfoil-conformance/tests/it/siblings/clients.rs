//! Broken client stores whose writes or removals of registrations are incorrect.

use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};

use counterfoil::Realm;
use counterfoil::client::{ClientId, ClientKey, Registration};
use counterfoil::store::{ClientPut, ClientStore, StoreError};
use counterfoil::types::Version;
use counterfoil_conformance::{backend_call, pause};

use super::{Kept, sibling_flaw, sibling_overrides};
use crate::turn::Turn;

/// Makes an internal id of a client from its first 8 bytes and a number.
fn key(first: [u8; 8], number: u64) -> ClientKey {
    let mut key = [0; 16];
    key[..8].copy_from_slice(&first);
    key[8..].copy_from_slice(&number.to_be_bytes());
    ClientKey::from_bytes(key)
}

// Removes the registration, and writes the new one in a second step.
sibling_flaw!(ReplacesInTwoSteps, put_client, |inner, realm, expect, registration| {
    inner.reach_client("put_client", realm, &registration.client_id)?;
    let Some(version) = expect else { return inner.put_client(realm, expect, registration).await };
    if !inner.remove_client(realm, &registration.client_id, version).await? {
        return inner.put_client(realm, expect, registration).await;
    }
    pause().await;
    let mut again = registration.clone();
    again.key = key([0xee; 8], version.number());
    inner.put_client(realm, None, &again).await
});

// Looks up whether the internal id is already used, and writes in a second step.
sibling_flaw!(LooksUpTheInternalId, put_client, |inner, realm, expect, registration| {
    put_by_look(inner, realm, expect, registration).await
});

/// A broken client store whose removal compares the version first, and removes the registration in a second step.
#[derive(Default)]
pub(crate) struct LooksUpBeforeItRemoves(Turn);

sibling_overrides!(LooksUpBeforeItRemoves, self, remove_client, |inner, realm, id, expect| {
    remove_by_look(inner, &self.0, realm, id, expect).await
});

// Compares the version in one backend call, and removes the registration in the next call, even if its version has
// changed.
sibling_flaw!(ComparesThenRemoves, remove_client, |inner, realm, id, expect| {
    backend_call().await;
    if inner.siblings.client(realm, id).await?.is_none_or(|one| one.version != expect) {
        return inner.remove_client(realm, id, expect).await;
    }
    backend_call().await;
    while let Some(stands) = inner.siblings.client(realm, id).await? {
        inner.remove_client(realm, id, stands.version).await?;
    }
    Ok(true)
});

// Compares the version in one backend call, and replaces the registration in the next call, if there still is a
// registration.
sibling_flaw!(ComparesThenReplaces, put_client, |inner, realm, expect, registration| {
    backend_call().await;
    let id = &registration.client_id;
    let answer = inner.siblings.client(realm, id).await?.map(|one| one.version);
    if expect.is_none() || answer != expect {
        return inner.put_client(realm, expect, registration).await;
    }
    backend_call().await;
    loop {
        let stands = inner.siblings.client(realm, id).await?.map(|one| one.version);
        let answer = inner.put_client(realm, stands.or(expect), registration).await?;
        if stands.is_none() || matches!(answer, ClientPut::Done(_)) {
            return Ok(answer);
        }
    }
});

/// Writes a registration as a broken store does: reads, decides, and writes later without comparing again. If another
/// call uses the same internal id in between, two registrations get it.
pub(super) async fn put_by_look(
    inner: &Kept,
    realm: &Realm,
    expect: Option<Version>,
    registration: &Registration,
) -> Result<ClientPut, StoreError> {
    let id = &registration.client_id;
    inner.reach_client("put_client", realm, id)?;
    let inner = &inner.siblings;
    let page = inner.clients(realm, None, NonZeroU32::MAX).await?;
    let others = page.items.iter().map(|one| &one.registration).filter(|one| one.client_id != *id);
    let used = others.into_iter().any(|one| one.key == registration.key);
    let stands = inner.client(realm, id).await?;
    if used || stands.as_ref().map(|one| one.version) != expect {
        return inner.put_client(realm, expect, registration).await;
    }
    pause().await;
    for turn in 0_u64.. {
        let stands = inner.client(realm, id).await?.map(|one| one.version);
        match inner.put_client(realm, stands, registration).await? {
            ClientPut::Retired => {
                let mut twin = registration.clone();
                twin.key = key(turn.to_be_bytes(), stands.map_or(0, Version::number));
                if let ClientPut::Done(version) = inner.put_client(realm, stands, &twin).await? {
                    return Ok(ClientPut::Done(version));
                }
            }
            ClientPut::Stale(_) => {}
            done @ ClientPut::Done(_) => return Ok(done),
        }
    }
    unreachable!("the loop ends by returning")
}

/// Removes a registration as a broken store does. First checks that the expected version is stored. Later removes the
/// registration, even if the stored version has changed.
pub(super) async fn remove_by_look(
    inner: &Kept,
    turn: &Turn,
    realm: &Realm,
    id: &ClientId,
    expect: Version,
) -> Result<bool, StoreError> {
    inner.reach("remove_client")?;
    let inner = &inner.siblings;
    if inner.client(realm, id).await?.is_none_or(|one| one.version != expect) {
        return inner.remove_client(realm, id, expect).await;
    }
    let _held = turn.take().await;
    pause().await;
    while let Some(stands) = inner.client(realm, id).await? {
        if inner.remove_client(realm, id, stands.version).await? {
            break;
        }
    }
    Ok(true)
}

/// The registrations that were written through one handle: the realm, the client id and the internal id of each.
#[derive(Default)]
struct Written(Mutex<Vec<(Realm, ClientId, ClientKey)>>);

impl Written {
    fn add(&self, realm: &Realm, one: &Registration) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.push((realm.clone(), one.client_id.clone(), one.key));
    }

    fn find(&self, which: impl Fn(&Realm, &ClientId, &ClientKey) -> bool) -> Option<(Realm, ClientId)> {
        let all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.iter().find(|(realm, id, key)| which(realm, id, key)).map(|(realm, id, _)| (realm.clone(), id.clone()))
    }
}

/// A broken client store in which an internal id that one realm has used can never be used in another realm.
#[derive(Default)]
pub(crate) struct RetiredInEveryRealm(Written);

sibling_overrides!(RetiredInEveryRealm, self, put_client, |inner, realm, expect, registration| {
    if self.0.find(|of, _, key| of != realm && *key == registration.key).is_some() {
        return Ok(ClientPut::Retired);
    }
    self.0.add(realm, registration);
    inner.put_client(realm, expect, registration).await
});

/// A broken client store that looks up a client by the realm and the client id, joined with a dot. Realms and client
/// ids can contain dots, so two clients of different realms can have the same key.
#[derive(Default)]
pub(crate) struct JoinsRealmAndId(Written);

sibling_overrides!(JoinsRealmAndId, self, put_client, |inner, realm, expect, registration| {
    let joined = |realm: &Realm, id: &ClientId| format!("{}.{}", realm.as_str(), id.as_str());
    let own = joined(realm, &registration.client_id);
    if let Some((of, id)) = self.0.find(|of, id, _| of != realm && joined(of, id) == own)
        && let Some(stands) = inner.client(&of, &id).await?
        && expect.is_none()
    {
        return Ok(ClientPut::Stale(Some(stands)));
    }
    self.0.add(realm, registration);
    inner.put_client(realm, expect, registration).await
});
