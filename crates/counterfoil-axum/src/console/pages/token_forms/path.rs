//! The ids in the path of a page about a token: `/tokens/{token}/…` for a token of the viewer, and
//! `/service-accounts/{id}/tokens/{token}/…` for a token of a service account.

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use counterfoil::service_account::ServiceAccountId;
use counterfoil::types::RecordId;
use http::request::Parts;

use super::TokenOwner;
use crate::console::pages::{personal_access_tokens, service_accounts};
use crate::console::rejection::Rejection;
use crate::console::state::Console;
use crate::console::viewer::Viewer;

pub(crate) struct TokenPath {
    /// The id of the service account. `None` for a token of the viewer.
    account: Option<String>,
    token: String,
}

impl TokenPath {
    /// Finds the owner of the token, and parses the id of the token.
    pub(super) async fn owner(&self, console: &Console, viewer: &Viewer) -> Result<(TokenOwner, RecordId), Rejection> {
        let owner = match &self.account {
            None => TokenOwner::Viewer,
            Some(account) => TokenOwner::Service(Box::new(service_accounts::find(console, viewer, account).await?)),
        };
        Ok((owner, self.token(console, viewer)?))
    }

    /// Parses the ids, and reads nothing.
    pub(super) fn ids(
        &self,
        console: &Console,
        viewer: &Viewer,
    ) -> Result<(Option<ServiceAccountId>, RecordId), Rejection> {
        let account = self.account.as_deref();
        let account = account.map(|account| service_accounts::account_id(console, viewer, account)).transpose()?;
        Ok((account, self.token(console, viewer)?))
    }

    fn token(&self, console: &Console, viewer: &Viewer) -> Result<RecordId, Rejection> {
        personal_access_tokens::record(console, viewer, &self.token)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for TokenPath {
    type Rejection = PathRejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, PathRejection> {
        let Path(values) = Path::<Vec<(String, String)>>::from_request_parts(parts, state).await?;
        let value = |name| values.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        Ok(Self { account: value("id"), token: value("token").unwrap_or_default() })
    }
}
