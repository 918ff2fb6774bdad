//! Broken client stores, settings stores and throttles that keep their data in the handle, as a process does in its
//! memory. Other handles do not see the data.

use std::sync::{Mutex, PoisonError};

use counterfoil::Realm;
use counterfoil::client::{ClientId, VersionedRegistration};
use counterfoil::store::{ClientStore, SettingsStore, Throttle};
use counterfoil_conformance::ReferenceSiblings;

use super::sibling_overrides;

/// A broken client store whose handles each have their own clients.
#[derive(Default)]
pub(crate) struct ClientsInTheHandle(ReferenceSiblings);

sibling_overrides!(
    ClientsInTheHandle,
    self,
    client,
    |_, realm, id| self.0.client(realm, id).await,
    clients,
    |_, realm, after, limit| self.0.clients(realm, after, limit).await,
    put_client,
    |_, realm, expect, registration| self.0.put_client(realm, expect, registration).await,
    remove_client,
    |_, realm, id, expect| self.0.remove_client(realm, id, expect).await
);

/// A broken settings store whose handles each have their own settings.
#[derive(Default)]
pub(crate) struct SettingsInTheHandle(ReferenceSiblings);

sibling_overrides!(
    SettingsInTheHandle,
    self,
    settings,
    |_, realm| self.0.settings(realm).await,
    put_settings,
    |_, realm, expect, settings| self.0.put_settings(realm, expect, settings).await
);

/// A broken throttle whose handles each have their own counters.
#[derive(Default)]
pub(crate) struct CountersInTheHandle(ReferenceSiblings);

sibling_overrides!(
    CountersInTheHandle,
    self,
    reserve,
    |_, key, now, window, limit| self.0.reserve(key, now, window, limit).await,
    failed,
    |_, key, reserved_at, now, window| self.0.failed(key, reserved_at, now, window).await,
    release,
    |_, key, reserved_at, now, window| self.0.release(key, reserved_at, now, window).await,
    purge_counters,
    |_, now, limit| self.0.purge_counters(now, limit).await
);

/// A broken client store that reads clients from a copy. Each handle has its own copy, which a write through another
/// handle does not change.
#[derive(Default)]
pub(crate) struct ReadsItsOwnClients(ReferenceSiblings);

sibling_overrides!(
    ReadsItsOwnClients,
    self,
    client,
    |inner, realm, id| match self.0.client(realm, id).await? {
        Some(known) => Ok(Some(known)),
        None => {
            let found = inner.client(realm, id).await?;
            if let Some(found) = &found {
                let _ = self.0.put_client(realm, None, &found.registration).await?;
            }
            Ok(found)
        }
    },
    put_client,
    |inner, realm, expect, registration| {
        let stands = self.0.client(realm, &registration.client_id).await?.map(|one| one.version);
        if let Some(version) = stands {
            let _ = self.0.remove_client(realm, &registration.client_id, version).await?;
        }
        inner.put_client(realm, expect, registration).await
    },
    remove_client,
    |inner, realm, id, expect| {
        if let Some(known) = self.0.client(realm, id).await? {
            let _ = self.0.remove_client(realm, id, known.version).await?;
        }
        inner.remove_client(realm, id, expect).await
    }
);

/// What a handle has read: for each realm and client id the registration, or that there was none.
type Read = Vec<(Realm, ClientId, Option<VersionedRegistration>)>;

/// A broken client store. Each handle reads a client once, and then from its memory until it writes a client itself. A
/// client that another process disables stays enabled for this handle.
#[derive(Default)]
pub(crate) struct ReadsAClientOnce(Mutex<Read>);

/// A broken client store. If a handle finds no client with an id, it remembers this until it writes a client itself.
/// The handle does not find a client that another process registers in the meantime.
#[derive(Default)]
pub(crate) struct RemembersAbsentClients(Mutex<Read>);

fn forget(read: &Mutex<Read>) {
    read.lock().unwrap_or_else(PoisonError::into_inner).clear();
}

fn known(read: &Mutex<Read>, realm: &Realm, id: &ClientId) -> Option<Option<VersionedRegistration>> {
    let read = read.lock().unwrap_or_else(PoisonError::into_inner);
    read.iter().find(|(of, one, _)| of == realm && one == id).map(|(_, _, found)| found.clone())
}

macro_rules! reads_once {
    ($flaw:ident, $keeps:expr) => {
        sibling_overrides!(
            $flaw,
            self,
            client,
            |inner, realm, id| {
                if let Some(known) = known(&self.0, realm, id) {
                    return Ok(known);
                }
                let found = inner.client(realm, id).await?;
                if $keeps(&found) {
                    let mut read = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                    read.push((realm.clone(), id.clone(), found.clone()));
                }
                Ok(found)
            },
            put_client,
            |inner, realm, expect, registration| {
                forget(&self.0);
                inner.put_client(realm, expect, registration).await
            },
            remove_client,
            |inner, realm, id, expect| {
                forget(&self.0);
                inner.remove_client(realm, id, expect).await
            }
        );
    };
}

reads_once!(ReadsAClientOnce, Option::is_some);
reads_once!(RemembersAbsentClients, Option::is_none);
