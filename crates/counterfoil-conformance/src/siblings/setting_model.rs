//! Compares a settings store with a model. Random settings are written with realms, texts and versions that badly
//! designed stores confuse.

use std::collections::BTreeMap;
use std::sync::Arc;

use counterfoil::settings::{StoredSettings, VersionedSettings};
use counterfoil::store::{SettingsPut, SettingsStore};
use counterfoil::types::Version;
use counterfoil::{Realm, SubjectId};

use super::database::Siblings;
use super::hostile::{KINDS, realms, text, version, with_newer_member};
use super::settings::NO_SETTINGS;
use crate::dice::Dice;
use crate::scale::scale;
use crate::violation::{Checked, Verdict, Violation, ensure};

type Model = BTreeMap<String, (Version, StoredSettings)>;

/// Checks that a `SettingsStore` answers random calls as the model does. No single clause of the contract describes
/// this check.
pub async fn settings_answers_equal_the_model(siblings: &Siblings) -> Verdict {
    let sequences = u64::from(scale().sequences.min(24));
    // The sequences of one database have different realms, so each sequence begins with realms that have no settings.
    for first in (0..sequences).step_by(KINDS as usize) {
        let database = siblings.fresh().await;
        let (Some(one), Some(other)) = (database.settings().await, database.settings().await) else {
            return Ok(NO_SETTINGS);
        };
        let handles = [one, other];
        for seed in first..sequences.min(first + KINDS) {
            sequence(&handles, seed).await?;
        }
    }
    Ok(Checked::Held)
}

async fn sequence(handles: &[Arc<dyn SettingsStore>; 2], seed: u64) -> Result<(), Violation> {
    let (mut dice, mut model, realms) = (Dice::new(seed), Model::new(), realms(seed));
    for step in 0..40 {
        let (store, realm) = (&**dice.pick(handles), dice.pick(&realms).clone());
        let wrong = if dice.chance(2, 3) {
            put(store, &mut dice, &mut model, &realm).await?
        } else {
            difference(model.get(realm.as_str()), store.settings(&realm).await?.as_ref())
        };
        let lines = wrong.unwrap_or_default();
        ensure!(lines.is_empty(), "seed {seed}, step {step}, {realm:?}: {lines}");
    }
    for realm in &realms {
        let wrong = difference(model.get(realm.as_str()), handles[0].settings(realm).await?.as_ref());
        ensure!(wrong.is_none(), "seed {seed}, in the end, {realm:?}: {}", wrong.unwrap_or_default());
    }
    Ok(())
}

fn difference(wanted: Option<&(Version, StoredSettings)>, found: Option<&VersionedSettings>) -> Option<String> {
    let found = found.map(|found| (found.version, found.settings.clone()));
    (wanted != found.as_ref()).then(|| format!("{wanted:?} must stand there, but {found:?} does"))
}

fn drawn(dice: &mut Dice) -> StoredSettings {
    let mut settings = StoredSettings::default();
    for _ in 0..dice.below(4) {
        settings.values.insert(text(dice), text(dice));
        let subject = format!("{}{}", "n".repeat(254), dice.below(3));
        let subject = *dice.pick(&["ann", "Ann", "ann ", "\u{e9}", "e\u{301}", subject.as_str()]);
        settings.switches.insert(SubjectId::new(subject).expect("a subject"), dice.chance(1, 2));
    }
    if dice.chance(1, 2) { with_newer_members(&settings) } else { settings }
}

/// Returns the settings as a newer version of the library would store them: with a member that this version does not
/// know.
fn with_newer_members(settings: &StoredSettings) -> StoredSettings {
    let document = settings.to_document().expect("a document");
    StoredSettings::from_document(&with_newer_member(&document)).expect("a document")
}

async fn put(
    store: &dyn SettingsStore,
    dice: &mut Dice,
    model: &mut Model,
    realm: &Realm,
) -> Result<Option<String>, Violation> {
    let stands = model.get(realm.as_str()).cloned();
    let current = stands.as_ref().map(|(version, _)| *version);
    let (settings, expect) = (drawn(dice), version(dice, current, current));
    match store.put_settings(realm, expect, &settings).await? {
        SettingsPut::Stale(found) if current != expect => Ok(difference(stands.as_ref(), found.as_ref())),
        SettingsPut::Done(version) if current == expect => {
            model.insert(realm.as_str().into(), (version, settings));
            let later = current.is_none_or(|current| version > current);
            Ok((!later).then(|| format!("{version:?} must be later than {current:?}")))
        }
        other => Ok(Some(format!("a put with {expect:?} where {current:?} stands was {other:?}"))),
    }
}
