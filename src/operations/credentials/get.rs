//! Gets one credential of any owner by its id.

use crate::counterfoil::Counterfoil;
use crate::record::token_record::TokenRecord;
use crate::service::authority::operations::{ListCodes, SeeCredential};
use crate::service::authority::{Permission, Permit};
use crate::service::error::ManageError;
use crate::service::presenter::Presenter;
use crate::service::view::CredentialView;
use crate::types::ids::RecordId;
use crate::types::kind::TokenKind;

impl Counterfoil {
    /// One credential of any kind and of any owner, as [`Counterfoil::list_credentials`] shows it. The call takes one
    /// read of the store. Only for administrators, with the scope `users:manage`. A security code is shown only to a
    /// presenter that may also list security codes ([`Counterfoil::list_security_codes`]).
    ///
    /// Owners see their own tokens with [`Counterfoil::personal_access_token`].
    ///
    /// # Errors
    ///
    /// [`ManageError::Forbidden`] if the presenter has no permission. [`ManageError::NotFound`] if the credential does
    /// not exist, belongs to another realm, is revoked, is replaced and no longer works, or is past its retention.
    /// [`ManageError::NotFound`] also for a security code that the presenter may not see. [`ManageError::Unavailable`]
    /// if a store or the directory failed.
    ///
    /// # Cancel safety
    ///
    /// Safe: nothing is written.
    ///
    /// # Example
    ///
    /// ```
    #[doc = include_str!("../../example.in")]
    /// use counterfoil::{Lifetime, NewPersonalAccessToken};
    ///
    /// let new = NewPersonalAccessToken::new("nightly build", Lifetime::Days(30));
    /// let issued = counterfoil.create_personal_access_token(&ivan, &new).await?;
    /// let seen = counterfoil.credential(&Presenter::host(), &issued.view.id).await?;
    /// assert_eq!((seen.label.as_str(), seen.owner), ("nightly build", Some(SubjectId::new("7")?)));
    /// assert!(matches!(counterfoil.credential(&ivan, &issued.view.id).await, Err(ManageError::Forbidden(_))));
    /// # Ok(()) }) }
    /// ```
    pub async fn credential(&self, by: &Presenter, id: &RecordId) -> Result<CredentialView, ManageError> {
        see(self.permit(by).await?, id).await
    }
}

async fn see(permit: Permit<'_, SeeCredential>, id: &RecordId) -> Result<CredentialView, ManageError> {
    let (service, record) = (permit.service(), may_see(&permit, id).await?);
    service.judging(permit.now()).await?.listed(&record).await?.ok_or(ManageError::NotFound)
}

/// Returns the record with that id, in any state. A security code is returned only if the presenter may also list
/// security codes.
pub(super) async fn may_see<O: Permission>(permit: &Permit<'_, O>, id: &RecordId) -> Result<TokenRecord, ManageError> {
    let service = permit.service();
    let found = service.store.get(id).await?.filter(|record| record.record().realm == service.realm);
    let record = found.ok_or(ManageError::NotFound)?;
    if record.record().kind == TokenKind::SecurityCode {
        permit.also::<ListCodes>().await.map_err(hidden)?;
    }
    Ok(record)
}

/// Turns a missing permission into "not found", so that the answer does not tell that the id exists.
fn hidden(error: ManageError) -> ManageError {
    match error {
        ManageError::Forbidden(_) => ManageError::NotFound,
        other => other,
    }
}
