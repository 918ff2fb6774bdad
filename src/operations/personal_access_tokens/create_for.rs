//! Creates a personal access token for another person.

use super::create::{For, NewPersonalAccessToken, draft};
use crate::counterfoil::Counterfoil;
use crate::operations::users::known;
use crate::record::decide::entitled;
use crate::service::authority::Permit;
use crate::service::authority::operations::CreateTokenFor;
use crate::service::error::{Conflict, Forbidden, ManageError};
use crate::service::issuing::insert;
use crate::service::presenter::Presenter;
use crate::service::view::IssuedCredential;
use crate::types::account::Account;
use crate::types::ids::SubjectId;
use crate::types::role::Role;

impl Counterfoil {
    /// Creates a personal access token that another person owns. Only the result contains the token's secret, so the
    /// presenter can act as this person. Only for administrators, with the scope `users:manage`, and only if the policy
    /// allows it
    /// ([`PersonalAccessTokens::made_by_administrators`](crate::policy::PersonalAccessTokens::made_by_administrators)).
    /// The event [`Issued`](crate::event::EventKind::Issued) names the presenter as its actor, and the person as the
    /// owner of the token.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission or a lower role than the person, if the person is
    /// a collaborator, or if the person's tokens are blocked ([`Counterfoil::gates`]). [`ManageError::NotFound`] if the
    /// directory does not know the person, or the account is disabled. [`ManageError::Invalid`] for an invalid field.
    /// [`ManageError::Conflict`] if the policy does not allow this operation ([`Conflict::NotAllowed`]), if the label
    /// is taken, or if the person already has as many live tokens as the policy allows. [`ManageError::SlowDown`] after
    /// too many creations in an hour. [`ManageError::Unavailable`] if a store or the directory failed.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has either created the token or changed nothing.
    ///
    /// # Example: the policy's default does not allow it
    ///
    /// ```
    #[doc = include_str!("../../example.in")]
    /// let new = NewPersonalAccessToken::new("for ivan", Lifetime::Days(30));
    /// let host = Presenter::host();
    /// let refused = counterfoil.create_personal_access_token_for(&host, account.subject(), &new).await;
    /// assert!(matches!(refused, Err(ManageError::Conflict(Conflict::NotAllowed))));
    /// # Ok(()) }) }
    /// ```
    pub async fn create_personal_access_token_for(
        &self,
        by: &Presenter,
        subject: &SubjectId,
        new: &NewPersonalAccessToken<'_>,
    ) -> Result<IssuedCredential, ManageError> {
        create(self.permit(by).await?, subject, new).await
    }
}

async fn create(
    permit: Permit<'_, CreateTokenFor>,
    subject: &SubjectId,
    new: &NewPersonalAccessToken<'_>,
) -> Result<IssuedCredential, ManageError> {
    let (service, now) = (permit.service(), permit.now());
    let account = owner(&permit, Some(subject)).await?;
    let settings = service.settings(now).await?;
    let whose = For { owner: account.subject().into(), widest_scope: None };
    let draft = draft(&permit, whose, new, &settings, None).await?;
    if !service.policy.personal_access_tokens.made_by_administrators {
        return Err(Conflict::NotAllowed.into());
    }
    insert(&permit, draft, &settings).await
}

/// Returns the account that will own the token. Checks that this account can own a token, and that the presenter has at
/// least the role of the account, because the token gives the rights of the account. The argument `subject` is `None`
/// if the requested id is not a valid subject id: the result is then `NotFound`.
pub(crate) async fn owner(
    permit: &Permit<'_, CreateTokenFor>,
    subject: Option<&SubjectId>,
) -> Result<Account, ManageError> {
    let account = entitled(Some(known(permit, subject).await?), None).map_err(|_| ManageError::NotFound)?;
    permit.needs_rank(account.role())?;
    if let Some(gate) = permit.service().closed_gate(account.subject(), permit.now()).await? {
        return Err(Forbidden::Gate { gate }.into());
    }
    if account.role() == Role::Collaborator {
        return Err(Forbidden::Collaborator.into());
    }
    Ok(account)
}
