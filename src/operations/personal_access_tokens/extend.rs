//! Sets a new expiry of a personal access token. The token keeps its secret.

use super::create::{Lifetime, expiry};
use super::target::{Life, Target};
use crate::counterfoil::Counterfoil;
use crate::event::{Action, EventKind};
use crate::record::leak_mark::pending_leak;
use crate::record::notice::{Expiring, arm};
use crate::record::token_record::TokenRecord;
use crate::service::authority::operations::ExtendToken;
use crate::service::authority::{Permission, Permit};
use crate::service::changing::Changed;
use crate::service::error::{Conflict, ManageError};
use crate::service::presenter::Presenter;
use crate::service::view::{CredentialView, Status};
use crate::store::change::Change;
use crate::types::ids::{OwnerId, RecordId};
use crate::types::kind::TokenKind;

impl Counterfoil {
    /// Sets a new expiry of the presenter's own personal access token. The token keeps its secret. The policy must
    /// allow extensions ([`PersonalAccessTokens::extendable`](crate::policy::PersonalAccessTokens::extendable)).
    /// Otherwise the token can be renewed by a rotation with a new lifetime
    /// ([`Counterfoil::rotate_personal_access_token`]).
    ///
    /// The lifetime is counted from now and has the same limits as that of a new token. So the new expiry can be
    /// earlier than the old one. The notices of the old expiry are cancelled, and those of the new expiry are planned.
    ///
    /// If this token has replaced another token that still works (an overlap), the replaced token never outlives this
    /// token. An overlap with a fixed end after the new expiry ends at the new expiry instead. If the overlap lasts
    /// until the first use and the replaced token would expire after the new expiry, the overlap ends now, and the
    /// replaced token stops working.
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] in each of these cases:
    ///
    /// - The presenter is a collaborator.
    /// - The presenter has a personal access token or a security code. A token never extends itself.
    /// - The presenter has a session in which the password was not entered recently.
    /// - The scope `credentials:write` is missing.
    /// - Personal access tokens are blocked ([`Counterfoil::gates`]).
    /// - The token has more rights than the presenter.
    ///
    /// [`ManageError::NotFound`] if the token is not the presenter's. [`ManageError::Invalid`] for a number of days out
    /// of range. [`ManageError::Conflict`] if the policy does not allow extensions ([`Conflict::NotAllowed`]), or if
    /// the token has expired, was replaced or is suspended. [`ManageError::Unavailable`] if a store or the directory
    /// failed.
    ///
    /// # Cancel safety
    ///
    /// A dropped call has either set the expiry or left it unchanged. In both cases, it may have shortened a running
    /// overlap. A repeated call counts the lifetime anew.
    ///
    /// # Example
    ///
    /// ```
    /// use counterfoil::policy::Policy;
    /// use counterfoil::{Lifetime, Presenter};
    /// use counterfoil::testing::service_with;
    ///
    /// # futures_executor::block_on(async {
    /// let mut policy = Policy::open();
    /// policy.personal_access_tokens.extendable = true;
    /// let service = service_with(policy, |builder| builder);
    /// let ivan = service.presenter("ivan");
    /// let issued = service.personal_access_token("ivan", None).await;
    /// let extended = service.extend_personal_access_token(&ivan, &issued.view.id, Lifetime::Days(90)).await?;
    /// assert!(extended.expires_at > issued.view.expires_at);
    /// assert!(service.verify(issued.token.expose_secret()).await.is_ok(), "the secret is the same");
    /// # Ok::<(), counterfoil::ManageError>(()) }).expect("extended");
    /// ```
    pub async fn extend_personal_access_token(
        &self,
        by: &Presenter,
        id: &RecordId,
        lifetime: Lifetime,
    ) -> Result<CredentialView, ManageError> {
        let permit: Permit<'_, ExtendToken> = self.permit(by).await?;
        let owner = permit.person()?.into();
        extend(&permit, owner, id, lifetime).await
    }
}

/// Sets a new expiry of a token of `owner`. The caller must already have checked the permission.
pub(crate) async fn extend<O: Permission>(
    permit: &Permit<'_, O>,
    owner: OwnerId,
    id: &RecordId,
    lifetime: Lifetime,
) -> Result<CredentialView, ManageError> {
    let target = Target::of(permit, owner).await?;
    let (service, now) = (target.service, target.now);
    let record = target.read(Some(id)).await?;
    permit.needs_reach(&record).await?;
    let expires_at = expiry(service, lifetime, &target.settings, now)?;
    if !service.policy.personal_access_tokens.extendable {
        return Err(Conflict::NotAllowed.into());
    }
    let gone_at = expires_at.map(|at| service.policy.gone_after_expiry(TokenKind::PersonalAccessToken, at));
    let schedule = service.schedule(TokenKind::PersonalAccessToken, &target.settings);
    let plan = |record: &TokenRecord| {
        if target.life(record)? == Life::Expired {
            return Err(Conflict::Expired.into());
        }
        let life = Expiring { expires_at, expiry_set_at: now, noticed: &record.record().noticed };
        let notice = pending_leak(record.record()).or_else(|| arm(&schedule, life, 0, now));
        Ok::<_, ManageError>(Some(Change::Expiry { expires_at, gone_at, notice }))
    };
    // An expired token is refused here. A suspended token is refused below: it is refused at every use too, so nobody
    // would notice a mistake in its new expiry.
    plan(&record)?;
    if service.listed(&record, now).await?.is_some_and(|listed| listed.status == Status::Suspended) {
        return Err(Conflict::Suspended.into());
    }
    if let Some(latest) = expires_at {
        service.limit_running_overlap(&record, latest, permit.by(), now).await?;
    }
    match service.change("extend", record, now, plan).await? {
        Changed::Done(written) => {
            permit.tell(EventKind::Changed { id: *id, action: Action::Extended });
            service.listed(&written, now).await?.ok_or(ManageError::NotFound)
        }
        Changed::Kept(there) => service.listed(&there, now).await?.ok_or(ManageError::NotFound),
        Changed::LabelTaken => Err(Conflict::LabelTaken.into()),
        Changed::Missing => Err(ManageError::NotFound),
    }
}
