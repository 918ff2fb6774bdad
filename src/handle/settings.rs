//! Settings: what administrators change at run time.

use crate::desk::error::ManageError;
use crate::desk::presenter::Presenter;
use crate::handle::Counterfoil;
use crate::instruments::policy::Gates;
use crate::verbs::settings::{self, SettingsChange};
use crate::words::known_scopes::KnownScopes;
use crate::words::settings::{SettingName, Settings};

impl Counterfoil {
    /// The settings as they hold now. Administrators read them, with scope `settings:manage`.
    ///
    /// # Errors
    ///
    /// [`ManageError`], by whose fault it is.
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is written.
    pub async fn settings(&self, by: &Presenter) -> Result<Settings, ManageError> {
        settings::read(self.permit(by).await?).await
    }

    /// Changes settings: all that is named or nothing. Holds from the next call of this process, and within the policy's staleness in others.
    ///
    /// # Errors
    ///
    /// [`ManageError`]: a number out of its range is `Invalid` and names the field and its limits.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has changed all that was named, or nothing.
    pub async fn change_settings(&self, by: &Presenter, change: &SettingsChange) -> Result<Settings, ManageError> {
        settings::change(self.permit(by).await?, change).await
    }

    /// Which gates of personal access tokens the policy asks. Not secret: no presenter is needed.
    #[must_use]
    pub fn gates(&self) -> Gates {
        self.desk.policy.gates()
    }

    /// The scope tokens that the service knows, as the policy names them; `None`: any.
    #[must_use]
    pub fn known_scopes(&self) -> Option<&KnownScopes> {
        self.desk.policy.scopes.as_ref()
    }

    /// The least and the greatest number that a setting takes under the policy, in the unit of its name. Not secret: no presenter is
    /// needed.
    #[must_use]
    pub fn setting_range(&self, name: SettingName) -> (u64, u64) {
        self.desk.policy.setting_range(name)
    }
}
