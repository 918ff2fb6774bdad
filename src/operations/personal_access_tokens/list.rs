//! Lists personal access tokens.

use std::num::NonZeroU32;

use crate::counterfoil::Counterfoil;
use crate::service::authority::Permit;
use crate::service::authority::operations::{ListOwnTokens, ListTokensOf};
use crate::service::error::ManageError;
use crate::service::listing::{Wanted, page};
use crate::service::presenter::Presenter;
use crate::service::view::CredentialView;
use crate::store::change::{Listing, Show};
use crate::store::page::{Cursor, Page};
use crate::types::ids::{OwnerId, SubjectId};
use crate::types::kind::TokenKind;

impl Counterfoil {
    /// The presenter's own personal access tokens, newest first: those that live, those that have expired and are kept, those replaced and still
    /// honoured. `after` is the `next` of the page before.
    ///
    /// # Errors
    ///
    /// Forbidden where scope `credentials:read` is missing or a gate is closed; unavailable.
    pub async fn own_tokens(
        &self,
        by: &Presenter,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<CredentialView>, ManageError> {
        own_tokens(self.permit(by).await?, after, limit).await
    }

    /// Somebody's personal access tokens, whatever the gates say: for administrators with scope `users:manage`.
    ///
    /// # Errors
    ///
    /// Forbidden; not found where the directory does not know the subject (the host itself sees what somebody has left behind); unavailable.
    pub async fn tokens_of(
        &self,
        by: &Presenter,
        subject: &SubjectId,
        after: Option<&Cursor>,
        limit: NonZeroU32,
    ) -> Result<Page<CredentialView>, ManageError> {
        tokens_of(self.permit(by).await?, subject, after, limit).await
    }
}

/// The presenter's own personal access tokens. A closed gate keeps the owner out; collaborators, and tokens, may look.
async fn own_tokens(
    permit: Permit<'_, ListOwnTokens>,
    after: Option<&Cursor>,
    limit: NonZeroU32,
) -> Result<Page<CredentialView>, ManageError> {
    let owner = permit.person()?;
    let wanted = Wanted { owner: &owner.into(), kind: TokenKind::PersonalAccessToken, expired_too: true };
    page(&permit, &wanted, after, limit).await
}

/// Somebody's personal access tokens, whatever the gates say, also of a person who has left.
async fn tokens_of(
    permit: Permit<'_, ListTokensOf>,
    subject: &SubjectId,
    after: Option<&Cursor>,
    limit: NonZeroU32,
) -> Result<Page<CredentialView>, ManageError> {
    known(&permit, Some(subject)).await?;
    let wanted = Wanted { owner: &subject.into(), kind: TokenKind::PersonalAccessToken, expired_too: true };
    page(&permit, &wanted, after, limit).await
}

/// A subject that neither directory nor store knows is not found; `None` is an id that nobody can have.
pub(crate) async fn known(permit: &Permit<'_, ListTokensOf>, subject: Option<&SubjectId>) -> Result<(), ManageError> {
    let (service, subject) = (permit.service(), subject.ok_or(ManageError::NotFound)?);
    if permit.is_host() || service.directory.account(subject).await?.is_some() {
        return Ok(());
    }
    let owner = OwnerId::from(subject);
    for kind in TokenKind::ALL {
        let of = Listing::Owner { realm: &service.realm, owner: &owner, kind, show: Show::All };
        let mut after = None;
        loop {
            let read = service.store.list(of, after.as_ref(), NonZeroU32::MIN).await?;
            if !read.items.is_empty() || read.corrupt > 0 {
                return Ok(());
            }
            after = read.next;
            if after.is_none() {
                break;
            }
        }
    }
    Err(ManageError::NotFound)
}
