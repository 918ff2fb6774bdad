//! Checks calls of `ClientStore`, `SettingsStore`, `Throttle` and `AliasStore` while the backend is unreachable (clause
//! 51 of `ClientStore`, which applies to all four traits).

use std::time::Duration;

use counterfoil::Realm;
use counterfoil::store::{AliasPut, StoreError, ThrottleKey};
use counterfoil::types::Version;

use super::aliases::{alias, entry};
use super::clients::{put, registration};
use super::database::{SiblingDatabase, Siblings};
use super::settings::document;
use crate::sample::{at, most};
use crate::violation::{Checked, Verdict, Violation, ensure};

const NO_HOOK: Checked = Checked::NotApplicable("the fixture has no hook `outage`");

/// Checks calls during an outage (clause 51 of `ClientStore`, which also applies to `SettingsStore`, `Throttle` and
/// `AliasStore`). Each must return `Unavailable`, and a throttle must grant no attempt. If `maybe_done` is false in the
/// error, the call must not have been executed.
pub async fn sibling_outage_is_unavailable(siblings: &Siblings) -> Verdict {
    let database = siblings.fresh().await;
    let mut tried = false;
    let held =
        [clients(&database).await?, settings(&database).await?, counters(&database).await?, aliases(&database).await?];
    for held in held {
        match held {
            Held::Tried => tried = true,
            Held::NoSibling => {}
            Held::NoHook => return Ok(NO_HOOK),
        }
    }
    Ok(if tried { Checked::Held } else { Checked::NotApplicable("the fixture has no siblings") })
}

enum Held {
    Tried,
    NoSibling,
    NoHook,
}

/// Checks that a call during an outage returned `Unavailable`, and returns the `maybe_done` of this error: true if the
/// call may have been executed. Any other answer is a violation.
fn unavailable<T: std::fmt::Debug>(op: &str, answer: Result<T, StoreError>) -> Result<bool, Violation> {
    match answer {
        Err(StoreError::Unavailable { maybe_done, .. }) => Ok(maybe_done),
        other => Err(Violation::new(format!("{op} during an outage must be Unavailable, but was {other:?}"))),
    }
}

async fn clients(database: &SiblingDatabase) -> Result<Held, Violation> {
    let Some(store) = database.clients().await else { return Ok(Held::NoSibling) };
    let realm = Realm::default();
    let (first, second) = (registration("app", 1, "first"), registration("second", 2, "second"));
    let version = put(&*store, &realm, None, &first).await?;
    if !database.outage(true).await {
        return Ok(Held::NoHook);
    }
    let asked = async {
        unavailable("client", store.client(&realm, &first.client_id).await)?;
        unavailable("clients", store.clients(&realm, None, most(5)).await)?;
        let created = unavailable("put_client", store.put_client(&realm, None, &second).await)?;
        let renamed = registration("app", 1, "renamed");
        let replaced = unavailable("put_client", store.put_client(&realm, Some(version), &renamed).await)?;
        let removed = unavailable("remove_client", store.remove_client(&realm, &first.client_id, version).await)?;
        Ok::<_, Violation>((created, replaced || removed))
    };
    let answers = asked.await;
    database.outage(false).await;
    let (maybe_created, maybe_changed) = answers?;
    let stands = store.client(&realm, &first.client_id).await?;
    let unchanged = stands.is_some_and(|one| one.version == version);
    ensure!(maybe_changed || unchanged, "maybe_done was false, but the registration changed");
    let there = store.client(&realm, &second.client_id).await?.is_some();
    ensure!(maybe_created || !there, "maybe_done was false, but the registration was created");
    Ok(Held::Tried)
}

async fn settings(database: &SiblingDatabase) -> Result<Held, Violation> {
    let Some(store) = database.settings().await else { return Ok(Held::NoSibling) };
    let realm = Realm::default();
    if !database.outage(true).await {
        return Ok(Held::NoHook);
    }
    let asked = async {
        unavailable("settings", store.settings(&realm).await)?;
        let replaced = store.put_settings(&realm, Some(Version::new(1)), &document("second")).await;
        unavailable("put_settings", replaced)?;
        let created = unavailable("put_settings", store.put_settings(&realm, None, &document("first")).await)?;
        unavailable("last_upkeep", store.last_upkeep().await)?;
        Ok::<_, Violation>((created, unavailable("note_upkeep", store.note_upkeep(None, at(1)).await)?))
    };
    let answer = asked.await;
    database.outage(false).await;
    let (maybe_done, maybe_noted) = answer?;
    let noted = store.last_upkeep().await?.is_some();
    ensure!(maybe_noted || !noted, "maybe_done was false, but the upkeep was noted");
    let there = store.settings(&realm).await?.is_some();
    ensure!(maybe_done || !there, "maybe_done was false, but the settings were written");
    Ok(Held::Tried)
}

async fn aliases(database: &SiblingDatabase) -> Result<Held, Violation> {
    let Some(store) = database.aliases().await else { return Ok(Held::NoSibling) };
    let (one, other, first, second) = (alias(1, 0), alias(2, 0), entry(1, 1), entry(2, 2));
    ensure!(store.put_alias(&one, &first, None).await? == AliasPut::Done, "a new alias must be created");
    if !database.outage(true).await {
        return Ok(Held::NoHook);
    }
    let asked = async {
        unavailable("alias", store.alias(&one).await)?;
        unavailable("aliases", store.aliases(None, most(5)).await)?;
        let created = unavailable("put_alias", store.put_alias(&other, &second, None).await)?;
        let replaced = unavailable("put_alias", store.put_alias(&one, &second, Some(&first.id)).await)?;
        let removed = unavailable("remove_alias", store.remove_alias(&one, &first.id).await)?;
        Ok::<_, Violation>((created, replaced || removed))
    };
    let answers = asked.await;
    database.outage(false).await;
    let (maybe_created, maybe_changed) = answers?;
    let stands = store.alias(&one).await?;
    ensure!(maybe_changed || stands == Some(first), "maybe_done was false, but the alias changed: {stands:?}");
    let there = store.alias(&other).await?.is_some();
    ensure!(maybe_created || !there, "maybe_done was false, but the alias was created");
    Ok(Held::Tried)
}

async fn counters(database: &SiblingDatabase) -> Result<Held, Violation> {
    let Some(store) = database.throttle().await else { return Ok(Held::NoSibling) };
    let (key, window) = (ThrottleKey::from_bytes([7; 32]), Duration::from_secs(60));
    if !database.outage(true).await {
        return Ok(Held::NoHook);
    }
    let asked = async {
        let reserved = unavailable("reserve", store.reserve(&key, at(1), window, most(1)).await)?;
        unavailable("failed", store.failed(&key, at(1), at(1), window).await)?;
        unavailable("release", store.release(&key, at(1), at(1), window).await)?;
        unavailable("purge_counters", store.purge_counters(at(1), most(5)).await)?;
        Ok::<_, Violation>(reserved)
    };
    let answer = asked.await;
    database.outage(false).await;
    let maybe_done = answer?;
    let granted = store.reserve(&key, at(1), window, most(1)).await?;
    let untouched = granted == counterfoil::store::Reserved::Granted(at(1));
    ensure!(maybe_done || untouched, "maybe_done was false, but an attempt was noted: {granted:?}");
    Ok(Held::Tried)
}
