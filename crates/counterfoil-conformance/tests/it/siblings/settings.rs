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

/// A broken settings store whose handles each have their own instant of the last upkeep.
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

// Reports a note as written without writing it.
sibling_flaw!(ForgetsTheUpkeep, note_upkeep, |inner, expect, _| Ok(inner.last_upkeep().await? == expect));

// Keeps the later of the expected and the new instant. So an instant in the future can never be corrected.
sibling_flaw!(KeepsTheLaterUpkeep, note_upkeep, |inner, expect, at| {
    inner.note_upkeep(expect, expect.map_or(at, |there| there.max(at))).await
});

// Replaces the stored note without comparing it with the expected note.
sibling_flaw!(NotesWhateverStands, note_upkeep, |inner, _, at| {
    inner.note_upkeep(inner.last_upkeep().await?, at).await
});

// Clears the old note, and writes the new one in a second step.
sibling_flaw!(NotesInTwoSteps, note_upkeep, |inner, expect, at| {
    if !inner.note_upkeep(expect, Timestamp::EPOCH).await? {
        return Ok(false);
    }
    pause().await;
    inner.note_upkeep(Some(Timestamp::EPOCH), at).await
});
