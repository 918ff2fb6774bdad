//! Changes the addresses from which a personal access token can be used.

use crate::counterfoil::Counterfoil;
use crate::service::authority::Permit;
use crate::service::authority::operations::{UpdateToken, WidenToken};
use crate::service::error::ManageError;
use crate::service::presenter::Presenter;
use crate::service::sources::{may_set_sources, set_sources};
use crate::service::view::CredentialView;
use crate::types::ids::RecordId;
use crate::types::kind::TokenKind;
use crate::types::networks::Networks;

impl Counterfoil {
    /// Changes the addresses from which the presenter's own personal access token can be used. `None` means from
    /// anywhere. The change also applies to a token that this token has replaced, while both work.
    ///
    /// If the new list contains an address that the old one does not contain, the operation widens the token. It then
    /// needs a recent password, as the creation of a token does. [`Networks::widens`] decides this.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] in each of these cases:
    ///
    /// - The presenter has a personal access token or a security code.
    /// - The scope `credentials:write` is missing.
    /// - Personal access tokens are blocked ([`Counterfoil::gates`]).
    /// - The change widens the token, and the presenter has a session in which the password was not entered recently.
    /// - The change widens the token, and the presenter's credential has a narrower scope than the token, or cannot be
    ///   used from one of the new addresses itself.
    ///
    /// [`ManageError::NotFound`] if the token is not the presenter's. [`ManageError::Conflict`] if the token was replaced.
    /// [`ManageError::Unavailable`] if a store or the directory failed.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has either changed the list or nothing.
    ///
    /// # Example: a token that works only from the office
    ///
    /// ```
    #[doc = include_str!("../../example.in")]
    /// use counterfoil::types::{Networks, Source};
    ///
    /// let new = NewPersonalAccessToken::new("reports", Lifetime::Days(30));
    /// let issued = counterfoil.create_personal_access_token(&ivan, &new).await?;
    /// let office = Networks::new(["192.0.2.0/24"])?;
    /// counterfoil.update_personal_access_token_sources(&ivan, &issued.view.id, Some(&office)).await?;
    ///
    /// let (inside, outside): (Source, Source) = ("192.0.2.7".parse()?, "198.51.100.7".parse()?);
    /// let token = issued.token.expose_secret();
    /// assert!(counterfoil.from_source(&inside).verify(token).await.is_ok());
    /// assert!(counterfoil.from_source(&outside).verify(token).await.is_err());
    /// assert!(counterfoil.verify(token).await.is_err(), "the source is unknown");
    /// # Ok(()) }) }
    /// ```
    pub async fn update_personal_access_token_sources(
        &self,
        by: &Presenter,
        id: &RecordId,
        allowed: Option<&Networks>,
    ) -> Result<CredentialView, ManageError> {
        update(self.permit(by).await?, id, allowed).await
    }
}

async fn update(
    permit: Permit<'_, UpdateToken>,
    id: &RecordId,
    allowed: Option<&Networks>,
) -> Result<CredentialView, ManageError> {
    let owner = permit.person()?.into();
    set_sources::<_, WidenToken>(&permit, (TokenKind::PersonalAccessToken, &owner), id, allowed).await
}

/// Checks that the presenter's own token exists and can be changed. `None` stands for a text that is not a valid id.
pub(crate) async fn exists(permit: Permit<'_, UpdateToken>, id: Option<&RecordId>) -> Result<(), ManageError> {
    let owner = permit.person()?.into();
    may_set_sources(&permit, (TokenKind::PersonalAccessToken, &owner), id).await
}
