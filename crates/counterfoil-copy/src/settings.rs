//! Copies the settings of each realm, and the instant of the last upkeep. Settings contain the check values of the key
//! ring.

use counterfoil::Realm;
use counterfoil::operations::{ForeignKeyRing, check_key_ring};
use counterfoil::settings::{StoredSettings, VersionedSettings};
use counterfoil::store::SettingsPut;

use crate::copy::{Copy, RAISED};
use crate::error::{CopyError, Side};

async fn read(copy: &Copy, side: Side, realm: &Realm) -> Result<Option<VersionedSettings>, CopyError> {
    copy.of(side).settings.settings(realm).await.map_err(side.failed())
}

/// Returns an error if the target has settings that differ from the source's. The error is
/// [`CopyError::ForeignKeyRing`] if the target belongs to another key ring.
pub(crate) async fn compatible(copy: &Copy, realm: &Realm) -> Result<(), CopyError> {
    let Some(target) = read(copy, Side::Target, realm).await? else { return Ok(()) };
    let source = read(copy, Side::Source, realm).await?.map(|source| source.settings).unwrap_or_default();
    same(realm, &source, &target.settings)
}

fn same(realm: &Realm, source: &StoredSettings, target: &StoredSettings) -> Result<(), CopyError> {
    let ring = source.key_checks.iter().map(|(key, check)| (*key, *check));
    if let Err(ForeignKeyRing::OtherKey(key)) = check_key_ring(ring, &target.key_checks) {
        return Err(CopyError::ForeignKeyRing { realm: realm.clone(), key });
    }
    if source == target { Ok(()) } else { Err(CopyError::ForeignSettings(realm.clone())) }
}

/// Writes the settings of a realm to the target. From then on, the target refuses a service with another key ring.
///
/// Each write raises the version in the target. The settings are written again until the target's version is at least
/// the source's version, but at most [`RAISED`] times. Returns true if the target's version is then still lower.
pub(crate) async fn copy(copy: &Copy, realm: &Realm) -> Result<bool, CopyError> {
    let Some(source) = read(copy, Side::Source, realm).await? else { return Ok(false) };
    let mut version = read(copy, Side::Target, realm).await?.map(|target| target.version);
    for _ in 0..RAISED {
        if version.is_some_and(|version| version >= source.version) {
            return Ok(false);
        }
        let put = copy.target.settings.put_settings(realm, version, &source.settings).await;
        version = match put.map_err(Side::Target.failed())? {
            SettingsPut::Done(version) => Some(version),
            SettingsPut::Stale(now) => {
                let now = now.ok_or_else(|| CopyError::ForeignSettings(realm.clone()))?;
                same(realm, &source.settings, &now.settings)?;
                Some(now.version)
            }
        };
    }
    Ok(true)
}

/// Checks that both stores have the same settings.
pub(crate) async fn verify(copy: &Copy, realm: &Realm) -> Result<(), CopyError> {
    let (source, target) = (read(copy, Side::Source, realm).await?, read(copy, Side::Target, realm).await?);
    match (source, target) {
        (None, None) => Ok(()),
        (Some(source), Some(target)) => same(realm, &source.settings, &target.settings),
        _ => Err(CopyError::ForeignSettings(realm.clone())),
    }
}

/// Copies the instant of the source's last upkeep, if the target has no such instant. Without this instant, the
/// target's first purge would have to wait until the clock is trusted.
pub(crate) async fn copy_upkeep(copy: &Copy) -> Result<(), CopyError> {
    let Some(at) = copy.source.settings.last_upkeep().await.map_err(Side::Source.failed())? else { return Ok(()) };
    if copy.target.settings.last_upkeep().await.map_err(Side::Target.failed())?.is_none() {
        // The result can be ignored. The result is false only if another process has just stored an instant.
        copy.target.settings.note_upkeep(None, at).await.map_err(Side::Target.failed())?;
    }
    Ok(())
}
