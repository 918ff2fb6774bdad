//! Creates, uses and ends credentials for people of the host.

use counterfoil::http_auth::Refusal;
use counterfoil::operations::{NewAccess, NewSecurityCode, TokenUpdate};
use counterfoil::settings::SettingsUpdate;
use counterfoil::types::RecordId;
use counterfoil::*;

use super::{World, block_on, scope, subject};

/// The change of a personal access token that sets its label.
pub fn relabelled(label: &str) -> TokenUpdate<'_> {
    TokenUpdate::default().with_label(label)
}

impl World {
    pub fn create(&self, id: &str, label: &str, days: i64) -> Result<IssuedCredential, ManageError> {
        let new = NewPersonalAccessToken::new(label, Lifetime::Days(days));
        block_on(self.handle.create_personal_access_token(&self.presenter(id), &new))
    }

    /// Creates a personal access token with a lifetime of 30 days.
    pub fn pat(&self, id: &str, label: &str) -> IssuedCredential {
        self.create(id, label, 30).expect("a token")
    }

    /// Creates a personal access token with a lifetime of 30 days and a scope.
    pub fn scoped_pat(&self, id: &str, label: &str, text: &str) -> IssuedCredential {
        let new = NewPersonalAccessToken::new(label, Lifetime::Days(30)).with_scope(scope(text));
        block_on(self.handle.create_personal_access_token(&self.presenter(id), &new)).expect("a token")
    }

    /// Creates a security code as a super administrator.
    pub fn code(&self, access: NewAccess<'_>) -> IssuedCredential {
        self.make_code(access, None)
    }

    pub fn described_code(&self, description: &str) -> IssuedCredential {
        self.make_code(NewAccess::SuperAdministrator, Some(description))
    }

    fn make_code(&self, access: NewAccess<'_>, description: Option<&str>) -> IssuedCredential {
        let new = NewSecurityCode::new(access).with_description(description);
        block_on(self.handle.create_security_code(&self.presenter("super"), &new)).expect("a code")
    }

    pub fn delete(&self, by: &str, id: &RecordId) -> Result<(), ManageError> {
        block_on(self.handle.delete_personal_access_token(&self.presenter(by), id))
    }

    pub fn delete_of(&self, by: &str, owner: &str, id: &RecordId) -> Result<(), ManageError> {
        block_on(self.handle.delete_personal_access_token_of(&self.presenter(by), &subject(owner), id))
    }

    /// Sets the setting `personal_access_tokens_enabled` to `on`, as an administrator.
    pub fn allow_tokens(&self, on: bool) {
        let change = SettingsUpdate::default().with_personal_access_tokens_enabled(on);
        block_on(self.handle.update_settings(&self.presenter("admin"), &change)).expect("changed");
    }

    pub fn allow_token_login(&self, by: &str, owner: &str, allowed: bool) -> Result<(), ManageError> {
        block_on(self.handle.set_token_login(&self.presenter(by), &subject(owner), allowed)).map(drop)
    }

    pub fn verify(&self, token: &str) -> Result<Principal, Denied> {
        block_on(self.handle.verify(token))
    }

    /// Whether this bearer token is accepted.
    pub fn works(&self, token: &str) -> bool {
        self.verify(token).is_ok()
    }

    /// Returns the reason why this token is refused, as the host sees it. Fails if the token is accepted.
    pub fn reason(&self, token: &str) -> Refusal {
        match self.verify(token) {
            Err(Denied::Refused(reason)) => reason,
            other => panic!("not refused: {other:?}"),
        }
    }

    /// Verifies this token, and returns the presenter for its credential.
    pub fn as_token(&self, text: &str) -> Presenter {
        Presenter::from(&self.verify(text).expect("a good token"))
    }
}
