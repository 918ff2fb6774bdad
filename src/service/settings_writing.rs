//! Writes settings and switches, which are stored in one document. The document is written only if the stored version
//! is still the version that was read.

use crate::service::Service;
use crate::service::changing::TURNS;
use crate::service::error::{ManageError, Unavailable};
use crate::service::snapshot::SettingsView;
use crate::store::settings_store::SettingsPut;
use crate::types::settings::StoredSettings;
use crate::types::time::Timestamp;

impl Service {
    /// Changes the stored document in one step. `decide` gets a copy of the document and changes the copy. If another
    /// write comes first, `decide` is called again with the current document. A document that `decide` does not change
    /// is not written.
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
