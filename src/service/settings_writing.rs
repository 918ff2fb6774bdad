//! Writes settings and switches. They are one document, which is written only if its version is still the one that was
//! read.

use crate::service::Service;
use crate::service::error::{ManageError, Unavailable};
use crate::service::snapshot::SettingsView;
use crate::store::settings_store::SettingsPut;
use crate::types::settings::StoredSettings;
use crate::types::time::Timestamp;

/// How often a change is tried before it fails because each try lost a race.
const TURNS: usize = 8;

impl Service {
    /// Writes the changes that `decide` makes to the stored document, all or nothing. After a lost race `decide` runs
    /// again on the current document. An unchanged document is not written.
    pub(crate) async fn update_settings<A>(
        &self,
        now: Timestamp,
        mut decide: impl FnMut(&mut StoredSettings) -> Result<A, ManageError>,
    ) -> Result<(SettingsView, A), ManageError> {
        let mut found = self.settings.settings(&self.realm).await?;
        for _ in 0..TURNS {
            let version = found.as_ref().map(|found| found.version);
            let before = found.map(|found| found.settings).unwrap_or_default();
            let mut stored = before.clone();
            let answer = decide(&mut stored)?;
            if stored == before {
                return Ok((SettingsView::new(&self.policy, stored), answer));
            }
            match self.settings.put_settings(&self.realm, version, &stored).await? {
                SettingsPut::Done(_) => {
                    let view = SettingsView::new(&self.policy, stored);
                    self.snapshot.settings_changed(view.clone(), now);
                    return Ok((view, answer));
                }
                SettingsPut::Stale(other) => found = other,
            }
        }
        Err(Unavailable::Contended { operation: "change settings" }.into())
    }
}
