//! What one form makes, made once.

use crate::counterfoil::Counterfoil;
use crate::operations::clients::change::{self, OnceSecret};
use crate::operations::clients::register;
use crate::operations::personal_access_tokens::create::{NewPersonalAccessToken, personal_access_token};
use crate::operations::personal_access_tokens::rotate::{self, Overlap};
use crate::operations::security_codes::create::{NewSecurityCode, security_code};
use crate::service::client_view::{NewClient, RegisteredClient};
use crate::service::error::ManageError;
use crate::service::presenter::Presenter;
use crate::service::view::IssuedCredential;
use crate::token::once::OnceKey;
use crate::types::client::ClientId;
use crate::types::ids::RecordId;
use crate::types::time::Span;

/// A handle that makes one credential with one key: made by [`Counterfoil::once`].
///
/// The same call again is [`Conflict::DoneAlready`](crate::Conflict::DoneAlready), another call with the same key
/// [`Conflict::FormUsed`](crate::Conflict::FormUsed); of any number of calls at once one makes it. A call that fails otherwise uses
/// nothing up.
#[derive(Clone, Copy, Debug)]
pub struct Once<'a> {
    counterfoil: &'a Counterfoil,
    key: OnceKey,
}

impl Counterfoil {
    /// The same handle for one form: a second sending of it makes nothing. The store itself decides, with no table of its own.
    ///
    /// # Example: a form that was sent twice
    ///
    /// ```
    #[doc = include_str!("../example.in")]
    /// use counterfoil::token::OnceKey;
    ///
    /// let session = counterfoil.open_session_for(&account).await?;
    /// let form = OnceKey::new(&session.principal.credential_id(), &[7; 16]);
    /// let new = NewPersonalAccessToken { label: "nightly build", lifetime: Lifetime::Days(30), scope: None };
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
    /// Makes a personal access token.
    ///
    /// # Errors
    ///
    /// As [`Counterfoil::create_personal_access_token`], and the conflicts of [`Once`].
    pub async fn create_personal_access_token(
        &self,
        by: &Presenter,
        new: &NewPersonalAccessToken<'_>,
    ) -> Result<IssuedCredential, ManageError> {
        personal_access_token(self.counterfoil.permit(by).await?, new, Some(&self.key)).await
    }

    /// Makes a security code.
    ///
    /// # Errors
    ///
    /// As [`Counterfoil::create_security_code`], and the conflicts of [`Once`].
    pub async fn create_security_code(
        &self,
        by: &Presenter,
        new: &NewSecurityCode<'_>,
    ) -> Result<IssuedCredential, ManageError> {
        security_code(self.counterfoil.permit(by).await?, new, Some(&self.key)).await
    }

    /// Replaces a personal access token. Another overlap for a token that was replaced is `Conflict::Replaced`, as it is without a
    /// key.
    ///
    /// # Errors
    ///
    /// As [`Counterfoil::rotate_token`], and the conflicts of [`Once`].
    pub async fn rotate_token(
        &self,
        by: &Presenter,
        id: &RecordId,
        overlap: Overlap,
    ) -> Result<IssuedCredential, ManageError> {
        rotate::rotate(self.counterfoil.permit_on(by, Some(id)).await?, id, overlap, Some(&self.key)).await
    }

    /// Registers a client. One that was changed or removed since is `FormUsed`: nobody can say any more what was asked for.
    ///
    /// # Errors
    ///
    /// As [`Counterfoil::create_client`], and the conflicts of [`Once`].
    pub async fn create_client(&self, by: &Presenter, new: NewClient) -> Result<RegisteredClient, ManageError> {
        register::create(self.counterfoil.permit(by).await?, new, Some(&self.key)).await
    }

    /// Replaces a client's secret, where its newest one is still the one that the form was shown beside.
    ///
    /// # Errors
    ///
    /// As [`Counterfoil::replace_client_secret`], the conflicts of [`Once`], and `Conflict::ChangedMeanwhile` where the newest
    /// secret is another.
    pub async fn replace_client_secret(
        &self,
        by: &Presenter,
        id: &ClientId,
        overlap: Span,
        beside: Option<RecordId>,
    ) -> Result<RegisteredClient, ManageError> {
        let once = OnceSecret { key: &self.key, beside };
        change::replace_secret(self.counterfoil.permit(by).await?, id, overlap, Some(&once)).await
    }
}
