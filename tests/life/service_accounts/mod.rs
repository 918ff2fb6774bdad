//! Tests who creates and changes service accounts, and with which rights service accounts act.

mod accounts;
mod deletion;
mod makers;
mod rights;
mod tokens;
mod tokens_for_people;

use counterfoil::operations::SignIn;
use counterfoil::service_account::*;
use counterfoil::*;

use crate::support::*;

impl World {
    fn machine(&self, by: &str, label: &str, role: Role) -> Result<ServiceAccountView, ManageError> {
        block_on(self.handle.create_service_account(&self.presenter(by), &NewServiceAccount::new(label, role)))
    }

    fn machine_token(&self, by: &Presenter, account: &ServiceAccountView) -> Result<IssuedCredential, ManageError> {
        let new = NewPersonalAccessToken::new("runner", Lifetime::Days(30));
        block_on(self.handle.create_service_token(by, &account.id, &new))
    }

    fn change(
        &self,
        by: &str,
        account: &ServiceAccountView,
        change: ServiceAccountUpdate,
    ) -> Result<ServiceAccountView, ManageError> {
        block_on(self.handle.update_service_account(&self.presenter(by), &account.id, &change))
    }
}

fn update() -> ServiceAccountUpdate {
    ServiceAccountUpdate::default()
}

/// A presenter with an access token of this person that has this scope.
fn limited(world: &World, who: &str, text: &str) -> Presenter {
    let (client, subject) = (client_id("test.token"), subject(who));
    let sign_in = SignIn::new(&client, &subject).with_scope(scope(text));
    let granted = block_on(world.handle.open_sign_in(&sign_in)).expect("opened");
    world.as_token(granted.access_token.expose_secret())
}

/// A policy under which each call reads the settings.
fn immediate() -> counterfoil::policy::Policy {
    let mut policy = open_policy();
    policy.settings_staleness = std::time::Duration::ZERO;
    policy
}
