//! Checks writes of settings (clause 29 of `SettingsStore`).

use std::sync::Arc;

use counterfoil::Realm;
use counterfoil::settings::StoredSettings;
use counterfoil::store::SettingsPut;
use counterfoil::types::Version;

use super::database::Siblings;
use crate::pool::Pool;
use crate::scale::scale;
use crate::violation::{Checked, Verdict, Violation, ensure, ensure_is};

pub(crate) const NO_SETTINGS: Checked = Checked::NotApplicable("the fixture has no `settings`");

/// Makes settings with one field that the library does not know. Its value is `value`.
pub(crate) fn document(value: &str) -> StoredSettings {
    let mut settings = StoredSettings::default();
    settings.values.insert("an_unknown_name".into(), value.into());
    settings.switches.insert(counterfoil::SubjectId::new("ann").expect("a subject"), true);
    settings
}

/// Checks the versions of settings (clause 29 of `SettingsStore`). A put with `expect: None` must create settings and
/// never overwrite them. A put with `Some` must replace only settings with this version. If many writers expect the
/// same version, exactly one must succeed.
pub async fn put_settings_needs_the_version(siblings: &Siblings) -> Verdict {
    let database = siblings.fresh().await;
    let Some(store) = database.settings().await else { return Ok(NO_SETTINGS) };
    let (here, there) = (Realm::default(), Realm::new("other").expect("a realm"));
    ensure!(store.settings(&here).await?.is_none(), "an empty store has no settings");
    ensure_is!(
        store.put_settings(&here, Some(Version::new(1)), &document("x")).await?,
        SettingsPut::Stale(None),
        "nothing can be replaced where nothing is"
    );
    let SettingsPut::Done(v1) = store.put_settings(&here, None, &document("first")).await? else {
        return Err(Violation::new("the first put must be Done"));
    };
    for wrong in [None, Some(v1.next()), Some(Version::new(v1.number() + 7))] {
        let answer = store.put_settings(&here, wrong, &document("second")).await?;
        ensure_is!(&answer, SettingsPut::Stale(Some(stands)) if stands.version == v1 && stands.settings == document("first"), "{wrong:?} must be Stale with what stands");
    }
    ensure!(store.settings(&there).await?.is_none(), "another realm has none");
    let second = database.settings().await.unwrap_or_else(|| Arc::clone(&store));
    let handles = [Arc::clone(&store), second];
    let pool = Pool::new(&siblings.driver(), scale().threads);
    let mut stands = v1;
    for round in 0..scale().rounds {
        let answers = pool
            .race(|racer| {
                let handle = Arc::clone(&handles[racer % handles.len()]);
                let (realm, settings) = (here.clone(), document(&format!("{round} {racer}")));
                async move { handle.put_settings(&realm, Some(stands), &settings).await }
            })
            .await;
        let mut done = Vec::new();
        for (racer, answer) in answers.into_iter().enumerate() {
            if let SettingsPut::Done(version) = answer? {
                done.push((racer, version));
            }
        }
        ensure!(done.len() == 1, "of {} writers with one version one must win, but {} did", pool.len(), done.len());
        let (racer, version) = done[0];
        // Each handle must read what a call through another handle wrote.
        let read = handles[round as usize % handles.len()].settings(&here).await?;
        ensure!(
            read.is_some_and(|one| one.version == version && one.settings == document(&format!("{round} {racer}"))),
            "the winner's settings must stand"
        );
        ensure!(version > stands, "versions must grow");
        stands = version;
    }
    Ok(Checked::Held)
}
