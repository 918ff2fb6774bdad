//! Lists personal access tokens.

use std::num::NonZeroU32;

use crate::counterfoil::Counterfoil;
use crate::service::authority::Permit;
use crate::service::authority::operations::{ListTokens, ListTokensOf};
use crate::service::error::ManageError;
use crate::service::known_person::known_person;
use crate::service::listing::{Wanted, page};
use crate::service::presenter::Presenter;
use crate::service::view::CredentialView;
use crate::store::page::{Cursor, Page};
use crate::types::ids::SubjectId;
use crate::types::kind::TokenKind;

impl Counterfoil {
    /// Returns a page of the presenter's own personal access tokens, newest first. The list contains live tokens,
    /// replaced tokens that still work, and expired tokens until the end of their retention. `after` is the cursor
    /// `next` of the previous page.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the scope `credentials:read` is missing, or if personal access tokens are blocked
    /// ([`Counterfoil::gates`]). [`ManageError::Unavailable`] if a store or the directory failed.
    pub async fn list_personal_access_tokens(
        &self,
        by: &Presenter,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<CredentialView>, ManageError> {
        list_tokens(self.permit(by).await?, after, limit).await
    }

    /// Returns a page of a user's personal access tokens. They are also listed while personal access tokens are blocked
    /// ([`Counterfoil::gates`]). Only for administrators, with the scope `users:manage`.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission. [`ManageError::NotFound`] if neither the
    /// directory nor the store knows the subject, and for the subject of a service account. If the presenter is the
    /// host, the result is a page instead, which may be empty. [`ManageError::Unavailable`] if a store or the directory
    /// failed.
    pub async fn list_personal_access_tokens_of(
        &self,
        by: &Presenter,
        subject: &SubjectId,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<CredentialView>, ManageError> {
        list_tokens_of(self.permit(by).await?, subject, after, limit).await
    }
}

/// The presenter's own personal access tokens. A collaborator is allowed to list them, and so is a presenter that
/// authenticated with a token. The request is refused while personal access tokens are blocked by a gate.
async fn list_tokens(
    permit: Permit<'_, ListTokens>,
    after: Option<&Cursor>,
    limit: NonZeroU32,
) -> Result<Page<CredentialView>, ManageError> {
    let owner = permit.person()?;
    let wanted = Wanted { owner: &owner.into(), kind: TokenKind::PersonalAccessToken, expired_too: true };
    page(&permit, &wanted, after, limit).await
}

/// Lists a user's personal access tokens. They are also listed if a gate blocks personal access tokens, or if the
/// user's account no longer exists.
async fn list_tokens_of(
    permit: Permit<'_, ListTokensOf>,
    subject: &SubjectId,
    after: Option<&Cursor>,
    limit: NonZeroU32,
) -> Result<Page<CredentialView>, ManageError> {
    known_person(&permit, Some(subject)).await?;
    let wanted = Wanted { owner: &subject.into(), kind: TokenKind::PersonalAccessToken, expired_too: true };
    page(&permit, &wanted, after, limit).await
}
