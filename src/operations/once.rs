//! Makes sure that each submitted form takes effect at most once.

use std::time::Duration;

use crate::counterfoil::Counterfoil;
use crate::operations::clients::register;
use crate::operations::clients::update::{self, OnceSecret};
use crate::operations::personal_access_tokens::create::{NewPersonalAccessToken, personal_access_token};
use crate::operations::personal_access_tokens::rotate;
use crate::operations::personal_access_tokens::rotation::Rotation;
use crate::operations::security_codes::create::{NewSecurityCode, security_code};
use crate::operations::service_accounts::tokens;
use crate::service::client_view::{NewClient, RegisteredClient};
use crate::service::error::ManageError;
use crate::service::presenter::Presenter;
use crate::service::view::IssuedCredential;
use crate::token::once::OnceKey;
use crate::types::client::ClientId;
use crate::types::ids::RecordId;
use crate::types::service_account_id::ServiceAccountId;

/// A handle for one web form that was shown to a person. [`Counterfoil::once`] creates it from the form's key. Of all
/// calls with the same key, at most one creates or replaces a credential.
///
/// If the form is submitted again unchanged, the call returns [`Conflict::DoneAlready`](crate::Conflict::DoneAlready).
/// If it is submitted again with other values, the call returns [`Conflict::FormUsed`](crate::Conflict::FormUsed). If
/// several equal calls run concurrently, exactly one succeeds. A call that is refused for another reason does not use
/// up the key. After [`ManageError::Unavailable`], the form may have taken effect.
#[derive(Clone, Copy, Debug)]
pub struct Once<'a> {
    counterfoil: &'a Counterfoil,
    key: OnceKey,
}

impl Counterfoil {
    /// Returns a handle for the operations of one web form. The form takes effect at most once. If it is submitted
    /// again, nothing is created. The id of the new credential is derived from the form's key, so the store itself
    /// refuses a second credential. No table of submitted forms is needed.
    ///
    /// # Example: a form that was sent twice
    ///
    /// ```
    #[doc = include_str!("../example.in")]
    /// use counterfoil::token::OnceKey;
    ///
    /// let session = counterfoil.open_session_for(&account).await?;
    /// let form = OnceKey::new(&session.principal.credential_id(), &[7; 16]);
    /// let new = NewPersonalAccessToken::new("nightly build", Lifetime::Days(30));
    /// assert!(counterfoil.once(form).create_personal_access_token(&ivan, &new).await.is_ok());
    /// let again = counterfoil.once(form).create_personal_access_token(&ivan, &new).await.expect_err("once");
    /// assert!(matches!(again, ManageError::Conflict(Conflict::DoneAlready)));
    /// # Ok(()) }) }
    /// ```
    #[must_use]
    pub fn once(&self, key: OnceKey) -> Once<'_> {
        Once { counterfoil: self, key }
    }
}

impl Once<'_> {
    /// Creates a personal access token, at most once for the key of the form.
    ///
    /// # Errors
    ///
    /// The errors of [`Counterfoil::create_personal_access_token`], and the conflicts of [`Once`].
    pub async fn create_personal_access_token(
        &self,
        by: &Presenter,
        new: &NewPersonalAccessToken<'_>,
    ) -> Result<IssuedCredential, ManageError> {
        personal_access_token(self.counterfoil.permit(by).await?, new, Some(&self.key)).await
    }

    /// Creates a security code, at most once for the key of the form.
    ///
    /// # Errors
    ///
    /// The errors of [`Counterfoil::create_security_code`], and the conflicts of [`Once`].
    pub async fn create_security_code(
        &self,
        by: &Presenter,
        new: &NewSecurityCode<'_>,
    ) -> Result<IssuedCredential, ManageError> {
        security_code(self.counterfoil.permit(by).await?, new, Some(&self.key)).await
    }

    /// Replaces a personal access token. If the same web form is later submitted with a different `rotation`, the error
    /// is `Conflict::Replaced`.
    ///
    /// # Errors
    ///
    /// The errors of [`Counterfoil::rotate_personal_access_token`], and the conflicts of [`Once`].
    pub async fn rotate_personal_access_token(
        &self,
        by: &Presenter,
        id: &RecordId,
        rotation: impl Into<Rotation>,
    ) -> Result<IssuedCredential, ManageError> {
        let rotation = rotation.into();
        rotate::rotate(self.counterfoil.permit_rotation(by, id, rotation).await?, id, rotation, Some(&self.key)).await
    }

    /// Creates a personal access token of a service account, at most once for the key of the form.
    ///
    /// # Errors
    ///
    /// The errors of [`Counterfoil::create_service_token`], and the conflicts of [`Once`].
    pub async fn create_service_token(
        &self,
        by: &Presenter,
        account: &ServiceAccountId,
        new: &NewPersonalAccessToken<'_>,
    ) -> Result<IssuedCredential, ManageError> {
        tokens::create(self.counterfoil.permit(by).await?, account, new, Some(&self.key)).await
    }

    /// Replaces a personal access token of a service account. If the same web form is later submitted with a different
    /// `rotation`, the error is `Conflict::Replaced`.
    ///
    /// # Errors
    ///
    /// The errors of [`Counterfoil::rotate_service_token`], and the conflicts of [`Once`].
    pub async fn rotate_service_token(
        &self,
        by: &Presenter,
        account: &ServiceAccountId,
        id: &RecordId,
        rotation: impl Into<Rotation>,
    ) -> Result<IssuedCredential, ManageError> {
        let rotation = rotation.into();
        tokens::rotate(self.counterfoil.permit(by).await?, account, id, rotation, Some(&self.key)).await
    }

    /// Registers a client. If the client was changed or deleted after the first submission of the web form, a second
    /// submission returns `Conflict::FormUsed`, because the first request can then no longer be compared with the
    /// second.
    ///
    /// # Errors
    ///
    /// The errors of [`Counterfoil::create_client`], and the conflicts of [`Once`].
    pub async fn create_client(&self, by: &Presenter, new: NewClient) -> Result<RegisteredClient, ManageError> {
        register::create(self.counterfoil.permit(by).await?, new, Some(&self.key)).await
    }

    /// Replaces a client's secret. `beside` is the id of the client's newest secret at the time when the web form was
    /// shown. It is `None` if the client had no secret then.
    ///
    /// # Errors
    ///
    /// The errors of [`Counterfoil::rotate_client_secret`], and the conflicts of [`Once`]. If `beside` is no longer the
    /// newest secret, the error is `Conflict::ChangedMeanwhile`.
    pub async fn rotate_client_secret(
        &self,
        by: &Presenter,
        id: &ClientId,
        overlap: Duration,
        beside: Option<RecordId>,
    ) -> Result<RegisteredClient, ManageError> {
        let once = OnceSecret { key: &self.key, beside };
        update::rotate_secret(self.counterfoil.permit(by).await?, id, overlap, Some(&once)).await
    }
}
