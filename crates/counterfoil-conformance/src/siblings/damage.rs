//! Checks damaged rows of `ClientStore`, `SettingsStore`, `Throttle` and `AliasStore` (clause 52 of `ClientStore`,
//! which applies to all four traits).

use std::time::Duration;

use counterfoil::Realm;
use counterfoil::store::{AliasPut, ClientPut, Reserved, SettingsPut, StoreError, Throttle, ThrottleKey};

use super::aliases::{alias, entry};
use super::clients::{put, registration};
use super::database::{SiblingDatabase, Siblings};
use super::fixture::SiblingRow;
use super::settings::document;
use super::throttle::MUCH_LATER;
use crate::sample::{at, most};
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};

/// Checks damaged rows (clause 52 of `ClientStore`, which also applies to `SettingsStore`, `Throttle` and
/// `AliasStore`). A row that cannot be decoded must be `Corrupt`. It must never be reported as absent, and a `put` that
/// creates must never overwrite it. A removal of a damaged registration must remove it or be `Corrupt`. A damaged alias
/// must be neither overwritten nor removed. A damaged counter must grant no attempt, even after attempts were released
/// or reported as failed. A purge must remove a damaged counter once the counter has ended. Other rows must not be
/// affected.
pub async fn sibling_garbage_is_corrupt(siblings: &Siblings) -> Verdict {
    let database = siblings.fresh().await;
    let tried =
        [clients(&database).await?, settings(&database).await?, counters(&database).await?, aliases(&database).await?];
    let none = Checked::NotApplicable("the fixture has no hook `damage`");
    Ok(if tried.contains(&true) { Checked::Held } else { none })
}

