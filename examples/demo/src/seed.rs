//! Fills a new store with the clients of the demo. Also allows personal access tokens: turns on the setting, and the
//! switch of each account whose `token_login` is true. A store that is not new is left unchanged.

use counterfoil::client::{Grant, NewClient, RefreshMode};
use counterfoil::settings::SettingsUpdate;
use counterfoil::{Conflict, Counterfoil, ManageError, Presenter, Secret, SubjectId};

use crate::accounts::ACCOUNTS;
use crate::error::StartError;
use crate::store::Stores;

/// A client of the demo. A public client has no secret.
struct SeedClient {
    id: &'static str,
    name: &'static str,
    secret: Option<&'static str>,
    mode: RefreshMode,
    grants: &'static [Grant],
    resource_server: bool,
}

const BOTH: &[Grant] = &[Grant::Password, Grant::RefreshToken];

const CLIENTS: [SeedClient; 4] = [
    SeedClient {
        id: "test.token",
        name: "angularApp",
        secret: Some("a7d849366d224f8eb521ccf696925627"),
        mode: RefreshMode::Reuse,
        grants: BOTH,
        resource_server: false,
    },
    SeedClient {
        id: "rotating",
        name: "rotating",
        secret: Some("rotating-secret-for-the-demo-only"),
        mode: RefreshMode::Rotate,
        grants: BOTH,
        resource_server: false,
    },
    SeedClient {
        id: "public-app",
        name: "public-app",
        secret: None,
        mode: RefreshMode::Rotate,
        grants: BOTH,
        resource_server: false,
    },
    SeedClient {
        id: "machine",
        name: "machine",
        secret: Some("machine-secret-for-the-demo-only"),
        mode: RefreshMode::Rotate,
        grants: &[],
        resource_server: true,
    },
];

/// Fills the store if it is new.
///
/// # Errors
///
/// [`StartError::Seed`] if a client cannot be created or a setting cannot be changed.
pub async fn seed(counterfoil: &Counterfoil, stores: &Stores) -> Result<(), StartError> {
    let failed = |error: ManageError| StartError::Seed(error.into());
    if !stores.is_new().await.map_err(|error| StartError::Seed(error.into()))? {
        return Ok(());
    }
    for known in &CLIENTS {
        match register(counterfoil, known).await {
            // The client id is taken if an earlier start was interrupted, or if another process fills the store at the
            // same time.
            Ok(()) | Err(ManageError::Conflict(Conflict::ClientIdTaken)) => {}
            Err(error) => return Err(failed(error)),
        }
    }
    for known in ACCOUNTS.iter().filter(|known| known.token_login) {
        let subject = SubjectId::new(known.subject).map_err(|error| StartError::Seed(error.into()))?;
        counterfoil.set_token_login(&Presenter::host(), &subject, true).await.map_err(failed)?;
    }
    let on = SettingsUpdate::default().with_personal_access_tokens_enabled(true);
    counterfoil.update_settings(&Presenter::host(), &on).await.map_err(failed)?;
    Ok(())
}

async fn register(counterfoil: &Counterfoil, known: &SeedClient) -> Result<(), ManageError> {
    let new = NewClient::named(known.name)
        .with_id(known.id.parse::<counterfoil::client::ClientId>().map_err(counterfoil::Invalid::from)?)
        .with_grants(known.grants.to_vec())
        .with_refresh_mode(known.mode)
        .with_public(known.secret.is_none())
        .with_resource_server(known.resource_server);
    match known.secret {
        Some(secret) => {
            let secret = Secret::from(secret.to_owned());
            counterfoil.import_client(&Presenter::host(), new, &secret, false).await.map(|_| ())
        }
        None => counterfoil.create_client(&Presenter::host(), new).await.map(|_| ()),
    }
}
