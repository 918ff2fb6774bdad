//! A broken store of clients and settings that reads and writes in two steps. It holds a lock during both steps, but
//! each handle has a lock of its own.

use counterfoil::store::{SettingsPut, SettingsStore};
use counterfoil_conformance::pause;

use super::clients::{put_by_look, remove_by_look};
use super::sibling_overrides;
use crate::turn::Turn;

/// A broken store of clients and settings. The calls through one handle run one after another, but concurrently with
/// the calls through another handle.
#[derive(Default)]
pub(crate) struct LocksInTheHandle(Turn);

sibling_overrides!(
    LocksInTheHandle,
    self,
    put_client,
    |inner, realm, expect, registration| {
        let _held = self.0.take().await;
        put_by_look(inner, realm, expect, registration).await
    },
    remove_client,
    |inner, realm, id, expect| remove_by_look(inner, &self.0, realm, id, expect).await,
    put_settings,
    |inner, realm, expect, settings| {
        inner.reach_settings("put_settings", realm)?;
        let _held = self.0.take().await;
        let stands = inner.settings(realm).await?;
        if stands.as_ref().map(|one| one.version) != expect {
            return Ok(SettingsPut::Stale(stands));
        }
        pause().await;
        loop {
            let stands = inner.settings(realm).await?.map(|one| one.version);
            if let done @ SettingsPut::Done(_) = inner.put_settings(realm, stands, settings).await? {
                return Ok(done);
            }
        }
    },
    note_upkeep,
    |inner, expect, at| {
        let _held = self.0.take().await;
        if inner.last_upkeep().await? != expect {
            return Ok(false);
        }
        pause().await;
        inner.note_upkeep(inner.last_upkeep().await?, at).await
    }
);
