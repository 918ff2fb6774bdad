//! The owner of a token: the viewer or a service account. The same forms serve both.

use axum::response::Response;
use counterfoil::operations::{Rotation, TokenUpdate};
use counterfoil::service_account::ServiceAccountView;
use counterfoil::token::OnceKey;
use counterfoil::types::RecordId;
use counterfoil::{CredentialView, IssuedCredential, Lifetime, ManageError, NewPersonalAccessToken};

use crate::console::layout::Layout;
use crate::console::pages::{personal_access_tokens, secret_page, service_accounts};
use crate::console::rejection::{Rejection, RejectionReason};
use crate::console::state::Console;
use crate::console::viewer::Viewer;

/// The owner of the tokens that a page is about.
pub(in crate::console::pages) enum TokenOwner {
    /// The account of the viewer.
    Viewer,
    /// A service account.
    Service(Box<ServiceAccountView>),
}

impl TokenOwner {
    /// Returns the path of the section to which the pages about the owner's tokens belong.
    pub(super) fn section(&self) -> &'static str {
        match self {
            Self::Viewer => personal_access_tokens::SECTION,
            Self::Service(_) => service_accounts::SECTION,
        }
    }

    /// Returns the path of the page that lists the owner's tokens.
    pub(super) fn list(&self) -> String {
        match self {
            Self::Viewer => personal_access_tokens::SECTION.to_owned(),
            Self::Service(account) => service_accounts::page_of(&account.id),
        }
    }

    /// Returns the path with which the paths of all pages about one token begin.
    pub(super) fn path(&self, id: &RecordId) -> String {
        match self {
            Self::Viewer => format!("{}/{id}", self.list()),
            Self::Service(_) => format!("{}/tokens/{id}", self.list()),
        }
    }

    /// Returns the name that the pages about a token show. For a token of a service account, this is the label of the
    /// account and the label of the token.
    pub(super) fn name(&self, token: &CredentialView) -> String {
        match self {
            Self::Viewer => token.label.clone(),
            Self::Service(account) => format!("{} · {}", account.label, token.label),
        }
    }

    /// Returns the owner's token with this id. Returns `None` if the lists of tokens do not show such a token.
    pub(super) async fn find(
        &self,
        console: &Console,
        viewer: &Viewer,
        id: &RecordId,
    ) -> Result<Option<CredentialView>, Rejection> {
        let (counterfoil, by) = (&viewer.counterfoil, viewer.presenter());
        let found = match self {
            Self::Viewer => counterfoil.personal_access_token(&by, id).await,
            Self::Service(account) => counterfoil.service_token(&by, &account.id, id).await,
        };
        match found {
            Ok(found) => Ok(Some(found)),
            Err(ManageError::NotFound) => Ok(None),
            Err(error) => Err(Rejection::of(console, viewer, error)),
        }
    }

    /// Returns the owner's token with this id. If the lists of tokens do not show such a token, the response is 404.
    pub(super) async fn known(
        &self,
        console: &Console,
        viewer: &Viewer,
        id: &RecordId,
    ) -> Result<CredentialView, Rejection> {
        let found = self.find(console, viewer, id).await?;
        found.ok_or_else(|| Rejection::page(console, viewer, RejectionReason::NotFound))
    }

    pub(super) async fn create(
        &self,
        viewer: &Viewer,
        key: OnceKey,
        new: &NewPersonalAccessToken<'_>,
    ) -> Result<IssuedCredential, ManageError> {
        let (once, by) = (viewer.counterfoil.once(key), viewer.presenter());
        match self {
            Self::Viewer => once.create_personal_access_token(&by, new).await,
            Self::Service(account) => once.create_service_token(&by, &account.id, new).await,
        }
    }

    /// Makes the page that shows the text of a new token once. It contains a link to `back`.
    pub(super) fn secret_page(
        &self,
        console: &Console,
        viewer: &Viewer,
        issued: &IssuedCredential,
        back: &str,
    ) -> Response {
        let (layout, done) = (Layout::of(console, viewer, self.section()), console.path(back));
        let caption = layout.texts.secret_page.token_caption;
        secret_page::token(layout, &issued.token, caption, Some(&issued.view.label), &done)
    }

    pub(super) async fn rotate(
        &self,
        viewer: &Viewer,
        key: OnceKey,
        id: &RecordId,
        rotation: Rotation,
    ) -> Result<IssuedCredential, ManageError> {
        let (once, by) = (viewer.counterfoil.once(key), viewer.presenter());
        match self {
            Self::Viewer => once.rotate_personal_access_token(&by, id, rotation).await,
            Self::Service(account) => once.rotate_service_token(&by, &account.id, id, rotation).await,
        }
    }

    pub(super) async fn extend(
        &self,
        viewer: &Viewer,
        id: &RecordId,
        lifetime: Lifetime,
    ) -> Result<CredentialView, ManageError> {
        let (counterfoil, by) = (&viewer.counterfoil, viewer.presenter());
        match self {
            Self::Viewer => counterfoil.extend_personal_access_token(&by, id, lifetime).await,
            Self::Service(account) => counterfoil.extend_service_token(&by, &account.id, id, lifetime).await,
        }
    }

    pub(super) async fn update(
        &self,
        viewer: &Viewer,
        id: &RecordId,
        change: &TokenUpdate<'_>,
    ) -> Result<CredentialView, ManageError> {
        let (counterfoil, by) = (&viewer.counterfoil, viewer.presenter());
        match self {
            Self::Viewer => counterfoil.update_personal_access_token(&by, id, change).await,
            Self::Service(account) => counterfoil.update_service_token(&by, &account.id, id, change).await,
        }
    }
}
