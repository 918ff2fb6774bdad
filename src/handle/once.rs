//! What one form makes, made once.

use crate::desk::client_view::{NewClient, RegisteredClient};
use crate::desk::error::ManageError;
use crate::desk::presenter::Presenter;
use crate::desk::view::Issued;
use crate::handle::Counterfoil;
use crate::text::once::OnceKey;
use crate::verbs::clients::change::{self, OnceSecret};
use crate::verbs::clients::register;
use crate::verbs::issue::{self, NewPersonalAccessToken, NewSecurityCode};
use crate::verbs::rotate::{self, Overlap};
use crate::words::client::ClientId;
use crate::words::ids::RecordId;
use crate::words::time::Span;

/// A handle that makes one credential with one key: made by [`Counterfoil::once`].
///
/// The same call again is [`Conflict::DoneAlready`](crate::Conflict::DoneAlready), another call with the same key
/// [`Conflict::FormUsed`](crate::Conflict::FormUsed); of any number of calls at once one makes it. A call that fails otherwise uses
/// nothing up.
#[derive(Clone, Copy, Debug)]
pub struct Once<'a> {
    foil: &'a Counterfoil,
    key: OnceKey,
}

impl Counterfoil {
    /// The same handle for one form: a second sending of it makes nothing. The store itself decides, with no table of its own.
    ///
    /// # Example: a form that was sent twice
    ///
    /// ```
    #[doc = include_str!("example.in")]
    /// use counterfoil::OnceKey;
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
        Once { foil: self, key }
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
    ) -> Result<Issued, ManageError> {
        issue::personal_access_token(self.foil.permit(by).await?, new, Some(&self.key)).await
    }

    /// Makes a security code.
    ///
    /// # Errors
    ///
    /// As [`Counterfoil::create_security_code`], and the conflicts of [`Once`].
    pub async fn create_security_code(&self, by: &Presenter, new: &NewSecurityCode<'_>) -> Result<Issued, ManageError> {
        issue::security_code(self.foil.permit(by).await?, new, Some(&self.key)).await
    }

    /// Replaces a personal access token. Another overlap for a token that was replaced is `Conflict::Replaced`, as it is without a
    /// key.
    ///
    /// # Errors
    ///
    /// As [`Counterfoil::rotate_token`], and the conflicts of [`Once`].
    pub async fn rotate_token(&self, by: &Presenter, id: &RecordId, overlap: Overlap) -> Result<Issued, ManageError> {
        rotate::rotate(self.foil.permit_on(by, Some(id)).await?, id, overlap, Some(&self.key)).await
    }

    /// Registers a client. One that was changed or removed since is `FormUsed`: nobody can say any more what was asked for.
    ///
    /// # Errors
    ///
    /// As [`Counterfoil::create_client`], and the conflicts of [`Once`].
    pub async fn create_client(&self, by: &Presenter, new: NewClient) -> Result<RegisteredClient, ManageError> {
        register::create(self.foil.permit(by).await?, new, Some(&self.key)).await
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
        change::replace_secret(self.foil.permit(by).await?, id, overlap, Some(&once)).await
    }
}
