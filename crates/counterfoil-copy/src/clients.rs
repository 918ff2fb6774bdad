//! Copies the registrations of clients. Retires the internal ids of removed clients, so that no new client gets such an
//! id.

use std::collections::BTreeMap;

use counterfoil::client::{ClientId, ClientKey, Registration, VersionedRegistration};
use counterfoil::store::ClientPut;
use counterfoil::{Realm, Timestamp};

use crate::copy::{Copy, RAISED};
use crate::error::{CopyError, Side};
use crate::walk;

/// Returns the client id of the temporary registration with which [`retire`] retires an internal id.
fn placeholder(key: &ClientKey) -> Option<ClientId> {
    let hex: String = key.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("retired-{hex}").parse().ok()
}

/// Whether a registration is a temporary one that [`retire`] wrote, and that an interrupted copy did not remove.
fn is_left_over(registration: &Registration) -> bool {
    registration.disabled && placeholder(&registration.key).is_some_and(|id| id == registration.client_id)
}

fn foreign(realm: &Realm, client: &ClientId) -> CopyError {
    CopyError::ForeignClient { realm: realm.clone(), client: client.clone() }
}

fn same(realm: &Realm, source: &Registration, target: &Registration) -> Result<(), CopyError> {
    let equal = source.to_document()? == target.to_document()?;
    if equal { Ok(()) } else { Err(foreign(realm, &target.client_id)) }
}

/// Returns the registrations of the target, or an error if one of them cannot be decoded.
async fn targets_of(copy: &Copy, realm: &Realm) -> Result<Vec<VersionedRegistration>, CopyError> {
    let (targets, corrupt) = walk::clients(&copy.target, Side::Target, realm).await?;
    if corrupt > 0 { Err(CopyError::DamagedTarget { count: corrupt }) } else { Ok(targets) }
}

/// Returns an error if the target has a registration that the source does not have, or that differs from the source's.
pub(crate) async fn compatible(copy: &Copy, realm: &Realm) -> Result<(), CopyError> {
    let (sources, _) = walk::clients(&copy.source, Side::Source, realm).await?;
    let sources: BTreeMap<_, _> =
        sources.iter().map(|client| (&client.registration.client_id, &client.registration)).collect();
    let targets = targets_of(copy, realm).await?;
    for VersionedRegistration { registration: target, .. } in &targets {
        match sources.get(&target.client_id) {
            Some(source) => same(realm, source, target)?,
            None if is_left_over(target) => {}
            None => return Err(foreign(realm, &target.client_id)),
        }
    }
    Ok(())
}

/// Writes the registrations of a realm. Returns how many of them still have a lower version in the target than in the
/// source.
pub(crate) async fn copy(copy: &Copy, realm: &Realm) -> Result<u64, CopyError> {
    let (sources, _) = walk::clients(&copy.source, Side::Source, realm).await?;
    let mut behind = 0;
    for source in sources {
        behind += u64::from(!copy_one(copy, realm, &source).await?);
    }
    Ok(behind)
}

/// Writes a registration to the target. Each write raises the version of the registration in the target. The write is
/// repeated until this version is at least the source's. Returns false if the version is still lower after [`RAISED`]
/// writes.
///
/// An example shows why a lower version is dangerous. An administrator reads version 5 from the source. Then the copy
/// is made, and the registration has version 4 in the target. Another administrator changes the registration in the
/// target, so it gets version 5 there. The first administrator's update, which expects version 5, then overwrites this
/// change unnoticed.
async fn copy_one(copy: &Copy, realm: &Realm, source: &VersionedRegistration) -> Result<bool, CopyError> {
    let id = &source.registration.client_id;
    let target = copy.target.clients.client(realm, id).await.map_err(Side::Target.failed())?;
    let mut version = target.map(|target| target.version);
    for _ in 0..RAISED {
        if version.is_some_and(|version| version >= source.version) {
            return Ok(true);
        }
        let put = copy.target.clients.put_client(realm, version, &source.registration).await;
        version = match put.map_err(Side::Target.failed())? {
            ClientPut::Done(version) => Some(version),
            ClientPut::Stale(Some(now)) => {
                same(realm, &source.registration, &now.registration)?;
                Some(now.version)
            }
            ClientPut::Stale(None) | ClientPut::Retired => return Err(foreign(realm, id)),
        };
    }
    Ok(false)
}

/// Retires an internal id in the target, so that no new client gets the id of a removed client. To do this, writes a
/// temporary registration with this internal id and removes it again.
pub(crate) async fn retire(copy: &Copy, realm: &Realm, key: ClientKey) -> Result<(), CopyError> {
    let Some(id) = placeholder(&key) else { return Ok(()) };
    let registration =
        Registration::new(id.clone(), key, "removed before the copy", Timestamp::EPOCH).with_disabled(true);
    let put = copy.target.clients.put_client(realm, None, &registration).await.map_err(Side::Target.failed())?;
    let version = match put {
        ClientPut::Done(version) => version,
        ClientPut::Stale(Some(now)) if is_left_over(&now.registration) => now.version,
        ClientPut::Stale(Some(_)) => return Err(foreign(realm, &id)),
        ClientPut::Stale(None) | ClientPut::Retired => return Ok(()),
    };
    copy.target.clients.remove_client(realm, &id, version).await.map_err(Side::Target.failed())?;
    Ok(())
}

/// Returns an error if the two stores do not have the same registrations in this realm.
pub(crate) async fn verify(copy: &Copy, realm: &Realm) -> Result<(), CopyError> {
    let (sources, _) = walk::clients(&copy.source, Side::Source, realm).await?;
    let targets = targets_of(copy, realm).await?;
    let mut targets = targets.iter().map(|client| &client.registration);
    for source in sources.iter().map(|client| &client.registration) {
        let target = targets.next().ok_or_else(|| foreign(realm, &source.client_id))?;
        same(realm, source, target)?;
    }
    targets.next().map_or(Ok(()), |more| Err(foreign(realm, &more.client_id)))
}
