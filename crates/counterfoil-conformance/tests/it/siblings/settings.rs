//! Broken settings stores whose writes of settings or of the last upkeep are incorrect.

use std::sync::{Mutex, PoisonError};

use counterfoil::Timestamp;
use counterfoil::settings::StoredSettings;
use counterfoil::store::{SettingsPut, SettingsStore};
use counterfoil_conformance::pause;

use super::{sibling_flaw, sibling_overrides};

// Clears the settings, and writes the new ones in a second step.
sibling_flaw!(ReplacesSettingsInTwoSteps, put_settings, |inner, realm, expect, settings| {
    let emptied = inner.put_settings(realm, expect, &StoredSettings::default()).await?;
    let SettingsPut::Done(version) = emptied else { return Ok(emptied) };
    pause().await;
    inner.put_settings(realm, Some(version), settings).await
});

/// A broken settings store in which each handle keeps an instant of the last upkeep for itself.
#[derive(Default)]
pub(crate) struct NotesInTheHandle(Mutex<Option<Timestamp>>);

sibling_overrides!(
    NotesInTheHandle,
    self,
    last_upkeep,
    |inner| {
        inner.reach("last_upkeep")?;
        Ok(*self.0.lock().unwrap_or_else(PoisonError::into_inner))
    },
    note_upkeep,
    |inner, expect, at| {
        inner.reach("note_upkeep")?;
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fits = *noted == expect;
        *noted = if fits { Some(at) } else { *noted };
        Ok(fits)
    }
);

// Reports that the instant of the upkeep was stored, but does not store it.
sibling_flaw!(ForgetsTheUpkeep, note_upkeep, |inner, expect, _| Ok(inner.last_upkeep().await? == expect));

// Stores the later of the expected and the new instant of the last upkeep. So a stored instant in the future can never
// be corrected.
sibling_flaw!(KeepsTheLaterUpkeep, note_upkeep, |inner, expect, at| {
    inner.note_upkeep(expect, expect.map_or(at, |there| there.max(at))).await
});

// Replaces the stored instant of the last upkeep without comparing it with the expected instant.
sibling_flaw!(NotesWhateverStands, note_upkeep, |inner, _, at| {
    inner.note_upkeep(inner.last_upkeep().await?, at).await
});

// Replaces the instant of the last upkeep by [`Timestamp::EPOCH`], and writes the new instant in a second step.
sibling_flaw!(NotesInTwoSteps, note_upkeep, |inner, expect, at| {
    if !inner.note_upkeep(expect, Timestamp::EPOCH).await? {
        return Ok(false);
    }
    pause().await;
    inner.note_upkeep(Some(Timestamp::EPOCH), at).await
});