async fn clients(database: &SiblingDatabase) -> Result<bool, Violation> {
    let Some(store) = database.clients().await else { return Ok(false) };
    let realm = Realm::default();
    let ids = ["a", "b", "c", "d"];
    let mut versions = Vec::new();
    for (number, id) in (1..).zip(ids) {
        versions.push(put(&*store, &realm, None, &registration(id, number, id)).await?);
    }
    let damaged = registration("b", 2, "b");
    if !database.damage(SiblingRow::Client(&realm, &damaged.client_id)).await {
        return Ok(false);
    }
    let read = store.client(&realm, &damaged.client_id).await;
    ensure_is!(read, Err(StoreError::Corrupt { .. }), "a damaged registration must be Corrupt");
    let created = store.put_client(&realm, None, &registration("b", 9, "another")).await;
    ensure!(!matches!(created, Ok(ClientPut::Done(_))), "a damaged registration must not be overwritten");
    for limit in [1, 2, 9] {
        let (mut found, mut corrupt, mut after) = (Vec::new(), 0, None);
        for _ in 0..20 {
            let page = store.clients(&realm, after.as_ref(), most(limit)).await?;
            found.extend(page.items.iter().map(|one| one.registration.client_id.as_str().to_owned()));
            corrupt += page.corrupt;
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        ensure!(after.is_none(), "a damaged registration must not keep a walk from its end");
        ensure!(found == ["a", "c", "d"], "pages of {limit} must show all others, but showed {found:?}");
        ensure!(corrupt == 1, "pages of {limit} must count one damaged registration, but counted {corrupt}");
    }
    match store.remove_client(&realm, &damaged.client_id, versions[1]).await {
        Err(StoreError::Corrupt { .. }) => {
            let read = store.client(&realm, &damaged.client_id).await;
            ensure_is!(read, Err(StoreError::Corrupt { .. }), "a removal that is Corrupt must change nothing");
        }
        Ok(true) => {
            let read = store.client(&realm, &damaged.client_id).await;
            ensure_is!(read, Ok(None), "a damaged registration that was removed must be absent");
        }
        other => {
            return Err(Violation::new(format!("a removal of what is damaged must be true or Corrupt: {other:?}")));
        }
    }
    ensure!(
        store.client(&realm, &registration("c", 3, "c").client_id).await?.is_some(),
        "another client must be there"
    );
    Ok(true)
}

async fn aliases(database: &SiblingDatabase) -> Result<bool, Violation> {
    let Some(store) = database.aliases().await else { return Ok(false) };
    let all: Vec<_> = (0..5).map(|number| (alias(7, number), entry(number, 1))).collect();
    for (alias, entry) in &all {
        ensure!(store.put_alias(alias, entry, None).await? == AliasPut::Done, "a new alias must be created");
    }
    let (damaged, stood) = all[2];
    if !database.damage(SiblingRow::Alias(&damaged)).await {
        return Ok(false);
    }
    let read = store.alias(&damaged).await;
    ensure_is!(read, Err(StoreError::Corrupt { .. }), "a damaged alias must be Corrupt");
    for expect in [None, Some(&all[3].1.id)] {
        let put = store.put_alias(&damaged, &entry(9, 2), expect).await;
        ensure!(!matches!(put, Ok(AliasPut::Done)), "a damaged alias must not be overwritten");
    }
    for limit in [1, 2, 9] {
        let (mut found, mut corrupt, mut after) = (Vec::new(), 0, None);
        for _ in 0..2_000 {
            let page = store.aliases(after.as_ref(), most(limit)).await?;
            found.extend(page.items.iter().map(|(_, entry)| entry.id));
            corrupt += page.corrupt;
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        ensure!(after.is_none(), "a damaged alias must not keep a walk from its end");
        found.sort_unstable();
        let others: Vec<_> = all.iter().map(|(_, entry)| entry.id).filter(|id| *id != stood.id).collect();
        ensure!(found == others, "pages of {limit} must show all others, but showed {found:?}");
        ensure!(corrupt == 1, "pages of {limit} must count one damaged alias, but counted {corrupt}");
    }
    let removed = store.remove_alias(&damaged, &entry(9, 2).id).await;
    ensure!(!matches!(removed, Ok(true)), "a damaged alias names no record, so nothing removes it");
    ensure!(store.alias(&all[1].0).await? == Some(all[1].1), "another alias must be there");
    Ok(true)
}

async fn settings(database: &SiblingDatabase) -> Result<bool, Violation> {
    let Some(store) = database.settings().await else { return Ok(false) };
    let (realm, other) = (Realm::default(), Realm::new("other").expect("a realm"));
    for realm in [&realm, &other] {
        ensure_is!(
            store.put_settings(realm, None, &document("first")).await?,
            SettingsPut::Done(_),
            "the first put must be Done"
        );
    }
    if !database.damage(SiblingRow::Settings(&realm)).await {
        return Ok(false);
    }
    let read = store.settings(&realm).await;
    ensure_is!(read, Err(StoreError::Corrupt { .. }), "damaged settings must be Corrupt");
    let created = store.put_settings(&realm, None, &document("second")).await;
    ensure!(!matches!(created, Ok(SettingsPut::Done(_))), "damaged settings must not be overwritten");
    ensure!(store.settings(&other).await?.is_some(), "another realm's settings must be there");
    Ok(true)
}

async fn counters(database: &SiblingDatabase) -> Result<bool, Violation> {
    let Some(store) = database.throttle().await else { return Ok(false) };
    let (key, other) = (ThrottleKey::from_bytes([7; 32]), ThrottleKey::from_bytes([8; 32]));
    let window = Duration::from_secs(60);
    for key in [&key, &other] {
        let _ = store.reserve(key, at(1), window, most(1)).await?;
    }
    if !database.damage(SiblingRow::Counter(&key)).await {
        return Ok(false);
    }
    grants_nothing(&*store, &key, "at first").await?;
    let settled = store.failed(&key, at(1), at(2), window).await;
    ensure_is!(settled, Err(StoreError::Corrupt { .. }), "a failure in a damaged counter must be Corrupt");
    grants_nothing(&*store, &key, "after a failure").await?;
    let settled = store.release(&key, at(1), at(2), window).await;
    ensure_is!(settled, Err(StoreError::Corrupt { .. }), "a release in a damaged counter must be Corrupt");
    grants_nothing(&*store, &key, "after a release").await?;
    let went = store.purge_counters(at(2), most(9)).await?;
    ensure!(went == 0, "no counter has ended, damaged or not, but {went} were purged");
    grants_nothing(&*store, &key, "after a purge that came too early").await?;
    store.release(&other, at(1), at(2), window).await?;
    let answer = store.reserve(&other, at(2), window, most(1)).await?;
    ensure_is!(answer, Reserved::Granted(_), "another counter must go on");
    store.purge_counters(at(MUCH_LATER), most(9)).await?;
    let answer = store.reserve(&key, at(MUCH_LATER), window, most(1)).await;
    ensure_is!(answer, Ok(Reserved::Granted(_)), "a purge must remove a damaged counter when its time has come");
    Ok(true)
}

/// Checks that a damaged counter grants no attempt. The limit is 2, and the counter has at most one attempt, so an
/// undamaged counter would grant a second one. `when` says what happened before, for the text of the violation.
async fn grants_nothing(store: &dyn Throttle, key: &ThrottleKey, when: &str) -> Result<(), Violation> {
    let answer = store.reserve(key, at(2), Duration::from_secs(60), most(2)).await;
    ensure_is!(answer, Err(StoreError::Corrupt { .. }), "a damaged counter must be Corrupt {when}");
    Ok(())
}
